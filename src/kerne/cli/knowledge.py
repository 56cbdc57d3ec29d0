"""`kerne knowledge`: add releases of reference data, and list them."""

from pathlib import Path

import click

from kerne.cli.options import home_option
from kerne.knowledge.actions import add_release, default_directory, list_releases
from kerne.settings import read_settings

IN_HOME = "knowledge"
KINDS = ("hpo", "reference", "genes", "cases", "frequencies")


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
    if chosen is None and home is not None:
        chosen = read_settings(home).home / IN_HOME
    ctx.obj = default_directory() if chosen is None else chosen


@knowledge.command()
@click.argument("kind", type=click.Choice(KINDS))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--assembly", help="Assembly of the coordinates, such as GRCh38.")
@click.option("--name", help="Name of the release, if not that of the file.")
@click.pass_obj
def add(directory: Path, kind: str, file: Path, assembly: str | None, name: str | None) -> None:
    """Add FILE as a release of KIND.

    KIND is hpo (hp.obo with phenotype.hpoa and genes_to_phenotype.txt beside it), reference
    (FASTA, plain or bgzip), genes (Ensembl GFF3, or MANE bigGenePred BED), cases (JSON lines) or
    frequencies (as `kerne genomes frequencies` writes them).
    """
    release = add_release(directory, kind, file, assembly=assembly, name=name)
    click.echo(f"added {release}, dated {release.date}")


@knowledge.command("list")
@click.option("--check", is_flag=True, help="Read every release whole and compare its checksum.")
@click.pass_obj
def show(directory: Path, check: bool) -> None:  # noqa: FBT001  click's signature
    """List the releases: kind, name, date, assembly, checksum, source; tab-separated."""
    releases = list_releases(directory, checked=check)
    click.echo("kind\tname\tdate\tassembly\tsha256\tsource")
    for release in releases:
        facts = (release.kind, release.name, release.date, release.assembly or ".")
        click.echo("\t".join(map(str, (*facts, release.sha256, release.source))))
