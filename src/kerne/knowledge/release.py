"""One release of reference data: what it is, where it lies, and whether it is still what it was."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Final

from kerne.errors import KnowledgeError

TABLE: Final = "alleles.table"
"""The file that a release of alleles is converted to."""

FACTS: Final = "facts.json"
"""The file that a release about genes or diseases is converted to."""

HPO_FILES: Final = ("genes_to_phenotype.txt", "hp.obo", "phenotype.hpoa")


class Kind(StrEnum):
    """What a release holds."""

    HPO = "hpo"
    REFERENCE = "reference"
    GENES = "genes"
    CASES = "cases"
    FREQUENCIES = "frequencies"
    GNOMAD = "gnomad"
    REVEL = "revel"
    ALPHAMISSENSE = "alphamissense"
    SPLICEAI = "spliceai"
    CLINVAR = "clinvar"
    CONSTRAINT = "constraint"
    HGNC = "hgnc"
    VALIDITY = "validity"
    DOSAGE = "dosage"
    MONDO = "mondo"
    PANELS = "panels"
    SPECIFICATIONS = "specifications"


@dataclass(frozen=True, slots=True)
class Release:
    """One release of one kind of reference data; it never changes.

    Parameters
    ----------
    kind, name
        Together they name the release.
    date
        The date that its content states; where it states none, the day its file was last changed.
    sha256
        Checksum of the file; of the list of checksums and names where there are several.
    source
        Name of the file that was added, or the package that it came with.
    path
        The file; for `hpo` the directory of its three files.
    assembly
        Assembly of its coordinates; `None` when it has none.
    kept
        Checksum by name of each file that is kept, where the added ones were converted or are
        several; otherwise empty.
    size_bytes
        Of all that is kept.
    facts
        What is to be known of a converted release, in words: how many alleles, their normal form.
    """

    kind: Kind
    name: str
    date: date
    sha256: str
    source: str
    path: Path
    assembly: str | None = None
    kept: Mapping[str, str] = field(default_factory=dict, compare=False)
    size_bytes: int = field(default=0, compare=False)
    facts: Mapping[str, str] = field(default_factory=dict, compare=False)

    def __str__(self) -> str:
        return f"{self.kind} {self.name} (sha256 {self.sha256[:12]})"

    @property
    def files(self) -> tuple[Path, ...]:
        """The files that it was made from."""
        if self.kind is Kind.HPO:
            return tuple(self.path / name for name in HPO_FILES)
        if self.kept:
            return tuple(self.path.parent / name for name in self.kept)
        return (self.path,)


def check_present(release: Release) -> None:
    """Check that no file of a release has gone.

    Raises
    ------
    KnowledgeError
        A file is missing.
    """
    for file in release.files:
        if not file.is_file():
            raise KnowledgeError(
                f"release `{release.kind}` `{release.name}` is damaged, no file `{file}`: "
                f"remove `{_folder(release)}` and add it again"
            )


def verify(release: Release) -> None:
    """Read a release whole and compare its checksum.

    Raises
    ------
    KnowledgeError
        A file is missing or has changed.
    """
    check_present(release)
    found = combined({file.name: checksum(file) for file in release.files})
    expected = combined(release.kept) if release.kept else release.sha256
    if found != expected:
        raise KnowledgeError(
            f"release `{release.kind}` `{release.name}` has changed: its checksum is `{found}`, "
            f"expected `{expected}`; remove `{_folder(release)}` and add it again"
        )


def checksum(path: Path) -> str:
    """Give the SHA-256 of a file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def combined(checksums: Mapping[str, str]) -> str:
    """Give one checksum for several by file name: their own if there is one, else their list's."""
    if len(checksums) == 1:
        return next(iter(checksums.values()))
    lines = "".join(f"{checksums[name]}  {name}\n" for name in sorted(checksums))
    return hashlib.sha256(lines.encode()).hexdigest()


def day_of(path: Path) -> date:
    """Give the day, in UTC, on which a file was last changed."""
    return datetime.fromtimestamp(path.stat().st_mtime, UTC).date()


def _folder(release: Release) -> Path:
    return release.path if release.kind is Kind.HPO else release.path.parent
