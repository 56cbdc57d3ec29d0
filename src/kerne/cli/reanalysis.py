"""`kerne cases reanalyse` and what follows from it: news, and tasks for patients to be told."""

from collections import Counter

import click

from kerne.cases.answers.wording import Wording
from kerne.cases.reanalysing import LookedAt, Outcome, Reanalyses
from kerne.cases.reanalysis_events import Done
from kerne.cli.options import Asking, asker_from, asking_options, centre_from, unwrap
from kerne.policy.words import Language


@click.command("reanalyse")
@asking_options
@click.pass_context
def reanalyse(ctx: click.Context, *, asking: Asking) -> None:
    """Hold every ranked case against the knowledge at hand, and show which have something new.

    Cases that were held against it before are passed over, so that a run that was cut off goes on.
    """
    centre = centre_from(ctx)
    asker = asker_from(centre, asking)
    counts, lacking = Counter[Outcome](), Counter[str]()
    click.echo("case\tnew candidates\tre-contact tasks")
    for each in Reanalyses(centre.cases).reanalyse(asker.who, asker.purpose):
        counts[each.outcome] += 1
        lacking.update(filter(None, [each.lacks]))
        _show(each)
    click.echo("; ".join(f"{counts[each]} {each}" for each in Outcome), err=True)
    for words, count in sorted(lacking.items()):
        click.echo(f"{count} of them: {words}", err=True)


def _show(looked: LookedAt) -> None:
    if looked.outcome is Outcome.NEW:
        click.echo(f"{looked.case}\t{looked.news}\t{looked.tasks}")
    elif looked.outcome in {Outcome.FAILED, Outcome.TO_INTERPRET}:
        words = f": {looked.words}" if looked.words else ""
        click.echo(f"{looked.case} {looked.outcome}{words}", err=True)


_language = click.option(
    "--language",
    type=click.Choice([each.value for each in Language]),
    default=Language.ENGLISH.value,
    help="In which language to say why.",
)


@click.command("news")
@_language
@asking_options
@click.pass_context
def news(ctx: click.Context, *, language: str, asking: Asking) -> None:
    """Show what is new in the asker's cases since their ranking, and why."""
    wording = Wording(Language(language))
    centre = centre_from(ctx)
    asker = asker_from(centre, asking)
    click.echo("case\tperson\tgene\tdisease\tdisease name\tmode\tvariants\tlog10 odds\tbefore\twhy")
    for each in Reanalyses(centre.cases).news(asker.who, asker.purpose):
        found = each.news
        before = "" if found.log10_odds_before is None else f"{found.log10_odds_before:.2f}"
        click.echo(
            f"{each.case}\t{each.person}\t{found.gene}\t{found.disease}\t{found.disease_name}"
            f"\t{wording.tell(found.mode)}\t{' '.join(map(str, found.alleles))}"
            f"\t{found.log10_odds:.2f}\t{before}"
            f"\t{'; '.join(wording.tell_reason(str(reason)) for reason in found.reasons)}"
        )


@click.command("recontacts")
@_language
@asking_options
@click.pass_context
def recontacts(ctx: click.Context, *, language: str, asking: Asking) -> None:
    """List the open re-contact tasks of the asker's patients who want to hear."""
    wording = Wording(Language(language))
    centre = centre_from(ctx)
    asker = asker_from(centre, asking)
    click.echo("case\ttask\tperson\tsince\tgene\tdisease\tvariants\twas\tnow\twhy")
    for each in Reanalyses(centre.cases).tasks(asker.who, asker.purpose):
        opened = each.task.opened
        click.echo(
            f"{each.case}\t{opened.task}\t{each.person}\t{each.task.opened_at:%Y-%m-%d}"
            f"\t{opened.gene}\t{opened.disease}\t{' '.join(opened.alleles)}"
            f"\t{wording.tell_reason(opened.was)}\t{wording.tell_reason(opened.now)}"
            f"\t{'; '.join(map(wording.tell_reason, opened.reasons))}"
        )


@click.command("close-recontact")
@click.argument("case")
@click.argument("task", type=int)
@click.option("--done", type=click.Choice([each.value for each in Done]), required=True)
@click.option("--note", required=True, help="What was done, and what was said.")
@asking_options
@click.pass_context
def close_recontact(
    ctx: click.Context, case: str, task: int, *, done: str, note: str, asking: Asking
) -> None:
    """Close re-contact TASK of CASE with what was done about it."""
    centre = centre_from(ctx)
    asker = asker_from(centre, asking)
    state = unwrap(
        Reanalyses(centre.cases).close(asker.who, asker.purpose, case, task, Done(done), note)
    )
    click.echo(f"{case}\t{len(state.open_tasks)} open")
