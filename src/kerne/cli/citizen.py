"""`kerne citizen`: what I chose, how I change it, and who has read what."""

from pathlib import Path

import click

from kerne.audit.access import Access
from kerne.audit.proof import held_checkpoint
from kerne.cli.custody import say_erased
from kerne.cli.forms import capacity_named, form_options, signed_by_option
from kerne.cli.options import (
    Asking,
    asker_from,
    asking_options,
    centre_from,
    home_option,
    unwrap,
    write_text,
)
from kerne.consent.capacity import SignedForm
from kerne.consent.events import ALL_READERS, Capacity, ResearchLevel, SecondaryChoice
from kerne.consent.law import Chosen
from kerne.consent.receipt import Receipt
from kerne.custody.events import ErasureGround
from kerne.genomes.exporting.own_copy import UNFILTERED

_OUTPUT = click.Path(path_type=Path, dir_okay=False)
_HELD = click.Path(path_type=Path, dir_okay=False, exists=True)
_LEVELS = click.Choice([level.value for level in ResearchLevel])


@click.group()
@home_option
@click.pass_context
def citizen(ctx: click.Context, home: Path | None) -> None:
    """Show and change a citizen's choices, and show who has read what."""
    ctx.obj = home


@citizen.command("log")
@click.argument("person")
@click.option("-o", "--output", type=_OUTPUT, help="Write the log with its proof to this file.")
@click.option("--held", type=_HELD, help="A log kept from before: show that nothing is gone.")
@click.option("--told", is_flag=True, help="Only what the law has PERSON told of each time.")
@asking_options
@click.pass_context
def log(
    ctx: click.Context,
    person: str,
    *,
    output: Path | None,
    held: Path | None,
    told: bool,
    asking: Asking,
) -> None:
    """Show who asked for the data of PERSON, when, why, and what they were answered."""
    centre = centre_from(ctx)
    asker = asker_from(centre, asking)
    kept = None if held is None else held_checkpoint(held.read_text(encoding="utf-8"))
    shown = unwrap(centre.audit.log_of(asker.who, asker.purpose, person, kept))
    click.echo(
        "entry\tat\twho\torganisation\tpurpose\taction\tabout\tas\tanswer\treason\tlaw\trecorded\ttold"
    )
    for access in shown.accesses:
        if access.is_told or not told:
            click.echo("\t".join(_columns(access)))
    if output is not None:
        write_text(output, shown.document)


@citizen.command("choices")
@click.argument("person")
@asking_options
@click.pass_context
def choices(ctx: click.Context, person: str, *, asking: Asking) -> None:
    """Show what PERSON has chosen."""
    centre = centre_from(ctx)
    asker = asker_from(centre, asking)
    chosen = unwrap(centre.consent.choices_of(asker.who, asker.purpose, person))
    for words in _in_words(chosen):
        click.echo(words)


@citizen.command("download")
@click.argument("person")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="The copy, ending in .vcf.gz; a BED of where it is callable stands beside it.",
)
@asking_options
@click.pass_context
def download(ctx: click.Context, person: str, *, output: Path, asking: Asking) -> None:
    """Write the own genome of PERSON, an adult who has consented to an unfiltered copy."""
    centre = centre_from(ctx)
    asker = asker_from(centre, asking)
    copy = unwrap(centre.genomes.download(asker.who, asker.purpose, person, output))
    click.echo(UNFILTERED, err=True)
    click.echo(f"{copy.variants}\t{copy.alleles} alleles")
    click.echo(f"{copy.callable or 'no BED: declared callable everywhere'}")


@citizen.command("consent-download")
@click.argument("person")
@form_options
@asking_options
@click.pass_context
def consent_download(ctx: click.Context, person: str, *, form: SignedForm, asking: Asking) -> None:
    """Record that PERSON consented in writing to an unfiltered copy of their own genome."""
    centre = centre_from(ctx)
    asker = asker_from(centre, asking)
    _say(unwrap(centre.consent.consent_to_download(asker.who, asker.purpose, person, form=form)))


@citizen.command("withdraw-download")
@click.argument("person")
@form_options
@asking_options
@click.pass_context
def withdraw_download(ctx: click.Context, person: str, *, form: SignedForm, asking: Asking) -> None:
    """Withdraw the consent of PERSON to an unfiltered copy."""
    centre = centre_from(ctx)
    asker = asker_from(centre, asking)
    _say(unwrap(centre.consent.withdraw_download(asker.who, asker.purpose, person, form=form)))


