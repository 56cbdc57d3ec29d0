"""Where the commands of `kerne genomes` are carried out: a free-standing store, or a centre.

A resident process does it when one runs there, else this process, which then loads what it needs.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import click

from kerne.cli.desk_duties import Desk
from kerne.cli.options import Asking, asker_from, centre_from
from kerne.cli.resident.connecting import connect
from kerne.cli.resident.desk import ResidentDesk
from kerne.genomes.disk.elsewhere import is_elsewhere

STORE: Final = "kerne.genomes.keeping.store"
ALONE: Final = "kerne.genomes.alone"
"""Set when no resident process is to be asked."""

FREESTANDING: Final = "free-standing store: no people, choices or audit behind it"


class StorePlace(click.Path):
    """The directory of a free-standing store, or an address such as `s3://bucket/store`."""

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:  # Any: of click's own signature
        """Return a path, or the address as text."""
        if isinstance(value, str) and is_elsewhere(value):
            return value
        return super().convert(value, param, ctx)


@dataclass(frozen=True, slots=True)
class _Question:
    """What is asked where: `store` in a free-standing one, else in a centre by `asking`."""

    ctx: click.Context
    store: Path | str | None
    asking: Asking | None

    def desk_here(self) -> Desk:
        """Return a desk in this process."""
        # With a resident process none of these are loaded.
        if self.store is not None:
            from kerne.genomes.freestanding import FreestandingGenomes  # noqa: PLC0415

            return FreestandingGenomes(self.store)
        from kerne.cli.centre_desk import CentreDesk  # noqa: PLC0415

        centre = centre_from(self.ctx)
        if self.asking is None:
            raise click.UsageError("a centre needs `--as PERSON` and `--purpose PURPOSE`")
        return CentreDesk(centre, asker_from(centre, self.asking))

    def desk(self) -> Desk:
        """Return the desk of the resident process, or else one in this process."""
        is_complete = self.store is not None or self.asking is not None
        place = self.ctx.obj if self.store is None else self.store
        if not is_complete or not isinstance(place, Path) or self.ctx.meta.get(ALONE):
            return self.desk_here()  # which says what is missing
        connection = connect(place)
        if connection is None:
            return self.desk_here()
        self.ctx.with_resource(connection)
        return ResidentDesk(connection, self.asking, self.desk_here)


def at_store(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command that is for free-standing stores only its `store`."""

    @functools.wraps(command)
    def storing_command(**options: Any) -> None:  # Any: the command's own options
        store = click.get_current_context().meta.get(STORE)
        if not isinstance(store, Path | str):
            raise click.UsageError(
                "genotypes leave a free-standing store only, with `--store`; of a centre a person "
                "has their own with `kerne citizen download`, and a project asks in its workspace"
            )
        click.echo(FREESTANDING, err=True)
        from kerne.genomes.freestanding import FreestandingGenomes  # noqa: PLC0415  as above

        command(store=FreestandingGenomes(store), **options)

    return storing_command


def at_desk(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options of who asks and why, which only a centre needs; give the command a `desk`."""

    @click.option("--as", "name", help="Who asks (in a centre; demo homes only).")
    @click.option("--purpose", help="Why the data are needed (in a centre).")
    @click.option("--project", help="The research project, by its number.")
    @click.option("--reason", help="Your own words, where a rule asks for them.")
    @functools.wraps(command)
    def asking_command(
        *args: Any,  # Any: the command's own arguments
        name: str | None,
        purpose: str | None,
        project: str | None,
        reason: str | None,
        **options: Any,  # Any: the command's own options
    ) -> None:
        ctx = click.get_current_context()
        store = ctx.meta.get(STORE)
        if isinstance(store, Path | str):
            click.echo(FREESTANDING, err=True)
            asked = _Question(ctx, store, None)
        elif name is None or purpose is None:
            asked = _Question(ctx, None, None)
        else:
            asked = _Question(ctx, None, Asking(name, purpose, project, reason))
        command(*args, desk=asked.desk(), **options)

    return asking_command
