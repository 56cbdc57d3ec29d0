"""`kerne register`: the national opt-out register taken over, and twins declared."""

from collections.abc import Sequence
from pathlib import Path

import click

from kerne.cli.options import Asking, asker_from, asking_options, centre_from, home_option, unwrap
from kerne.consent.register import Effect
from kerne.consent.taking_over import Differences

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.group()
@home_option
@click.pass_context
def register(ctx: click.Context, home: Path | None) -> None:
    """Take the national opt-out register over, from a file; declare twins."""
    ctx.obj = home


@register.command("preview")
@click.argument("file", type=_FILE)
@asking_options
@click.pass_context
def preview(ctx: click.Context, *, file: Path, asking: Asking) -> None:
    """Say what taking FILE over would change, and nothing of whom; changes nothing."""
    centre = centre_from(ctx)
    asker = asker_from(centre, asking)
    differences = unwrap(centre.register.preview(asker.who, asker.purpose, file))
    _say(differences)
    click.echo(f"digest\t{differences.digest}")


@register.command("apply")
@click.argument("file", type=_FILE)
@click.option("--digest", required=True, help="What the preview printed.")
@asking_options
@click.pass_context
def apply(ctx: click.Context, *, file: Path, digest: str, asking: Asking) -> None:
    """Take FILE over, all or nothing, if neither it nor the choices changed since the preview."""
    centre = centre_from(ctx)
    asker = asker_from(centre, asking)
    _say(unwrap(centre.register.apply(asker.who, asker.purpose, file, digest)))


@register.command("twins")
@click.argument("person")
@click.argument("other")
@asking_options
@click.pass_context
def twins(ctx: click.Context, *, person: str, other: str, asking: Asking) -> None:
    """Declare PERSON and OTHER twins of one egg: of their genomes one is counted."""
    centre = centre_from(ctx)
    asker = asker_from(centre, asking)
    declared = unwrap(centre.people.declare_twins(asker.who, asker.purpose, person, other))
    click.echo("\t".join(declared))


def _say(differences: Differences) -> None:
    for effect in Effect:
        click.echo(f"{effect}\t{differences.counts.get(effect, 0)}")
    for effect, lines in (
        (Effect.UNKNOWN, differences.unknown),
        (Effect.KEPT, differences.kept),
    ):
        if lines:
            click.echo(f"lines {effect}\t{_numbers(lines)}")


def _numbers(lines: Sequence[int]) -> str:
    return ", ".join(map(str, lines))
