"""`kerne genomes`: the genome database, in a centre or as a free-standing store."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TextIO

import click
from click.core import ParameterSource

from kerne.cli.desk import ALONE, STORE, StorePlace, at_desk
from kerne.cli.desk_duties import Desk
from kerne.cli.genome_files import export_command, names_in
from kerne.cli.options import (
    Asking,
    asker_from,
    asking_options,
    centre_from,
    home_from,
    home_option,
    unwrap,
)
from kerne.cli.serve import serve
from kerne.errors import DamagedStoreError, GenomeError
from kerne.genomes.cohorts import Samples, parse_cohort
from kerne.genomes.engine_choice import EngineChoice, EngineKind
from kerne.genomes.frequencies import Frequencies, write_table_1based, write_whole
from kerne.genomes.intake import GenomeFile, StoreRules
from kerne.genomes.likeness import likeness_lines
from kerne.genomes.strata import Strata, write_strata_1based
from kerne.genomes.watching import Watch

STDOUT: Final = Path("-")
_FILE = click.Path(path_type=Path, dir_okay=False)


@click.group()
@home_option
@click.option(
    "--store",
    type=StorePlace(path_type=Path, file_okay=False),
    help="A free-standing store instead of a centre, made by the first `add`; or its address.",
)
@click.option("--no-resident", is_flag=True, help="Do not ask `kerne genomes serve` if it runs.")
@click.pass_context
def genomes(
    ctx: click.Context, home: Path | None, store: Path | str | None, *, no_resident: bool
) -> None:
    """Add genomes, count alleles, find carriers, export, remove, publish, scrub."""
    said = ctx.get_parameter_source("home") is ParameterSource.COMMANDLINE
    if said and store is not None:
        raise click.UsageError("give `--home` or `--store`, not both")
    ctx.obj = home
    ctx.meta[STORE] = store
    ctx.meta[ALONE] = no_resident


@genomes.command("add")
@click.argument("files", type=click.Path(path_type=Path), nargs=-1, required=True)
@click.option("--assembly", required=True, help="Assembly of the files, such as GRCh38.")
@click.option(
    "--callable",
    "beds",
    type=_FILE,
    multiple=True,
    help="BED of where the genomes are callable: one for all files, or one for each in order.",
)
@click.option("--reference", type=_FILE, help="FASTA for left-aligning (a new store keeps it).")
@click.option("--min-gq", type=int, help="What a gVCF genotype must reach to count (20).")
@click.option("--min-dp", type=int, help="What a gVCF depth must reach to count (8).")
@at_desk
def add(  # noqa: PLR0913  one argument for each option
    *,
    files: tuple[Path, ...],
    assembly: str,
    beds: tuple[Path, ...],
    reference: Path | None,
    min_gq: int | None,
    min_dp: int | None,
    desk: Desk,
) -> None:
    """Add the genomes in FILES (VCF, gVCF, BCF or VCF Zarr), all or none.

    A plain VCF without `--callable` is taken as callable everywhere, and marked so.
    """
    if len(beds) not in {0, 1, len(files)}:
        raise click.UsageError("give `--callable` once, or once for each file")
    each = beds if len(beds) == len(files) else (beds or (None,)) * len(files)
    pairs = [GenomeFile(path, bed) for path, bed in zip(files, each, strict=True)]
    rules = StoreRules(assembly, reference, min_gq, min_dp)
    with _watching(files) as watch:
        added = desk.add(pairs, rules, watch)
    click.echo("sample\trow\tvariants\tcallable")
    for genome in added:
        where = "declared whole" if genome.callable_declared_whole else "as given"
        click.echo(f"{genome.sample}\t{genome.row}\t{genome.variants}\t{where}")


@genomes.command("frequencies")
@click.option("-r", "--region", help="Only alleles that overlap it: chr20 or chr20:1-100.")
@click.option("-S", "--samples-file", type=_FILE, help="Count these samples only; one name a line.")
@click.option("--cohort", "cohorts", multiple=True, help="NAME=FILE: a cohort, one name a line.")
@click.option("--among", help="Count a cohort or an expression: `cases & ~(women | kin)`.")
@click.option("--all", "everyone", is_flag=True, help="In a centre: count relatives too.")
@click.option("--by-sex", is_flag=True, help="Count by measured X and Y as well.")
@click.option("--by-region", is_flag=True, help="Count by region of residence as well.")
@click.option("--stratum", "strata", multiple=True, help="NAME=FILE: count these as well.")
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
def frequencies(  # noqa: PLR0913  one argument for each option
    *,
    region: str | None,
    samples_file: Path | None,
    cohorts: tuple[str, ...],
    among: str | None,
    everyone: bool,
    by_sex: bool,
    by_region: bool,
    strata: tuple[str, ...],
    output: Path,
    engine: str,
    ray_address: str | None,
    ray_copy: str | None,
    desk: Desk,
) -> None:
    """Write AC, AN, AF, hom and het of every allele, tab-separated.

    An allele that none of the chosen samples carries stays in the table with AC 0; AF is `.` where
    AN is 0. In a centre, who was counted is said beside the table.
    """
    samples = _samples(samples_file, cohorts, among)
    divided = Strata(by_sex, by_region, _lists(strata, "--stratum"))
    counting = desk.counting_with(EngineChoice(EngineKind(engine), ray_address, ray_copy))
    if divided == Strata():
        with counting:
            found = desk.frequencies(region, samples, everyone=everyone)
        _say_who(found)
        _write(output, lambda stream: write_table_1based(found, stream))
        return
    with counting:
        parts = desk.frequencies_by(divided, region, samples, everyone=everyone)
    _say_who(parts.whole)
    _write(output, lambda stream: write_strata_1based(parts, stream))


@genomes.command("carriers")
@click.argument("variant")
@at_desk
def carriers(*, variant: str, desk: Desk) -> None:
    """List the samples that carry VARIANT (`chr20-12345-A-T`)."""
    found = desk.carriers(variant)
    click.echo("sample\tgenotype")
    for carrier in found:
        click.echo(f"{carrier.sample}\t{carrier.genotype}")


@genomes.command("remove")
@click.argument("sample")
@at_desk
def remove(*, sample: str, desk: Desk) -> None:
    """Forget SAMPLE: its calls, and the alleles that only its file brought."""
    row = desk.remove(sample)
    click.echo(f"removed `{sample}`, row {row}; the row number is not used again")


@genomes.command("stats")
@at_desk
def stats(*, desk: Desk) -> None:
    """Say how many genomes and alleles there are, and under which rules they were added."""
    found = desk.stats()
    click.echo(f"assembly\t{found.assembly}")
    click.echo(f"alleles are\t{found.normal_form}")
    click.echo(f"gVCF genotypes count from\tGQ {found.min_gq}, depth {found.min_dp}")
    click.echo(f"genomes\t{found.genomes}")
    click.echo(f"declared callable everywhere\t{found.declared_whole}")
    click.echo(f"alleles\t{found.alleles}")
    click.echo(f"calls stored\t{found.calls}")
    click.echo(f"segments\t{found.segments}")
    kept = desk.memory()
    if kept is not None:
        click.echo(f"bytes decoded in memory\t{kept.held_bytes} of {kept.most_bytes}")
        click.echo(f"bytes that never reach a swap\t{kept.locked_bytes}")


@genomes.command("duplicates")
@at_desk
def duplicates(*, desk: Desk) -> None:
    """List samples that hold one genome: filed twice, or of twins; in a centre for a laboratory."""
    for line in likeness_lines(desk.find_duplicates()):
        click.echo(line)


@genomes.command("identity-check")
@click.argument("person")
@asking_options
@click.pass_context
def identity_check(ctx: click.Context, *, person: str, asking: Asking) -> None:
    """Show the laboratory what the genomes of PERSON say of whose they are."""
    from kerne.genomes.identity import identity_lines  # noqa: PLC0415  questions need it not

    centre = centre_from(ctx)
    asker = asker_from(centre, asking)
    for line in identity_lines(
        unwrap(centre.genomes.identity_check(asker.who, asker.purpose, person))
    ):
        click.echo(line)


@genomes.command("scrub")
@click.option(
    "--repair-from",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="A backup, or other copy, of the same store: good files are taken from it.",
)
@click.pass_context
def scrub(ctx: click.Context, *, repair_from: Path | None) -> None:
    """Read every byte of the store and name what is damaged. It shows nobody's data."""
    # `kerne --help` need not load the house.
    from kerne.custody.scrubbing import scrub_genomes  # noqa: PLC0415
    from kerne.genomes.scrub import scrub as scrub_store  # noqa: PLC0415

    store = ctx.meta.get(STORE)
    if isinstance(store, str):
        raise GenomeError(f"`{store}` is a published copy: scrub the store, and publish it anew")
    place = store if isinstance(store, Path) else home_from(ctx)
    work = scrub_store if isinstance(store, Path) else scrub_genomes
    with _watching(place.rglob("*")) as watch:
        found = work(place, repair_from, watch)
    click.echo(f"files\t{found.files}")
    click.echo(f"bytes\t{found.bytes_read}")
    for damage in found.damages:
        what = "repaired" if damage.is_repaired else "damaged"
        why = "; ".join(filter(None, (damage.problem, damage.why_not)))
        click.echo(f"{what}\t{damage.file}\t{why}")
    if found.left:
        raise DamagedStoreError(
            f"`{len(found.left)}` of `{found.files}` files of `{place}` are damaged"
        )


