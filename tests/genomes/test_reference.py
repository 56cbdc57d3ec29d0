"""The reference of a store is found after a move, and known by its checksum."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from kerne.alleles.allele import Allele
from kerne.alleles.assembly import GRCH38
from kerne.errors import GenomeError, InputFileError
from kerne.genomes.disk.reference import read_reference
from kerne.genomes.freestanding import FreestandingGenomes
from kerne.genomes.keeping.new_store import create_store
from kerne.genomes.keeping.store import GenomeStore
from kerne.genomes.reader import open_freestanding
from kerne.genomes.reading.intake import GenomeFile, StoreRules

WriteVcf = Callable[..., Path]
FASTA = ">chr1\nACGTTTTTACGT\n"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Make a directory with a reference and a store beside it."""
    (tmp_path / "home" / "knowledge").mkdir(parents=True)
    fasta = tmp_path / "home" / "knowledge" / "reference.fa"
    fasta.write_text(FASTA)
    create_store(tmp_path / "home" / "genomes", GRCH38, kept_by_centre=False, reference=fasta)
    return tmp_path / "home"


@pytest.fixture
def file(tmp_path: Path, write_vcf: WriteVcf) -> GenomeFile:
    rows = [("chr1", 7, "TT", "T", ["0/1"])]
    return GenomeFile(write_vcf(tmp_path / "a.vcf", ("a",), rows))


def test_reference__beside_the_store_moves_with_it(home: Path, file: GenomeFile) -> None:
    moved = home.rename(home.with_name("moved"))
    store = GenomeStore(moved / "genomes")
    assert store.manifest.reference is not None
    assert store.manifest.reference.path == "../knowledge/reference.fa"
    store.add([file])
    carriers = open_freestanding(store.path).carriers(Allele("chr1", 7, "TA", "A"))
    assert [carrier.sample for carrier in carriers] == ["a"]


def test_reference__elsewhere_is_remembered_where_it_is(tmp_path: Path) -> None:
    fasta = tmp_path / "reference.fa"
    fasta.write_text(FASTA)
    (tmp_path / "a" / "b").mkdir(parents=True)
    assert read_reference(tmp_path / "a" / "b" / "store", fasta).path == str(fasta)


def test_reference__touched_or_copied_is_read_again_and_known(home: Path, file: GenomeFile) -> None:
    os.utime(home / "knowledge" / "reference.fa", ns=(1, 1))
    store = GenomeStore(home / "genomes")
    store.add([file])
    assert store.manifest.reference is not None
    assert store.manifest.reference.modified_ns == 1


@pytest.mark.parametrize("content", [FASTA.replace("G", "C"), "no FASTA"])
def test_reference__that_was_changed_is_refused_when_adding(
    home: Path, file: GenomeFile, content: str
) -> None:
    (home / "knowledge" / "reference.fa").write_text(content)
    store = GenomeStore(home / "genomes")
    with pytest.raises(GenomeError, match=r"reference.fa` was changed since the store was made"):
        store.add([file])
    assert store.samples() == []


def test_reference__that_is_gone_is_missed_only_where_it_is_needed(
    home: Path, file: GenomeFile
) -> None:
    store = GenomeStore(home / "genomes")
    store.add([file])
    (home / "knowledge" / "reference.fa").unlink()
    with pytest.raises(GenomeError, match=r"reference.fa` cannot be read"):
        store.add([file])
    reader = open_freestanding(store.path)
    assert len(reader.frequencies()) == 1
    assert [each.sample for each in reader.carriers(Allele("chr1", 2, "GT", "G"))] == ["a"]
    with pytest.raises(InputFileError, match="no such file"):
        reader.carriers(Allele("chr1", 8, "TT", "T"))


def test_reference__can_be_named_anew_if_it_is_the_same(
    home: Path, file: GenomeFile, tmp_path: Path
) -> None:
    desk = FreestandingGenomes(home / "genomes")
    desk.add([file], StoreRules("GRCh38"))
    elsewhere = Path(shutil.move(home / "knowledge" / "reference.fa", tmp_path / "r.fa"))
    other = tmp_path / "other.fa"
    other.write_text(FASTA.replace("G", "C"))
    with pytest.raises(GenomeError, match="was not made with reference sequence"):
        desk.add([], StoreRules("GRCh38", reference=other))
    assert desk.add([], StoreRules("GRCh38", reference=elsewhere)) == []
    kept = GenomeStore(home / "genomes").manifest.reference
    assert kept is not None
    assert kept.place(home / "genomes") == elsewhere
    assert desk.add([], StoreRules("GRCh38", reference=elsewhere)) == []


def test_reference__is_not_given_to_a_store_without(tmp_path: Path, file: GenomeFile) -> None:
    fasta = tmp_path / "reference.fa"
    fasta.write_text(FASTA)
    desk = FreestandingGenomes(tmp_path / "store")
    desk.add([file], StoreRules("GRCh38"))
    with pytest.raises(GenomeError, match="was not made with"):
        desk.add([file], StoreRules("GRCh38", reference=fasta))
