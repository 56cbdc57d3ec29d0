"""What is kept of a file's calls, and in what order, beside plain Python."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from kerne.genomes.calls import (
    CODE_MASK,
    RULE_OF,
    SILENT,
    SILENT_COPIES,
    WORTH,
    Code,
    Place,
    Worth,
    is_carried,
)
from kerne.genomes.segments.building_kernels import gather_calls, place_calls
from kerne.genomes.segments.calls_table import CallsBySite
from kerne.genomes.segments.of_file import carried_by_row, says_more

Sites = list[list[tuple[int, int]]]

sites_of_calls = st.lists(
    st.dictionaries(st.integers(0, 5), st.sampled_from([*Code, *(c | SILENT for c in Code)])).map(
        lambda calls: sorted(calls.items())
    ),
    max_size=6,
)


def table(sites: Sites) -> CallsBySite:
    calls = [call for site in sites for call in site]
    return CallsBySite(
        np.cumsum([0, *map(len, sites)], dtype=np.int64),
        np.array([row for row, _ in calls], dtype=np.uint32),
        np.array([code for _, code in calls], dtype=np.uint8),
    )


def counts_otherwise(code: int, place: Place, copies: int) -> bool:
    bare = Code(code & CODE_MASK)
    if bare >= Code.WEAK_HET or is_carried(np.array([bare], dtype=np.uint8))[0]:
        return True
    silence = SILENT_COPIES[place, copies] if code & SILENT else 0
    return bool(WORTH[RULE_OF[place, copies], bare, Worth.AN] != silence)


@settings(deadline=None, derandomize=True)
@given(sites_of_calls, st.data())
def test_calls__are_kept_when_they_count_for_something_else_than_silence(
    sites: Sites, data: st.DataObject
) -> None:
    place = [data.draw(st.sampled_from(Place)) for _ in sites]
    copies = np.array(data.draw(st.lists(st.integers(0, 3), min_size=24, max_size=24)))
    classes = copies.reshape(len(Place), 6).astype(np.uint8)
    expected = [
        counts_otherwise(code, place[at], int(classes[place[at], row]))
        for at, site in enumerate(sites)
        for row, code in site
    ]
    calls = table(sites)
    assert says_more(calls, np.array(place, dtype=np.int8), classes).tolist() == expected
    carried = [row for site in sites for row, code in site if 1 <= code & CODE_MASK <= 4]
    assert carried_by_row(calls, 6).tolist() == [carried.count(row) for row in range(6)]


@settings(deadline=None, derandomize=True)
@given(sites_of_calls, st.data())
def test_calls__move_with_their_sites(sites: Sites, data: st.DataObject) -> None:
    order = data.draw(st.permutations(range(len(sites))))
    calls, expected = table(sites), table([sites[at] for at in order])
    at = np.array(order, dtype=np.int64)
    first, origin = np.empty_like(calls.first), np.empty(len(calls.row), dtype=np.int64)
    gather_calls(calls.first, at, first, origin)
    begins = np.empty(len(order), dtype=np.int64)
    begins[at] = first[:-1]
    placed = (np.empty_like(calls.row), np.empty_like(calls.code))
    place_calls(calls.first, calls.row, calls.code, begins, *placed)
    for found in ((first, *placed), (first, calls.row[origin], calls.code[origin])):
        assert [each.tolist() for each in found] == [
            expected.first.tolist(),
            expected.row.tolist(),
            expected.code.tolist(),
        ]
