"""`kerne audit`: prove the record of every decision. It shows nobody's data."""

from importlib.resources import files
from pathlib import Path

import click

from kerne.audit.checkpoint import Checkpoint
from kerne.audit.proof import held_checkpoint
from kerne.cli.options import STDOUT, centre_from, home_option, identify, unwrap, write_text
from kerne.errors import AuditError, InputFileError

_FILE = click.Path(path_type=Path, dir_okay=False, exists=True)
_OUTPUT = click.option("-o", "--output", type=click.Path(path_type=Path), default=STDOUT)

NOTHING_HELD = (
    "none given: nothing here can show whether all files were rolled back together; "
    "give `--held` what a witness or a citizen kept"
)


@click.group()
@home_option
@click.pass_context
def audit(ctx: click.Context, home: Path | None) -> None:
    """Verify the record of every decision, and prove it to others."""
    ctx.obj = home


@audit.command("verify")
@click.option(
    "--held",
    type=_FILE,
    multiple=True,
    help="A checkpoint, proof or citizen's log that somebody kept outside.",
)
@click.pass_context
def verify(ctx: click.Context, *, held: tuple[Path, ...]) -> None:
    """Read the whole audit and compare it with its tree and checkpoints."""
    checkpoints = [_held(path) for path in held]
    found = centre_from(ctx).audit.verify(checkpoints)
    click.echo(f"entries\t{found.size}")
    click.echo(f"root\t{found.root.hex()}")
    click.echo(f"checkpoints compared\t{found.checkpoints}")
    click.echo(f"held outside\t{len(checkpoints) or NOTHING_HELD}")
    click.echo(f"asks under way\t{found.open_asks}")
    click.echo(f"waiting in the second log\t{found.waiting}")
    if not found.is_intact:
        raise AuditError("the audit is not as it was written: " + "; ".join(found.problems))
    click.echo("intact\tyes" if checkpoints else "intact\tyes, as far as these files can show")


@audit.command("checkpoint")
@click.pass_context
def checkpoint(ctx: click.Context) -> None:
    """Sign the audit as it is now; give the text to a witness."""
    click.echo(centre_from(ctx).audit.checkpoint().text(), nl=False)


@audit.command("prove")
@click.argument("entry", type=int)
@click.option("--size", type=int, help="Prove it among the first so many entries.")
@click.option("--person", help="Show that the entry names this person; only to them.")
@click.option("--as", "name", help="Who asks, with `--person`.")
@click.option("--purpose", help="Why, with `--person`.")
@_OUTPUT
@click.pass_context
def prove(  # noqa: PLR0913  one argument for each option
    ctx: click.Context,
    entry: int,
    *,
    size: int | None,
    person: str | None,
    name: str | None,
    purpose: str | None,
    output: Path,
) -> None:
    """Prove that ENTRY, by its number, stands in the audit."""
    centre = centre_from(ctx)
    if person is None:
        proof = centre.audit.prove(entry, size)
    elif name is None or purpose is None:
        raise click.UsageError("`--person` needs `--as` and `--purpose`")
    else:
        who = identify(centre, name)
        proof = unwrap(centre.audit.prove_to(who, purpose, person, entry, size))
    write_text(output, proof)


@audit.command("consistency")
@click.argument("held", type=_FILE)
@_OUTPUT
@click.pass_context
def consistency(ctx: click.Context, held: Path, *, output: Path) -> None:
    """Prove that the audit of today begins with the one of the checkpoint in HELD."""
    write_text(output, centre_from(ctx).audit.prove_consistency(_held(held)))


@audit.command("key")
@click.pass_context
def key(ctx: click.Context) -> None:
    """Show the public key that the centre's checkpoints are verified with."""
    click.echo(centre_from(ctx).audit.public_key.public_bytes_raw().hex())


@audit.command("verifier")
@_OUTPUT
def verifier(*, output: Path) -> None:
    """Write the stand-alone verifier: one Python file, for witnesses and citizens."""
    write_text(output, (files("kerne.audit") / "standalone.py").read_text(encoding="utf-8"))


def _held(path: Path) -> Checkpoint:
    try:
        return held_checkpoint(path.read_text(encoding="utf-8"))
    except (AuditError, UnicodeDecodeError) as error:
        raise InputFileError(path, f"cannot be read as something held: {error}") from error
