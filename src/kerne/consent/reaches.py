"""What withdrawals reached, in the database: one history per person, sealed under their key."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from sqlalchemy import Engine, MetaData

from kerne.consent.events import ConsentEvent
from kerne.consent.reach import Reached, WithdrawalReached
from kerne.database.history import History, Recorded, Sealer, history_table
from kerne.errors import StaleVersionError

metadata = MetaData()
_EVENT: Final = history_table("consent_reach", metadata)


class ReachLedger:
    """What each withdrawal reached, as it was found when it was made.

    Parameters
    ----------
    engine
        The database of choices.
    sealer
        The vault: what was reached is sealed under the person's key.
    """

    def __init__(self, engine: Engine, sealer: Sealer) -> None:
        metadata.create_all(engine)
        self._history: History[WithdrawalReached] = History(
            engine, _EVENT, [WithdrawalReached], sealer
        )

    def reached(self, person: str) -> dict[int, Reached]:
        """Return what each withdrawal of `person` reached, by the number of the choice."""
        events = (recorded.event for recorded in self._history.read(person))
        return {event.choice: event.reached for event in events}

    def keep(
        self,
        withdrawal: Recorded[ConsentEvent],
        find: Callable[[], Reached],
        at: datetime,
    ) -> None:
        """Keep what `find` finds for `withdrawal`, unless it is kept already."""
        person = withdrawal.event.person
        while withdrawal.number not in (kept := self.reached(person)):
            event = WithdrawalReached(person, withdrawal.number, find())
            try:
                self._history.append(person, len(kept), [event], entry=withdrawal.entry, at=at)
            except StaleVersionError:  # another process keeps what was reached, too: look again
                continue
