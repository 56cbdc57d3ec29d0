"""What a doctor finds and writes down in a patient with a given disease.

Each sign of the profile is present as often as published. Of the present signs some are missed;
of the noted ones some are written as a broader term, and some signs have nothing to do with it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from kerne.phenotype.ontology import Ontology
from kerne.synthetic.patient import PresentedTerm, TermNoise
from kerne.synthetic.profile import Profile

FEWEST_NOTED: Final = 3
MOST_NOTED: Final = 12
MEAN_NOTED: Final = 6.5
IMPRECISE_SHARE: Final = 0.18
UNRELATED_SHARES: Final = (0.5, 0.35, 0.15)
"""Chances of no, one and two unrelated terms."""
UNRELATED_TRIES: Final = 25
MOST_EXCLUDED: Final = 2
BROADEST_DEPTH: Final = 3
"""A term with fewer ancestors, itself counted, says too little to be written down."""

_GROUPS: Final[Mapping[str, str]] = {
    "HP:0000707": "neurogenetic",
    "HP:0001626": "heart",
    "HP:0000478": "eye",
    "HP:0000598": "ear",
    "HP:0001939": "metabolic",
    "HP:0002715": "immune",
    "HP:0001871": "blood",
    "HP:0000119": "kidney",
    "HP:0000818": "endocrine",
    "HP:0001574": "skin",
    "HP:0033127": "bone-and-connective-tissue",
    "HP:0001392": "liver",
    "HP:0002086": "lung",
}
CHILDREN: Final = "rare-disease-children"
ADULTS: Final = "rare-disease-adults"
ADULT_YEARS: Final = 18
MAIN_SYSTEM_SHARE: Final = 0.5
"""A disease belongs to an organ system's group when this share of the terms lies in that system."""


@dataclass(frozen=True, slots=True)
class Presentation:
    """Observed terms with their relation to the disease, and terms looked for in vain."""

    terms: tuple[PresentedTerm, ...]
    excluded: tuple[str, ...]

    @property
    def observed(self) -> tuple[str, ...]:
        """The identifiers of the observed terms."""
        return tuple(term.identifier for term in self.terms)


def present(
    rng: np.random.Generator,
    profile: Profile,
    ontology: Ontology,
    common_signs: Sequence[int],
) -> Presentation:
    """Draw what is written down of one patient.

    Parameters
    ----------
    common_signs
        Terms from which unrelated ones are drawn.
    """
    shown = _shown_signs(rng, profile)
    noted = _noted_signs(rng, shown)
    terms: dict[int, PresentedTerm] = {}
    for sign in noted:
        term = _written_as(rng, sign, ontology)
        noise = TermNoise.EXACT if term == sign else TermNoise.IMPRECISE
        terms.setdefault(term, PresentedTerm(ontology.ids[term], noise, ontology.ids[sign]))
    for term in _unrelated(rng, profile, ontology, common_signs):
        terms.setdefault(term, PresentedTerm(ontology.ids[term], TermNoise.UNRELATED, None))
    absent = [sign for sign in profile.signs if sign not in shown]
    excluded = _excluded(rng, absent, list(terms), ontology)
    return Presentation(tuple(terms.values()), tuple(ontology.ids[term] for term in excluded))


def patient_group(observed: Sequence[str], age_years: int, ontology: Ontology) -> str:
    """Name the approved patient group: that of the main organ system, or one for several systems.

    The names are the codes of `sequencing.events.PatientGroup`.
    """
    counts = dict.fromkeys(_GROUPS, 0)
    for identifier in observed:
        for ancestor in ontology.ancestors(ontology.index[identifier]):
            if ontology.ids[ancestor] in counts:
                counts[ontology.ids[ancestor]] += 1
    system = max(counts, key=lambda identifier: counts[identifier])
    if counts[system] >= MAIN_SYSTEM_SHARE * len(observed):
        return _GROUPS[system]
    return CHILDREN if age_years < ADULT_YEARS else ADULTS


def _shown_signs(rng: np.random.Generator, profile: Profile) -> list[int]:
    """Draw the signs that are there; the most frequent ones make up for too few."""
    shown = [sign for sign, frequency in profile.signs.items() if rng.random() < frequency]
    by_frequency = sorted(profile.signs, key=lambda sign: (-profile.signs[sign], sign))
    missing = [sign for sign in by_frequency if sign not in shown]
    return shown + missing[: max(0, FEWEST_NOTED - len(shown))]


def _noted_signs(rng: np.random.Generator, shown: list[int]) -> list[int]:
    wanted = int(np.clip(rng.poisson(MEAN_NOTED), FEWEST_NOTED, MOST_NOTED))
    chosen = rng.permutation(len(shown))[:wanted]
    return [shown[number] for number in sorted(chosen.tolist())]


def _written_as(rng: np.random.Generator, sign: int, ontology: Ontology) -> int:
    if rng.random() >= IMPRECISE_SHARE:
        return sign
    broader = [p for p in ontology.parents(sign) if len(ontology.ancestors(p)) >= BROADEST_DEPTH]
    return broader[int(rng.integers(len(broader)))] if broader else sign


def _unrelated(
    rng: np.random.Generator, profile: Profile, ontology: Ontology, common_signs: Sequence[int]
) -> list[int]:
    """Draw terms that are neither above nor below a sign of the profile."""
    wanted = int(rng.choice(len(UNRELATED_SHARES), p=UNRELATED_SHARES))
    tried = [common_signs[n] for n in rng.integers(0, len(common_signs), UNRELATED_TRIES).tolist()]
    related = {int(a) for sign in profile.signs for a in ontology.ancestors(sign)}
    apart = [
        term
        for term in tried
        if term not in related and not {*map(int, ontology.ancestors(term))} & profile.signs.keys()
    ]
    return apart[:wanted]


def _excluded(
    rng: np.random.Generator, absent: Sequence[int], observed: Sequence[int], ontology: Ontology
) -> list[int]:
    """Choose absent signs that no observed term implies."""
    implied = {int(a) for term in observed for a in ontology.ancestors(term)}
    free = [sign for sign in absent if sign not in implied]
    wanted = int(rng.integers(0, MOST_EXCLUDED + 1))
    return [free[number] for number in sorted(rng.permutation(len(free))[:wanted].tolist())]
