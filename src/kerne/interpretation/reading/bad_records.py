"""Records that cannot be used: passed over, counted, and named by line."""

from pathlib import Path

from kerne.errors import InputFileError

NAMED = 3
"""So many of them are named with their lines; the others are counted."""


class BadRecords:
    """Gathers the records of one file that cannot be used."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._count = 0
        self._named: list[InputFileError] = []

    def take(self, error: InputFileError) -> None:
        """Count a record, and keep what is wrong with it if it is one of the first."""
        self._count += 1
        if len(self._named) < NAMED:
            self._named.append(error)

    def settle(self, records: int) -> None:
        """Refuse a file of which more than half cannot be used.

        Parameters
        ----------
        records
            All records of the file, bad ones included.

        Raises
        ------
        InputFileError
            What is wrong with the first.
        """
        if self._count * 2 > records:
            raise self._named[0]

    def notes(self) -> tuple[str, ...]:
        """Say how many there are and what is wrong with the first of them."""
        if not self._count:
            return ()
        named = "; ".join(f"line {each.line}: {each.problem}" for each in self._named)
        more = f"; and {self._count - NAMED} more" if self._count > NAMED else ""
        return (f"`{self._path.name}`: {self._count} bad records passed over: {named}{more}",)
