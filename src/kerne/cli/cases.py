"""`kerne cases`: a geneticist opens, interprets, classifies and signs; the doctor reads."""

from pathlib import Path

import click

from kerne.cases.answers.page import points_of
from kerne.cases.answers.verifying import verify_answer
from kerne.cases.events import KinInCase
from kerne.cases.verdict import Verdict
from kerne.cli.options import (
    STDOUT,
    Asking,
    asker_from,
    asking_options,
    centre_from,
    home_from,
    home_option,
    unwrap,
    write_text,
)
from kerne.cli.panel_options import chosen_panel, panel_options
from kerne.cli.reanalysis import close_recontact, news, reanalyse, recontacts
from kerne.cli.verdict_options import verdict_options
from kerne.errors import CaseError
from kerne.interpretation.candidate import Met
from kerne.interpretation.family.parentage import relationship_lines

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.group()
@home_option
@click.pass_context
def cases(ctx: click.Context, home: Path | None) -> None:
    """Candidates, classification and the signed answer of a patient."""
    ctx.obj = home


@cases.command("open")
@click.argument("order")
@click.option("--hpo", "observed", multiple=True, required=True, help="Observed HPO term.")
@click.option("--excluded", multiple=True, help="HPO term that was looked for in vain.")
@click.option("--affected", multiple=True, help="Person number of a relative with the disease.")
@click.option("--unaffected", multiple=True, help="Person number of a relative without it.")
@asking_options
@click.pass_context
def open_case(  # noqa: PLR0913  one argument for each option
    ctx: click.Context,
    order: str,
    *,
    observed: tuple[str, ...],
    excluded: tuple[str, ...],
    affected: tuple[str, ...],
    unaffected: tuple[str, ...],
    asking: Asking,
) -> None:
    """Open the case of a released ORDER."""
    centre = centre_from(ctx)
    asker = asker_from(centre, asking)
    kin = [KinInCase(person, affected=True) for person in affected]
    kin += [KinInCase(person, affected=False) for person in unaffected]
    case = unwrap(
        centre.cases.open_case(
            asker.who, asker.purpose, order, observed=observed, excluded=excluded, relatives=kin
        )
    )
    click.echo(f"{case.number}\t{case.stage}")


@cases.command("interpret")
@click.argument("case")
@panel_options
@asking_options
@click.pass_context
def interpret(
    ctx: click.Context, case: str, *, panel: Path | None, group: str | None, asking: Asking
) -> None:
    """Rank what could explain the patient of CASE."""
    centre = centre_from(ctx)
    asker = asker_from(centre, asking)
    chosen = chosen_panel(home_from(ctx) / "knowledge", panel, group)
    found = unwrap(centre.cases.interpret(asker.who, asker.purpose, case, panel=chosen))
    click.echo("rank\tgene\tdisease\tdisease name\tmode\ttier\tlog10 odds\tprobability\tvariants")
    for candidate in found.candidates:
        variants = "; ".join(
            f"{variant.allele} {variant.coding_name} {variant.classification}"
            for variant in candidate.variants
        )
        click.echo(
            f"{candidate.rank}\t{candidate.gene}\t{candidate.disease}\t{candidate.disease_name}"
            f"\t{candidate.mode}\t{candidate.tier}\t{candidate.log10_odds:.2f}"
            f"\t{candidate.chance}\t{variants}"
        )


@cases.command("classify")
@click.argument("case")
@click.argument("allele")
@verdict_options
@click.option("--rank", type=int, help="The candidate, if not the best that has the allele.")
@asking_options
@click.pass_context
def classify(
    ctx: click.Context,
    case: str,
    allele: str,
    *,
    verdict: Verdict,
    rank: int | None,
    asking: Asking,
) -> None:
    """Judge one variant (`chr1-12345-A-T`) of a candidate of CASE.

    It takes the place of an earlier judgement as a whole; `evidence` shows how it stands.
    """
    centre = centre_from(ctx)
    asker = asker_from(centre, asking)
    state = unwrap(
        centre.cases.classify(asker.who, asker.purpose, case, allele, verdict, rank=rank)
    )
    judged = state.judgements[-1].said
    click.echo(f"{state.number}\t{state.stage}\t{judged.classification}")


@cases.command("evidence")
@click.argument("case")
@click.argument("allele")
@click.option("--rank", type=int, help="The candidate, if not the best that has the allele.")
@asking_options
@click.pass_context
def evidence(
    ctx: click.Context, case: str, allele: str, *, rank: int | None, asking: Asking
) -> None:
    """Show how each criterion of a variant of CASE is judged, the geneticist's word included."""
    centre = centre_from(ctx)
    asker = asker_from(centre, asking)
    variant = unwrap(centre.cases.variant(asker.who, asker.purpose, case, allele, rank=rank))
    click.echo("criterion\tjudged\tstrength\tpoints\ton what\tsource")
    for each in variant.evidence:
        strength = each.strength if each.met is Met.MET else ""
        points = points_of(each)
        click.echo(
            f"{each.criterion}\t{each.met}\t{strength}\t{points}\t{each.data}\t{each.source}"
        )
    click.echo(f"all\t{variant.classification}\t\t{points_of(variant)}\t\t")


@cases.command("no-finding")
@click.argument("case")
@click.option("--because", required=True, help="Why no candidate explains the patient.")
@asking_options
@click.pass_context
def no_finding(ctx: click.Context, case: str, *, because: str, asking: Asking) -> None:
    """State that no candidate explains the patient of CASE."""
    centre = centre_from(ctx)
    asker = asker_from(centre, asking)
    state = unwrap(centre.cases.declare_no_finding(asker.who, asker.purpose, case, because))
    click.echo(f"{state.number}\t{state.stage}")


