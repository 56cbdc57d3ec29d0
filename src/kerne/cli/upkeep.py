"""`kerne genomes compact` and `verify`: an operator's care for the store."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kerne.cli.desk import STORE
from kerne.cli.genomes import genomes
from kerne.cli.options import centre_from
from kerne.errors import DamagedStoreError

if TYPE_CHECKING:
    from kerne.genomes.actions import Genomes
    from kerne.genomes.freestanding import FreestandingGenomes


@genomes.command("compact")
@click.option("--forgotten", is_flag=True, help="Also rewrite what holds a removed genome.")
@click.pass_context
def compact(ctx: click.Context, *, forgotten: bool) -> None:
    """Make few segments of many, while others read and add; go on where it was cut off.

    With `--forgotten`, calls of removed genomes leave the disk and the keys of all old segments are
    destroyed.
    """
    click.echo("from\tto")
    for each in _store(ctx).compact(forgotten=forgotten):
        click.echo(f"{' '.join(each.sources)}\t{each.name}")


@genomes.command("verify")
@click.pass_context
def verify(ctx: click.Context) -> None:
    """Derive what is counted from the genomes again, and compare it with what is stored."""
    unlike = _store(ctx).verify()
    for each in unlike:
        click.echo(f"{each.segment}/{each.partition}\t{each.what}")
    if unlike:
        raise DamagedStoreError(f"`{len(unlike)}` parts of the genome store contradict themselves")
    click.echo("both orientations of every segment agree")


def _store(ctx: click.Context) -> "FreestandingGenomes | Genomes":
    # `kerne --help` need not load the house.
    from kerne.genomes.freestanding import FreestandingGenomes  # noqa: PLC0415

    store = ctx.meta.get(STORE)
    return FreestandingGenomes(store) if isinstance(store, Path) else centre_from(ctx).genomes
