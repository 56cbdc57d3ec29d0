"""`kerne genomes`: the genome database, in a centre or as a free-standing store."""

from pathlib import Path
from typing import Final

import click
from click.core import ParameterSource

from kerne.cli.desk import ALONE, STORE, StorePlace, at_desk
from kerne.cli.desk_duties import Desk
from kerne.cli.genome_files import export_command, variants_command
from kerne.cli.genome_frequencies import frequencies_command
from kerne.cli.options import (
    Asking,
    asker_from,
    asking_options,
    centre_from,
    home_from,
    home_option,
    unwrap,
)
from kerne.cli.progress import reading
from kerne.cli.serve import serve
from kerne.errors import DamagedStoreError, GenomeError

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
    from kerne.genomes.reading.intake import GenomeFile, StoreRules  # noqa: PLC0415  questions need it not

    each = beds if len(beds) == len(files) else (beds or (None,)) * len(files)
    pairs = [GenomeFile(path, bed) for path, bed in zip(files, each, strict=True)]
    rules = StoreRules(assembly, reference, min_gq, min_dp)
    with reading(files) as watch:
        added = desk.add(pairs, rules, watch)
    lines = ["sample\trow\tvariants\tcallable\tstructural"]
    for genome in added:
        where = "declared whole" if genome.callable_declared_whole else "as given"
        lines.append(
            f"{genome.sample}\t{genome.row}\t{genome.variants}\t{where}\t{genome.structural}"
        )
    click.echo("\n".join(lines))


@genomes.command("carriers")
@click.argument("variant")
@at_desk
def carriers(*, variant: str, desk: Desk) -> None:
    """List the samples that carry VARIANT (`chr20-12345-A-T`)."""
    found = desk.carriers(variant)
    click.echo("sample\tgenotype")
    for carrier in found:
        click.echo(f"{carrier.sample}\t{carrier.genotype}")


@genomes.command("first-seen")
@click.argument("variants", nargs=-1, required=True)
@at_desk
def first_seen(*, variants: tuple[str, ...], desk: Desk) -> None:
    """Say on which day the first genome was added that carries each of VARIANTS.

    Of the genomes that are there and may be searched; `.` where none carries it.
    """
    from kerne.alleles.allele import parse_allele  # noqa: PLC0415  others need it not

    alleles = [parse_allele(each, desk.assembly) for each in variants]
    found = desk.first_seen(alleles)
    click.echo("variant\tfirst_seen")
    for variant, at in zip(variants, found, strict=True):
        click.echo(f"{variant}\t{'.' if at is None else at.date()}")


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
    from kerne.genomes.checking.likeness import likeness_lines  # noqa: PLC0415  questions need it not

    for line in likeness_lines(desk.find_duplicates()):
        click.echo(line)


@genomes.command("identity-check")
@click.argument("person")
@asking_options
@click.pass_context
def identity_check(ctx: click.Context, *, person: str, asking: Asking) -> None:
    """Show the laboratory what the genomes of PERSON say of whose they are."""
    from kerne.genomes.checking.identity import identity_lines  # noqa: PLC0415  questions need it not

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
    from kerne.genomes.keeping.scrub import scrub as scrub_store  # noqa: PLC0415

    store = ctx.meta.get(STORE)
    if isinstance(store, str):
        raise GenomeError(f"`{store}` is a published copy: scrub the store, and publish it anew")
    place = store if isinstance(store, Path) else home_from(ctx)
    work = scrub_store if isinstance(store, Path) else scrub_genomes
    with reading(place.rglob("*")) as watch:
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
    from kerne.genomes.publishing.sending import publish as publish_store  # noqa: PLC0415

    store = ctx.meta.get(STORE)
    if isinstance(store, str):
        raise GenomeError(f"`{store}` was published itself: publish the store that it is of")
    place = store if isinstance(store, Path) else home_from(ctx) / GENOMES
    with reading(place.rglob("*")) as watch:
        done = publish_store(place, target, watch)
    click.echo(f"files copied\t{done.copied}")
    click.echo(f"there already\t{done.kept}")


for each in (frequencies_command, export_command, variants_command, serve):
    genomes.add_command(each)
