"""A grant: the proof, made by the gate alone, that a question was allowed and has been recorded.

Whoever reads genomes, cases or registers takes a `Grant` and calls `require` before reading.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from kerne.errors import GateError
from kerne.people.asking import Action, Ask, Population, Purpose


# INVARIANT: constructed only in `gate/door.py`; `tests/gate/test_grant.py` reads the source for it.
@dataclass(frozen=True, slots=True)
class Grant:
    """Yes, for exactly this ask and for a short while.

    Parameters
    ----------
    ask
        What was asked and allowed.
    purpose
        The word of the closed list that `ask.purpose` named.
    entry
        Number of the audit entry that was written before anything was done; a change is committed
        under it. Below 0 when it stands in the second log, in which no change is recorded.
    entries
        All entries of the ask, ascending: one for each person that was named, or one for a
        collective question. `entry` is the first.
    population
        The genome rows that may be read or counted: those of the persons named, or of everyone
        whose choices allow the purpose now. `None` when the action reads no genome.
    expires_at
        UTC; nothing may be read from then on.
    """

    ask: Ask
    purpose: Purpose
    entry: int
    entries: tuple[int, ...]
    population: Population | None
    expires_at: datetime

    def require(self, actions: Collection[Action], at: datetime) -> None:
        """Stop unless this grant is for one of `actions` and still holds at `at` (UTC).

        Raises
        ------
        GateError
            It is for another action, or has expired.
        """
        if self.ask.action not in actions:
            wanted = " or ".join(f"`{action}`" for action in sorted(actions))
            raise GateError(f"the grant is for `{self.ask.action}`, expected {wanted}")
        if at >= self.expires_at:
            raise GateError(
                f"the grant of entry `{self.entry}` expired at `{self.expires_at.isoformat()}`: "
                "ask again"
            )

    def genomes(self, actions: Collection[Action], at: datetime) -> Population:
        """Return the rows that may be read, for one of `actions` at `at` (UTC).

        Raises
        ------
        GateError
            The grant is for another action, has expired, or opens no genome.
        """
        self.require(actions, at)
        if self.population is None:
            raise GateError(f"the grant for `{self.ask.action}` opens no genome")
        return self.population
