"""Whether a relative has the patient's structural variants, by the calls of both.

Callers place the borders of one variant differently in two people, and a genome of a database holds
only what was called in it. So a variant of the patient is looked for among the calls of a relative
by kind and place. One that is not found there is less than absent: a caller may have missed it.

A relative has a variant where a call of theirs is of the same kind, and

- the two share half of both (reciprocal overlap 0.5), or
- both borders may be the same, by how far the callers say that they may lie off (`CIPOS`, `CIEND`).

Insertions lie within `NEAR_BP` of each other, and neither is more than twice as long, where both
lengths are told. Both ends of a join are near, written from either side; how the two parts are
turned is not compared.

References
----------
Conrad et al. 2010, doi:10.1038/nature08516 (reciprocal overlap of copy number variants);
VCF 4.4 §3 (`CIPOS`, `CIEND`).
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from kerne.interpretation.reading.calls import GenomeCalls
from kerne.interpretation.reading.structural import NEAR_BP, StructuralCall, StructuralKind

SHARED: Final = 0.5
"""Share of both that two people's calls overlap by when they are taken as one variant."""
_COPIES: Final = frozenset(
    {StructuralKind.DELETION, StructuralKind.DUPLICATION, StructuralKind.COPY_NUMBER}
)


def laid_over(patient: Iterable[StructuralCall], relative: GenomeCalls) -> GenomeCalls:
    """Give a relative's genome with the patient's structural variants as it has them.

    A variant that is found stands in `structural` as the patient's is placed, with the genotype and
    reads of the relative. One that is not found stands in `unseen` if the relative's genome was
    examined for such: its file holds structural records, and of insertions, inversions and joins
    some that are no losses or gains of copies, which some callers look for alone. It stands in
    neither, and is not known, where the relative has a call like it that did not pass the caller's
    filters, or that calls the repeated bases an insertion and not a duplication, or the other way
    round; and where the file says somewhere that the relative lacks a structural variant: it then
    would say so here.
    """
    calls, doubtful = _Calls(relative.structural), _Calls(relative.doubtful)
    kinds = {each.kind for each in (*relative.structural, *relative.doubtful)}
    tells_absence = any(each.is_symbolic for each in relative.absent)
    found, unseen = [], set()
    for call in patient:
        theirs = calls.like(call)
        if theirs is not None:
            found.append(_placed_as(call, theirs))
        elif _is_examined(call.kind, kinds) and not tells_absence:
            hints = (doubtful.like(call), *map(calls.like, _in_other_words(call)))
            if not any(hints):
                unseen.add(call.allele)
    return replace(relative, structural=tuple(found), unseen=frozenset(unseen))


def is_one(call: StructuralCall, other: StructuralCall) -> bool:
    """Say whether calls in two people are taken as one variant; see the module.

    Examples
    --------
    >>> from kerne.interpretation.candidate import Genotype
    >>> deletion = StructuralCall(StructuralKind.DELETION, "chr1", 1000, 3000, Genotype.HET)
    >>> [is_one(deletion, replace(deletion, start=start)) for start in (2000, 2001)]
    [True, False]
    """
    if call.kind is not other.kind:
        return False
    if call.mate is not None:
        return any(_joins_alike(call, each) for each in (other, *_turned(other)))
    if call.contig != other.contig:
        return False
    if call.kind is StructuralKind.INSERTION:
        sizes = sorted((call.size_bp, other.size_bp))
        return _near(call, other) and (not sizes[0] or sizes[0] >= SHARED * sizes[1])
    shared = min(call.end, other.end) - max(call.start, other.start)
    longest = max(call.end - call.start, other.end - other.start)
    return shared >= SHARED * longest or (_starts_meet(call, other) and _ends_meet(call, other))


