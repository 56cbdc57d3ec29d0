"""What the relatives' genotypes say for or against an explanation, with its words."""

from collections.abc import Iterable

from kerne.interpretation.family.factors import FACTORS, Fact
from kerne.interpretation.family.observation import LEAST_BALANCE, Observation, RelativeCarriage
from kerne.interpretation.reading.calls import Carriage

_RECURRENCE = (
    "if so a further child may inherit it, at a risk of up to 50 %, not the low one after a "
    "variant that is new in the child: look deeper, in several tissues of the parent"
)


def origin_facts(observation: Observation) -> list[Fact]:
    """Say whether the allele is new in the patient, and what the parents' reads leave open."""
    if observation.is_unseen_in_givers:
        return [(FACTORS.unseen_in_parents, unseen_in_words(observation))]
    if not observation.is_lacking_in_givers:
        return []
    parents = observation.of_givers
    told = ", ".join(f"{each.kin}: {each.reads}" for each in parents)
    if observation.is_de_novo:
        words = f"de novo: not one read of a parent shows the allele ({told}; "
        return [(FACTORS.de_novo, f"{words}patient: {observation.reads})")]
    mosaic = [each for each in parents if each.is_mosaic]
    if mosaic:
        named = " and ".join(f"the {each.kin} ({each.reads})" for each in mosaic)
        words = f"possible mosaicism of {named}: some reads show the allele; {_RECURRENCE}"
        return [(FACTORS.parental_mosaic, words)]
    words = f"called in no parent, but not taken as de novo: too few reads, or not told ({told})"
    return [(FACTORS.de_novo_unproven, words)]


def unseen_in_words(observation: Observation) -> str:
    """Say of a structural variant that no parent shows it whom it can come from."""
    parents = observation.of_givers
    whose = "either parent's" if len(parents) > 1 else f"the {parents[0].kin}'s"
    return (
        f"not seen in {whose} structural calls: weaker than de novo, for no reads were looked at "
        "and a caller may have missed it"
    )


def structural_origin(observation: Observation) -> list[str]:
    """Say where a structural variant may come from, as far as the calls of the parents tell."""
    parents = [each for each in observation.relatives if each.kin in observation.givers]
    carriers = [each for each in parents if each.carriage.is_carried]
    if carriers:
        return [f"found in the {each.kin}'s structural calls too" for each in carriers]
    if observation.is_unseen_in_givers:
        return [unseen_in_words(observation)]
    if observation.is_lacking_in_givers or not parents:
        return []
    unseen = [each for each in parents if each.carriage is Carriage.UNSEEN]
    return [f"not seen in the {each.kin}'s structural calls" for each in unseen] + [
        "whether a parent has the structural variant is not known"
    ]


def balance_facts(observation: Observation) -> list[Fact]:
    """Say that a heterozygous allele is in few of the reads."""
    share = observation.reads.share
    if share is None or share >= LEAST_BALANCE:
        return []
    words = f"only {observation.reads} show the allele: mosaic in the patient, or an artefact"
    return [(FACTORS.odd_balance, words)]


def sharing_facts(relatives: Iterable[RelativeCarriage], *, spares_some: bool) -> list[Fact]:
    """Compare who carries at least one copy with who is affected.

    Parameters
    ----------
    spares_some
        Whether the penetrance of the disease is known to be incomplete.
    """
    facts: list[Fact] = []
    for each in relatives:
        if each.carriage is Carriage.UNKNOWN or each.affected is None:
            continue
        if each.carriage is Carriage.UNSEEN:
            if each.affected:
                words = f"not seen in the structural calls of the affected {each.kin}"
                facts.append((FACTORS.unseen_in_affected, words))
        elif not each.carriage.is_carried:
            if each.affected:
                facts.append((FACTORS.lacking_in_affected, f"the affected {each.kin} lacks it"))
        elif each.affected:
            facts.append((FACTORS.shared_with_affected, f"shared with the affected {each.kin}"))
        else:
            facts.append(_unaffected_carrier(each, spares_some=spares_some))
    return facts


def two_copies_facts(each: RelativeCarriage, *, has_two: bool) -> list[Fact]:
    """Compare one relative's genotype, as a whole the patient's or not, with who is affected."""
    if not each.carriage.is_known or each.affected is None:
        return []
    if has_two and each.affected:
        return [(FACTORS.shared_with_affected, f"shared with the affected {each.kin}")]
    if has_two:
        return [(FACTORS.carried_by_unaffected, f"the unaffected {each.kin} has the same genotype")]
    if each.affected:
        return [(FACTORS.lacking_in_affected, f"the affected {each.kin} lacks the genotype")]
    return []


def _unaffected_carrier(each: RelativeCarriage, *, spares_some: bool) -> Fact:
    if each.is_mosaic:
        words = f"the unaffected {each.kin} may be mosaic ({each.reads}); {_RECURRENCE}"
        return FACTORS.carried_by_mosaic, words
    words = f"the unaffected {each.kin} carries it too"
    if spares_some:
        return FACTORS.carried_without_penetrance, f"{words}: penetrance is incomplete"
    return FACTORS.carried_by_unaffected, words