@citizen.command("receipts")
@click.argument("person")
@asking_options
@click.pass_context
def receipts(ctx: click.Context, person: str, *, asking: Asking) -> None:
    """Show the receipt of everything that PERSON has chosen, oldest first."""
    centre = centre_from(ctx)
    asker = asker_from(centre, asking)
    for receipt in unwrap(centre.consent.receipts_of(asker.who, asker.purpose, person)):
        click.echo(f"at\t{receipt.at.isoformat(timespec='seconds')}")
        _say(receipt)


@citizen.command("consent")
@click.argument("person")
@click.option("--document", required=True, help="The signed form.")
@click.option("--version", "document_version", required=True, help="The wording of the form.")
@click.option(
    "--secondary", type=click.Choice([each.value for each in SecondaryChoice]), required=True
)
@click.option("--recontact/--no-recontact", required=True, help="Tell when an answer changes.")
@signed_by_option
@asking_options
@click.pass_context
def consent(  # noqa: PLR0913  one argument for each field of the form
    ctx: click.Context,
    person: str,
    *,
    document: str,
    document_version: str,
    secondary: str,
    recontact: bool,
    signed_by: str | None,
    asking: Asking,
) -> None:
    """Record that PERSON consented in writing to comprehensive genetic analysis."""
    centre = centre_from(ctx)
    asker = asker_from(centre, asking)
    _say(
        unwrap(
            centre.consent.consent_to_analysis(
                asker.who,
                asker.purpose,
                person,
                document=document,
                document_version=document_version,
                secondary=SecondaryChoice(secondary),
                recontact=recontact,
                signed_by=capacity_named(signed_by),
            )
        )
    )


@citizen.command("withdraw-analysis")
@click.argument("person")
@form_options
@asking_options
@click.pass_context
def withdraw_analysis(ctx: click.Context, person: str, *, form: SignedForm, asking: Asking) -> None:
    """Withdraw the consent of PERSON to analysis."""
    centre = centre_from(ctx)
    asker = asker_from(centre, asking)
    _say(unwrap(centre.consent.withdraw_analysis(asker.who, asker.purpose, person, form=form)))


@citizen.command("refuse-research")
@click.argument("person")
@click.option("--level", type=_LEVELS, default=ResearchLevel.ALLELE_FREQUENCY.value)
@form_options
@asking_options
@click.pass_context
def refuse_research(
    ctx: click.Context, person: str, *, level: str, form: SignedForm, asking: Asking
) -> None:
    """Keep the genome of PERSON out of research, at this level and every closer one."""
    centre = centre_from(ctx)
    asker = asker_from(centre, asking)
    _say(
        unwrap(
            centre.consent.refuse_research(
                asker.who, asker.purpose, person, level=ResearchLevel(level), form=form
            )
        )
    )


@citizen.command("allow-research")
@click.argument("person")
@click.option("--level", type=_LEVELS, required=True)
@form_options
@asking_options
@click.pass_context
def allow_research(
    ctx: click.Context, person: str, *, level: str, form: SignedForm, asking: Asking
) -> None:
    """Let the genome of PERSON into research, at this level and every less close one."""
    centre = centre_from(ctx)
    asker = asker_from(centre, asking)
    _say(
        unwrap(
            centre.consent.allow_research(
                asker.who, asker.purpose, person, level=ResearchLevel(level), form=form
            )
        )
    )


@citizen.command("limit")
@click.argument("person")
@form_options
@asking_options
@click.pass_context
def limit(ctx: click.Context, person: str, *, form: SignedForm, asking: Asking) -> None:
    """Limit the genome of PERSON to their own treatment (the tissue-use register)."""
    centre = centre_from(ctx)
    asker = asker_from(centre, asking)
    _say(unwrap(centre.consent.limit_to_own_treatment(asker.who, asker.purpose, person, form=form)))


@citizen.command("remove-from-research")
@click.argument("person")
@form_options
@asking_options
@click.pass_context
def remove_from_research(
    ctx: click.Context, person: str, *, form: SignedForm, asking: Asking
) -> None:
    """Take PERSON out of all research, and name the projects that it reaches."""
    centre = centre_from(ctx)
    asker = asker_from(centre, asking)
    receipt = unwrap(
        centre.custody.remove_from_research(asker.who, asker.purpose, person, form=form)
    )
    _say(receipt.choice)
    for words, projects in (
        ("out of its cut from now on", receipt.running),
        ("has counted the genome before", receipt.counted),
        ("has taken out a number that the genome is in", receipt.released),
    ):
        click.echo(f"{words}\t{', '.join(projects) or 'no project'}")