class _Calls:
    """Calls of one genome by kind and place, joins by either end."""

    def __init__(self, calls: Sequence[StructuralCall]) -> None:
        placed = defaultdict[tuple[StructuralKind, str], list[StructuralCall]](list)
        for call in calls:
            for each in (call, *_turned(call)):
                placed[each.kind, each.contig].append(each)
        self._placed = {at: sorted(those, key=lambda e: e.start) for at, those in placed.items()}
        self._starts = {at: [e.start for e in those] for at, those in self._placed.items()}
        self._reach_bp = max((_reach_bp(each) for each in calls), default=0)

    def like(self, call: StructuralCall) -> StructuralCall | None:
        """Give the nearest that is taken as the same variant, if any is."""
        alike = (each for each in self._near(call) if is_one(call, each))
        return min(alike, key=lambda each: _apart_bp(call, each), default=None)

    def _near(self, call: StructuralCall) -> Iterator[StructuralCall]:
        # Calls that share half of both start within the length of either.
        reach = max(call.end - call.start, NEAR_BP, _reach_bp(call) + self._reach_bp)
        at = call.kind, call.contig
        starts = self._starts.get(at, [])
        first, last = (
            bisect_left(starts, call.start - reach),
            bisect_right(starts, call.start + reach),
        )
        yield from self._placed.get(at, [])[first:last]


def _reach_bp(call: StructuralCall) -> int:
    return max(map(abs, (*call.start_within, *call.end_within)))


def _apart_bp(call: StructuralCall, other: StructuralCall) -> int:
    return abs(call.start - other.start) + abs(call.end - other.end)


def _turned(call: StructuralCall) -> tuple[StructuralCall, ...]:
    """Give a join as seen from its other end; nothing else has one."""
    if call.mate is None:
        return ()
    start = call.mate.position + 1
    turned = replace(
        call,
        contig=call.mate.contig,
        start=start,
        end=start,
        mate=replace(call.mate, contig=call.contig, position=call.start - 1),
        start_within=call.end_within,
        end_within=call.start_within,
    )
    return (turned,)


def _joins_alike(call: StructuralCall, other: StructuralCall) -> bool:
    if call.mate is None or other.mate is None:
        return False
    if (call.contig, call.mate.contig) != (other.contig, other.mate.contig):
        return False
    apart = abs(call.mate.position - other.mate.position)
    ends = _meet(call.mate.position, call.end_within, other.mate.position, other.end_within)
    return _near(call, other) and (apart <= NEAR_BP or ends)


def _near(call: StructuralCall, other: StructuralCall) -> bool:
    return abs(call.start - other.start) <= NEAR_BP or _starts_meet(call, other)


def _starts_meet(call: StructuralCall, other: StructuralCall) -> bool:
    return _meet(call.start, call.start_within, other.start, other.start_within)


def _ends_meet(call: StructuralCall, other: StructuralCall) -> bool:
    return _meet(call.end, call.end_within, other.end, other.end_within)


def _meet(one: int, within: tuple[int, int], other: int, other_within: tuple[int, int]) -> bool:
    """Say whether two borders may be the same, by how far either may lie off."""
    return one + within[0] <= other + other_within[1] and other + other_within[0] <= one + within[1]


def _in_other_words(call: StructuralCall) -> tuple[StructuralCall, ...]:
    """Give bases that are repeated on the spot as the other kind that callers take them for."""
    if call.kind is StructuralKind.DUPLICATION:
        inserted = call.end - call.start
        kind = StructuralKind.INSERTION
        return (replace(call, kind=kind, end=call.start, size_bp=inserted),)
    if call.kind is StructuralKind.INSERTION and call.size_bp:
        end = call.start + call.size_bp
        return (replace(call, kind=StructuralKind.DUPLICATION, end=end),)
    return ()


def _is_examined(kind: StructuralKind, kinds: set[StructuralKind]) -> bool:
    return bool(kinds if kind in _COPIES else kinds - _COPIES)


def _placed_as(call: StructuralCall, theirs: StructuralCall) -> StructuralCall:
    return replace(call, genotype=theirs.genotype, copies=theirs.copies, reads=theirs.reads)
