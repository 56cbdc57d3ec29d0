"""What an operator does with knowledge: add a release, list them, check them."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from kerne.errors import KnowledgeError
from kerne.knowledge.intake import WITH_COORDINATES
from kerne.knowledge.loading.reception import Report
from kerne.knowledge.panels import Panel, read_panel
from kerne.knowledge.release import Kind, Release, verify
from kerne.knowledge.releases import KnowledgeBase


def default_directory() -> Path:
    """Give the place of a user's own knowledge, where no centre and no directory is named."""
    return Path.home() / ".local" / "share" / "kerne" / "knowledge"


def kinds() -> tuple[str, ...]:
    """List the kinds of releases."""
    return tuple(kind.value for kind in Kind)


def needs_assembly(kind: str) -> bool:
    """Say whether releases of a kind hold coordinates."""
    return Kind(kind) in WITH_COORDINATES


def add_release(
    directory: Path,
    kind: str,
    *files: Path,
    assembly: str | None = None,
    name: str | None = None,
    date: date | None = None,
    report: Report = lambda _: None,
) -> Release:
    """Add files to the knowledge in `directory`; see `KnowledgeBase.add`.

    Raises
    ------
    InputFileError, AssemblyError, KnowledgeError
        They cannot be added; nothing is.
    """
    base = KnowledgeBase(directory)
    return base.add(Kind(kind), *files, assembly=assembly, name=name, date=date, report=report)


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


def panel_for(directory: Path, group: str, as_of: date | None = None) -> Panel:
    """Give the gene panel for a group of patients: the newest that is made for it.

    Parameters
    ----------
    group
        As a panel calls it, in letters of either case; or the name of a panel.
    as_of
        No release of a later date is considered.

    Raises
    ------
    KnowledgeError
        No panel in `directory` is for them; the message names the groups that have one.
    InputFileError
        A panel is damaged.
    """
    releases = KnowledgeBase(directory).of_kind(Kind.PANELS, as_of)
    panels = [read_panel(file) for release in releases for file in release.files]
    fitting = [each for each in panels if group.casefold() in _names_of(each)]
    if not fitting:
        known = sorted({name for each in panels for name in (*each.groups, each.name)})
        names = ", ".join(f"`{each}`" for each in known) or "none"
        raise KnowledgeError(f"no gene panel is for the group `{group}`; there are: {names}")
    return fitting[-1]


def _names_of(panel: Panel) -> frozenset[str]:
    return frozenset(each.casefold() for each in (*panel.groups, panel.name))
