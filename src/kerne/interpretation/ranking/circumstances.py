"""What patient and family show of a variant, for the criteria that ask for it (PM3, PP1, BP2)."""

from collections.abc import Mapping, Sequence

from kerne.interpretation.candidate import Classification, Genotype, Mode
from kerne.interpretation.criteria.subject import (
    RECESSIVE,
    Circumstances,
    DeNovo,
    Partner,
    Segregation,
)
from kerne.interpretation.family.inheritance import in_trans
from kerne.interpretation.family.observation import Observation, RelativeCarriage
from kerne.interpretation.family.pedigree import Kin
from kerne.interpretation.reading.calls import Carriage

FIRST_DEGREE = frozenset({Kin.MOTHER, Kin.FATHER, Kin.SIBLING, Kin.CHILD})


def circumstances_of(
    number: int,
    members: Sequence[int],
    observations: Sequence[Observation],
    others: Mapping[int, tuple[str, Classification]],
    mode: Mode,
    de_novo: DeNovo | None,
) -> Circumstances:
    """Gather what is seen around one allele of an explanation.

    Parameters
    ----------
    number
        Index of the allele.
    members
        Indices of the alleles that together explain the disease, this one included.
    observations
        Of all alleles of the gene.
    others
        Name and class of the other alleles of the gene by index, each judged without this one.
    """
    own = observations[number]
    partners = tuple(
        Partner(
            name,
            class_ is Classification.PATHOGENIC,
            class_ is Classification.LIKELY_PATHOGENIC,
            in_trans(own, observations[other]),
        )
        for other, (name, class_) in others.items()
    )
    return Circumstances(
        de_novo=de_novo,
        is_homozygous=own.genotype is Genotype.HOM and not own.is_over_deletion,
        partners=partners,
        segregation=segregation_of([observations[member] for member in members], mode),
    )


def segregation_of(members: Sequence[Observation], mode: Mode) -> Segregation | None:
    """Count relatives of the first degree by disease and genotype; `None` when there is none.

    The genotype is what explains the disease: one copy, or in a recessive disease both.
    """
    has_with, has_without, well_with = 0, 0, 0
    for carriage in zip(*(each.relatives for each in members), strict=True):
        has = _has_genotype(carriage, mode)
        if has is None or carriage[0].kin not in FIRST_DEGREE:
            continue
        if carriage[0].affected:
            has_with, has_without = has_with + has, has_without + (not has)
        elif carriage[0].affected is False:
            well_with += has
    if not (has_with or has_without or well_with):
        return None
    return Segregation(has_with, has_without, well_with)


def _has_genotype(carriage: Sequence[RelativeCarriage], mode: Mode) -> bool | None:
    states = [each.carriage for each in carriage]
    if not all(state.is_known for state in states):
        return None
    if mode in RECESSIVE and len(states) == 1:
        return states[0] in (Carriage.HOM, Carriage.HEMI)
    return all(state.is_carried for state in states)
