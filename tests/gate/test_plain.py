"""What may stand in clear in an entry that is never deleted."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerne.gate.plain import HIDDEN, in_clear

QUICK = settings(deadline=None, max_examples=200, derandomize=True)
BASES = st.text("ACGT", min_size=1, max_size=6)
CONTIGS = st.sampled_from(["1", "22", "X", "MT", "chr1", "chrX", "NC_000001.11"])
POSITIONS = st.integers(10_000, 248_956_422)
PLACES = st.sampled_from(["{}", "gene {}", "order {}", "project {}", "choice {}", "a {} b"])


@st.composite
def cpr_numbers(draw: st.DrawFn) -> str:
    day, month = draw(st.integers(1, 31)), draw(st.integers(1, 12))
    year, serial = draw(st.integers(0, 99)), draw(st.integers(0, 9999))
    between = draw(st.sampled_from(["", "-", " ", "/", "."]))
    return f"{day:02}{month:02}{year:02}{between}{serial:04}"


@st.composite
def genotypes(draw: st.DrawFn) -> str:
    contig, position = draw(CONTIGS), draw(POSITIONS)
    old, new = draw(BASES), draw(BASES)
    form = draw(
        st.sampled_from(
            [
                "{contig}-{position}-{old}-{new}",
                "{contig}:{position}{old}>{new}",
                "{contig}:g.{position}{old}>{new}",
                "NM_000350.3:c.{position}{old}>{new}",
                "c.{position}{old}>{new}",
                "p.Arg{position}Trp",
                "rs{position}",
                "{old}>{new}",
                "{old}/{new}",
                "{position}",
            ]
        )
    )
    return form.format(contig=contig, position=position, old=old, new=new)


CALLS = st.from_regex(r"[0-9.][/|][0-9.](:[0-9]{1,3})?", fullmatch=True)
NAMES = st.from_regex(r"[A-ZÆØÅ][a-zæøåé]{1,12}(-[A-Z][a-z]{2,8})?\.?", fullmatch=True)
PERSONS = st.from_regex(r"P-[0-9]{6}", fullmatch=True)


@QUICK
@given(cpr_numbers(), PLACES)
def test_cpr_number__never_stands_in_clear(number: str, place: str) -> None:
    shown = in_clear(place.format(number))
    assert number not in shown
    assert number[:6] not in shown


@QUICK
@given(genotypes() | CALLS | NAMES | PERSONS, PLACES)
def test_genotype_name_and_person__never_stand_in_clear(word: str, place: str) -> None:
    shown = in_clear(place.format(word)).split(" ")
    assert word not in shown
    assert HIDDEN in " ".join(shown)


@pytest.mark.parametrize(
    "about",
    [
        "order K-2026-000012",
        "case C-2026-000001",
        "permit of project PRJ-0002",
        "output of question PRJ-0002/Q-1",
        "allele count of gene TTN",
        "allele count of gene HLA-A",
        "allele count of gene C9orf72",
        "choice AnalysisConsented",
        "whole genome sequencing, rare-disease-children",
        "list of the next public epoch",
        "project-1",
    ],
)
def test_what_the_centre_itself_says__stands_in_clear(about: str) -> None:
    assert in_clear(about) == about