@cases.command("relabel")
@click.argument("case")
@click.argument("gene")
@asking_options
@click.pass_context
def relabel(ctx: click.Context, case: str, gene: str, *, asking: Asking) -> None:
    """Re-label what is found in GENE as primary in CASE, because of what is newly known.

    Say it with `--reason`, which the patient can see. The answer is the same whether anything is
    found in the gene or not.
    """
    centre = centre_from(ctx)
    asker = asker_from(centre, asking)
    state = unwrap(centre.cases.relabel(asker.who, asker.purpose, case, gene, asker.reason or ""))
    click.echo(f"{state.number}\t{state.stage}")


@cases.command("relationship-check")
@click.argument("case")
@asking_options
@click.pass_context
def relationship_check(ctx: click.Context, case: str, *, asking: Asking) -> None:
    """Show what the genotypes say of the registered kinship in CASE, as last interpreted."""
    centre = centre_from(ctx)
    asker = asker_from(centre, asking)
    for line in relationship_lines(
        unwrap(centre.cases.relationship_check(asker.who, asker.purpose, case))
    ):
        click.echo(line)


@cases.command("sign")
@click.argument("case")
@click.option("--despite-others", is_flag=True, help="Sign though another hospital differs.")
@asking_options
@click.pass_context
def sign(ctx: click.Context, case: str, *, despite_others: bool, asking: Asking) -> None:
    """Sign the answer of CASE and hand it over as files.

    Where another hospital classes a variant so that it would matter to the patient, it is said
    and nothing is signed without `--despite-others`.
    """
    centre = centre_from(ctx)
    asker = asker_from(centre, asking)
    answer = unwrap(
        centre.cases.sign(asker.who, asker.purpose, case, despite_others=despite_others)
    )
    for each in answer.others:
        said = f"`{each.allele}` in `{each.gene}` is `{each.classification}`"
        click.echo(f"{each.organisation}, {each.day}: {said}", err=True)
    click.echo(answer.directory)


@cases.command("read")
@click.argument("case")
@asking_options
@click.pass_context
def read(ctx: click.Context, case: str, *, asking: Asking) -> None:
    """Print the signed answer of CASE as JSON."""
    centre = centre_from(ctx)
    asker = asker_from(centre, asking)
    answer = unwrap(centre.cases.read_answer(asker.who, asker.purpose, case, reason=asker.reason))
    click.echo(answer.record.decode())


@cases.command("reproduce")
@click.argument("case")
@asking_options
@click.pass_context
def reproduce(ctx: click.Context, case: str, *, asking: Asking) -> None:
    """Make the ranking and the signed answer of CASE again, and compare byte for byte.

    From what was kept and the releases that they name. What differs is printed, and is an error.
    """
    centre = centre_from(ctx)
    asker = asker_from(centre, asking)
    again = unwrap(centre.cases.reproduce(asker.who, asker.purpose, case))
    for name in again.made:
        click.echo(f"{name}\tmade again")
    for difference in again.differences:
        click.echo(difference)
    if not again.is_same:
        raise CaseError(f"case `{case}` does not come out the same; what differs is listed above")


@cases.command("verify")
@click.argument("place", type=click.Path(path_type=Path, exists=True))
@click.option("--key", type=_FILE, required=True, help="The centre's public key, PEM.")
def verify(place: Path, *, key: Path) -> None:
    """Check that PLACE, an answer's directory or a file of it, is as the centre signed it.

    No centre is needed. Take the key from the centre, not from beside the answer.
    """
    found = verify_answer(place, key)
    for name in found.signed:
        click.echo(f"{name}\tsigned")
    for name in found.unsigned:
        click.echo(f"{name}\tnot signed")


@cases.command("public-key")
@click.option("-o", "--output", type=_FILE, default=STDOUT, help="The file; `-` is the screen.")
@click.pass_context
def public_key(ctx: click.Context, *, output: Path) -> None:
    """Give the public key that the centre's answers are checked with."""
    write_text(output, centre_from(ctx).cases.key.public_pem().decode())


@cases.command("release-profiles")
@click.option("-o", "--output", type=_FILE, required=True, help="JSON lines for `kerne knowledge`.")
@asking_options
@click.pass_context
def release_profiles(ctx: click.Context, *, output: Path, asking: Asking) -> None:
    """Write the centre's solved cases, of those who allow it, as a release of case profiles.

    Add it with `kerne knowledge add cases`. It names no patient; make it anew when choices change.
    """
    centre = centre_from(ctx)
    asker = asker_from(centre, asking)
    made = unwrap(centre.cases.shared.profiles(asker.who, asker.purpose))
    write_text(output, b"".join(each.line for each in made).decode())
    click.echo(f"{len(made)} solved cases")


@cases.command("list")
@asking_options
@click.pass_context
def list_cases(ctx: click.Context, *, asking: Asking) -> None:
    """List the cases that a geneticist opened."""
    centre = centre_from(ctx)
    asker = asker_from(centre, asking)
    click.echo("case\tperson\tstage")
    for line in centre.cases.list_cases(asker.who, asker.purpose):
        click.echo(f"{line.number}\t{line.person}\t{line.stage}")


for _command in (reanalyse, news, recontacts, close_recontact):
    cases.add_command(_command)
