"""Whether a relative has a structural variant, by what the calls of two people share."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerne.alleles.allele import Allele
from kerne.alleles.assembly import GRCH38
from kerne.interpretation.candidate import Genotype
from kerne.interpretation.family.structural_kin import is_one, laid_over
from kerne.interpretation.reading.calls import Carriage, GenomeCalls
from kerne.interpretation.reading.reads import Reads
from kerne.interpretation.reading.structural import Breakend, StructuralCall, StructuralKind

Borders = tuple[int, int]


def _call(  # noqa: PLR0913 - the columns of a record
    kind: str = "DEL",
    start: int = 10_000,
    end: int = 20_000,
    *,
    contig: str = "chr1",
    size_bp: int | None = None,
    start_within: Borders = (0, 0),
    end_within: Borders = (0, 0),
    genotype: Genotype = Genotype.HET,
) -> StructuralCall:
    size = end - start if size_bp is None else size_bp
    return StructuralCall(
        *(StructuralKind(kind), contig, start, end, genotype, size),
        start_within=start_within,
        end_within=end_within,
    )


def _join(
    start: int, mate: int, contig: str = "chr1", other: str = "chr9", within: Borders = (0, 0)
) -> StructuralCall:
    end = Breakend(other, mate, f"N[{other}:{mate + 1}[")
    call = StructuralCall(StructuralKind.BREAKEND, contig, start, start, Genotype.HET, mate=end)
    return replace(call, start_within=within, end_within=within)


WIDE = (-600, 600)


@pytest.mark.parametrize(
    ("theirs", "expected"),
    [
        (_call(), True),
        (_call(start=15_000), True),
        (_call(start=15_001), False),
        (_call(end=30_000), True),
        (_call(end=30_001), False),
        (_call(start=16_000, end=26_000), False),
        (_call("DUP"), False),
        (_call(contig="chr2"), False),
        (_call(start=10_500, end=10_900), False),
        (_call(start=10_500, end=10_900, start_within=WIDE), False),
        (_call(start=10_500, end=10_900, start_within=WIDE, end_within=(0, 9_100)), True),
    ],
)
def test_deletions__are_one_by_half_of_both_or_by_borders_that_may_be_the_same(
    theirs: StructuralCall, *, expected: bool
) -> None:
    assert is_one(_call(), theirs) is expected


@pytest.mark.parametrize(
    ("theirs", "expected"),
    [
        (_call("INS", 10_200, 10_200, size_bp=300), True),
        (_call("INS", 10_201, 10_201, size_bp=300), False),
        (_call("INS", 10_201, 10_201, size_bp=300, start_within=(-1, 0)), False),
        (_call("INS", 10_201, 10_201, size_bp=300, start_within=(-201, 0)), True),
        (_call("INS", 10_000, 10_000, size_bp=150), True),
        (_call("INS", 10_000, 10_000, size_bp=149), False),
        (_call("INS", 10_000, 10_000, size_bp=0), True),
    ],
)
def test_insertions__are_one_where_they_are_near_and_of_like_length(
    theirs: StructuralCall, *, expected: bool
) -> None:
    assert is_one(_call("INS", 10_000, 10_000, size_bp=300), theirs) is expected


@pytest.mark.parametrize(
    ("theirs", "expected"),
    [
        (_join(10_100, 500), True),
        (_join(10_000, 701), False),
        (_join(10_000, 701, within=(-201, 201)), True),
        (_join(10_300, 500), False),
        (_join(10_000, 500, other="chr8"), False),
        (_join(501, 9_999, "chr9", "chr1"), True),
        (_join(501, 10_300, "chr9", "chr1"), False),
    ],
)
def test_joins__are_one_from_either_side(theirs: StructuralCall, *, expected: bool) -> None:
    assert is_one(_join(10_000, 500), theirs) is expected
    relative = GenomeCalls("M", GRCH38, (), structural=(theirs,))
    assert bool(laid_over([_join(10_000, 500)], relative).structural) is expected


def test_relative__has_what_is_alike_as_the_patients_is_placed() -> None:
    ours = _call()
    theirs = replace(
        _call(start=11_000, genotype=Genotype.HOM), copies=0, reads=Reads(20, 20), size_bp=9_000
    )
    laid = laid_over([ours], GenomeCalls("M", GRCH38, (), structural=(theirs, _call("DUP", 5, 90))))
    assert laid.carriage(ours.allele) is Carriage.HOM
    assert laid.reads(ours.allele) == Reads(20, 20)
    assert [each.allele for each in laid.structural] == [ours.allele]


def test_of_several_that_are_alike__the_nearest_says_how_it_is_carried() -> None:
    far, near = _call(start=6_000), _call(start=10_100, genotype=Genotype.HOM)
    laid = laid_over([_call()], GenomeCalls("M", GRCH38, (), structural=(far, near)))
    assert laid.carriage(_call().allele) is Carriage.HOM


ELSEWHERE, TURNED = _call("DUP", 900_000, 950_000), _call("INV", 900_000, 950_000)


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        (_call(), GenomeCalls("M", GRCH38, (), structural=(ELSEWHERE,)), Carriage.UNSEEN),
        (_call(), GenomeCalls("M", GRCH38, (), doubtful=(ELSEWHERE,)), Carriage.UNSEEN),
        (_call(), GenomeCalls("M", GRCH38, ()), Carriage.UNKNOWN),
        (
            _call(),
            GenomeCalls("M", GRCH38, (), structural=(ELSEWHERE,), doubtful=(_call(),)),
            Carriage.UNKNOWN,
        ),
        (
            _call(),
            GenomeCalls(
                *("M", GRCH38, ()), structural=(ELSEWHERE,), absent={TURNED.allele: Reads(30, 0)}
            ),
            Carriage.UNKNOWN,
        ),
        (
            _call(),
            GenomeCalls(
                *("M", GRCH38, ()),
                structural=(ELSEWHERE,),
                absent={Allele("chr1", 5, "A", "C"): Reads(30, 0)},
            ),
            Carriage.UNSEEN,
        ),
        (
            _call(),
            GenomeCalls("M", GRCH38, (), absent={_call().allele: Reads(30, 0)}),
            Carriage.ABSENT,
        ),
        (TURNED, GenomeCalls("M", GRCH38, (), structural=(ELSEWHERE,)), Carriage.UNKNOWN),
        (
            _call("DUP", 10_000, 10_400),
            GenomeCalls("M", GRCH38, (), structural=(_call("INS", 10_050, 10_050, size_bp=400),)),
            Carriage.UNKNOWN,
        ),
        (
            _call("DUP", 10_000, 10_400),
            GenomeCalls("M", GRCH38, (), structural=(_call("INS", 10_050, 10_050, size_bp=90),)),
            Carriage.UNSEEN,
        ),
        (
            _call("INS", 10_000, 10_000, size_bp=400),
            GenomeCalls("M", GRCH38, (), structural=(TURNED, _call("DUP", 10_050, 10_450))),
            Carriage.UNKNOWN,
        ),
        (
            TURNED,
            GenomeCalls("M", GRCH38, (), structural=(_call("INV"),)),
            Carriage.UNSEEN,
        ),
    ],
)
def test_variant_that_is_not_found__is_unseen_only_where_it_was_looked_for(
    ours: StructuralCall, theirs: GenomeCalls, expected: Carriage
) -> None:
    laid = laid_over([ours], theirs)
    assert laid.carriage(ours.allele) is expected
    assert not laid.carriage(ours.allele).is_carried


PLACES = st.integers(0, 60).map(lambda at: at * 100)
WITHIN = st.sampled_from([(0, 0), (-250, 250), (0, 900)])


@st.composite
def _drawn(draw: st.DrawFn) -> StructuralCall:
    kind = draw(st.sampled_from(["DEL", "DUP", "INV", "INS", "BND"]))
    contig, start = draw(st.sampled_from(["chr1", "chr2"])), draw(PLACES)
    within = {"start_within": draw(WITHIN), "end_within": draw(WITHIN)}
    if kind == "BND":
        join = _join(start, draw(PLACES), contig, draw(st.sampled_from(["chr1", "chr2"])))
        return replace(join, start_within=within["start_within"], end_within=within["end_within"])
    end = start if kind == "INS" else start + draw(st.integers(1, 40)) * 100
    return _call(kind, start, end, contig=contig, **within)  # type: ignore[arg-type]  # two borders


@given(_drawn(), _drawn())
@settings(deadline=None, max_examples=300)
def test_two_calls__are_one_whoever_is_asked_first(
    one: StructuralCall, other: StructuralCall
) -> None:
    assert is_one(one, other) is is_one(other, one)
    assert is_one(one, one)


@given(st.lists(_drawn(), max_size=5), st.lists(_drawn(), max_size=8))
@settings(deadline=None, max_examples=300)
def test_what_is_found__is_what_comparing_each_with_each_finds(
    ours: list[StructuralCall], theirs: list[StructuralCall]
) -> None:
    relative = GenomeCalls("M", GRCH38, (), structural=tuple(theirs))
    laid = laid_over(ours, relative)
    expected = {each.allele for each in ours if any(is_one(each, other) for other in theirs)}
    assert {each.allele for each in laid.structural} == expected
    assert not expected & laid.unseen