@citizen.command("erase")
@click.argument("person")
@click.option(
    "--ground",
    type=click.Choice([each.value for each in ErasureGround]),
    help="Why; the first custodian says it.",
)
@click.option("--document", help="Reference of the decision; the first custodian says it.")
@click.option("--proposal", help="Number of the proposal that a second custodian carries out.")
@asking_options
@click.pass_context
def erase(
    ctx: click.Context,
    person: str,
    *,
    ground: str | None,
    document: str | None,
    proposal: str | None,
    asking: Asking,
) -> None:
    """Erase PERSON: one custodian proposes it (--ground, --document), another carries it out."""
    centre = centre_from(ctx)
    asker = asker_from(centre, asking)
    whom = (asker.who, asker.purpose, person)
    if proposal is not None:
        say_erased(unwrap(centre.custody.erase(*whom, proposal=proposal, reason=asker.reason)))
        return
    if ground is None or document is None:
        raise click.UsageError("name --ground and --document to propose, or --proposal to erase")
    made = centre.custody.propose_erasure(
        *whom, ground=ErasureGround(ground), document=document, reason=asker.reason
    )
    click.echo(f"proposal\t{unwrap(made).number}")


@citizen.command("lift-limit")
@click.argument("person")
@form_options
@asking_options
@click.pass_context
def lift_limit(ctx: click.Context, person: str, *, form: SignedForm, asking: Asking) -> None:
    """Take PERSON out of the tissue-use register."""
    centre = centre_from(ctx)
    asker = asker_from(centre, asking)
    _say(unwrap(centre.consent.lift_limit(asker.who, asker.purpose, person, form=form)))


@citizen.command("block")
@click.argument("person")
@click.argument("reader", default=ALL_READERS)
@form_options
@asking_options
@click.pass_context
def block(
    ctx: click.Context, person: str, *, reader: str, form: SignedForm, asking: Asking
) -> None:
    """Keep READER (or everyone) out of the data of PERSON."""
    centre = centre_from(ctx)
    asker = asker_from(centre, asking)
    _say(unwrap(centre.consent.block_reader(asker.who, asker.purpose, person, reader, form=form)))


@citizen.command("unblock")
@click.argument("person")
@click.argument("reader", default=ALL_READERS)
@form_options
@asking_options
@click.pass_context
def unblock(
    ctx: click.Context, person: str, *, reader: str, form: SignedForm, asking: Asking
) -> None:
    """Let READER (or everyone) in again."""
    centre = centre_from(ctx)
    asker = asker_from(centre, asking)
    _say(unwrap(centre.consent.unblock_reader(asker.who, asker.purpose, person, reader, form=form)))


def _in_words(chosen: Chosen) -> tuple[str, ...]:
    choices = chosen.choices
    consent = choices.consent
    limited = "yes" if choices.is_limited_to_own_treatment else "no"
    return (
        "analysis\t" + ("no consent" if consent is None else f"consented: {consent.document}"),
        f"secondary findings\t{choices.secondary}{_by(choices.secondary_chosen_by)}",
        f"contact again\t{'yes' if choices.recontact else 'no'}",
        f"research\t{chosen.research or 'refused'}{_by(choices.research_chosen_by)}",
        f"own treatment only\t{limited}",
        f"unfiltered copy\t{'consented' if choices.has_download_consent else 'no consent'}",
        f"kept out\t{', '.join(sorted(choices.blocked_readers)) or 'nobody'}",
    )


def _by(capacity: Capacity | None) -> str:
    """Say who chose, when it was somebody else than the person."""
    return "" if capacity in {None, Capacity.SELF} else f" (chosen by a {capacity})"


def _columns(access: Access) -> tuple[str, ...]:
    return (
        str(access.number),
        access.at.isoformat(timespec="seconds"),
        access.who,
        access.organisation or "",
        access.purpose,
        access.action,
        access.about,
        "one of many" if access.is_collective else "by name",
        access.verdict,
        access.reason or "",
        "; ".join(access.law),
        "late" if access.is_late else "before the answer",
        "told" if access.is_told else "",
    )


def _say(receipt: Receipt) -> None:
    click.echo(f"{receipt.change} (entry {receipt.entry})")
    for words in receipt.from_now_on:
        click.echo(f"from now on\t{words}")
    for words in receipt.cannot_be_recalled:
        click.echo(f"cannot be recalled\t{words}")
