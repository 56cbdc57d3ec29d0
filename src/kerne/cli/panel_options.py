"""Options of commands that take a gene panel: a file, or the group of patients that it is for."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from kerne.knowledge.actions import panel_for
from kerne.knowledge.panels import Panel, read_panel

F = TypeVar("F", bound=Callable[..., Any])  # Any: click passes each command its own arguments


def panel_options(command: F) -> F:
    """Let a command be given a gene panel, as a file or by the group of patients it is for."""
    file = click.Path(path_type=Path)
    words = "Gene panel: PanelApp JSON, or a symbol a line."
    group = "Take the newest panel of the knowledge that is for this group of patients."
    with_file = click.option("--panel", type=file, help=words)(command)
    return click.option("--group", metavar="NAME", help=group)(with_file)


def chosen_panel(knowledge: Path, panel: Path | None, group: str | None) -> Panel | None:
    """Return the gene panel that was named; `None` when none was.

    Raises
    ------
    InputFileError, KnowledgeError
        It is no panel, or there is none for the group.
    """
    if panel is not None and group is not None:
        raise click.UsageError("give `--panel` or `--group`, not both")
    if group is not None:
        return panel_for(knowledge, group)
    return None if panel is None else read_panel(panel)
