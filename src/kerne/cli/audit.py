"""`kerne audit`: prove the record of every decision. It shows nobody's data."""

from pathlib import Path

import click

from kerne.audit.checkpoint import Checkpoint, parse_checkpoint
from kerne.cli.options import centre_from, home_option
from kerne.errors import AuditError

_FILE = click.Path(path_type=Path, dir_okay=False, exists=True)


@click.group()
@home_option
@click.pass_context
def audit(ctx: click.Context, home: Path | None) -> None:
    """Verify the record of every decision."""
    ctx.obj = home


@audit.command("verify")
@click.option("--held", type=_FILE, multiple=True, help="A checkpoint that a witness holds.")
@click.pass_context
def verify(ctx: click.Context, *, held: tuple[Path, ...]) -> None:
    """Read the whole audit and compare it with its tree and checkpoints."""
    checkpoints = [_read(path) for path in held]
    found = centre_from(ctx).audit.verify(checkpoints)
    click.echo(f"entries\t{found.size}")
    click.echo(f"root\t{found.root.hex()}")
    click.echo(f"checkpoints compared\t{found.checkpoints}")
    click.echo(f"asks under way\t{found.open_asks}")
    if not found.is_intact:
        raise AuditError("the audit is not as it was written: " + "; ".join(found.problems))
    click.echo("intact\tyes")


@audit.command("checkpoint")
@click.pass_context
def checkpoint(ctx: click.Context) -> None:
    """Sign the audit as it is now; give the text to a witness."""
    click.echo(centre_from(ctx).audit.checkpoint().text(), nl=False)


def _read(path: Path) -> Checkpoint:
    return parse_checkpoint(path.read_text(encoding="utf-8"))
