import os
from pathlib import Path

import pysam
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from kerne.alleles.sequence import (
    CODONS,
    MITOCHONDRIAL_CODONS,
    ReferenceSequence,
    reverse_complement,
    translate,
)
from kerne.errors import AssemblyError, InputFileError

FASTA = ">20 first\nACGTacgtNN\nGGC\n>MT\nTTTT\n>odd_contig\nA\n"


@pytest.fixture
def fasta(tmp_path: Path) -> Path:
    path = tmp_path / "reference.fa"
    path.write_text(FASTA)
    return path


def test_reference__reads_upper_case_bases_by_either_spelling(fasta: Path) -> None:
    with ReferenceSequence(fasta) as sequence:
        assert sequence.contigs == ("chr20", "chrM", "odd_contig")
        assert sequence.fetch("chr20", 3, 11) == "TACGTNNG"
        assert sequence.fetch("20", 0, 0) == ""
        assert sequence.length("chr20") == 13
        assert sequence.name_in_file("chrM") == "MT"


def test_reference__keeps_the_index_it_made(fasta: Path) -> None:
    ReferenceSequence(fasta).close()
    index = Path(f"{fasta}.fai")
    made = index.stat().st_mtime_ns
    with ReferenceSequence(fasta) as sequence:
        assert sequence.fetch("chrM", 0, 4) == "TTTT"
    assert index.stat().st_mtime_ns == made
    assert sorted(path.name for path in fasta.parent.iterdir()) == [fasta.name, index.name]


def test_reference__remakes_an_index_older_than_its_file(fasta: Path) -> None:
    ReferenceSequence(fasta).close()
    fasta.write_text(">20\nTT\n")
    os.utime(f"{fasta}.fai", (1, 1))
    with ReferenceSequence(fasta) as sequence:
        assert sequence.contigs == ("chr20",)
        assert sequence.length("chr20") == 2


def test_bgzip_reference__is_read_like_a_plain_one(fasta: Path) -> None:
    packed = f"{fasta}.gz"
    pysam.tabix_compress(str(fasta), packed)
    with ReferenceSequence(Path(packed)) as sequence:
        assert sequence.fetch("chr20", 8, 13) == "NNGGC"
    assert Path(f"{packed}.gzi").exists()


def test_reference_in_a_closed_directory__is_indexed_elsewhere(
    fasta: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    with ReferenceSequence(fasta) as sequence:
        assert sequence.fetch("chr20", 0, 4) == "ACGT"
    assert [path.name for path in fasta.parent.iterdir()] == [fasta.name]


def test_reference_in_a_read_only_directory__leaves_it_as_it_was(fasta: Path) -> None:
    fasta.parent.chmod(0o555)
    with ReferenceSequence(fasta) as sequence:
        assert sequence.fetch("chr20", 0, 4) == "ACGT"
    assert [path.name for path in fasta.parent.iterdir()] == [fasta.name]
    fasta.parent.chmod(0o755)


def test_bases_outside_the_reference__are_refused(fasta: Path) -> None:
    with ReferenceSequence(fasta) as sequence:
        with pytest.raises(AssemblyError, match="`chr20` from `10` to `14` lies outside"):
            sequence.fetch("chr20", 10, 14)
        with pytest.raises(AssemblyError, match="lies outside"):
            sequence.fetch("chr20", -1, 4)
        with pytest.raises(AssemblyError, match="`chr7` is not in reference sequence"):
            sequence.length("chr7")


def test_file_that_is_no_fasta__is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match="no such file, expected a FASTA file"):
        ReferenceSequence(tmp_path / "none.fa")
    path = tmp_path / "text.fa"
    path.write_text("these are words\n")
    with pytest.raises(InputFileError, match="cannot be indexed, expected FASTA"):
        ReferenceSequence(path)


@given(st.text("ACGTN", max_size=30))
@hypothesis_settings(deadline=None, max_examples=40, derandomize=True)
def test_reverse_complement__is_its_own_inverse(bases: str) -> None:
    other = reverse_complement(bases)
    pairs = {("A", "T"), ("C", "G"), ("G", "C"), ("T", "A"), ("N", "N")}
    assert all(pair in pairs for pair in zip(bases, reversed(other), strict=True))
    assert reverse_complement(other) == bases


def test_genetic_code__has_61_coding_codons_and_3_stops() -> None:
    stops = {codon for codon, residue in CODONS.items() if residue == "*"}
    assert stops == {"TAA", "TAG", "TGA"}
    assert len(CODONS) == 64
    assert len(set(CODONS.values())) == 21


def test_mitochondrial_code__differs_in_four_codons() -> None:
    differing = {codon for codon in CODONS if CODONS[codon] != MITOCHONDRIAL_CODONS[codon]}
    assert differing == {"AGA", "AGG", "ATA", "TGA"}


def test_translation__drops_a_rest_and_shows_unknown_codons() -> None:
    assert translate("ATGNAATGATA") == "MX*"
    assert translate("ATGATATGA", MITOCHONDRIAL_CODONS) == "MMW"
