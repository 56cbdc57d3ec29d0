"""A centre's store holds nobody's genome in clear, and nothing of it opens without its keys."""

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from kerne.alleles.assembly import GRCH38
from kerne.errors import DamagedStoreError, VaultError
from kerne.genomes.disk.segment_keys import CentreSegmentKeys
from kerne.genomes.keeping.new_store import create_store
from kerne.genomes.keeping.store import GenomeStore
from kerne.genomes.reading.intake import GenomeFile
from kerne.people.vault import open_vault

BASES = "".join(random.Random(1).choices("ACGT", k=60))
POSITIONS = range(70_001, 70_400, 3)
Build = tuple[GenomeStore, CentreSegmentKeys]


@pytest.fixture
def built(tmp_path: Path, write_vcf: Callable[..., Path]) -> Build:
    (tmp_path / "keys").mkdir()
    keys = CentreSegmentKeys(open_vault(tmp_path / "keys"))
    path = create_store(tmp_path / "store", GRCH38, kept_by_centre=True).path
    store = GenomeStore(path, keys=keys)
    for sample in ("sample-of-anna", "sample-of-bent"):
        rows = [("chr2", at, "A", "C", ["0/1"]) for at in POSITIONS]
        rows.append(("chr2", 80_000, "A", f"A{BASES}", ["0/1"]))
        store.add([GenomeFile(write_vcf(tmp_path / f"{sample}.vcf", (sample,), rows))])
    return store, keys


def test_store_of_a_centre__holds_no_genotype_in_clear(built: Build) -> None:
    store, _ = built
    sought = [b"sample-of-anna", BASES.encode(), BASES[:12].encode()]
    places = np.array(POSITIONS) - 1
    sought += [places[:4].astype(kind).tobytes() for kind in ("<u4", "<u8", ">u4")]
    sought += [np.diff(places[:20]).astype(kind).tobytes() for kind in ("<u4", "u1")]
    files = [path for path in store.path.rglob("*") if path.is_file()]
    assert len(files) > 6
    for path in files:
        content = path.read_bytes()
        assert not [each for each in sought if each in content], path


def test_store_of_a_centre__opens_with_no_other_keys(built: Build, tmp_path: Path) -> None:
    store, _ = built
    (tmp_path / "others").mkdir()
    for keys in (None, CentreSegmentKeys(open_vault(tmp_path / "others"))):
        with pytest.raises(DamagedStoreError):
            GenomeStore(store.path, keys=keys).rows()


def test_segment_of_who_is_forgotten__opens_in_no_copy_once_it_is_rewritten(
    built: Build, tmp_path: Path
) -> None:
    store, keys = built
    before = Path(shutil.copytree(store.path, tmp_path / "before"))
    assert sorted(GenomeStore(before, keys=keys).rows()) == ["sample-of-anna", "sample-of-bent"]
    store.remove("sample-of-anna")
    assert store.samples() == ["sample-of-bent"]
    store.compact(forgotten=True)
    assert store.samples() == ["sample-of-bent"]
    with pytest.raises(DamagedStoreError, match="destroyed"):
        GenomeStore(before, keys=keys).rows()
    assert not (store.path / "segments" / "000001").exists()


def test_merged_segments__keep_their_keys_until_somebody_is_forgotten(
    built: Build, tmp_path: Path, write_vcf: Callable[..., Path]
) -> None:
    store, keys = built
    for number in range(10):
        rows = [("chr2", 70_001, "A", "C", ["0/1"])]
        store.add([GenomeFile(write_vcf(tmp_path / f"{number}.vcf", (f"s{number}",), rows))])
    store.compact()
    assert "000004" not in {entry.name for entry in store.manifest.segments}
    assert len(keys.key("000004")) == 32
    store.remove("s3")
    store.compact(forgotten=True)
    with pytest.raises(VaultError, match="segment `4` was destroyed"):
        keys.key("000004")
    assert len(store.samples()) == 11
