"""A genome with what is found of it as a whole, before any of its variants is looked at."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from kerne.alleles.assembly import Assembly, ContigKind
from kerne.interpretation.basis import Patient
from kerne.interpretation.family.autozygosity import homozygous_stretches
from kerne.interpretation.family.consanguinity import consanguinity
from kerne.interpretation.family.parentage import check_relationships, supported_family
from kerne.interpretation.family.pedigree import Family, Kin, PedigreeSex, Relative
from kerne.interpretation.family.sex import has_single_x, sex_notes
from kerne.interpretation.family.structural_kin import laid_over
from kerne.interpretation.reading.calls import GenomeCalls
from kerne.interpretation.reading.structural import StructuralCall, as_loss_or_gain
from kerne.phenotype.phenopacket import Sex

_PEDIGREE_SEX = {Sex.MALE: PedigreeSex.MALE, Sex.FEMALE: PedigreeSex.FEMALE}
_SEX = {ours: sex for sex, ours in _PEDIGREE_SEX.items()}
_SEX_OF_KIN = {Kin.MOTHER: Sex.FEMALE, Kin.FATHER: Sex.MALE}


def patient_of(genome: GenomeCalls, family: Family | None, stated: Sex) -> Patient:
    """Check a genome against the family and the stated sex, and leave out who does not fit."""
    relationships = check_relationships(
        genome, family, _PEDIGREE_SEX.get(stated, PedigreeSex.UNKNOWN)
    )
    single_x = has_single_x(genome, stated)
    stretches = homozygous_stretches(genome)
    kinship = None if family is None else family.parents_kinship
    structural = tuple(_told(genome.structural, genome.assembly, single_x=single_x))
    return Patient(
        genome=replace(
            genome, notes=(*genome.notes, *sex_notes(genome, stated)), structural=structural
        ),
        family=_beside(supported_family(family, relationships), structural),
        relationships=replace(
            relationships,
            sample=genome.sample,
            consanguinity=consanguinity(kinship, stretches, genome.assembly),
        ),
        has_single_x=single_x,
        stretches=stretches,
    )


def _beside(family: Family | None, structural: Sequence[StructuralCall]) -> Family | None:
    """Say of each relative which of the patient's structural variants they have."""
    if family is None:
        return None
    relatives = (replace(e, calls=laid_over(structural, _told_of(e))) for e in family.relatives)
    return replace(family, relatives=tuple(relatives))


def _told_of(relative: Relative) -> GenomeCalls:
    calls = relative.calls
    stated = _SEX_OF_KIN.get(relative.kin, _SEX.get(relative.sex, Sex.UNKNOWN))
    single_x = has_single_x(calls, stated)
    told = partial(_told, assembly=calls.assembly, single_x=single_x)
    return replace(
        calls, structural=tuple(told(calls.structural)), doubtful=tuple(told(calls.doubtful))
    )


def _told(
    calls: Iterable[StructuralCall], assembly: Assembly, *, single_x: bool
) -> Iterator[StructuralCall]:
    """Yield the structural variants, copy numbers on X and Y as the loss or gain that they are."""
    kinds = {contig.name: contig.kind for contig in assembly.contigs}
    shared = assembly.pseudo_autosomal
    for call in calls:
        is_shared = any(
            each.contig == call.contig and each.start <= call.start < each.end for each in shared
        )
        is_single = kinds[call.contig] is ContigKind.Y or (
            kinds[call.contig] is ContigKind.X and single_x
        )
        told = as_loss_or_gain(call, is_single=is_single and not is_shared)
        if told is not None:
            yield told
