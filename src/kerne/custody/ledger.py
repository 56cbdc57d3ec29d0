"""The ledger of custody: the history of every proposal."""

from collections import defaultdict
from datetime import datetime
from typing import Final

from sqlalchemy import Engine, MetaData, func, select

from kerne.custody.events import (
    CUSTODY_EVENTS,
    CustodyEvent,
    ErasureBegun,
    ErasureProposed,
    RestoreConfirmed,
)
from kerne.custody.proposal import Proposal, Stage, fold
from kerne.database.carrying import Carrier
from kerne.database.engine import reading
from kerne.database.history import EventLine, History, Recorded, Sealer, history_table
from kerne.database.outbox import outbox_table
from kerne.errors import CustodyError

metadata = MetaData()
_EVENTS: Final = history_table("custody", metadata)
_HANDLED: Final = outbox_table("custody", metadata)


class CustodyLedger:
    """Append to and read the histories of proposals; a `gate.proposals.ProposalRegister`."""

    def __init__(self, engine: Engine, sealer: Sealer) -> None:
        metadata.create_all(engine)
        self.engine = engine
        self._history: History[CustodyEvent] = History(engine, _EVENTS, CUSTODY_EVENTS, sealer)
        self.carrier = Carrier(self._history, _EVENTS, _HANDLED)

    def next_number(self, year: int) -> str:
        """Return a number for the next act of `year`; two who ask at once get the same."""
        prefix = f"X-{year:04d}-"
        query = select(func.max(_EVENTS.c.stream)).where(_EVENTS.c.stream.startswith(prefix))
        with reading(self.engine).connect() as connection:
            newest = connection.execute(query).scalar()
        return f"{prefix}{int(newest.removeprefix(prefix)) + 1 if newest else 1:06d}"

    def proposal(self, number: str) -> Proposal:
        """Return the state of a proposal.

        Raises
        ------
        CustodyError
            There is no such proposal.
        """
        history = self._history.read(number)
        if not history:
            raise CustodyError(f"there is no proposal `{number}`")
        return fold(history)

    def proposals(self, stage: Stage | None = None) -> list[Proposal]:
        """Return the proposals, oldest first; those of one stage when it is named."""
        histories: dict[str, list[Recorded[CustodyEvent]]] = defaultdict(list)
        for recorded in self._history.since(0):
            if isinstance(recorded.event, RestoreConfirmed):
                continue
            histories[recorded.stream].append(recorded)
        found = [fold(history) for history in histories.values()]
        return [proposal for proposal in found if stage in {None, proposal.stage}]

    def proposer(self, proposal: str) -> str | None:
        """Return who made the `proposal` that waits for a second custodian; `None` without one."""
        history = self._history.read(proposal)
        waiting = bool(history) and fold(history).stage is Stage.PROPOSED
        return fold(history).asked.by if waiting else None

    def erasure_of(self, person: str) -> list[EventLine]:
        """Return the events that decided the erasure of `person`, to be carried elsewhere."""
        deciding = {ErasureProposed.__name__, ErasureBegun.__name__}
        streams = [
            each.number
            for each in self.proposals()
            if each.found is not None
            and isinstance(each.asked, ErasureProposed)
            and each.asked.person == person
        ]
        return [line for line in self.carrier.lines_of(streams) if line.type in deciding]

    def append(self, version: int, event: CustodyEvent, *, entry: int, at: datetime) -> None:
        """Append what was decided on a proposal at `version`, 0 for a new one.

        Raises
        ------
        StaleVersionError
            Somebody else changed the proposal first.
        """
        self._history.append(event.proposal, version, [event], entry=entry, at=at)

    def has_entry(self, entry: int) -> bool:
        """Say whether anything was committed here under the audit entry `entry`."""
        return self._history.has_entry(entry)
