"""`kerne backup`, `kerne backup-keys` and `kerne restore`: what an operator does."""

from pathlib import Path

import click

from kerne.cli.options import centre_from, home_option
from kerne.custody.restore import Restored

_NEW = click.Path(path_type=Path, exists=False)
_DIRECTORY = click.Path(path_type=Path, file_okay=False, exists=True)


@click.command("backup")
@click.argument("into", metavar="DIR", type=_NEW)
@home_option
@click.pass_context
def backup(ctx: click.Context, into: Path, *, home: Path | None) -> None:
    """Copy a running centre to the new directory DIR, without its keys."""
    ctx.obj = home
    manifest = centre_from(ctx).copies.back_up(into)
    click.echo(f"files\t{len(manifest.files)}")
    click.echo(f"bytes\t{sum(file.length_bytes for file in manifest.files.values())}")
    click.echo(f"audit entries\t{manifest.audit.size}")
    click.echo(f"audit root\t{manifest.audit.root}")


@click.command("backup-keys")
@click.argument("into", metavar="DIR", type=_NEW)
@home_option
@click.pass_context
def backup_keys(ctx: click.Context, into: Path, *, home: Path | None) -> None:
    """Copy the keys of a centre to the new directory DIR: keep it apart from every backup."""
    ctx.obj = home
    centre_from(ctx).copies.copy_keys(into)
    click.echo(f"keys\t{into}")
    click.echo("keep it apart from backups, and destroy older copies after an erasure")


@click.command("restore")
@click.argument("from_backup", metavar="BACKUP", type=_DIRECTORY)
@click.option("--home", type=_NEW, required=True, help="Where the restored centre is to be.")
@click.option("--keys", type=_DIRECTORY, required=True, help="A copy that `backup-keys` made.")
@click.option(
    "--replica", type=_DIRECTORY, help="The replica, where it is not the one in the settings."
)
@click.option(
    "--without-replica",
    is_flag=True,
    help="Go on without it: own treatment only, until a custodian confirms.",
)
def restore(
    from_backup: Path, *, home: Path, keys: Path, replica: Path | None, without_replica: bool
) -> None:
    """Restore BACKUP to a new home, prove it, and take in what happened since."""
    from kerne.centre import restore_centre  # noqa: PLC0415  `kerne --help` need not load the house

    restored = restore_centre(
        from_backup, home.absolute(), keys, replica, without_replica=without_replica
    )
    for words in _in_words(restored):
        click.echo(words)


def _in_words(restored: Restored) -> tuple[str, ...]:
    audit = restored.manifest.audit
    tables = sum(len(rows) for rows in restored.manifest.rows.values())
    proven = (
        "everything that the rules allow"
        if restored.is_proven
        else "own treatment only, until a custodian confirms the restore"
    )
    return (
        f"audit root\t{audit.root}: as in the backup, {audit.size} entries",
        f"rows\tas in the backup, in {tables} tables",
        f"entries lost since the backup\t{restored.lost_entries}",
        f"choices taken in\t{restored.choices}",
        f"persons erased again\t{restored.erased}",
        f"genomes removed again\t{restored.removed}",
        f"persons registered since the backup, and lost\t{restored.lost_persons}",
        f"genomes lost: an erasure since destroyed their keys\t{restored.lost_genomes}",
        f"persons without a key\t{restored.without_key}",
        f"recorded as entry\t{restored.entry}",
        f"answers\t{proven}",
    )
