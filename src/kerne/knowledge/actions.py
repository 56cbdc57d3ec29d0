"""What an operator does with knowledge: add a release, list them, check them."""

from collections.abc import Sequence
from pathlib import Path

from kerne.knowledge.release import Kind, Release, verify
from kerne.knowledge.releases import KnowledgeBase


def default_directory() -> Path:
    """Give the place of a user's own knowledge, where no centre and no directory is named."""
    return Path.home() / ".local" / "share" / "kerne" / "knowledge"


def add_release(
    directory: Path,
    kind: str,
    file: Path,
    *,
    assembly: str | None = None,
    name: str | None = None,
) -> Release:
    """Add a file to the knowledge in `directory`; see `KnowledgeBase.add`.

    Raises
    ------
    InputFileError, AssemblyError, KnowledgeError
        It cannot be added; nothing is.
    """
    return KnowledgeBase(directory).add(Kind(kind), file, assembly=assembly, name=name)


def list_releases(directory: Path, *, checked: bool = False) -> Sequence[Release]:
    """List the releases in `directory`, having read each whole if they are to be `checked`.

    Raises
    ------
    KnowledgeError
        A release is damaged.
    """
    releases = KnowledgeBase(directory).releases()
    if checked:
        for release in releases:
            verify(release)
    return releases
