"""One genome as a file: what its own file told of each allele, read back by bcftools."""

import io
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import repeat
from pathlib import Path

import pysam
import pysam.bcftools
import pytest

from kerne.alleles.allele import Allele
from kerne.alleles.assembly import GRCH38
from kerne.errors import GenomeError
from kerne.genomes.exporting.person import person_lines_1based, write_person_table_1based
from kerne.genomes.freestanding import FreestandingGenomes
from kerne.genomes.keeping.new_store import create_store
from kerne.genomes.keeping.store import GenomeStore
from kerne.genomes.reading.intake import GenomeFile, StoreRules

CALLS = {
    10: "0/1:30:14,16:99",
    20: "1|0:31:.:98",
    30: "0|1:.:1,2:.",
    40: "1|1:33:0,33:97",
    50: "./1:34:10,24:96",
    60: "1|.:35:10,25:95",
    70: "1:36:0,36:94",
}


@pytest.fixture
def desk(tmp_path: Path, write_vcf: Callable[..., Path]) -> FreestandingGenomes:
    rows = [("chr1", at, "A", "C", [text, "0/0:9:9,0:9"]) for at, text in CALLS.items()]
    made = FreestandingGenomes(tmp_path / "store")
    path = write_vcf(tmp_path / "a.vcf", ("a", "b"), rows, form="GT:DP:AD:GQ")
    made.add([GenomeFile(path)], StoreRules("GRCh38"))
    return made


def test_vcf_of_a_genome__says_what_its_file_said(
    desk: FreestandingGenomes, tmp_path: Path
) -> None:
    path = tmp_path / "one.vcf"
    lines = person_lines_1based("a", GRCH38, desk.variants_of("a"))
    path.write_text("".join(f"{line}\n" for line in lines))
    form = "%POS %FILTER[ %GT:%DP:%AD:%GQ]\\n"
    found = str(pysam.bcftools.query("-f", form, str(path))).splitlines()
    meant = CALLS | {20: "1|0:31:.,.:98"}
    assert found == [f"{at} PASS {text}" for at, text in meant.items()]


def test_table_of_a_genome__has_a_line_an_allele(desk: FreestandingGenomes) -> None:
    stream = io.StringIO()
    write_person_table_1based(desk.variants_of("a"), stream)
    lines = [line.split("\t") for line in stream.getvalue().splitlines()]
    assert lines[0][:5] == ["chrom", "pos", "ref", "alt", "genotype"]
    assert lines[1] == ["chr1", "10", "A", "C", "0/1", "yes", "30", "14", "16", "99"]
    assert [line[4] for line in lines[1:]] == [text.split(":")[0] for text in CALLS.values()]
    assert lines[3][6:] == [".", "1", "2", "."]


def test_genome_that_is_not_there__is_an_error(desk: FreestandingGenomes) -> None:
    with pytest.raises(GenomeError, match="`nobody`"):
        desk.variants_of("nobody")
    assert not desk.variants_of("b")


def test_first_seen__is_the_day_of_the_first_carrier_that_is_still_there(
    tmp_path: Path, write_vcf: Callable[..., Path]
) -> None:
    days = [datetime(2026, 3, day, 12, tzinfo=UTC) for day in (1, 2, 3)]
    texts = {"a": ["0/0", "0/1"], "b": ["0/1", "0/1"], "c": ["1/1", "0/0"]}
    create_store(tmp_path / "store", GRCH38, kept_by_centre=False)
    for at, (name, calls) in zip(days, texts.items(), strict=True):
        rows = [("chr1", 10, "A", "C", calls[:1]), ("chr1", 20, "G", "T", calls[1:])]
        path = write_vcf(tmp_path / f"{name}.vcf", (name,), rows)
        GenomeStore(tmp_path / "store", repeat(at).__next__).add([GenomeFile(path)])
    desk = FreestandingGenomes(tmp_path / "store")
    alleles = [
        Allele("chr1", 9, "A", "C"),
        Allele("chr1", 19, "G", "T"),
        Allele("chr1", 5, "A", "T"),
    ]
    assert desk.first_seen(alleles) == [days[1], days[0], None]
    desk.remove("a")
    desk.remove("b")
    assert desk.first_seen(alleles) == [days[2], None, None]
