"""The command line: one group per domain; each command calls actions and prints what they return.

Groups are imported when they are used, so that `kerne --help` answers at once.
"""

import atexit
import gc
import importlib
import logging
import secrets
import sys
from collections.abc import Mapping
from typing import Final

import click

from kerne import __version__
from kerne.errors import KerneError

INTERRUPTED: Final = 130
UNEXPECTED: Final = 1

COMMANDS: Final[Mapping[str, tuple[str, str]]] = {
    "demo": ("kerne.cli.demo:demo", "Walk one order to its answer, in a synthetic country."),
    "interpret": ("kerne.cli.interpret:interpret", "Rank the variants of one patient's file."),
    "phenotype": ("kerne.cli.phenotype:phenotype", "Rank diseases by HPO terms, and say why."),
    "knowledge": ("kerne.cli.knowledge:knowledge", "Dated releases of reference data."),
    "genomes": ("kerne.cli.upkeep:genomes", "The genome database: add, count, find, remove."),
    "orders": ("kerne.cli.orders:orders", "Orders and samples, from tube to release."),
    "cases": ("kerne.cli.cases:cases", "Candidates, classification, the signed answer."),
    "classifications": (
        "kerne.cli.classifications:classifications",
        "What hospitals have signed of variants.",
    ),
    "validation": ("kerne.cli.validation:validation", "An institution's own validation."),
    "citizen": ("kerne.cli.citizen:citizen", "A citizen's choices, and who has read what."),
    "register": ("kerne.cli.register:register", "Take the opt-out register over; declare twins."),
    "research": ("kerne.cli.research:research", "Permits, questions, outputs."),
    "keys": ("kerne.cli.keys:keys", "Rotate the master key, or move it into a token."),
    "exchange": ("kerne.cli.exchange:exchange", "Seal files for others, and open theirs."),
    "custody": ("kerne.cli.custody:custody", "Acts that take two custodians."),
    "backup": ("kerne.cli.backup:backup", "Copy a running centre, without its keys."),
    "backup-keys": ("kerne.cli.backup:backup_keys", "Copy the keys of a centre, and nothing else."),
    "restore": ("kerne.cli.backup:restore", "Restore a backup to a new home, and prove it."),
    "rules": ("kerne.cli.rules:rules", "The law as a page: every rule in plain words."),
    "audit": ("kerne.cli.audit:audit", "Verify the record of every decision."),
}


class _LazyGroup(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command = getattr(importlib.import_module(module), name)
        if not isinstance(command, click.Command):
            raise TypeError(f"`{module}` holds no command `{name}`")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, words) for name, (_, words) in COMMANDS.items()])


@click.group(cls=_LazyGroup)
@click.version_option(__version__, prog_name="kerne")
def kerne() -> None:
    """Kerne, a national genome centre in one program.

    \b
    Exit codes: 0 done, 1 unexpected fault, 2 wrong usage, 3 refused, 4 unusable input,
    5 audit, rules or store damaged, 6 somebody else was first, 130 interrupted.
    """  # noqa: D301  \b is Click's mark for lines to keep


def main() -> None:
    """Run the command line and leave with the exit code that the outcome owns."""
    # What was loaded lives to the end: on the way out nothing need look through it for cycles.
    atexit.register(gc.freeze)
    try:
        code = kerne.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except KerneError as error:
        click.echo(f"kerne: {error}", err=True)
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        click.echo("kerne: interrupted; what was not finished was not kept", err=True)
        sys.exit(INTERRUPTED)
    except Exception:
        reference = secrets.token_hex(4)
        logging.getLogger(__name__).exception("reference %s", reference)
        click.echo(f"kerne: unexpected fault, reference {reference}", err=True)
        sys.exit(UNEXPECTED)
    sys.exit(code if isinstance(code, int) else 0)
