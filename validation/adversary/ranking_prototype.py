"""The ranker that this one had to beat: a smoothed likelihood ratio over one basis.

Patients of other publications are poured into the annotated frequencies. Written as plainly as
possible; it shares the ontology and the annotations with what it is compared to, and nothing else.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from kerne.phenotype.likelihood import LikelihoodModel
from kerne.phenotype.profiles import CaseProfile, by_disease

BACKOFF, NOISE, PRIOR = 2.0, 0.5, 3.0
UNSTATED, CLASSED = 5.0, 10.0
ANNOTATION_CASES, UNANNOTATED_CASES, UNSAID = 5.0, 0.5, 0.5
RAREST = 0.3


class Prototype:
    """Scores the OMIM diseases; `diseases` is their order."""

    def __init__(self, model: LikelihoodModel, profiles: Sequence[CaseProfile]) -> None:
        self._ontology, self._annotations = model.ontology, model.annotations
        self._profiles = by_disease(profiles)
        named = (each for each in self._annotations.diseases if each.startswith("OMIM:"))
        self.diseases = sorted({*named, *self._profiles})
        self._index = {disease: number for number, disease in enumerate(self.diseases)}
        columns = [self._frequencies(disease, "") for disease in self.diseases]
        self._frequency = np.zeros((len(self._ontology), len(columns)), dtype=np.float32)
        for number, column in enumerate(columns):
            self._frequency[list(column), number] = list(column.values())
        mean = self._frequency.mean(axis=1, dtype=np.float64)
        self._information = -np.log(np.maximum(mean, RAREST / len(columns)))
        self._rows: dict[int, NDArray[np.float64]] = {}

    def score(self, observed: Sequence[int]) -> NDArray[np.float64]:
        """Give (diseases,) log ratios."""
        return sum((self._row(term) for term in observed), np.zeros(len(self.diseases)))

    def score_without(self, observed: Sequence[int], own: CaseProfile) -> NDArray[np.float64]:
        """Give the same with the case's own publication left out of its true disease."""
        scores = self.score(observed).copy()
        number = self._index.get(own.disease)
        if number is not None:
            column = self._frequencies(own.disease, own.publication)
            scores[number] = sum(self._ratio(term, column) for term in observed)
        return scores

    def _row(self, term: int) -> NDArray[np.float64]:
        if term not in self._rows:
            above = self._ontology.ancestors(term)
            gain = (1 + BACKOFF) * self._information[above]
            with np.errstate(divide="ignore"):
                best = (np.log(self._frequency[above]) + gain[:, None]).max(axis=0)
            ratio = np.exp(best - BACKOFF * self._information[term])
            self._rows[term] = np.log((1 - NOISE) * ratio + NOISE)
        return self._rows[term]

    def _ratio(self, term: int, column: Mapping[int, float]) -> float:
        worth = (
            column[a] * np.exp((1 + BACKOFF) * self._information[a])
            for a in self._ontology.ancestors(term).tolist()
            if a in column
        )
        ratio = max(worth, default=0.0) * np.exp(-BACKOFF * self._information[term])
        return float(np.log((1 - NOISE) * ratio + NOISE))

    def _frequencies(self, disease: str, without: str) -> dict[int, float]:
        cases = [e for e in self._profiles.get(disease, ()) if e.publication != without]
        annotated = self._annotated(disease, without, {e.publication for e in cases})
        if not cases:
            return annotated
        shown: dict[int, float] = {}
        denied: dict[int, float] = {}
        for case in cases:
            for term in {a for t in case.observed for a in self._ontology.ancestors(t).tolist()}:
                shown[term] = shown.get(term, 0.0) + 1
            for term in case.excluded:
                denied[term] = denied.get(term, 0.0) + 1
        pooled = {}
        for term in annotated.keys() | shown.keys():
            yes, no = shown.get(term, 0.0), denied.get(term, 0.0)
            weight = ANNOTATION_CASES if term in annotated else UNANNOTATED_CASES
            counted = yes + no + UNSAID * max(len(cases) - yes - no, 0) + weight
            pooled[term] = min((yes + weight * annotated.get(term, 0.0)) / counted, 0.995)
        return {term: each for term, each in pooled.items() if each > 0}

    def _annotated(self, disease: str, without: str, covered: set[str]) -> dict[int, float]:
        seen: dict[int, float] = {}
        counted: dict[int, float] = {}
        for row in self._annotations.of(disease):
            sources = set(row.source.split(";"))
            if without in sources or (covered and sources <= covered):
                continue
            vague = row.negated or row.frequency is None
            patients = row.patients or (UNSTATED if vague else CLASSED)
            share = 0.0 if row.negated else 0.5 if row.frequency is None else row.frequency
            seen[row.term] = seen.get(row.term, 0.0) + share * patients
            counted[row.term] = counted.get(row.term, 0.0) + patients
        spread: dict[int, float] = {}
        for term, present in seen.items():
            if present > 0:
                share = min((present + PRIOR / 2) / (counted[term] + PRIOR), 0.995)
                for ancestor in self._ontology.ancestors(term).tolist():
                    spread[ancestor] = max(spread.get(ancestor, 0.0), share)
        return spread
