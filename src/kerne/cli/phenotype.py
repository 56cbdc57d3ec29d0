"""`kerne phenotype`: rank diseases by what patients show, and say why."""

from collections.abc import Iterator
from pathlib import Path

import click

from kerne.interpretation.phenotypes.actions import (
    Reasons,
    explain_case,
    model_for,
    rank_cases,
    write_ranks,
)
from kerne.knowledge.actions import default_directory

FILE = click.Path(path_type=Path)


@click.group()
@click.option(
    "--knowledge",
    "chosen",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="KERNE_KNOWLEDGE",
    help="Directory of the knowledge releases (or KERNE_KNOWLEDGE).",
)
@click.pass_context
def phenotype(ctx: click.Context, chosen: Path | None) -> None:
    """Rank diseases by HPO terms alone, without a genome."""
    ctx.obj = default_directory() if chosen is None else chosen


leaving_out = click.option(
    "--leave-own-publication-out",
    "left_out",
    is_flag=True,
    help="Use no annotation that cites a case's own publication.",
)


@phenotype.command()
@click.argument("cases", type=FILE)
@leaving_out
@click.option("-o", "--out", type=FILE, required=True, help="Table of ranks, tab-separated.")
@click.pass_obj
def rank(directory: Path, cases: Path, left_out: bool, out: Path) -> None:  # noqa: FBT001  click's signature
    """Rank the diseases of many CASES: JSON lines, plain or gzip, or a folder of Phenopackets.

    The best 100 diseases of each case; ties share the middle of their ranks. A case is never
    ranked by profiles of its own publication or family, nor by its excluded terms.
    """
    model = model_for(directory)
    ranked = rank_cases(cases, model, leave_own_publication_out=left_out)
    for note in write_ranks(ranked, model, out):
        click.echo(f"note: {note}", err=True)


@phenotype.command()
@click.argument("cases", type=FILE)
@click.option("--case", help="Which case, if there are several.")
@click.option("--disease", help="Which disease, such as OMIM:154700; the best if not given.")
@leaving_out
@click.pass_obj
def explain(
    directory: Path,
    cases: Path,
    case: str | None,
    disease: str | None,
    left_out: bool,  # noqa: FBT001  click's signature
) -> None:
    """Say why a disease stands where it stands: term by term, and what to look for next."""
    model = model_for(directory)
    reasons = explain_case(
        cases, model, case=case, disease=disease, leave_own_publication_out=left_out
    )
    for line in in_words(reasons):
        click.echo(line)


def in_words(reasons: Reasons) -> Iterator[str]:
    """Say the reasons, what speaks for the disease first."""
    genes = f" ({', '.join(reasons.genes)})" if reasons.genes else ""
    odds = f"log10 odds {reasons.place.log10_odds:.2f}"
    yield f"rank {reasons.place.rank:g}: {reasons.disease} {reasons.name}{genes}, {odds}"
    for term in sorted(reasons.terms, key=lambda each: -each.log10_ratio):
        head = f"{term.log10_ratio:+.2f}  {term.term} {term.name}"
        if not term.annotation_term:
            yield f"{head}: nothing known of the disease explains it"
            continue
        feature = "" if term.annotation_term == term.term else f"{term.annotation_name}, "
        yield f"{head}: {feature}{term.frequency}; {term.basis} ({term.source})"
    if reasons.next_steps:
        yield f"to tell it from {reasons.rival} {reasons.rival_name}, look for"
    for step in reasons.next_steps:
        share = f"{step.first:.0%} against {step.second:.0%}"
        yield f"  {step.term} {step.name}: {share}"
