"""How much better a disease explains what is observed than chance does, term by term.

The ratio of one observed term and one disease compares the term's frequency among patients of the
disease with its mean frequency over all diseases. Three things make it robust. Published
frequencies rest on few patients, so they are *smoothed* towards one half. A clinician rarely picks
the very term that the annotator picked, so where the disease lacks the term the ratio *backs off*
to the shared ancestor that says most, discounted for every bit of information that is lost on the
way. And some of what is observed has nothing to do with the disease, so no ratio falls below a
*noise* floor. Logarithms of ratios add up over the most specific observed terms. Annotations are
kept sparse: by term, the diseases that have it or something more specific.

References
----------
Köhler et al. 2009 (doi:10.1016/j.ajhg.2009.09.003) on information content; Robinson et al. 2020
(doi:10.1016/j.ajhg.2020.06.021) on likelihood ratios.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from kerne.errors import PhenotypeError
from kerne.phenotype.annotations import Annotation, Annotations
from kerne.phenotype.ontology import Ontology
from kerne.phenotype.sparse import (
    Smoothing,
    background_frequencies,
    smoothed_frequencies,
    spread_to_ancestors,
)


@dataclass(frozen=True, slots=True)
class Weights:
    """The constants of the model.

    Parameters
    ----------
    smoothing
        How much the published frequencies are trusted.
    backoff
        Lost information content is paid this many times over, beyond the loss itself.
    noise
        Share of observed terms that the disease need not explain.
    found
        Share of a disease's features that are found when they are looked for.
    """

    smoothing: Smoothing = field(default_factory=Smoothing)
    backoff: float = 2.0
    noise: float = 0.5
    found: float = 0.8


@dataclass(frozen=True, slots=True)
class TermContribution:
    """What one observed term adds to the odds of one disease.

    Parameters
    ----------
    term, name
        The observed term.
    log10_ratio
        log10 of the likelihood ratio of this term.
    annotation_term, annotation_name
        The annotated feature of the disease that explains it best; empty when only noise does.
    frequency
        Frequency of that feature in words, as its source states it.
    source
        Where that feature was published.
    """

    term: str
    name: str
    log10_ratio: float
    annotation_term: str
    annotation_name: str
    frequency: str
    source: str


class LikelihoodModel:
    """Scores every annotated disease against observed terms.

    Parameters
    ----------
    ontology, annotations
        Read from one release.
    weights
        The constants of the model.
    """

    def __init__(
        self, ontology: Ontology, annotations: Annotations, weights: Weights | None = None
    ) -> None:
        self.ontology = ontology
        self.annotations = annotations
        self.weights = Weights() if weights is None else weights
        self._features = smoothed_frequencies(annotations, self.weights.smoothing)
        self._spread = spread_to_ancestors(ontology, self._features)
        self._by_term = np.searchsorted(self._spread.terms, np.arange(len(ontology) + 1))
        diseases = len(annotations.diseases)
        self._background = background_frequencies(self._spread, len(ontology), diseases)
        self._information = -np.log10(self._background)
        self._gain = (1 + self.weights.backoff) * self._information
        self._strengths = np.log10(self._spread.frequencies) + self._gain[self._spread.terms]

    def score(self, observed: Sequence[int], excluded: Sequence[int] = ()) -> NDArray[np.float64]:
        """Compare every disease with chance.

        Parameters
        ----------
        observed
            Indices of phenotype terms. Those that another one implies are not counted.
        excluded
            Terms that were looked for and not found. Give none unless they are the patient's own:
            in published tables they list what relatives had, and leak the diagnosis.

        Returns
        -------
        (diseases,) log10 likelihood ratios in the order of `annotations.diseases`; 0 everywhere
        when nothing was observed.
        """
        total = np.zeros(len(self.annotations.diseases))
        for term in self.ontology.most_specific(observed):
            total += self._with_noise(self._log_ratios(term))
        for term in excluded:
            total += self._log_absent(term)
        return total

    def explain(self, disease: str, observed: Sequence[int]) -> tuple[TermContribution, ...]:
        """Say what each observed term adds for one disease; the sum is its score.

        Raises
        ------
        PhenotypeError
            The disease is not annotated.
        """
        if disease not in self.annotations.index:
            raise PhenotypeError(f"disease `{disease}` has no annotations")
        terms = self.ontology.most_specific(observed)
        return tuple(self._explain_term(disease, term) for term in terms)

    def _log_ratios(self, term: int) -> NDArray[np.float64]:
        """Give (diseases,) log10 of frequency over background, through the best shared ancestor."""
        best = np.full(len(self.annotations.diseases), -np.inf)
        for ancestor in self.ontology.ancestors(term):
            here = slice(self._by_term[ancestor], self._by_term[ancestor + 1])
            who = self._spread.diseases[here]
            best[who] = np.maximum(best[who], self._strengths[here])
        best -= self.weights.backoff * self._information[term]
        return best

    def _with_noise(self, log_ratios: NDArray[np.float64]) -> NDArray[np.float64]:
        noise = self.weights.noise
        mixed: NDArray[np.float64] = np.log10((1 - noise) * 10**log_ratios + noise)
        return mixed

    def _log_absent(self, term: int) -> NDArray[np.float64]:
        here = slice(self._by_term[term], self._by_term[term + 1])
        frequencies = np.zeros(len(self.annotations.diseases))
        frequencies[self._spread.diseases[here]] = self._spread.frequencies[here]
        found = self.weights.found
        chance = np.log10(1 - found * self._background[term])
        log_ratios: NDArray[np.float64] = np.log10(1 - found * frequencies) - chance
        return log_ratios

    def _explain_term(self, disease: str, term: int) -> TermContribution:
        number = self.annotations.index[disease]
        bounds = np.searchsorted(self._features.diseases, [number, number + 1])
        features = self._features.terms[slice(*bounds)]
        frequencies = self._features.frequencies[slice(*bounds)]
        shared = np.array([self._most_telling_shared(int(f), term) for f in features], dtype=int)
        if not features.size:
            return self._contribution(term, -np.inf, None)
        strengths = np.log10(frequencies) + self._gain[shared]
        best = int(strengths.argmax())
        log_ratio = strengths[best] - self.weights.backoff * self._information[term]
        related = shared[best] != 0
        row = self._best_row(disease, int(features[best])) if related else None
        return self._contribution(term, log_ratio, row)

    def _most_telling_shared(self, feature: int, term: int) -> int:
        """Give the ancestor of both with the most information; the root if there is no other."""
        shared = np.intersect1d(
            self.ontology.ancestors(feature), self.ontology.ancestors(term), assume_unique=True
        )
        return int(shared[self._information[shared].argmax()])

    def _best_row(self, disease: str, feature: int) -> Annotation:
        """Give the row that counted most patients, of those that saw the feature in any."""
        rows = [r for r in self.annotations.of(disease) if r.term == feature and not r.negated]
        return max(rows, key=lambda row: (row.frequency != 0, row.patients or 0))

    def _contribution(
        self, term: int, log_ratio: float, row: Annotation | None
    ) -> TermContribution:
        ratio = self._with_noise(np.array([log_ratio]))
        return TermContribution(
            term=self.ontology.ids[term],
            name=self.ontology.names[term],
            log10_ratio=float(ratio[0]),
            annotation_term="" if row is None else self.ontology.ids[row.term],
            annotation_name="" if row is None else self.ontology.names[row.term],
            frequency="" if row is None else row.said,
            source="" if row is None else row.source,
        )
