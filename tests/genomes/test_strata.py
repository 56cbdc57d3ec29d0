"""Counts by stratum: each stratum as if asked alone, the sexes as measured."""

from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from pyroaring import BitMap

from kerne.errors import GenomeError
from kerne.genomes.cohorts import Cohort, Samples
from kerne.genomes.complement import Karyotype
from kerne.genomes.freestanding import FreestandingGenomes
from kerne.genomes.frequencies import Frequencies
from kerne.genomes.reading.intake import GenomeFile, StoreRules
from kerne.genomes.strata import Strata, rows_by_sex, unite_strata, write_strata_1based

AsTable = Callable[[Frequencies], dict[tuple[str, int, str, str], tuple[int, ...]]]
SAMPLES = ("woman", "man", "single", "unclear")


@pytest.fixture
def desk(tmp_path: Path, write_vcf: Callable[..., Path]) -> FreestandingGenomes:
    rows = [("chr1", 10, "A", "C", ["0/1", "1/1", "0/0", "0/1"])]
    rows += [("chrX", 5_000_000 + at, "A", "C", ["0/1", "1", "1", "0/0"]) for at in range(5)]
    rows += [("chrY", 9_000_000, "A", "C", ["./.", "1", ".", "./."])]
    desk = FreestandingGenomes(tmp_path / "store")
    file = GenomeFile(write_vcf(tmp_path / "a.vcf", SAMPLES, rows))
    desk.add([file], StoreRules("GRCh38"))
    return desk


def test_strata__are_what_is_counted_when_asked_alone(
    desk: FreestandingGenomes, as_table: AsTable
) -> None:
    named: dict[str, Samples] = {
        "pair": ["woman", "man"],
        "others": Cohort(frozenset({"woman", "man"}), inverted=True),
    }
    found = desk.frequencies_by(Strata(named=named), "chr1:1-20", ["woman", "single", "man"])
    assert as_table(found.whole) == as_table(
        desk.frequencies("chr1:1-20", ["woman", "single", "man"])
    )
    alone = desk.frequencies("chr1:1-20", ["woman", "man"])
    assert as_table(found.strata["pair"]) == as_table(alone)
    assert as_table(found.strata["others"]) == {("chr1", 10, "A", "C"): (0, 2, 0, 0, 0)}


def test_sexes__are_the_measured_complements_and_make_up_the_whole(
    desk: FreestandingGenomes, as_table: AsTable
) -> None:
    found = desk.frequencies_by(Strata(by_sex=True))
    place = ("chrX", 5_000_000, "A", "C")
    counts = {name: as_table(part)[place] for name, part in found.strata.items()}
    assert counts == {
        "XX": (1, 2, 0, 1, 0),
        "XY": (1, 1, 0, 0, 1),
        "X": (1, 1, 0, 0, 1),
        "other": (0, 0, 0, 0, 0),
    }
    for key, whole in as_table(found.whole).items():
        parts = [as_table(part)[key] for part in found.strata.values()]
        assert tuple(map(sum, zip(*parts, strict=True))) == whole


def test_table__has_a_line_an_allele_and_columns_a_stratum(desk: FreestandingGenomes) -> None:
    stream = StringIO()
    named = {"men": ["man"]}
    write_strata_1based(desk.frequencies_by(Strata(named=named), "chrY"), stream)
    assert stream.getvalue().splitlines() == [
        "chrom\tpos\tref\talt\tAC\tAN\tAF\thom\thet\themi\t"
        + "\t".join(f"{count}_men" for count in ("AC", "AN", "AF", "hom", "het", "hemi")),
        "chrY\t9000000\tA\tC\t1\t1\t1\t0\t0\t1\t1\t1\t1\t0\t0\t1",
    ]


def test_every_complement__is_in_one_stratum() -> None:
    strata = rows_by_sex(dict(enumerate(Karyotype)))
    assert sorted(row for rows in strata.values() for row in rows) == list(range(len(Karyotype)))
    assert strata["other"] == BitMap(
        at
        for at, each in enumerate(Karyotype)
        if each in {Karyotype.X0, Karyotype.XXY, Karyotype.XYY, Karyotype.MOSAIC, Karyotype.UNCLEAR}
    )


@pytest.mark.parametrize(
    ("strata", "message"),
    [
        (Strata(named={"a b": ["man"]}), "expected letters, digits"),
        (Strata(by_sex=True, named={"XX": ["man"]}), "two strata `XX`"),
        (Strata(named={"x": ["nobody"]}), "no sample `nobody`"),
        (Strata(by_region=True), "does not know where anybody lives"),
    ],
)
def test_strata__that_cannot_be_are_refused(
    desk: FreestandingGenomes, strata: Strata, message: str
) -> None:
    with pytest.raises(GenomeError, match=message):
        desk.frequencies_by(strata)


def test_ways_of_dividing__are_united() -> None:
    assert unite_strata({"a": BitMap([1])}, {}, {"b": BitMap([1])}).keys() == {"a", "b"}
