"""`kerne knowledge`: add releases of reference data, and list them."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import click

from kerne.cli.options import home_option
from kerne.cli.progress import reading
from kerne.knowledge.actions import (
    add_release,
    default_directory,
    kinds,
    list_releases,
    needs_assembly,
)
from kerne.settings import read_settings

IN_HOME = "knowledge"
USUAL_ASSEMBLY = "GRCh38"
SMALL_MB = 10


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where the releases lie, and the assembly that coordinates are of unless another is named."""

    directory: Path
    assembly: str


@click.group()
@home_option
@click.option(
    "--knowledge",
    "chosen",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="KERNE_KNOWLEDGE",
    help="Directory of the knowledge (or KERNE_KNOWLEDGE), if it is not a centre's.",
)
@click.pass_context
def knowledge(ctx: click.Context, home: Path | None, chosen: Path | None) -> None:
    """Keep dated, checksummed releases of reference data."""
    if chosen is not None or home is None:
        ctx.obj = Shelf(default_directory() if chosen is None else chosen, USUAL_ASSEMBLY)
        return
    settings = read_settings(home)
    ctx.obj = Shelf(settings.home / IN_HOME, settings.assembly)


@knowledge.command()
@click.argument("kind", type=click.Choice(kinds()))
@click.argument("files", type=click.Path(path_type=Path), nargs=-1, required=True)
@click.option("--assembly", help="Of the coordinates; the centre's, or else GRCh38.")
@click.option("--name", help="Name of the release, if not that of the (first) file.")
@click.option(
    "--date",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Date of the release, if not the one that the file states or was last changed on.",
)
@click.pass_obj
def add(
    shelf: Shelf,
    kind: str,
    files: tuple[Path, ...],
    assembly: str | None,
    name: str | None,
    date: datetime | None,
) -> None:
    """Add FILES as a release of KIND, whole or not at all.

    Most kinds are of one file; gnomad, the scores, clinvar and dosage may be of several, which make
    one release together. `docs/how-to/knowledge.md` says what each kind is made from.
    """
    if assembly is None and needs_assembly(kind):
        assembly = shelf.assembly
    day = None if date is None else date.date()
    with reading(files) as report:
        release = add_release(
            shelf.directory, kind, *files, assembly=assembly, name=name, date=day, report=report
        )
    of = f", assembly {release.assembly}" if release.assembly else ""
    click.echo(f"added {release}, dated {release.date}{of}, {in_megabytes(release.size_bytes)}")
    for fact, words in release.facts.items():
        click.echo(f"{fact}: {words}")


@knowledge.command("list")
@click.option("--check", is_flag=True, help="Read every release whole and compare its checksum.")
@click.pass_obj
def show(shelf: Shelf, check: bool) -> None:  # noqa: FBT001  click's signature
    """List the releases: kind, name, date, assembly, size, checksum, source; tab-separated."""
    releases = list_releases(shelf.directory, checked=check)
    click.echo("kind\tname\tdate\tassembly\tbytes\tsha256\tsource")
    for release in releases:
        facts = (release.kind, release.name, release.date, release.assembly or ".")
        rest = (release.size_bytes, release.sha256, release.source)
        click.echo("\t".join(map(str, (*facts, *rest))))


def in_megabytes(size_bytes: int) -> str:
    """Say a size for a reader.

    Examples
    --------
    >>> in_megabytes(31_400), in_megabytes(2_718_281_828)
    ('0.03 MB', '2718 MB')
    """
    size = size_bytes / 1e6
    return f"{size:.2f} MB" if size < SMALL_MB else f"{size:.0f} MB"
