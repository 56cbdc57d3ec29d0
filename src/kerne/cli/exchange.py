"""`kerne exchange`: seal files for others and open theirs (GA4GH Crypt4GH). It needs no centre.

What is sealed are files that somebody already holds; the data of a centre leave it through the
gate, and only then become files.
"""

import functools
from collections.abc import Callable
from pathlib import Path

import click

from kerne.errors import InputFileError, reason_of
from kerne.sealing.exchange import Exchanged, open_file, seal_file
from kerne.sealing.exchange_keys import read_private_key, read_public_key, write_key_pair

ENDING = ".c4gh"
_FILE = click.Path(path_type=Path, dir_okay=False)
_PASSPHRASE_FILE = click.option(
    "--passphrase-file", type=_FILE, help="The passphrase is its first line; else it is asked."
)


@click.group()
def exchange() -> None:
    """Seal files for others, and open theirs (Crypt4GH)."""


@exchange.command("keys")
@click.argument("name", type=_FILE)
@_PASSPHRASE_FILE
@click.option("--no-passphrase", is_flag=True, help="Leave the private key in clear.")
def keys(*, name: Path, passphrase_file: Path | None, no_passphrase: bool) -> None:
    """Make a pair of keys: NAME.sec, which stays here, and NAME.pub, which others seal to."""
    private, public = name.with_name(f"{name.name}.sec"), name.with_name(f"{name.name}.pub")
    ask = functools.partial(_passphrase, passphrase_file, private, confirm=True)
    write_key_pair(private, public, None if no_passphrase else ask())
    click.echo(f"private key\t{private}\npublic key\t{public}")


@exchange.command("seal")
@click.argument("file", type=_FILE)
@click.option("--to", type=_FILE, multiple=True, required=True, help="Public key of a reader.")
@click.option("--from", "writer", type=_FILE, help="Your private key, if readers ask whose it is.")
@_PASSPHRASE_FILE
@click.option("-o", "--output", type=_FILE, help="The sealed file; else FILE.c4gh.")
def seal(
    *,
    file: Path,
    to: tuple[Path, ...],
    writer: Path | None,
    passphrase_file: Path | None,
    output: Path | None,
) -> None:
    """Seal FILE for everyone who is named by `--to`."""
    readers = [read_public_key(path) for path in to]
    own = None
    if writer is not None:
        own = read_private_key(writer, _asking(passphrase_file, writer))
    target = output or file.with_name(file.name + ENDING)
    _say(target, seal_file(file, target, readers, own))


@exchange.command("open")
@click.argument("file", type=_FILE)
@click.option("--key", type=_FILE, required=True, help="Your private key.")
@click.option("--from", "writer", type=_FILE, help="Open only what this public key's owner sealed.")
@_PASSPHRASE_FILE
@click.option("-o", "--output", type=_FILE, help="The opened file; else FILE without `.c4gh`.")
def open_(
    *,
    file: Path,
    key: Path,
    writer: Path | None,
    passphrase_file: Path | None,
    output: Path | None,
) -> None:
    """Open FILE, which was sealed to you. Nothing appears unless all of it is whole."""
    if output is None and file.suffix != ENDING:
        raise click.UsageError(f"name the opened file with `--output`: FILE has no `{ENDING}`")
    reader = read_private_key(key, _asking(passphrase_file, key))
    theirs = None if writer is None else read_public_key(writer)
    target = output or file.with_suffix("")
    _say(target, open_file(file, target, reader, theirs))


def _say(target: Path, exchanged: Exchanged) -> None:
    click.echo(f"file\t{target}")
    click.echo(f"bytes of the content\t{exchanged.length_bytes}")
    click.echo(f"SHA-256 of the content\t{exchanged.sha256}")


def _asking(passphrase_file: Path | None, key: Path) -> Callable[[], str]:
    return functools.partial(_passphrase, passphrase_file, key)


def _passphrase(passphrase_file: Path | None, key: Path, *, confirm: bool = False) -> str:
    if passphrase_file is None:
        return str(
            click.prompt(f"passphrase of {key}", hide_input=True, confirmation_prompt=confirm)
        )
    try:
        lines = passphrase_file.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise InputFileError(passphrase_file, f"cannot be read: {reason_of(error)}") from error
    if not lines or not lines[0]:
        raise InputFileError(passphrase_file, "expected a passphrase in its first line", 1)
    return lines[0]
