"""The reference sequence that a store left-aligns with, as its manifest remembers it.

It is found again when the store is moved or copied together with it, and known by its checksum:
alleles shifted by two different sequences could not be counted together.
"""

import os
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path

from kerne.errors import GenomeError, reason_of


@dataclass(frozen=True, slots=True)
class Reference:
    """A FASTA file.

    Parameters
    ----------
    path
        From the store's directory when the file lies beside the store or below that; else absolute.
    sha256
        What it must hold.
    size_bytes, modified_ns
        The file as it was when it was last read whole; while they stay it is not read again.
    """

    path: str
    sha256: str
    size_bytes: int
    modified_ns: int

    def place(self, store: Path) -> Path:
        """Return where the file is, for the store in the directory `store`."""
        return Path(os.path.normpath(store.resolve() / self.path))

    def verified(self, store: Path) -> "Reference":
        """Make sure that the file is there and unchanged; return it as it is now.

        Raises
        ------
        GenomeError
            It is missing, or holds something else.
        """
        place = self.place(store)
        try:
            found = place.stat()
            if (found.st_size, found.st_mtime_ns) == (self.size_bytes, self.modified_ns):
                return self
            now = _stamped(self.path, place)
        except OSError as error:
            raise GenomeError(
                f"reference sequence `{place}` cannot be read ({reason_of(error)}); expected the "
                "file that the store was made with"
            ) from error
        if now.sha256 != self.sha256:
            raise GenomeError(
                f"reference sequence `{place}` was changed since the store was made; expected "
                f"the file with sha256 `{self.sha256}`"
            )
        return now


def read_reference(store: Path, fasta: Path) -> Reference:
    """Read a FASTA file whole, for the store in the directory `store`.

    Raises
    ------
    InputFileError
        It is not there, or is no FASTA file.
    """
    # Who only asks questions need not load the parser of FASTA.
    from kerne.alleles.sequence import ReferenceSequence  # noqa: PLC0415

    ReferenceSequence(fasta).close()
    place, home = fasta.resolve(), store.resolve()
    is_near = place.is_relative_to(home.parent)
    return _stamped(os.path.relpath(place, home) if is_near else str(place), place)


def _stamped(path: str, place: Path) -> Reference:
    with place.open("rb") as stream:
        checksum = file_digest(stream, "sha256").hexdigest()
        found = os.fstat(stream.fileno())
    return Reference(path, checksum, found.st_size, found.st_mtime_ns)
