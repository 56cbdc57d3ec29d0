"""`kerne orders`: a doctor orders and follows, a laboratory takes the tube through to release."""

from pathlib import Path

import click

from kerne.cli.options import Asking, asker_from, asking_options, centre_from, home_option, unwrap
from kerne.people.sample import GenomeOrigin
from kerne.sequencing.events import PatientGroup, Urgency
from kerne.sequencing.order import Order, TubeQuality


@click.group()
@home_option
@click.pass_context
def orders(ctx: click.Context, home: Path | None) -> None:
    """Orders and samples, from the doctor to the released sample."""
    ctx.obj = home


@orders.command("place")
@click.argument("person")
@click.option("--group", type=click.Choice([group.value for group in PatientGroup]), required=True)
@click.option("--question", required=True, help="The clinical question, in the doctor's words.")
@click.option("--urgency", type=click.Choice([each.value for each in Urgency]), default="routine")
@asking_options
@click.pass_context
def place(
    ctx: click.Context,
    person: str,
    *,
    group: str,
    question: str,
    urgency: str,
    asking: Asking,
) -> None:
    """Order whole genome sequencing for PERSON, who has consented to it in writing."""
    centre = centre_from(ctx)
    asker = asker_from(centre, asking)
    order = unwrap(
        centre.orders.place(
            asker.who,
            asker.purpose,
            person,
            patient_group=group,
            question=question,
            urgency=urgency,
            project=asker.project,
            reason=asker.reason,
        )
    )
    _say(order)


@orders.command("accept")
@click.argument("order")
@click.option("--barcode", required=True, help="What stands on the tube.")
@click.option("--sample", required=True, help="The sample number that the tube gets.")
@click.option(
    "--origin",
    type=click.Choice([each.value for each in GenomeOrigin]),
    default=GenomeOrigin.GERMLINE.value,
    show_default=True,
    help="Whose germline the tube shows: only `germline` is ever counted.",
)
@asking_options
@click.pass_context
def accept(
    ctx: click.Context,
    order: str,
    *,
    barcode: str,
    sample: str,
    origin: str,
    asking: Asking,
) -> None:
    """Take the tube of ORDER in at the laboratory's site; the clock starts."""
    centre = centre_from(ctx)
    asker = asker_from(centre, asking)
    _say(
        unwrap(
            centre.orders.accept_sample(
                asker.who, asker.purpose, order, barcode=barcode, sample=sample, origin=origin
            )
        )
    )


@orders.command("quality")
@click.argument("order")
@click.option("--dna", "dna_ng_per_ul", type=float, required=True, help="ng/µl.")
@click.option("--volume", "volume_ul", type=float, required=True, help="µl.")
@click.option("--ratio", "absorbance_ratio", type=float, required=True, help="A260/A280.")
@asking_options
@click.pass_context
def quality(
    ctx: click.Context,
    order: str,
    *,
    dna_ng_per_ul: float,
    volume_ul: float,
    absorbance_ratio: float,
    asking: Asking,
) -> None:
    """Record what was measured in the tube; it passes or fails the centre's limits."""
    measured = TubeQuality(dna_ng_per_ul, volume_ul, absorbance_ratio)
    centre = centre_from(ctx)
    asker = asker_from(centre, asking)
    _say(unwrap(centre.orders.record_quality(asker.who, asker.purpose, order, measured)))


@orders.command("run")
@click.argument("order")
@click.option("--run", required=True, help="The run's name.")
@click.option("--depth", "mean_depth_reads", type=float, required=True, help="Mean depth in reads.")
@click.option("--callable", "callable_fraction", type=float, required=True, help="From 0 to 1.")
@asking_options
@click.pass_context
def run_sample(
    ctx: click.Context,
    order: str,
    *,
    run: str,
    mean_depth_reads: float,
    callable_fraction: float,
    asking: Asking,
) -> None:
    """Record the run that sequenced the sample of ORDER."""
    centre = centre_from(ctx)
    asker = asker_from(centre, asking)
    _say(
        unwrap(
            centre.orders.record_run(
                asker.who,
                asker.purpose,
                order,
                run=run,
                mean_depth_reads=mean_depth_reads,
                callable_fraction=callable_fraction,
            )
        )
    )


@orders.command("release")
@click.argument("order")
@asking_options
@click.pass_context
def release(ctx: click.Context, order: str, *, asking: Asking) -> None:
    """Release the sequenced sample of ORDER for interpretation; the clock stops."""
    centre = centre_from(ctx)
    asker = asker_from(centre, asking)
    _say(unwrap(centre.orders.release_sample(asker.who, asker.purpose, order)))


@orders.command("follow")
@click.argument("order")
@asking_options
@click.pass_context
def follow(ctx: click.Context, order: str, *, asking: Asking) -> None:
    """See where ORDER stands and how many working days it has taken."""
    centre = centre_from(ctx)
    asker = asker_from(centre, asking)
    followed = unwrap(centre.orders.follow(asker.who, asker.purpose, order))
    _say(followed.order)
    if followed.turnaround is not None:
        click.echo(f"working days\t{followed.turnaround.working_days}")


@orders.command("list")
@asking_options
@click.pass_context
def list_orders(ctx: click.Context, *, asking: Asking) -> None:
    """List the orders that a doctor placed, or the samples at a laboratory's site."""
    centre = centre_from(ctx)
    asker = asker_from(centre, asking)
    click.echo("order\tperson\tstage")
    for line in centre.orders.follow_all(asker.who, asker.purpose):
        click.echo(f"{line.number}\t{line.person}\t{line.stage}")


def _say(order: Order) -> None:
    click.echo(f"{order.number}\t{order.stage}")
