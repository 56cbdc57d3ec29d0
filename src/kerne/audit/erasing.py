"""The two things that happen to the audit as a whole: personal parts go, and it is restored.

Both are entries of the audit themselves, so that whoever reads it finds what is missing, and why.
"""

from datetime import UTC, datetime

from sqlalchemy import delete

from kerne.audit import finding, leaves
from kerne.audit.checkpoint import Checkpoint
from kerne.audit.entry import ErasureEntry, RestorationEntry
from kerne.audit.ledger import AuditLedger
from kerne.audit.second import blank_merged, merge
from kerne.audit.tables import PERSONAL
from kerne.audit.tree import root


class AuditErasing:
    """Destroys personal parts of the audit, and records restorations of it.

    Parameters
    ----------
    ledger
        The audit.
    second
        The second log behind it, if there is one.
    """

    def __init__(self, ledger: AuditLedger, second: AuditLedger | None = None) -> None:
        self._ledger = ledger
        self._second = second

    def count_naming(self, person: str) -> int:
        """Return how many entries name `person`."""
        with self._ledger.reading() as connection:
            return len(finding.numbers_naming(connection, person))

    def destroy_personal(self, person: str, cause: int, at: datetime) -> None:
        """Destroy the personal part of every entry that names `person`, and record which they were.

        To do it again changes nothing. `cause` is the entry of the granted ask to erase the person,
        or of the restoration that carries it out once more.

        Raises
        ------
        AuditError
            It could not be written; then nothing was destroyed.
        SecondLogError
            What waits in the second log cannot be merged, and so not be destroyed either.
        """
        if self._second is not None:
            merge(self._ledger, self._second, at)
        with self._ledger.writing() as connection:
            numbers = finding.numbers_naming(connection, person)
            if numbers:
                here = leaves.size(connection) + 1
                entry = ErasureEntry(here, at.astimezone(UTC), cause, numbers)
                leaves.append(connection, [entry])
                connection.execute(delete(PERSONAL).where(PERSONAL.c.person == person))
        if self._second is not None:
            blank_merged(self._ledger, self._second, person)

    def record_restoration(self, known: Checkpoint | None, at: datetime) -> int:
        """Record that the audit as it is was restored; return the entry's number.

        `known` is the newest checkpoint that is known: the entries up to it are lost, as far as
        they are not here.

        Raises
        ------
        AuditError
            It could not be written.
        """
        with self._ledger.writing() as connection:
            size = leaves.size(connection)
            newest, its_root = size, root(size, leaves.nodes(connection))
            if known is not None and known.size > size:
                newest, its_root = known.size, known.root
            entry = RestorationEntry(size + 1, at.astimezone(UTC), size, newest, its_root.hex())
            leaves.append(connection, [entry])
        return entry.number
