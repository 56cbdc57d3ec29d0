"""A store is copied while others write to it, and a damaged one is not copied."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kerne.alleles.assembly import GRCH38
from kerne.errors import DamagedStoreError
from kerne.genomes.disk.writing import only_writer
from kerne.genomes.keeping import copying
from kerne.genomes.keeping.copying import copied_store
from kerne.genomes.keeping.new_store import create_store
from kerne.genomes.keeping.store import GenomeStore
from kerne.genomes.reading.intake import GenomeFile

WriteVcf = Callable[..., Path]
SITE = ("chr1", 100, "A", "C")


@pytest.fixture
def store(tmp_path: Path, write_vcf: WriteVcf) -> GenomeStore:
    store = create_store(tmp_path / "store", GRCH38, kept_by_centre=False)
    for sample in ("S1", "S2"):
        file = write_vcf(tmp_path / f"{sample}.vcf", [sample], [(*SITE, ["0/1"])])
        store.add([GenomeFile(file)])
    return store


def copied(store: GenomeStore, target: Path) -> GenomeStore:
    with copied_store(store.path, target):
        pass
    return GenomeStore(target)


def test_copy__holds_the_same_genomes(store: GenomeStore, tmp_path: Path) -> None:
    copy = copied(store, tmp_path / "copy")
    assert copy.rows() == store.rows() == {"S1": 0, "S2": 1}
    assert copy.manifest == store.manifest
    assert len(copy.snapshot().segments) == 2


def test_copy__follows_a_writer_who_was_there_meanwhile(
    store: GenomeStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def after_a_removal(path: Path) -> Iterator[None]:
        monkeypatch.setattr(copying, "only_writer", only_writer)
        writer = GenomeStore(path)
        writer.remove("S1")
        writer.compact(forgotten=True)
        with only_writer(path):
            yield

    monkeypatch.setattr(copying, "only_writer", after_a_removal)
    copy = copied(store, tmp_path / "copy")
    assert copy.samples() == ["S2"]
    assert len(list((copy.path / "segments").iterdir())) == 1


def test_segment__that_a_writer_replaces_under_the_copy_is_left_to_the_second_pass(
    store: GenomeStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = shutil.copytree

    def gone_once(source: Path, target: Path) -> Path:
        monkeypatch.setattr(shutil, "copytree", whole)
        target.mkdir()
        raise FileNotFoundError(source)

    monkeypatch.setattr(shutil, "copytree", gone_once)
    assert copied(store, tmp_path / "copy").samples() == ["S1", "S2"]


@pytest.mark.parametrize("damage", [Path.unlink, lambda path: path.write_bytes(b"x")])
def test_damaged_store__is_not_copied(
    store: GenomeStore, tmp_path: Path, damage: Callable[[Path], object]
) -> None:
    damage(next(store.path.glob("segments/*/rows")))
    with pytest.raises(DamagedStoreError, match=r"rows` of the genome store is damaged"):
        copied(store, tmp_path / "copy")
