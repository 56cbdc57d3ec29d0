"""Chunks of invented files beside what plain Python reads in them, BCF and phase and fields too."""

import random
from pathlib import Path

import pysam
import pytest

from adversary.reading import differences_of_reading
from adversary.studies import invent_study
from adversary.writing import Container
from kerne.alleles.assembly import GRCH38
from kerne.errors import InputFileError
from kerne.genomes.reading.chunks import open_chunks
from kerne.genomes.reading.intake import GenomeFile, IntakeRules

HEADER = "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ta\n"


@pytest.mark.parametrize("seed", range(8))
def test_chunks__say_what_plain_python_reads(tmp_path: Path, seed: int) -> None:
    pysam.set_verbosity(0)
    study = invent_study(random.Random(seed), tmp_path, tuple(Container), files=6)
    assert not list(differences_of_reading(study))


def test_comparison__finds_one_haplotype_and_one_depth_that_differ(tmp_path: Path) -> None:
    study = invent_study(random.Random(1), tmp_path, [Container.PLAIN], files=3)
    key, calls, at = next(
        (key, calls, at)
        for file in study.naive
        for key, columns in file.told.items()
        for calls in columns
        for at, call in enumerate(calls)
        if call.said == "het" and call.haplotypes and call.depth
    )
    said = calls[at]
    for wrong in (said._replace(haplotypes=()), said._replace(depth=None)):
        calls[at] = wrong
        assert [line for line in differences_of_reading(study) if str(key) in line]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("chr1\t5\t.\tO\tC\t.\t.\t.\tGT\t0/1", "REF is not bases"),
        ("chr1\t5\t.\tA\tJ\t.\t.\t.\tGT\t0/1", "ALT has letters that are no bases"),
        ("chr1\t5\t.\tA\tC,AO\t.\t.\t.\tGT\t0/1", "ALT has letters that are no bases"),
        ("chr1\t5\t.\tA\t<*>\t.\t.\tEND=248956423\tGT\t0/0", "goes past the end of `chr1`"),
        ("chr1\t5\t.\tA\t<*>\t.\t.\tEND=99999999999\tGT\t0/0", "goes past the end of `chr1`"),
        ("chr1\t248956422\t.\tAA\tA,<*>\t.\t.\t.\tGT\t0/0", "goes past the end of `chr1`"),
    ],
)
def test_line_that_cannot_be__is_named(tmp_path: Path, line: str, words: str) -> None:
    path = tmp_path / "a.vcf"
    path.write_text(f"{HEADER}chr1\t4\t.\tA\tR\t.\t.\t.\tGT\t0/1\n{line}\n")
    rules = IntakeRules(GRCH38, None, 20, 8)
    with (
        pytest.raises(InputFileError, match=f"line 4: {words}"),
        open_chunks(GenomeFile(path), rules) as reading,
    ):
        list(reading)
