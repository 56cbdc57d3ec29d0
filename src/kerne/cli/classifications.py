"""`kerne classifications`: what hospitals have signed of variants, shared and exported."""

import json
from pathlib import Path

import click

from kerne.cases.revising import Revisions
from kerne.cases.verdict import Verdict
from kerne.cli.options import (
    STDOUT,
    Asking,
    asker_from,
    asking_options,
    centre_from,
    home_option,
    unwrap,
    write_text,
)
from kerne.cli.verdict_options import verdict_options

_OUTPUT = click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    default=STDOUT,
    help="The file; `-` is the screen.",
)


@click.group()
@home_option
@click.pass_context
def classifications(ctx: click.Context, home: Path | None) -> None:
    """See, compare and export what hospitals have signed of variants."""
    ctx.obj = home


@classifications.command("list")
@click.option("--gene", help="Symbol of a gene.")
@click.option("--allele", help="A variant, `chr1-12345-A-T`.")
@asking_options
@click.pass_context
def history(ctx: click.Context, *, gene: str | None, allele: str | None, asking: Asking) -> None:
    """List what hospitals have signed, oldest first: of one gene or variant its history."""
    centre = centre_from(ctx)
    asker = asker_from(centre, asking)
    found = unwrap(
        centre.cases.shared.classifications(asker.who, asker.purpose, gene=gene, allele=allele)
    )
    click.echo("day\thospital\tby\tvariant\tname\tgene\tdisease\tclass\tcriteria\treleases\treason")
    for each in found:
        click.echo(
            f"{each.day}\t{each.organisation}\t{each.by}\t{each.allele}\t{each.coding_name}"
            f"\t{each.gene}\t{each.disease}\t{each.classification}\t{each.criteria}"
            f"\t{'; '.join(each.releases)}\t{each.reason}"
        )


@classifications.command("revise")
@click.argument("case")
@click.argument("allele")
@verdict_options
@asking_options
@click.pass_context
def revise(ctx: click.Context, case: str, allele: str, *, verdict: Verdict, asking: Asking) -> None:
    """Classify ALLELE of the signed answer of CASE anew, for a reason (`--because`).

    The answer stays as it was signed; other hospitals see the newer word beside it, and a class
    that changes opens a re-contact task.
    """
    centre = centre_from(ctx)
    asker = asker_from(centre, asking)
    revised = unwrap(
        Revisions(centre.cases).revise(asker.who, asker.purpose, case, allele, verdict)
    )
    click.echo(f"{revised.case}\t{revised.allele}\t{revised.was}\t{revised.classification}")


@classifications.command("disagreements")
@asking_options
@click.pass_context
def disagreements(ctx: click.Context, *, asking: Asking) -> None:
    """List the variants that the asker's hospital and another classify otherwise."""
    centre = centre_from(ctx)
    asker = asker_from(centre, asking)
    click.echo("variant\tgene\tmatters\tday\thospital\tclass\tcriteria")
    for found in unwrap(centre.cases.shared.disagreements(asker.who, asker.purpose)):
        matters = "yes" if found.matters else "a matter of degree"
        for each in found.said:
            click.echo(
                f"{each.allele}\t{each.gene}\t{matters}\t{each.day}\t{each.organisation}"
                f"\t{each.classification}\t{each.criteria}"
            )


@classifications.command("clinvar")
@click.option("--title", required=True, help="What the submission is called at ClinVar.")
@_OUTPUT
@asking_options
@click.pass_context
def clinvar(ctx: click.Context, *, title: str, output: Path, asking: Asking) -> None:
    """Write the classifications of the asker's hospital as a ClinVar submission, JSON."""
    centre = centre_from(ctx)
    asker = asker_from(centre, asking)
    made = unwrap(centre.cases.shared.clinvar(asker.who, asker.purpose, title))
    write_text(output, json.dumps(made.content, indent=2, ensure_ascii=False) + "\n")
    click.echo(f"{made.records} written, {made.left_out} that ClinVar cannot take", err=True)


@classifications.command("statements")
@_OUTPUT
@asking_options
@click.pass_context
def statements(ctx: click.Context, *, output: Path, asking: Asking) -> None:
    """Write the classifications of the asker's hospital as VA-Spec statements, JSON lines."""
    centre = centre_from(ctx)
    asker = asker_from(centre, asking)
    made = unwrap(centre.cases.shared.statements(asker.who, asker.purpose))
    lines = (json.dumps(each, sort_keys=True, ensure_ascii=False) for each in made.content)
    write_text(output, "".join(f"{line}\n" for line in lines))
    click.echo(f"{len(made.content)} written, {made.left_out} without a VRS identifier", err=True)
