from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerne.alleles.interval import Interval
from kerne.alleles.transcript import Transcript
from kerne.errors import InterpretationError
from kerne.interpretation.candidate import Classification, Met
from kerne.interpretation.criteria.copy_gain import score_gain
from kerne.interpretation.criteria.copy_loss import score_loss
from kerne.interpretation.criteria.copy_number import (
    Copies,
    CopyEvidence,
    CopyScore,
    Origin,
    Stretch,
    class_of_copies,
    curate,
)
from kerne.knowledge.gene_facts import DosageRegion, DosageScore, GeneFacts
from tests.interpretation.criteria.rows import TRANSCRIPT, read_words

GOLDEN = Path(__file__).parents[2] / "golden" / "copy_number.tsv"
HEADER, *LINES = GOLDEN.read_text().splitlines()
ROWS = [dict(zip(HEADER.split("\t"), line.split("\t"), strict=True)) for line in LINES]
MINUS = Transcript(
    "TX2.1", "G2", "MINUS", "chr1", -1, ((1000, 1100), (1200, 1400)), (1050, 1350), None
)


def _genes(interval: Interval, said: dict[str, str]) -> Iterable[Transcript]:
    for gene in (TRANSCRIPT, MINUS):
        if "genes" not in said and gene.start < interval.end and interval.start < gene.end:
            yield gene
    for number in range(int(said.get("genes", 0))):
        start = 5000 + 100 * number
        exons = ((start, start + 60),)
        yield Transcript(
            f"T{number}", f"G{number}", f"N{number:02}", "chr1", 1, exons, exons[0], None
        )


def _regions(said: dict[str, str]) -> list[DosageRegion]:
    if "region" not in said:
        return []
    name, place, loss, gain = said["region"].split(" ")
    start, end = map(int, place.split("-"))
    lost, gained = (None if score == "." else DosageScore(int(score)) for score in (loss, gain))
    return [DosageRegion("ISCA-1", name, Interval("chr1", start, end), lost, gained, date=None)]


def score_row(row: dict[str, str]) -> CopyScore:
    said = read_words(row["said"])
    start, end = map(int, row["place"].split("-"))
    interval = Interval("chr1", start, end)
    copies = Copies(row["copies"])
    sensitive = said.get("hi", "")
    facts = {sensitive: GeneFacts(sensitive, haploinsufficiency=DosageScore.SUFFICIENT)}
    genes = list(_genes(interval, said))
    known = facts if sensitive else {}
    stretch = Stretch(copies, interval, genes, known, _regions(said), dosage_source="dosage d")
    score = score_loss if copies is Copies.LOSS else score_gain
    return score(stretch, Origin(row["origin"]))


@pytest.mark.parametrize("row", ROWS, ids=[f"{n}-{r['source']}" for n, r in enumerate(ROWS, 2)])
def test_copy_number__is_scored_as_its_table_says(row: dict[str, str]) -> None:
    score = score_row(row)
    assert " ".join(each.section for each in score.evidence) == row["sections"]
    assert score.points == pytest.approx(float(row["points"]))
    assert score.classification.value == row["class"]
    assert all(each.data and each.source for each in score.evidence)


@settings(deadline=None, derandomize=True, max_examples=60)
@given(st.sampled_from(ROWS), st.floats(-1.5, 1.5, allow_nan=False))
def test_curated_section__takes_the_place_of_the_programs(
    row: dict[str, str], worth: float
) -> None:
    worth = round(worth, 2)
    before = score_row(row)
    published = CopyEvidence("4C", Met.MET, worth, "three patients, PMID:1", "geneticist")
    after = curate(before, [published])
    assert after.points == pytest.approx(before.points + worth)
    assert [each.section[:1] for each in after.evidence] == sorted(
        each.section[:1] for each in before.evidence
    )
    assert curate(after, [published]) == after


def test_dosage_that_nobody_judged__is_not_called_not_met() -> None:
    interval = Interval("chr1", 0, 500)
    for copies, score in ((Copies.LOSS, score_loss), (Copies.GAIN, score_gain)):
        second = score(Stretch(copies, interval, [TRANSCRIPT])).evidence[1]
        assert (second.met, second.source) == (Met.NOT_JUDGED, "absent")


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        (CopyEvidence("4C", Met.MET, 0.3, " ", "geneticist"), "section `4C` needs a reason"),
        (CopyEvidence("4C", Met.NOT_MET, 0.3, "why", "geneticist"), "expected 0"),
    ],
)
def test_curated_line_that_says_nothing_usable__is_refused(
    entry: CopyEvidence, problem: str
) -> None:
    with pytest.raises(InterpretationError, match=problem):
        curate(CopyScore(()), [entry])


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        (0.99, Classification.PATHOGENIC),
        (0.98, Classification.LIKELY_PATHOGENIC),
        (0.90, Classification.LIKELY_PATHOGENIC),
        (0.89, Classification.UNCERTAIN),
        (-0.89, Classification.UNCERTAIN),
        (-0.90, Classification.LIKELY_BENIGN),
        (-0.98, Classification.LIKELY_BENIGN),
        (-0.99, Classification.BENIGN),
    ],
)
def test_class__follows_the_limits_of_the_tables(points: float, expected: Classification) -> None:
    assert class_of_copies(points) is expected
