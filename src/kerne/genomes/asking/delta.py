"""Counts brought up to date while a few people come and go, instead of counting all others again.

One person is one row of the twin: what that person's calls and silence count for is added or taken
away, and nothing else is read. After a withdrawal the next answer takes a copy of the last one and
this. It is exact, not a guess: what is counted is decided by bits, and the bits that differ are
what is changed.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from kerne.genomes.segments.counting import ADDED, AN, Chosen, add_silent_an
from kerne.genomes.segments.rows import as_bits, as_marks

if TYPE_CHECKING:
    from kerne.genomes.asking.snapshot import Snapshot
    from kerne.genomes.asking.window_sites import WindowSites

CHANGES_MOST: Final = 32
"""With more people than this it is quicker to count anew."""


def changes(before: Sequence[Chosen], now: Sequence[Chosen]) -> list[tuple[int, int, int]] | None:
    """Return who came (+1) and went (-1): segment, row in it and sign; `None` when too many."""
    found: list[tuple[int, int, int]] = []
    differing = [old.bits ^ new.bits for old, new in zip(before, now, strict=True)]
    if sum(int(np.bitwise_count(bits).sum()) for bits in differing) > CHANGES_MOST:
        return None
    for number, (bits, new) in enumerate(zip(differing, now, strict=True)):
        marks = as_marks(new.bits, len(new.rows))
        rows = np.flatnonzero(as_marks(bits, len(new.rows))).tolist()
        found += [(number, at, 1 if marks[at] else -1) for at in rows]
    return found


def change_counts(
    snapshot: "Snapshot",
    found: "WindowSites",
    changed: Sequence[tuple[int, int, int]],
    counts: NDArray[np.int64],
) -> None:
    """Add to `counts`, (7, sites), those who came, and take away those who went."""
    for number, at, sign in changed:
        for where, code in _calls(found, number, at):
            counts[:, where] += sign * _worth(snapshot, found, (number, at), where, code)
        _add_silence(snapshot, found, (number, at), sign, counts[AN])


def _calls(
    found: "WindowSites", number: int, at: int
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.uint8]]]:
    """Yield where in the window a genome has calls, and their codes, by partition."""
    home = 0
    for span in found.spans[number]:
        group = span.reader.group_of(at)
        mine = group.of(at)
        site, code = group.calls.site[mine], group.calls.code[mine]
        low, high = np.searchsorted(site, [span.start, span.end]).tolist()
        inside = site[low:high].astype(np.int64) - span.start + home
        yield found.places[number][inside], code[low:high]
        home += span.end - span.start


def _worth(
    snapshot: "Snapshot",
    found: "WindowSites",
    genome: tuple[int, int],
    where: NDArray[np.int64],
    code: NDArray[np.uint8],
) -> NDArray[np.int64]:
    """Return what calls of a genome add to each count, (7, calls)."""
    number, at = genome
    place = np.empty(len(where), dtype=np.int64)
    for kind, low, high in found.kinds:
        place[(where >= low) & (where < high)] = kind
    copies = snapshot.segments[number].rows.classes[place, at]
    worth: NDArray[np.int64] = ADDED[place, copies, code].T
    return worth


def _add_silence(
    snapshot: "Snapshot",
    found: "WindowSites",
    genome: tuple[int, int],
    sign: int,
    an: NDArray[np.int64],
) -> None:
    number, at = genome
    segment = snapshot.segments[number]
    alone = np.zeros(len(segment.rows), dtype=np.bool_)
    alone[at] = True
    silence = np.zeros(len(an), dtype=np.int64)
    readers = segment.on(found.window.contig)
    only = Chosen(segment.rows, as_bits(alone))
    add_silent_an(readers, only, found.sites.position, found.kinds, silence)
    an += sign * silence
