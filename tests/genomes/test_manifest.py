"""The manifest: whole or not at all, and never believed when it does not match itself."""

import json
from pathlib import Path

import pytest

from kerne.errors import DamagedStoreError, GenomeError
from kerne.genomes.disk.manifest import (
    FILE_NAME,
    Compaction,
    Keeper,
    Manifest,
    NormalForm,
    SegmentEntry,
    read_manifest,
    write_manifest,
)
from kerne.genomes.disk.reference import Reference

MANIFEST = Manifest(
    "GRCh38",
    Keeper.CENTRE,
    NormalForm.LEFT_ALIGNED,
    Reference("../knowledge/reference.fa", "0" * 64, 9, 1),
    20,
    8,
    "0123456789abcdef",
    generation=3,
    segments=(SegmentEntry("000001", 0, 2, 3, 4, {"rows": "0" * 64}),),
    entries=(5,),
    forgotten=(1,),
    compaction=Compaction("000002", ("000001",)),
)


def test_manifest__comes_back_as_written(tmp_path: Path) -> None:
    write_manifest(tmp_path, MANIFEST)
    assert read_manifest(tmp_path) == MANIFEST
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]


def test_manifest__gathers_audit_entries() -> None:
    assert MANIFEST.under(None) is MANIFEST
    assert MANIFEST.under(9).entries == (5, 9)


@pytest.mark.parametrize("content", ["{", "[]", '"x"', "{}", '{"format": 0, "sha256": "0"}'])
def test_manifest__that_is_damaged_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE_NAME).write_text(content)
    with pytest.raises(DamagedStoreError, match="damaged"):
        read_manifest(tmp_path)


def test_manifest__that_was_edited_is_refused(tmp_path: Path) -> None:
    write_manifest(tmp_path, MANIFEST)
    path = tmp_path / FILE_NAME
    path.write_text(path.read_text().replace('"centre"', '"nobody"'))
    with pytest.raises(DamagedStoreError, match="checksum"):
        read_manifest(tmp_path)


def test_manifest__of_another_version_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kerne.genomes.disk.manifest.FORMAT", 3)
    write_manifest(tmp_path, MANIFEST)
    monkeypatch.undo()
    assert json.loads((tmp_path / FILE_NAME).read_text())["format"] == 3
    with pytest.raises(GenomeError, match="another version"):
        read_manifest(tmp_path)
