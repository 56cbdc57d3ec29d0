"""`kerne genomes`, the commands that write genotypes as files."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final, TextIO

import click

from kerne.alleles.text import read_text
from kerne.cli.desk import at_store
from kerne.cli.progress import showing
from kerne.errors import InputFileError
from kerne.genomes.exporting.export_format import ExportFormat

if TYPE_CHECKING:
    from kerne.genomes.freestanding import FreestandingGenomes

# Other commands of `kerne genomes` need none of what these do.
# ruff: noqa: PLC0415

STDOUT: Final = Path("-")
_FILE: Final = click.Path(path_type=Path, dir_okay=False)


@click.command("export")
@click.argument("out", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice([each.value for each in ExportFormat]),
    default=ExportFormat.VCF.value,
    help="vcf (bgzipped), bcf, zarr (VCF Zarr) or pgen (PLINK 2: OUT.pgen, OUT.pvar, OUT.psam).",
)
@click.option("-r", "--region", help="Only alleles that overlap it: chr20 or chr20:1-100.")
@click.option("-S", "--samples-file", type=_FILE, help="These samples only; one name a line.")
@at_store
def export_command(
    *,
    out: Path,
    form: str,
    region: str | None,
    samples_file: Path | None,
    store: "FreestandingGenomes",
) -> None:
    """Write the genotypes of a free-standing store as OUT, which appears whole or not at all."""
    from kerne.alleles.interval import parse_region
    from kerne.genomes.exporting.files import span_bp

    assembly = store.assembly
    where = None if region is None else parse_region(region, assembly)
    samples = None if samples_file is None else names_in(samples_file)
    with showing("writing", span_bp(assembly, where)) as watch:
        store.export(out, ExportFormat(form), where, samples, watch)


@click.command("variants")
@click.argument("sample")
@click.option("-O", "--format", "form", type=click.Choice(["vcf", "tsv"]), default="vcf")
@click.option("-o", "--output", type=_FILE, default=STDOUT, help="The file; `-` is the screen.")
@at_store
def variants_command(*, sample: str, form: str, output: Path, store: "FreestandingGenomes") -> None:
    """Write every allele that SAMPLE of a free-standing store carries, weak calls marked.

    Structural records stand in the VCF as its file had them; a table has no place for them.
    """
    from kerne.genomes.exporting.person import person_lines_1based, write_person_table_1based
    from kerne.genomes.frequencies import write_whole

    found, structural = store.variants_of(sample), store.structural_of(sample)

    def write(stream: TextIO) -> None:
        if form == "tsv":
            write_person_table_1based(found, stream)
            if structural:
                told = f"{len(structural)} structural records are not in a table: see the VCF"
                click.echo(told, err=True)
        else:
            lines = person_lines_1based(sample, store.assembly, found, structural)
            stream.writelines(f"{line}\n" for line in lines)

    if output == STDOUT:
        write(sys.stdout)
    else:
        write_whole(output, write)


def names_in(path: Path) -> list[str]:
    """Read sample names, one a line; a name may hold spaces.

    Raises
    ------
    InputFileError
        The file cannot be read, or names no sample.
    """
    names = [line.strip() for line in read_text(path).splitlines()]
    if not any(names):
        raise InputFileError(path, "names no sample, expected one name a line")
    return list(dict.fromkeys(filter(None, names)))
