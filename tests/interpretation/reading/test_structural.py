from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerne.alleles.assembly import GRCH38, KERNIA1
from kerne.interpretation.candidate import Genotype
from kerne.interpretation.reading.structural import (
    ALIKE,
    Breakend,
    StructuralCall,
    StructuralKind,
    hgvs_name,
    spoken_name,
    structural_of,
)


def _call(
    kind: str,
    start: int = 1000,
    end: int = 6000,
    *,
    size_bp: int | None = None,
    **more: Any,  # Any: what a test adds
) -> StructuralCall:
    size = end - start if size_bp is None else size_bp
    return StructuralCall(StructuralKind(kind), "chr7", start, end, Genotype.HET, size, **more)


JOIN = _call("BND", 1000, 1000, mate=Breakend("chr9", 1999, "N[chr9:2000["))


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (_call("DEL"), "NC_000007.14:g.1001_6000del"),
        (
            _call("DEL", start_within=(-10, 15), end_within=(0, 7)),
            "NC_000007.14:g.(991_1016)_(6000_6007)del",
        ),
        (_call("DUP"), "NC_000007.14:g.1001_6000dup"),
        (_call("INV"), "NC_000007.14:g.1001_6000inv"),
        (_call("CNV", copies=4), "NC_000007.14:g.1001_6000[4]"),
        (_call("INS", 1000, 1000, size_bp=312), "NC_000007.14:g.1000_1001ins[(312)]"),
        (_call("INS", 1000, 1000), "NC_000007.14:g.1000_1001ins[?]"),
        (JOIN, "NC_000007.14:g.1000::NC_000009.12:g.2000"),
    ],
)
def test_name__is_hgvs_on_the_chromosome(call: StructuralCall, name: str) -> None:
    assert hgvs_name(call, GRCH38) == name


def test_spoken_name__is_much_as_iscn_has_it() -> None:
    assert spoken_name(_call("DEL"), GRCH38) == "seq[GRCh38] del(7) NC_000007.14:g.1001_6000del"
    assert spoken_name(JOIN, GRCH38).startswith("seq[GRCh38] t(7;9) NC_000007.14")
    invented = replace(_call("DUP"), contig="chr1")
    assert spoken_name(invented, KERNIA1) == "seq[Kernia1] dup(1) chr1:g.1001_6000dup"


def test_allele__is_symbolic_and_tells_kind_place_and_end() -> None:
    assert str(_call("DEL").allele) == "chr7-1000-N-<DEL:5000>"
    assert str(JOIN.allele) == "chr7-1000-N-N[chr9:2000["
    assert _call("DEL").allele.is_symbolic
    assert [structural_of(each.allele) for each in (_call("DEL"), JOIN)] == [_call("DEL"), JOIN]
    assert len({_call(kind, 1000, end).allele for kind in ("DEL", "DUP") for end in (2, 3)}) == 4


@pytest.mark.parametrize(
    ("other", "is_like"),
    [
        (_call("DEL"), True),
        (_call("DEL", 1500, 6500), True),
        (_call("DEL", 3000, 8000), False),
        (_call("DEL", 1000, 20_000), False),
        (_call("DUP"), False),
        (JOIN, False),
    ],
)
def test_deletions__are_alike_when_they_overlap_for_the_most(
    other: StructuralCall, *, is_like: bool
) -> None:
    assert _call("DEL").is_like(other) is is_like


def test_joins_and_insertions__are_alike_when_they_are_near() -> None:
    near = _call("BND", 1100, 1100, mate=Breakend("chr9", 2100, "N[chr9:2101["))
    far = _call("BND", 1100, 1100, mate=Breakend("chr9", 9000, "N[chr9:9001["))
    elsewhere = _call("BND", 1000, 1000, mate=Breakend("chr8", 1999, "N[chr8:2000["))
    assert [JOIN.is_like(each) for each in (near, far, elsewhere)] == [True, False, False]
    insertion = _call("INS", 1000, 1000)
    assert [insertion.is_like(_call("INS", at, at)) for at in (1100, 1300)] == [True, False]


PLACES = st.tuples(st.integers(0, 60), st.integers(1, 60))


@settings(deadline=None, derandomize=True, max_examples=200)
@given(PLACES, PLACES)
def test_likeness__is_reciprocal_overlap_counted_base_by_base(
    one: tuple[int, int], other: tuple[int, int]
) -> None:
    sets = [set(range(start, start + size)) for start, size in (one, other)]
    calls = [_call("DEL", start, start + size) for start, size in (one, other)]
    shared = len(sets[0] & sets[1])
    expected = all(shared >= ALIKE * len(each) for each in sets)
    assert calls[0].is_like(calls[1]) is expected
    assert calls[1].is_like(calls[0]) is expected
