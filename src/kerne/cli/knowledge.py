"""`kerne knowledge`: add releases of reference data, and list them."""

from dataclasses import dataclass
from pathlib import Path

import click

from kerne.cli.options import home_option
from kerne.knowledge.actions import add_release, default_directory, list_releases
from kerne.settings import read_settings

IN_HOME = "knowledge"
KINDS = ("hpo", "reference", "genes", "cases", "frequencies")
WITH_COORDINATES = ("reference", "genes", "frequencies")
USUAL_ASSEMBLY = "GRCh38"


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
@click.argument("kind", type=click.Choice(KINDS))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--assembly", help="Of the coordinates; the centre's, or else GRCh38.")
@click.option("--name", help="Name of the release, if not that of the file.")
@click.pass_obj
def add(shelf: Shelf, kind: str, file: Path, assembly: str | None, name: str | None) -> None:
    """Add FILE as a release of KIND.

    KIND is hpo (hp.obo with phenotype.hpoa and genes_to_phenotype.txt beside it), reference
    (FASTA, plain or bgzip), genes (Ensembl GFF3, or MANE bigGenePred BED), cases (JSON lines) or
    frequencies (as `kerne genomes frequencies` writes them).
    """
    if assembly is None and kind in WITH_COORDINATES:
        assembly = shelf.assembly
    release = add_release(shelf.directory, kind, file, assembly=assembly, name=name)
    of = f", assembly {release.assembly}" if release.assembly else ""
    click.echo(f"added {release}, dated {release.date}{of}")


@knowledge.command("list")
@click.option("--check", is_flag=True, help="Read every release whole and compare its checksum.")
@click.pass_obj
def show(shelf: Shelf, check: bool) -> None:  # noqa: FBT001  click's signature
    """List the releases: kind, name, date, assembly, checksum, source; tab-separated."""
    releases = list_releases(shelf.directory, checked=check)
    click.echo("kind\tname\tdate\tassembly\tsha256\tsource")
    for release in releases:
        facts = (release.kind, release.name, release.date, release.assembly or ".")
        click.echo("\t".join(map(str, (*facts, release.sha256, release.source))))
