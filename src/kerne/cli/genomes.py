"""`kerne genomes`: the genome database, in a centre or as a free-standing store."""

import functools
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

import click
from click.core import ParameterSource
from rich.console import Console
from rich.progress import Progress

from kerne.alleles.allele import parse_allele
from kerne.alleles.assembly import assembly_named
from kerne.alleles.interval import parse_region
from kerne.alleles.text import read_text
from kerne.cli.options import Asker, Asking, asker_from, centre_from, home_from, home_option, unwrap
from kerne.errors import DamagedStoreError, GenomeError, InputFileError
from kerne.genomes.freestanding import FreestandingGenomes, StoreRules
from kerne.genomes.frequencies import Frequencies, write_frequencies_1based, write_table_1based
from kerne.genomes.genotypes import Carrier, StoreStatistics
from kerne.genomes.intake import GenomeFile
from kerne.genomes.watching import Watch

if TYPE_CHECKING:
    from kerne.centre import Centre
    from kerne.genomes.store import AddedGenome

STORE: Final = "kerne.genomes.store"
STDOUT: Final = Path("-")
_FILE = click.Path(path_type=Path, dir_okay=False)


class Desk(Protocol):
    """Where the commands are carried out."""

    def add(
        self, files: Sequence[GenomeFile], rules: StoreRules, watch: Watch
    ) -> "list[AddedGenome]":
        """Add genomes."""
        ...

    def frequencies(
        self, region: str | None = None, samples: Collection[str] | None = None
    ) -> Frequencies:
        """Count alleles."""
        ...

    def carriers(self, variant: str) -> list[Carrier]:
        """Find carriers."""
        ...

    def remove(self, sample: str) -> int:
        """Forget a sample."""
        ...

    def stats(self) -> StoreStatistics:
        """Say how much there is."""
        ...


@dataclass(frozen=True, slots=True)
class CentreDesk:
    """The genome database of a centre, asked by one person for one purpose."""

    centre: "Centre"
    asker: Asker

    def add(
        self, files: Sequence[GenomeFile], rules: StoreRules, watch: Watch
    ) -> "list[AddedGenome]":
        """Add genomes under the centre's own rules."""
        expected = self.centre.settings.assembly
        if assembly_named(rules.assembly).name != expected:
            raise GenomeError(f"the centre's assembly is `{expected}`, not `{rules.assembly}`")
        if (rules.reference, rules.min_gq, rules.min_dp) != (None, None, None):
            raise GenomeError("a centre's reference and thresholds were fixed when it was made")
        asker = self.asker
        return unwrap(
            self.centre.genomes.add(
                asker.who,
                asker.purpose,
                files,
                project=asker.project,
                reason=asker.reason,
                watch=watch,
            )
        )

    def frequencies(
        self, region: str | None = None, samples: Collection[str] | None = None
    ) -> Frequencies:
        """Count alleles among those who may be counted for the purpose."""
        assembly, asker = assembly_named(self.centre.settings.assembly), self.asker
        return unwrap(
            self.centre.genomes.frequencies(
                asker.who,
                asker.purpose,
                region=None if region is None else parse_region(region, assembly),
                samples=samples,
                project=asker.project,
                reason=asker.reason,
            )
        )

    def carriers(self, variant: str) -> list[Carrier]:
        """Find carriers among those who may be searched for the purpose."""
        assembly, asker = assembly_named(self.centre.settings.assembly), self.asker
        return unwrap(
            self.centre.genomes.carriers(
                asker.who,
                asker.purpose,
                parse_allele(variant, assembly),
                project=asker.project,
                reason=asker.reason,
            )
        )

    def remove(self, sample: str) -> int:
        """Take a genome out."""
        asker = self.asker
        return unwrap(
            self.centre.genomes.remove(asker.who, asker.purpose, sample, reason=asker.reason)
        )

    def stats(self) -> StoreStatistics:
        """Say how much may be counted for the purpose."""
        asker = self.asker
        return unwrap(
            self.centre.genomes.stats(
                asker.who, asker.purpose, project=asker.project, reason=asker.reason
            )
        )


def at_desk(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options of who asks and why, which only a centre needs; give the command a `desk`."""

    @click.option("--as", "name", help="Who asks (in a centre; demo homes only).")
    @click.option("--purpose", help="Why the data are needed (in a centre).")
    @click.option("--project", help="The research project, by its number.")
    @click.option("--reason", help="Your own words, where a rule asks for them.")
    @functools.wraps(command)
    def asking_command(
        *args: Any,  # Any: the command's own arguments
        name: str | None,
        purpose: str | None,
        project: str | None,
        reason: str | None,
        **options: Any,  # Any: the command's own options
    ) -> None:
        ctx = click.get_current_context()
        store = ctx.meta.get(STORE)
        if isinstance(store, Path):
            click.echo("free-standing store: no people, choices or audit behind it", err=True)
            command(*args, desk=FreestandingGenomes(store), **options)
            return
        centre = centre_from(ctx)
        if name is None or purpose is None:
            raise click.UsageError("a centre needs `--as PERSON` and `--purpose PURPOSE`")
        asker = asker_from(centre, Asking(name, purpose, project, reason))
        command(*args, desk=CentreDesk(centre, asker), **options)

    return asking_command


@click.group()
@home_option
@click.option(
    "--store",
    type=click.Path(path_type=Path, file_okay=False),
    help="A free-standing store instead of a centre; made by the first `add`.",
)
@click.pass_context
def genomes(ctx: click.Context, home: Path | None, store: Path | None) -> None:
    """Add genomes, count alleles, find carriers, remove, scrub."""
    said = ctx.get_parameter_source("home") is ParameterSource.COMMANDLINE
    if said and store is not None:
        raise click.UsageError("give `--home` or `--store`, not both")
    ctx.obj = home
    ctx.meta[STORE] = store


@genomes.command("add")
@click.argument("files", type=_FILE, nargs=-1, required=True)
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
    """Add the genomes in FILES (VCF or gVCF, plain or bgzip), all or none.

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
@click.option("-o", "--output", type=_FILE, default=STDOUT, help="The table; `-` is the screen.")
@at_desk
def frequencies(*, region: str | None, samples_file: Path | None, output: Path, desk: Desk) -> None:
    """Write AC, AN, AF, hom and het of every allele, tab-separated.

    An allele that none of the chosen samples carries stays in the table with AC 0; AF is `.` where
    AN is 0.
    """
    samples = None if samples_file is None else _names(samples_file)
    found = desk.frequencies(region, samples)
    if output == STDOUT:
        write_table_1based(found, sys.stdout)
    else:
        write_frequencies_1based(found, output)


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


@contextmanager
def _watching(files: Iterable[Path]) -> Iterator[Watch]:
    """Show on a terminal how much of the files is read."""
    screen = Console(stderr=True)
    with Progress(console=screen, transient=True, disable=not screen.is_terminal) as progress:
        size = sum(path.stat().st_size for path in files if path.is_file())
        task = progress.add_task("reading", total=size)
        yield lambda count: progress.advance(task, count)


def _names(path: Path) -> list[str]:
    """Read sample names, one a line; a name may hold spaces."""
    names = [line.strip() for line in read_text(path).splitlines()]
    if not any(names):
        raise InputFileError(path, "names no sample, expected one name a line")
    return list(dict.fromkeys(filter(None, names)))
