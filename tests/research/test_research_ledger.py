"""What research remembers: projects, the rows behind each count, the public list."""

from dataclasses import replace

import pytest
from pyroaring import BitMap
from sqlalchemy import text

from kerne.alleles.interval import Interval, Intervals
from kerne.errors import ResearchError, StaleVersionError
from kerne.research.events import OutputReleased
from kerne.research.ledger import PublicList

from .conftest import AT, TERMS, Nation


def test_population__is_kept_once_under_its_digest(nation: Nation) -> None:
    ledger = nation.ledger
    digest = ledger.keep_population(BitMap([1, 5]))
    assert ledger.keep_population(BitMap([1, 5])) == digest
    assert ledger.population(digest) == BitMap([1, 5])


def test_population__missing_or_changed_is_noticed(nation: Nation) -> None:
    ledger = nation.ledger
    with pytest.raises(ResearchError, match="missing or damaged"):
        ledger.population("0" * 64)
    digest = ledger.keep_population(BitMap([1, 5]))
    with nation.people.engine.begin() as connection:
        changed = {"rows": BitMap([1]).serialize()}
        connection.execute(text("UPDATE research_population SET rows = :rows"), changed)
    with pytest.raises(ResearchError, match="missing or damaged"):
        ledger.population(digest)


def test_released__are_the_counts_that_left_with_their_rows(nation: Nation) -> None:
    nation.permit()
    first, second = nation.counted(), nation.counted("ALONE")
    assert nation.ledger.released() == []
    permit = nation.ledger.permit("PRJ-0001")
    event = OutputReleased("PRJ-0001", second.question)
    nation.ledger.append(permit, event, entry=1, at=AT)
    (left,) = nation.ledger.released()
    assert left.answered == second != first
    assert len(left.rows) == 14


def test_project__decided_on_an_old_state_is_refused(nation: Nation) -> None:
    stale = nation.ledger.permit("PRJ-0001")
    nation.permit()
    with pytest.raises(StaleVersionError):
        nation.ledger.append(stale, replace(TERMS, title="Other"), entry=1, at=AT)
    fresh = nation.ledger.permit("PRJ-0001")
    with pytest.raises(StaleVersionError, match="came first"):
        nation.ledger.append_alone(fresh, TERMS, 0, entry=1, at=AT)


def test_public_list__is_that_of_the_newest_epoch(nation: Nation) -> None:
    ledger = nation.ledger
    assert (ledger.public_epoch(), ledger.publicly_counted()) == (0, BitMap())
    places = Intervals.build([Interval("chr1", 5, 10), Interval("chr2", 0, 3)])
    first = PublicList(BitMap([1]), places, ["chr1-10-A-C"])
    assert ledger.open_public_epoch(first, AT, after=0) == 1
    assert ledger.is_public("chr1-10-A-C")
    inside = [ledger.is_public_place("chr1", position) for position in (4, 5, 9, 10)]
    assert inside == [False, True, True, False]
    assert ledger.is_public_place("chr2", 0)
    second = PublicList(BitMap([2, 3]), Intervals.build([]), [])
    with pytest.raises(StaleVersionError):
        ledger.open_public_epoch(second, AT, after=0)
    assert ledger.open_public_epoch(second, AT, after=1) == 2
    assert not ledger.is_public("chr1-10-A-C")
    assert not ledger.is_public_place("chr1", 5)
    assert ledger.publicly_counted() == BitMap([1, 2, 3])
