"""`kerne custody`: what two custodians do together."""

from pathlib import Path

import click

from kerne.cli.options import Asking, asker_from, asking_options, centre_from, home_option, unwrap
from kerne.custody.events import ErasureProposed, TurnBackGround
from kerne.custody.receipt import ErasureReceipt, receipt_of_erasure


@click.group()
@home_option
@click.pass_context
def custody(ctx: click.Context, home: Path | None) -> None:
    """Acts that one custodian proposes and another carries out."""
    ctx.obj = home


@custody.command("proposals")
@asking_options
@click.pass_context
def proposals(ctx: click.Context, *, asking: Asking) -> None:
    """List what was proposed and what became of it; print the receipts of erasures."""
    centre = centre_from(ctx)
    asker = asker_from(centre, asking)
    found = unwrap(centre.custody.proposals(asker.who, asker.purpose))
    click.echo("proposal\tstage\tact\tground\tdocument\tproposed by\tcarried out by")
    for each in found:
        asked = each.asked
        what = f"erase {asked.person}" if isinstance(asked, ErasureProposed) else "turn back"
        words = (each.number, each.stage, what, asked.ground, asked.document, asked.by)
        click.echo("\t".join((*words, each.carried_out_by or "")))
    for each in found:
        if each.found is not None and each.next_step is None:
            say_erased(receipt_of_erasure(each))


@custody.command("confirm-restore")
@click.option("--register", required=True, help="Reference of the newest opt-out register.")
@asking_options
@click.pass_context
def confirm_restore(ctx: click.Context, *, register: str, asking: Asking) -> None:
    """Answer for a centre restored without its replica, once the newest choices are taken over."""
    centre = centre_from(ctx)
    asker = asker_from(centre, asking)
    number = centre.custody.confirm_restore(asker.who, asker.purpose, taken_over=register)
    click.echo(f"confirmed\t{unwrap(number)}")


@custody.command("propose-turn-back")
@click.argument("in_project", metavar="PROJECT")
@click.argument("pseudonym")
@click.option("--ground", type=click.Choice([each.value for each in TurnBackGround]), required=True)
@click.option("--document", required=True, help="Reference of the decision behind it.")
@asking_options
@click.pass_context
def propose_turn_back(
    ctx: click.Context,
    in_project: str,
    pseudonym: str,
    *,
    ground: str,
    document: str,
    asking: Asking,
) -> None:
    """Propose to turn PSEUDONYM of PROJECT back; the person sees it in their log."""
    centre = centre_from(ctx)
    asker = asker_from(centre, asking)
    made = centre.custody.propose_turn_back(
        *(asker.who, asker.purpose, in_project, pseudonym),
        ground=TurnBackGround(ground),
        document=document,
        reason=asker.reason,
    )
    click.echo(f"proposal\t{unwrap(made).number}")


@custody.command("turn-back")
@click.argument("proposal")
@asking_options
@click.pass_context
def turn_back(ctx: click.Context, proposal: str, *, asking: Asking) -> None:
    """Carry out PROPOSAL of another custodian: learn whose pseudonym it is."""
    centre = centre_from(ctx)
    asker = asker_from(centre, asking)
    told = unwrap(centre.custody.turn_back(asker.who, asker.purpose, proposal, reason=asker.reason))
    click.echo(f"person\t{told.person}")
    click.echo(f"entry\t{told.entry}")


def say_erased(receipt: ErasureReceipt) -> None:
    """Print the receipt of an erasure."""
    click.echo(f"erased\t{receipt.person} (proposal {receipt.proposal}, entry {receipt.entry})")
    for words in receipt.destroyed:
        click.echo(f"destroyed\t{words}")
    for words in receipt.stays:
        click.echo(f"stays\t{words}")
    for words in receipt.beyond_reach:
        click.echo(f"beyond reach\t{words}")
