"""`kerne validation`: an institution records its own validation of this version."""

from datetime import datetime
from pathlib import Path

import click

from kerne.cli.options import Asking, asker_from, asking_options, centre_from, home_option, unwrap

_DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.group()
@home_option
@click.pass_context
def validation(ctx: click.Context, home: Path | None) -> None:
    """Keep the institutions' own validations of Kerne."""
    ctx.obj = home


@validation.command("record")
@click.argument("version")
@click.option("--day", type=_DAY, required=True, help="Day on which it was concluded.")
@click.option("--document", required=True, help="Where the institution keeps it.")
@asking_options
@click.pass_context
def record(
    ctx: click.Context, version: str, *, day: datetime, document: str, asking: Asking
) -> None:
    """Record that the asker's institution validated VERSION: its answers then say so."""
    centre = centre_from(ctx)
    asker = asker_from(centre, asking)
    made = unwrap(
        centre.cases.validations.record(asker.who, asker.purpose, version, day.date(), document)
    )
    click.echo(f"{made.institution}\t{made.version}\t{made.day}")


@validation.command("withdraw")
@click.argument("version")
@click.option("--because", required=True, help="Why it counts no more.")
@asking_options
@click.pass_context
def withdraw(ctx: click.Context, version: str, *, because: str, asking: Asking) -> None:
    """Withdraw the validation of VERSION: answers are not for diagnosis again."""
    centre = centre_from(ctx)
    asker = asker_from(centre, asking)
    was = unwrap(centre.cases.validations.withdraw(asker.who, asker.purpose, version, because))
    click.echo(f"{was.institution}\t{was.version}\twithdrawn")


@validation.command("list")
@click.argument("institution")
@click.pass_context
def history(ctx: click.Context, institution: str) -> None:
    """List what INSTITUTION recorded and withdrew, oldest first."""
    click.echo("at\twhat\tversion\tby")
    for at, event in centre_from(ctx).cases.validations.history(institution):
        name = type(event).__name__.removeprefix("Validation").lower()
        click.echo(f"{at.isoformat()}\t{name}\t{event.version}\t{event.by}")
