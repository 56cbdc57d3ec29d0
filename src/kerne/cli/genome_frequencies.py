"""`kerne genomes frequencies`: counts of alleles, in several forms, of whom and where one likes."""

import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, TextIO

import click

from kerne.alleles.text import read_text
from kerne.cli.desk import at_desk
from kerne.cli.desk_duties import Desk
from kerne.cli.genome_files import STDOUT, names_in
from kerne.errors import AlleleError, InputFileError
from kerne.genomes.asking.engine_choice import EngineChoice, EngineKind
from kerne.genomes.exporting.export_format import FrequencyFormat

if TYPE_CHECKING:
    from kerne.alleles.allele import Allele
    from kerne.alleles.interval import Interval
    from kerne.genomes.cohorts import Samples
    from kerne.genomes.frequencies import Frequencies

# Other commands of `kerne genomes` need none of what these do.
# ruff: noqa: PLC0415

_FILE: Final = click.Path(path_type=Path, dir_okay=False)


@click.command("frequencies")
@click.option("-r", "--region", help="Only alleles that overlap it: chr20 or chr20:1-100.")
@click.option("--gene", help="In a centre: only alleles that overlap this gene, by its symbol.")
@click.option("-v", "--variants", type=_FILE, help="Only these: chr20-12345-A-T, one a line.")
@click.option("-S", "--samples-file", type=_FILE, help="Count these samples only; one name a line.")
@click.option("--cohort", "cohorts", multiple=True, help="NAME=FILE: a cohort, one name a line.")
@click.option("--among", help="Count a cohort or an expression: `cases & ~(women | kin)`.")
@click.option("--all", "everyone", is_flag=True, help="In a centre: count relatives too.")
@click.option("--by-sex", is_flag=True, help="Count by measured X and Y as well.")
@click.option("--by-region", is_flag=True, help="Count by region of residence as well.")
@click.option("--stratum", "strata", multiple=True, help="NAME=FILE: count these as well.")
@click.option(
    "-O",
    "--format",
    "form",
    type=click.Choice([each.value for each in FrequencyFormat]),
    default=FrequencyFormat.TSV.value,
    help="tsv, vcf (sites only; bgzipped when FILE ends in .gz), arrow (IPC stream) or parquet.",
)
@click.option("-o", "--output", type=_FILE, default=STDOUT, help="The table; `-` is the screen.")
@click.option(
    "--engine",
    type=click.Choice([each.value for each in EngineKind]),
    default=EngineKind.THREADS.value,
    help="What counts: threads of this machine, or a Ray cluster.",
)
@click.option("--ray-address", help="The Ray cluster (or RAY_ADDRESS); else one is started here.")
@click.option("--ray-copy", help="Where the store was published, for workers that read it there.")
@at_desk
def frequencies_command(  # noqa: PLR0913  one argument for each option
    *,
    region: str | None,
    gene: str | None,
    variants: Path | None,
    samples_file: Path | None,
    cohorts: tuple[str, ...],
    among: str | None,
    everyone: bool,
    by_sex: bool,
    by_region: bool,
    strata: tuple[str, ...],
    form: str,
    output: Path,
    engine: str,
    ray_address: str | None,
    ray_copy: str | None,
    desk: Desk,
) -> None:
    """Write AC, AN, AF, hom and het of every allele, tab-separated or in another form.

    An allele that none of the chosen samples carries stays in the table with AC 0; AF is `.` where
    AN is 0. In a centre, who was counted is said beside the table.
    """
    if sum(each is not None for each in (region, gene, variants)) > 1:
        raise click.UsageError("give one of `--region`, `--gene` and `--variants`")
    samples = _samples(samples_file, cohorts, among)
    named = _lists(strata, "--stratum")
    counting = desk.counting_with(EngineChoice(EngineKind(engine), ray_address, ray_copy))
    if by_sex or by_region or named:
        if (gene, variants, form) != (None, None, FrequencyFormat.TSV):
            raise click.UsageError("strata are counted by `--region`, into a `tsv`")
        from kerne.genomes.strata import Strata, write_strata_1based

        divided = Strata(by_sex, by_region, named)
        with counting:
            parts = desk.frequencies_by(divided, region, samples, everyone=everyone)
        _say_who(parts.whole)
        _write(output, lambda stream: write_strata_1based(parts, stream))
        return
    from kerne.genomes.exporting.frequency_files import save_frequencies, write_frequency_stream

    where = _place(desk, region, gene)
    alleles = None if variants is None else _alleles_in(variants, desk)
    wanted, assembly = FrequencyFormat(form), desk.assembly
    with counting:
        found = _saying_who(desk.each_frequencies(where, samples, alleles, everyone=everyone))
        if output == STDOUT:
            write_frequency_stream(sys.stdout.buffer, wanted, assembly, found)
        else:
            save_frequencies(output, wanted, assembly, found)


def _place(desk: Desk, region: str | None, gene: str | None) -> "Interval | None":
    from kerne.alleles.interval import parse_region

    if gene is not None:
        return desk.region_of_gene(gene)
    return None if region is None else parse_region(region, desk.assembly)


def _alleles_in(path: Path, desk: Desk) -> "list[Allele]":
    """Read variants, one a line."""
    from kerne.alleles.allele import parse_allele

    alleles = []
    for number, line in enumerate(read_text(path).splitlines(), start=1):
        if line.strip():
            try:
                alleles.append(parse_allele(line.strip(), desk.assembly))
            except AlleleError as error:
                raise InputFileError(path, str(error), number) from error
    if not alleles:
        raise InputFileError(path, "names no variant, expected one a line")
    return alleles


def _samples(
    samples_file: Path | None, cohorts: Sequence[str], among: str | None
) -> "Samples | None":
    """Return the samples to count by the options that say so; `None` for everyone."""
    if among is None:
        if cohorts:
            raise click.UsageError("a `--cohort` is counted by an expression: give `--among`")
        return None if samples_file is None else names_in(samples_file)
    if samples_file is not None:
        raise click.UsageError("give `--samples-file` or `--among`, not both")
    from kerne.genomes.cohorts import parse_cohort

    return parse_cohort(among, _lists(cohorts, "--cohort"))


def _lists(named: Sequence[str], option: str) -> dict[str, list[str]]:
    """Read the lists of samples of a repeated option, `NAME=FILE` each."""
    lists: dict[str, list[str]] = {}
    for each in named:
        name, equals, path = each.partition("=")
        if not (name and equals and path) or name in lists:
            raise click.UsageError(f"`{option} {each}`: expected NAME=FILE, each name once")
        lists[name] = names_in(Path(path))
    return lists


def _write(output: Path, write: Callable[[TextIO], None]) -> None:
    if output == STDOUT:
        write(sys.stdout)
    else:
        from kerne.genomes.frequencies import write_whole

        write_whole(output, write)


def _saying_who(parts: "Iterator[Frequencies]") -> "Iterator[Frequencies]":
    for part in parts:
        _say_who(part)
        yield part


def _say_who(found: "Frequencies") -> None:
    if found.counted is not None:
        click.echo(str(found.counted), err=True)
