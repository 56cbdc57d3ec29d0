"""A genome with what is found of it as a whole, before any of its variants is looked at."""

from dataclasses import replace

from kerne.interpretation.autozygosity import homozygous_stretches
from kerne.interpretation.basis import Patient
from kerne.interpretation.calls import GenomeCalls
from kerne.interpretation.parentage import check_relationships, supported_family
from kerne.interpretation.pedigree import Family
from kerne.interpretation.sex import has_single_x, sex_notes
from kerne.phenotype.phenopacket import Sex


def patient_of(genome: GenomeCalls, family: Family | None, stated: Sex) -> Patient:
    """Check a genome against the family and the stated sex, and leave out who does not fit."""
    relationships = check_relationships(genome, family)
    return Patient(
        genome=replace(genome, notes=(*genome.notes, *sex_notes(genome, stated))),
        family=supported_family(family, relationships),
        relationships=relationships,
        has_single_x=has_single_x(genome, stated),
        stretches=homozygous_stretches(genome),
    )
