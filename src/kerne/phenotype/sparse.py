"""Disease features as sparse columns: smoothed, spread to ancestors, and weighed by rarity."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kerne.phenotype.annotations import Annotations
from kerne.phenotype.ontology import Ontology

# A term of no disease at all counts as if it were in this share of one.
RAREST = 0.3


@dataclass(frozen=True, slots=True)
class Smoothing:
    """How much the frequencies of the annotations are trusted.

    Parameters
    ----------
    prior_frequency, prior_patients
        A frequency counts as if this many more patients had been seen, with this share.
    unstated_patients, class_patients
        Patients that a feature without frequency, and one with a class or percentage, stand for.
    ceiling
        No feature is more frequent than this.
    """

    prior_frequency: float = 0.5
    prior_patients: float = 3.0
    unstated_patients: float = 5.0
    class_patients: float = 10.0
    ceiling: float = 0.995


@dataclass(frozen=True, slots=True, eq=False)
class SparseFrequencies:
    """(entries,) columns: how frequent a term is in a disease. Pairs that are not there are 0."""

    terms: NDArray[np.int32]
    diseases: NDArray[np.int32]
    frequencies: NDArray[np.float64]

    def of_diseases(self, chosen: NDArray[np.bool_]) -> "SparseFrequencies":
        """Keep the entries of some diseases, chosen by (diseases,) flags."""
        kept = chosen[self.diseases]
        return SparseFrequencies(self.terms[kept], self.diseases[kept], self.frequencies[kept])


def smoothed_frequencies(
    annotations: Annotations, smoothing: Smoothing, rows: NDArray[np.int64] | None = None
) -> SparseFrequencies:
    """Join the rows of one disease and term to one frequency, sorted by disease, then term.

    Patients of several sources add up. A feature that every source says is absent is left out.

    Parameters
    ----------
    rows
        (rows,) those that are used; all if not given.
    """
    used = np.arange(annotations.terms.size) if rows is None else rows
    frequencies, negated = annotations.frequencies[used], annotations.negated[used]
    trusted = _trusted_patients(frequencies, negated, annotations.patients[used], smoothing)
    stated = np.where(np.isnan(frequencies), smoothing.prior_frequency, frequencies)
    present = np.where(negated, 0.0, stated) * trusted
    diseases = np.searchsorted(annotations.offsets, used, side="right") - 1
    width = int(annotations.terms.max(initial=0)) + 1
    pairs, where = np.unique(diseases * width + annotations.terms[used], return_inverse=True)
    seen = np.bincount(where, weights=present, minlength=pairs.size)
    counted = np.bincount(where, weights=trusted, minlength=pairs.size)
    prior = smoothing.prior_patients
    smoothed = (seen + prior * smoothing.prior_frequency) / (counted + prior)
    kept = seen > 0
    return SparseFrequencies(
        terms=(pairs[kept] % width).astype(np.int32),
        diseases=(pairs[kept] // width).astype(np.int32),
        frequencies=np.minimum(smoothed[kept], smoothing.ceiling),
    )


def _trusted_patients(
    frequencies: NDArray[np.float64],
    negated: NDArray[np.bool_],
    patients: NDArray[np.int32],
    smoothing: Smoothing,
) -> NDArray[np.float64]:
    """Give (rows,) how many patients each row stands for."""
    is_vague = np.isnan(frequencies) | negated
    uncounted = np.where(is_vague, smoothing.unstated_patients, smoothing.class_patients)
    return np.where(patients > 0, patients, uncounted).astype(np.float64)


def spread_to_ancestors(ontology: Ontology, features: SparseFrequencies) -> SparseFrequencies:
    """Give every ancestor of a feature the frequency of its most frequent feature.

    Sorted by term, then disease: who has a term or something more specific lies together.
    """
    ancestors = [ontology.ancestors(int(term)) for term in features.terms]
    lengths = np.array([a.size for a in ancestors], dtype=np.int64)
    terms = np.concatenate([np.empty(0, dtype=np.int32), *ancestors])
    diseases = np.repeat(features.diseases, lengths)
    frequencies = np.repeat(features.frequencies, lengths)
    # Within one term and disease the highest frequency comes first, and only the first is kept.
    order = np.lexsort((-frequencies, diseases, terms))
    terms, diseases, frequencies = terms[order], diseases[order], frequencies[order]
    first = np.ones(terms.size, dtype=np.bool_)
    first[1:] = (np.diff(terms) != 0) | (np.diff(diseases) != 0)
    return SparseFrequencies(terms[first], diseases[first], frequencies[first])


def background_frequencies(
    spread: SparseFrequencies, terms: int, diseases: int
) -> NDArray[np.float64]:
    """Give (terms,) the mean frequency of each term over all diseases, never 0."""
    sums = np.bincount(spread.terms, weights=spread.frequencies, minlength=terms)
    count = max(diseases, 1)
    return np.maximum(sums, RAREST) / count
