"""What to look for next at the bedside: features that tell two diseases apart.

A feature tells two diseases apart by how often it is shown in the one and in the other: the
expected log odds that looking for it gives, whichever of the two the patient has (Jeffreys 1946).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import NDArray

from kerne.phenotype.expectation import Basis, Features
from kerne.phenotype.likelihood import LikelihoodModel

LIKE_ITSELF = (Basis.ANNOTATIONS, Basis.CASES, Basis.ALIAS)
"""Bases that describe the disease itself; what only its relatives show is not asked for."""
SURE = 0.02
"""No feature is rarer or more frequent than this from certain."""


@dataclass(frozen=True, slots=True)
class Distinction:
    """A feature to look for, and how often each of two diseases shows it (0 to 1)."""

    term: str
    name: str
    first: float
    second: float

    @property
    def speaks_for_first(self) -> bool:
        """Whether finding it speaks for the first of the two diseases."""
        return self.first > self.second


def tell_apart(
    model: LikelihoodModel,
    first: str,
    second: str,
    observed: Sequence[int],
    excluded: Sequence[int] = (),
    most: int = 5,
) -> tuple[Distinction, ...]:
    """Give features that nobody has looked for yet and that tell two diseases apart, best first.

    Of features of which one is a kind of the other only the better is given.

    Raises
    ------
    PhenotypeError
        A disease is no candidate.
    """
    for disease in (first, second):
        model.check(disease)
    known = [_like_itself(model, disease) for disease in (first, second)]
    frequencies = [_frequencies(model, bases) for bases in known]
    shown = {term for bases in known for each in bases for term in each.terms.tolist()}
    worth = {
        term: _divergence(frequencies[0][term], frequencies[1][term])
        for term in shown
        if not _is_settled(model, term, observed, excluded)
    }
    chosen: list[int] = []
    for term in sorted(worth, key=lambda each: (-worth[each], each)):
        if len(chosen) < most and worth[term] > 0 and not _is_akin(model, term, chosen):
            chosen.append(term)
    return tuple(
        Distinction(
            model.ontology.ids[term],
            model.ontology.names[term],
            float(frequencies[0][term]),
            float(frequencies[1][term]),
        )
        for term in chosen
    )


def _like_itself(model: LikelihoodModel, disease: str) -> list[Features]:
    bases = model.expectations.of(disease)
    return [bases[basis] for basis in LIKE_ITSELF if basis in bases]


def _frequencies(model: LikelihoodModel, bases: Sequence[Features]) -> NDArray[np.float64]:
    """Give (terms,) the share of patients that show each term or something more specific."""
    frequencies = np.zeros(len(model.ontology))
    for features in bases:
        frequencies = np.maximum(frequencies, model.expectations.spread(features))
    return frequencies


def _is_settled(
    model: LikelihoodModel, term: int, observed: Sequence[int], excluded: Sequence[int]
) -> bool:
    """Say whether it is known if the patient shows a term: implied, or ruled out."""
    is_implied = any(term in model.ontology.ancestors(each) for each in observed)
    return is_implied or not set(excluded).isdisjoint(model.ontology.ancestors(term).tolist())


def _divergence(one: float, other: float) -> float:
    first, second = (min(max(each, SURE), 1 - SURE) for each in (one, other))
    return (first - second) * (log(first / (1 - first)) - log(second / (1 - second)))


def _is_akin(model: LikelihoodModel, term: int, chosen: Sequence[int]) -> bool:
    above = set(model.ontology.ancestors(term).tolist())
    return any(each in above or term in model.ontology.ancestors(each) for each in chosen)
