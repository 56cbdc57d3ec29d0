"""`kerne interpret`: rank the variants of one patient's file, with or without a centre."""

from datetime import UTC, datetime
from pathlib import Path

import click

from kerne.cases.actions import InterpretedFile, PatientFiles, interpret_file
from kerne.cli.panel_options import chosen_panel, panel_options
from kerne.interpretation.actions import knowledge_for
from kerne.interpretation.candidate import Candidate, Tier, by_tier, in_percent
from kerne.interpretation.family.parentage import relationship_lines
from kerne.knowledge.actions import default_directory

SHOWN = 10
FILE = click.Path(path_type=Path)
TIERS = {
    Tier.PANEL: "On the panel:",
    Tier.OUTSIDE: "Outside the panel:",
    Tier.NO_PANEL: "",
}


@click.command()
@click.argument("vcf", type=FILE)
@click.option("--phenopacket", required=True, type=FILE, help="HPO terms: Phenopacket v2 JSON.")
@click.option("--ped", type=FILE, help="Pedigree; relatives in the VCF become evidence.")
@panel_options
@click.option("--callable", "bed", type=FILE, help="BED of where the genome could be read.")
@click.option("--sample", help="The patient's sample, if the file has several.")
@click.option("--assembly", required=True, help="Assembly of the coordinates, such as GRCh38.")
@click.option(
    "--knowledge",
    "chosen",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="KERNE_KNOWLEDGE",
    help="Directory of the knowledge releases (or KERNE_KNOWLEDGE).",
)
@click.option(
    "--out",
    type=FILE,
    help="Write the report here: pages, PDF, JSON, Phenopacket, FHIR.",
)
def interpret(  # noqa: PLR0913, PLR0917  one argument an option
    vcf: Path,
    phenopacket: Path,
    ped: Path | None,
    panel: Path | None,
    group: str | None,
    bed: Path | None,
    sample: str | None,
    assembly: str,
    chosen: Path | None,
    out: Path | None,
) -> None:
    """Rank what could explain the phenotype in VCF, plain or bgzip.

    Needs a reference sequence and gene models of the assembly (`kerne knowledge add`). Knowledge
    that is absent is named, never assumed. Not for diagnosis.
    """
    directory = chosen or default_directory()
    asked = chosen_panel(directory, panel, group)
    patient = PatientFiles(
        vcf, phenopacket, sample=sample, pedigree=ped, panel=asked, callable_bed=bed
    )
    with knowledge_for(directory, assembly) as knowledge:
        result = interpret_file(patient, knowledge, made_at=datetime.now(UTC), out=out)
    for line in summary(result):
        click.echo(line)
    checked = result.relationships
    for line in () if checked.is_empty else relationship_lines(checked):
        click.echo(f"for the laboratory, in no report: {line}", err=True)


def summary(result: InterpretedFile) -> list[str]:
    """Say in a screenful what was found, what was absent, and where the report is."""
    found = result.interpretation
    counts = (
        f"{found.variants_read} alleles read, {found.variants_considered} could matter, "
        f"{len(found.candidates)} candidates"
    )
    lines = [f"{found.sample}: {counts} ({found.assembly}; not for diagnosis)"]
    if found.probability_of_none is not None:
        none = in_percent(found.probability_of_none)
        lines.append(f"none of these genes is the cause: {none}; to read: {found.genes_to_read}")
    for tier, inside in by_tier(found.candidates).items():
        none = "" if inside else " no candidate"
        lines += [f"{TIERS[tier]}{none}"] if TIERS[tier] else []
        for candidate in inside[:SHOWN]:
            lines += candidate_lines(candidate)
        if len(inside) > SHOWN:
            lines.append(f"and {len(inside) - SHOWN} more candidates")
    if found.next_look is not None:
        names = ", ".join(feature.name for feature in found.next_look.features)
        look = found.next_look
        lines.append(f"to tell {look.first} from {look.second}, look for: {names}")
    lines += [f"absent: {what}" for what in found.absent]
    lines += [f"note: {note}" for note in found.notes]
    lines += [f"not examined: {what}" for what in found.not_examined]
    if result.files is not None:
        lines += [str(path) for path in (result.files.page, result.files.record)]
        lines.append(str(result.files.packet))
    return lines


def candidate_lines(candidate: Candidate) -> list[str]:
    """Say one candidate with its reasons."""
    head = (
        f"{candidate.rank}. {candidate.gene}, {candidate.disease_name} ({candidate.disease}), "
        f"{candidate.mode.value}: {candidate.chance}, odds 10^{candidate.log10_odds:.1f}"
    )
    return [head, *(f"   {reason}" for reason in candidate.reasons)]
