"""Options that many commands share: which centre, who asks, and why.

`--home DIR` stands right after the group (`kerne audit --home DIR verify`); commands that touch
people's data add `--as PERSON --purpose PURPOSE [--project P] [--reason TEXT]`.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from kerne.durable import OWNER_ONLY, write_durably
from kerne.errors import InputFileError, RefusedError, SettingsError, reason_of
from kerne.people.asking import Identity, Refusal

if TYPE_CHECKING:
    from kerne.centre import Centre

STDOUT: Final = Path("-")

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])  # Any: click passes each command its own arguments


@dataclass(frozen=True, slots=True)
class Asking:
    """What was said on the command line about who asks and why."""

    name: str
    purpose: str
    project: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, as the centre knows them, and why."""

    who: Identity
    purpose: str
    project: str | None
    reason: str | None


def home_option(command: F) -> F:
    """Add `--home` to a group and remember it for the group's commands."""
    return click.option(
        "--home",
        type=click.Path(path_type=Path, file_okay=False),
        envvar="KERNE_HOME",
        help="The centre's directory (or KERNE_HOME).",
    )(command)


def asking_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add `--as`, `--purpose`, `--project` and `--reason`; the command gets them as `asking`."""

    @click.option("--as", "name", required=True, help="Who asks (demo homes only).")
    @click.option("--purpose", required=True, help="Why the data are needed.")
    @click.option("--project", help="The research project, by its number.")
    @click.option("--reason", help="Your own words, where a rule asks for them.")
    @functools.wraps(command)
    def asking_command(
        *args: Any,  # Any: the command's own arguments
        name: str,
        purpose: str,
        project: str | None,
        reason: str | None,
        **options: Any,  # Any: the command's own options
    ) -> None:
        command(*args, asking=Asking(name, purpose, project, reason), **options)

    return asking_command


def home_from(ctx: click.Context) -> Path:
    """Return the home that the group's `--home` names.

    Raises
    ------
    SettingsError
        None was named.
    """
    if not isinstance(ctx.obj, Path):
        raise SettingsError("name the centre with `--home DIR` after the group, or KERNE_HOME")
    return ctx.obj


def centre_from(ctx: click.Context) -> "Centre":
    """Open the centre that the group's `--home` names; closed when the command ends.

    Raises
    ------
    SettingsError
        No home was named, or it holds no centre.
    """
    home = home_from(ctx)
    from kerne.centre import open_centre  # noqa: PLC0415  `kerne --help` need not load the house

    return ctx.with_resource(open_centre(home))


def asker_from(centre: "Centre", asking: Asking) -> Asker:
    """Turn what was said into an identity that the centre knows.

    Raises
    ------
    PersonError
        The centre knows no such identity.
    SettingsError
        The centre is a real one, where a name is not proof of identity.
    """
    who = identify(centre, asking.name)
    return Asker(who, asking.purpose, asking.project, asking.reason)


def identify(centre: "Centre", name: str) -> Identity:
    """Return the identity called `name`.

    Raises
    ------
    PersonError
        The centre knows no such identity.
    SettingsError
        The centre is a real one, where a name is not proof of identity.
    """
    if not centre.settings.demo:
        raise SettingsError("`--as` is for demo homes; a real centre needs a login token")
    return centre.identify(name)


def write_text(path: Path, text: str) -> None:
    """Write `text` to a file that only its owner may read, or to the screen when it is `-`.

    Raises
    ------
    InputFileError
        It cannot be written.
    """
    if path == STDOUT:
        click.echo(text, nl=False)
        return
    try:
        write_durably(path, text.encode(), OWNER_ONLY)
    except OSError as error:
        raise InputFileError(path, f"cannot be written: {reason_of(error)}") from error


def unwrap(answer: T | Refusal) -> T:
    """Return the answer, or raise the refusal in words.

    Raises
    ------
    RefusedError
        The gate said no.
    """
    if isinstance(answer, Refusal):
        raise RefusedError("refused: " + "; ".join(answer.reasons))
    return answer
