"""`kerne research`: permits, questions inside a workspace, outputs through the airlock."""

from datetime import date, datetime
from pathlib import Path

import click

from kerne.alleles.allele import parse_allele
from kerne.alleles.assembly import assembly_named
from kerne.cli.options import (
    Asker,
    Asking,
    asker_from,
    asking_options,
    centre_from,
    home_option,
    unwrap,
)
from kerne.consent.events import ResearchLevel
from kerne.errors import RefusedError, ResearchError
from kerne.research.events import PermitIssued

_DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.group()
@home_option
@click.pass_context
def research(ctx: click.Context, home: Path | None) -> None:
    """Permits, questions and outputs."""
    ctx.obj = home


@research.command("permit")
@click.argument("number")
@click.option("--title", required=True)
@click.option("--level", type=click.Choice([each.value for each in ResearchLevel]), required=True)
@click.option("--user", "users", multiple=True, required=True, help="May be repeated.")
@click.option("--ethics", required=True, help="Reference number of the ethics approval.")
@click.option("--from", "first_day", type=_DAY, required=True, help="First day, YYYY-MM-DD.")
@click.option("--to", "last_day", type=_DAY, required=True, help="Last day, YYYY-MM-DD.")
@asking_options
@click.pass_context
def permit(  # noqa: PLR0913  one argument for each term of a permit
    ctx: click.Context,
    number: str,
    *,
    title: str,
    level: str,
    users: tuple[str, ...],
    ethics: str,
    first_day: datetime,
    last_day: datetime,
    asking: Asking,
) -> None:
    """Issue a permit to project NUMBER."""
    centre = centre_from(ctx)
    asker = asker_from(centre, asking)
    terms = PermitIssued(
        project=number,
        title=title,
        level=ResearchLevel(level),
        users=users,
        ethics_reference=ethics,
        first_day=_day(first_day),
        last_day=_day(last_day),
        issued_by=asker.who.identifier,
    )
    click.echo(unwrap(centre.research.issue_permit(asker.who, asker.purpose, terms)))


@research.command("revoke")
@click.argument("number")
@asking_options
@click.pass_context
def revoke(ctx: click.Context, number: str, *, asking: Asking) -> None:
    """End the permit of project NUMBER before its term."""
    centre = centre_from(ctx)
    asker = asker_from(centre, asking)
    click.echo(unwrap(centre.research.revoke_permit(asker.who, asker.purpose, number)))


@research.command("cut")
@asking_options
@click.pass_context
def cut(ctx: click.Context, *, asking: Asking) -> None:
    """Issue the project a cut: the genomes that allow questions about single subjects now."""
    centre = centre_from(ctx)
    asker = asker_from(centre, asking)
    issued = unwrap(centre.research.issue_cut(asker.who, asker.purpose, _project(asker)))
    click.echo(f"cut\tgenomes\n{issued.cut}\t{issued.genomes}")


@research.command("cuts")
@asking_options
@click.pass_context
def cuts(ctx: click.Context, *, asking: Asking) -> None:
    """List the project's cuts: genomes when issued, and those that can still be asked about."""
    centre = centre_from(ctx)
    asker = asker_from(centre, asking)
    click.echo("cut\tissued by\tgenomes\tgenomes now")
    for each in unwrap(centre.research.cuts(asker.who, asker.purpose, _project(asker))):
        click.echo(f"{each.cut.cut}\t{each.cut.issued_by}\t{each.cut.genomes}\t{each.genomes}")


@research.command("count")
@click.argument("gene")
@click.option("--cut", "over", help="Count over this cut of the project only.")
@asking_options
@click.pass_context
def count(ctx: click.Context, gene: str, *, over: str | None, asking: Asking) -> None:
    """Count the alternative alleles in GENE over the genomes that may be asked now."""
    centre = centre_from(ctx)
    asker = asker_from(centre, asking)
    answered = unwrap(
        centre.research.count_alleles(asker.who, asker.purpose, _project(asker), gene, cut=over)
    )
    click.echo("question\tgene\tgenomes\tcarriers\talleles")
    click.echo(
        f"{answered.question}\t{answered.gene}\t{answered.genomes}"
        f"\t{answered.carriers}\t{answered.alleles}"
    )


@research.command("output")
@click.argument("question")
@asking_options
@click.pass_context
def output(ctx: click.Context, question: str, *, asking: Asking) -> None:
    """Ask the airlock to let the answer to QUESTION out."""
    centre = centre_from(ctx)
    asker = asker_from(centre, asking)
    verdict = unwrap(
        centre.research.request_output(asker.who, asker.purpose, _project(asker), question)
    )
    if not verdict.passes:
        raise RefusedError("refused by the airlock: " + "; ".join(verdict.words))
    click.echo(f"{question}\treleased")


@research.command("public")
@click.argument("allele")
@click.option("--purpose", required=True, help="Why it is asked.")
@click.pass_context
def public(ctx: click.Context, allele: str, *, purpose: str) -> None:
    """Ask as anyone whether ALLELE (`chr1-12345-A-T`) is common."""
    centre = centre_from(ctx)
    wanted = parse_allele(allele, assembly_named(centre.settings.assembly))
    reply = unwrap(centre.research.ask_public(purpose, wanted))
    click.echo(f"{reply.answer}\t{reply.words}")


@research.command("open-epoch")
@asking_options
@click.pass_context
def open_epoch(ctx: click.Context, *, asking: Asking) -> None:
    """Open a public epoch if enough people have come; tell the number of the newest."""
    centre = centre_from(ctx)
    asker = asker_from(centre, asking)
    click.echo(
        f"public epoch\t{unwrap(centre.research.open_public_epoch(asker.who, asker.purpose))}"
    )


def _day(moment: datetime) -> date:
    return moment.date()


def _project(asker: Asker) -> str:
    if asker.project is None:
        raise ResearchError("a question belongs to a project; expected `--project NUMBER`")
    return asker.project
