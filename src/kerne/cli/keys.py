"""`kerne keys`: keep the master key. It shows nobody's data."""

from pathlib import Path

import click

from kerne.cli.options import home_from, home_option
from kerne.keys import move_master_key, rotate_master_key


@click.group()
@home_option
@click.pass_context
def keys(ctx: click.Context, home: Path | None) -> None:
    """Rotate the master key, or move it into a token."""
    ctx.obj = home


@keys.command("rotate")
@click.pass_context
def rotate(ctx: click.Context) -> None:
    """Wrap every person's key by a new master key, and destroy the old one."""
    _say(rotate_master_key(home_from(ctx)))


@keys.command("move")
@click.pass_context
def move(ctx: click.Context) -> None:
    """Move the master key from its file into the token that the settings name."""
    _say(move_master_key(home_from(ctx)))


def _say(generation: int) -> None:
    click.echo(f"master key in force\t{generation}")
