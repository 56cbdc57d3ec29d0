from hypothesis import given, settings
from hypothesis import strategies as st

from kerne.alleles.interval import Interval, Intervals
from kerne.alleles.transcript import Transcript
from kerne.interpretation.candidate import GeneCoverage
from kerne.interpretation.coverage import (
    LISTED_GAPS,
    coding_intervals,
    gene_coverage,
    preferred,
)


def _model(
    exons: tuple[tuple[int, int], ...],
    cds: tuple[int, int] | None,
    name: str = "T",
    *tags: str,
) -> Transcript:
    return Transcript(name, "G", "G", "chr1", 1, exons, cds, None, frozenset(tags))


def test_coverage__counts_coding_bases_and_names_gaps_from_one() -> None:
    model = _model(((0, 50), (100, 200), (300, 400)), (120, 350))
    seen = Intervals.build([Interval("chr1", 0, 130), Interval("chr1", 140, 320)])
    assert gene_coverage("G", model, seen) == GeneCoverage(
        "G", 90 / 130, ("chr1:131-140", "chr1:321-350")
    )


def test_coverage_of_a_genome_that_did_not_say__is_unknown() -> None:
    assert gene_coverage("G", _model(((0, 50),), None), None).callable_fraction is None


def test_many_gaps__are_counted() -> None:
    seen = Intervals.build(Interval("chr1", at, at + 1) for at in range(0, 100, 2))
    gaps = gene_coverage("G", _model(((0, 100),), (0, 100)), seen).gaps
    assert len(gaps) == LISTED_GAPS + 1
    assert gaps[-1] == "30 more gaps"


def test_preferred_transcript__is_mane_or_the_longest_coding() -> None:
    short = _model(((0, 100),), (0, 30), "A")
    long = _model(((0, 100),), (0, 60), "B")
    selected = _model(((0, 100),), (0, 3), "C", "MANE_Select")
    uncoding = _model(((0, 1000),), None, "D")
    assert preferred([uncoding, short, long]) is long
    assert preferred([uncoding, short, long, selected]) is selected


@settings(deadline=None, derandomize=True, max_examples=80)
@given(
    st.lists(st.integers(1, 200), min_size=2, max_size=8, unique=True),
    st.sets(st.integers(0, 250)),
)
def test_coverage__is_that_of_a_count_base_by_base(edges: list[int], seen: set[int]) -> None:
    edges = sorted(edges)[: len(edges) // 2 * 2]
    exons = tuple(zip(edges[::2], edges[1::2], strict=True))
    model = _model(exons, (exons[0][0], exons[-1][1]))
    callable_in = Intervals.build(Interval("chr1", base, base + 1) for base in seen)
    bases = [base for start, end in exons for base in range(start, end)]
    coverage = gene_coverage("G", model, callable_in)
    assert coverage.callable_fraction == sum(base in seen for base in bases) / len(bases)
    assert sum(part.span_bp for part in coding_intervals(model)) == len(bases)