@genomes.command("publish")
@click.argument("target")
@click.pass_context
def publish(ctx: click.Context, *, target: str) -> None:
    """Copy what is new of the store to TARGET, a folder or an address such as `s3://bucket/store`.

    A centre's segments stay sealed: their keys are not published.
    """
    # `kerne --help` need not load the house.
    from kerne.custody.home import GENOMES  # noqa: PLC0415
    from kerne.genomes.publishing import publish as publish_store  # noqa: PLC0415

    store = ctx.meta.get(STORE)
    if isinstance(store, str):
        raise GenomeError(f"`{store}` was published itself: publish the store that it is of")
    place = store if isinstance(store, Path) else home_from(ctx) / GENOMES
    with _watching(place.rglob("*")) as watch:
        done = publish_store(place, target, watch)
    click.echo(f"files copied\t{done.copied}")
    click.echo(f"there already\t{done.kept}")


def _samples(
    samples_file: Path | None, cohorts: Sequence[str], among: str | None
) -> Samples | None:
    """Return the samples to count by the options that say so; `None` for everyone."""
    if among is None:
        if cohorts:
            raise click.UsageError("a `--cohort` is counted by an expression: give `--among`")
        return None if samples_file is None else names_in(samples_file)
    if samples_file is not None:
        raise click.UsageError("give `--samples-file` or `--among`, not both")
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
        write_whole(output, write)


def _say_who(found: Frequencies) -> None:
    if found.counted is not None:
        click.echo(str(found.counted), err=True)


@contextmanager
def _watching(files: Iterable[Path]) -> Iterator[Watch]:
    """Show on a terminal how much of the files is read."""
    # Questions show no progress, and need not load it.
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import Progress  # noqa: PLC0415

    screen = Console(stderr=True)
    with Progress(console=screen, transient=True, disable=not screen.is_terminal) as progress:
        size = sum(path.stat().st_size for path in files if path.is_file())
        task = progress.add_task("reading", total=size)
        yield lambda count: progress.advance(task, count)


genomes.add_command(export_command)
genomes.add_command(serve)
