"""How much better a disease explains what is observed than chance does, term by term.

The ratio of one observed term and one disease compares how frequent the term is among patients of
the disease with its mean frequency over all diseases. Five things make it robust.

Published frequencies rest on few patients, so they are *smoothed* towards one half. A clinician
rarely picks the very term that the annotator picked, so where the disease lacks the term the ratio
*backs off* to the shared ancestor that says most, discounted for every bit of information that is
lost on the way. What a disease looks like is known on several *bases* (`expectation`), which are
mixed; a basis of which nothing is known is as good as chance. Some of what is observed has nothing
to do with the disease, so no ratio falls below a *noise* floor. And a disease with long annotations
would explain anything a little, so ratios are *normalised* by what the disease explains of a term
drawn at random. Logarithms add up over the most specific observed terms, each of them discounted
for what it repeats of the others.

All ratios are worked out once, a column a disease, and kept as whole numbers: sums are exact.

References
----------
Köhler et al. 2009 (doi:10.1016/j.ajhg.2009.09.003) on information content; Robinson et al. 2020
(doi:10.1016/j.ajhg.2020.06.021) on likelihood ratios; Lin 1998 on the similarity of terms.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from kerne.errors import PhenotypeError
from kerne.phenotype.annotations import Annotations
from kerne.phenotype.exclusion import Exclusions, telling
from kerne.phenotype.expectation import Basis, Evidence, Expectations, Features
from kerne.phenotype.ladder import Ladder
from kerne.phenotype.ontology import Ontology
from kerne.phenotype.profiles import NOTHING, CaseProfile, LeftOut, by_disease
from kerne.phenotype.relations import ORPHANET, Relations, relate
from kerne.phenotype.sparse import (
    background_frequencies,
    smoothed_frequencies,
    spread_to_ancestors,
)
from kerne.phenotype.weights import Weights

FORMAT = "2"
"""Changes with anything that changes ratios but is no constant of `Weights`."""
UNITS = 4096
"""Ratios are kept as log10 times this, in 16 bits."""
SMALLEST = 1e-300
BLOCK = 256
"""So many diseases are worked out before they are written."""


class Rows(Protocol):
    """(terms, diseases) log10 ratios times `UNITS`, a term at a time."""

    def __getitem__(self, term: int, /) -> NDArray[np.int16]:
        """Give (diseases,) ratios of one term."""
        ...


Fill = Callable[[NDArray[np.int16]], None]
Opener = Callable[[tuple[int, int], Fill], Rows]


class LikelihoodModel:
    """Scores every candidate disease against observed terms.

    Parameters
    ----------
    ontology, annotations
        Read from one release.
    gene_links
        Diseases by gene symbol.
    aliases
        Identifiers of the same disease in other databases, by identifier.
    profiles
        Diagnosed patients.
    weights
        The constants of the model.
    """

    def __init__(
        self,
        ontology: Ontology,
        annotations: Annotations,
        *,
        gene_links: Mapping[str, frozenset[str]] | None = None,
        aliases: Mapping[str, frozenset[str]] | None = None,
        profiles: Sequence[CaseProfile] = (),
        weights: Weights | None = None,
    ) -> None:
        self.ontology, self.annotations = ontology, annotations
        self.weights = Weights() if weights is None else weights
        self._profiles = by_disease(profiles)
        self._labels = _names(annotations, profiles)
        self.gene_links = _links(gene_links or {}, profiles)
        self.relations: Relations = relate(self._labels, self.gene_links, aliases or {})
        self._ratios: Rows | None = None
        self._changed = lru_cache(maxsize=64)(self._work_out_changed)

    @property
    def diseases(self) -> tuple[str, ...]:
        """The candidate diseases; scores are in this order."""
        return self.relations.candidates

    @cached_property
    def index(self) -> Mapping[str, int]:
        """Position in `diseases` by identifier."""
        return {disease: number for number, disease in enumerate(self.diseases)}

    def name(self, disease: str) -> str:
        """Give the name of a disease.

        Raises
        ------
        PhenotypeError
            The disease is no candidate.
        """
        self.check(disease)
        return self._labels[disease]

    def genes(self, disease: str) -> tuple[str, ...]:
        """Give the symbols of the genes that are known to cause a disease, sorted."""
        return self.relations.genes.get(disease, ())

    def check(self, disease: str) -> None:
        """Check that a disease is a candidate.

        Raises
        ------
        PhenotypeError
            It is not.
        """
        if disease not in self.index:
            raise PhenotypeError(f"disease `{disease}` has no annotations")

    def score(
        self,
        observed: Sequence[int],
        excluded: Sequence[int] = (),
        *,
        age_years: float | None = None,
        left_out: LeftOut = NOTHING,
    ) -> NDArray[np.float64]:
        """Compare every disease with chance.

        Parameters
        ----------
        observed
            Indices of phenotype terms. Those that another one implies are not counted.
        excluded
            Terms that a doctor looked for and did not find; see `exclusion`.
        age_years
            Of the patient, for features that appear late; `None` when not known.
        left_out
            Evidence that must not be used: the patient's own.

        Returns
        -------
        (diseases,) log10 likelihood ratios in the order of `diseases`; 0 everywhere when nothing
        was observed.
        """
        terms = self.ontology.most_specific(observed)
        shares = self.shares(terms)
        total = np.zeros(len(self.diseases))
        for term, share in zip(terms, shares, strict=True):
            total += share * self.ratios[term]
        for number, column in self._changed(left_out).items():
            total[number] = float(np.sum(shares * column[terms]))
        total /= UNITS
        for term in telling(excluded, observed, self.ontology):
            for disease, (ratio, _) in self.exclusions.against(term, age_years).items():
                place = self.index.get(self.annotations.diseases[disease])
                if place is not None:
                    total[place] += ratio
        return total

    @cached_property
    def exclusions(self) -> Exclusions:
        """What absent features say against diseases."""
        return Exclusions(self.ontology, self.annotations)

    def log10_ratios(
        self, disease: str, terms: Sequence[int], left_out: LeftOut = NOTHING
    ) -> NDArray[np.float64]:
        """Give (terms,) log10 ratios of one disease, each term alone; see `score`."""
        number = self.index[disease]
        changed = self._changed(left_out).get(number)
        if changed is not None:
            return changed[list(terms)] / UNITS
        return np.array([self.ratios[term][number] for term in terms], dtype=np.float64) / UNITS

    def prior(self) -> NDArray[np.float64]:
        """Give (diseases,) log10 prior odds against an average disease: whether a gene is known."""
        known = np.array([disease in self.relations.genes for disease in self.diseases])
        return np.where(known, 0.0, self.weights.without_gene)

    @property
    def ratios(self) -> Rows:
        """(terms, diseases) log10 ratios times `UNITS`."""
        if self._ratios is None:
            self.open_ratios(_in_memory)
        assert self._ratios is not None, "just opened"
        return self._ratios

    def open_ratios(self, opener: Opener) -> None:
        """Have the ratios opened from where they are kept, or worked out there."""
        shape = (len(self.ontology), len(self.diseases))
        self._ratios = opener(shape, self.work_out)

    def work_out(self, ratios: NDArray[np.int16]) -> None:
        """Fill (terms, diseases) `ratios`; the array may be a file in memory."""
        block = np.empty((BLOCK, len(self.ontology)), dtype=np.int16)
        for start in range(0, len(self.diseases), BLOCK):
            names = self.diseases[start : start + BLOCK]
            for number, disease in enumerate(names):
                block[number] = self._column(self.expectations.of(disease))
            ratios[:, start : start + len(names)] = block[: len(names)].T

    @cached_property
    def expectations(self) -> Expectations:
        """What is expected of each disease, nothing left out."""
        evidence = Evidence(
            self.ontology,
            self.annotations,
            self._profiles,
            self.relations,
            self._labels,
            self.weights.smoothing,
        )
        return Expectations(evidence)

    def expectations_without(self, left_out: LeftOut) -> Expectations:
        """Give what is expected of each disease from less evidence."""
        return self.expectations if left_out == NOTHING else self.expectations.without(left_out)

    @cached_property
    def information(self) -> NDArray[np.float64]:
        """(terms,) information content: -log10 of the mean frequency over diseases."""
        features = smoothed_frequencies(self.annotations, self.weights.smoothing)
        counted = self._counted
        spread = spread_to_ancestors(self.ontology, features.of_diseases(counted))
        diseases = int(counted.sum())
        return -np.log10(background_frequencies(spread, len(self.ontology), diseases))

    def mixture(self, bases: Mapping[Basis, Features]) -> Iterator[tuple[Basis, float]]:
        """Give the share of each basis in a mixture; what is left to 1 is as good as chance."""
        every = self.weights.bases
        # INVARIANT: a disease has either an alias or a kind, whose share is part of the alias's.
        unknown = {Basis.KIND} if self._profiles else {Basis.KIND, Basis.CASES}
        total = sum(every[each] for each in Basis if each not in unknown)
        for basis in bases:
            yield basis, every[basis] / total

    def normaliser(self, column: NDArray[np.float64]) -> float:
        """Give log10 of what (terms,) ratios of a disease are divided by."""
        explained = float(np.sum(self._use * column))
        return self.weights.normalisation * float(np.log10(explained)) if explained > 0 else 0.0

    def unnormalised(self, bases: Mapping[Basis, Features]) -> NDArray[np.float64]:
        """Give (terms,) ratios of a disease with the noise floor, before normalisation."""
        from kerne.phenotype.columns import add_basis  # noqa: PLC0415  numba loads slowly

        column = np.zeros(len(self.ontology))
        chance = 1.0
        for basis, share in self.mixture(bases):
            features = bases[basis]
            add_basis(self._ladder, features.terms, features.frequencies, share, column)
            chance -= share
        noise = self.weights.noise
        return (1 - noise) * (column + chance) + noise

    def _column(self, bases: Mapping[Basis, Features]) -> NDArray[np.int16]:
        column = self.unnormalised(bases)
        logarithms = np.log10(column) - self.normaliser(column)
        return np.rint(logarithms * UNITS).astype(np.int16)

    def _work_out_changed(self, left_out: LeftOut) -> Mapping[int, NDArray[np.int16]]:
        """Give the columns of the diseases that are known less of when evidence is left out."""
        if left_out == NOTHING:
            return {}
        less = self.expectations_without(left_out)
        return {self.index[each]: self._column(less.of(each)) for each in sorted(less.affected())}

    def shares(self, terms: Sequence[int]) -> NDArray[np.float64]:
        """Give (terms,) how much each of several terms counts beside the others, at most 1.

        `1 / (1 + repetition x sum of cubed similarities to the others)`; similar as Lin has it:
        the information of the best shared ancestor over the mean of the two.
        """
        information = self.information
        repeated = np.zeros(len(terms))
        above = [self.ontology.ancestors(term) for term in terms]
        for first, one in enumerate(terms):
            for second in range(first):
                shared = np.intersect1d(above[first], above[second], assume_unique=True)
                both = information[one] + information[terms[second]]
                if both > 0:
                    similarity = 2 * information[shared].max() / both
                    repeated[[first, second]] += similarity**3
        return 1 / (1 + self.weights.repetition * repeated)

    @cached_property
    def _ladder(self) -> Ladder:
        backoff, information = self.weights.backoff, self.information
        parents = [self.ontology.parents(term) for term in range(len(self.ontology))]
        return Ladder(
            parents_from=np.cumsum([0, *map(len, parents)]),
            parents=np.array([each for found in parents for each in found], dtype=np.int32),
            gain=10 ** ((1 + backoff) * information),
            loss=10 ** (-backoff * information),
        )

    @cached_property
    def _counted(self) -> NDArray[np.bool_]:
        """(annotated diseases,) flags of those that backgrounds are taken from: not Orphanet's.

        Orphanet describes most diseases of OMIM a second time. Where there is nothing else, it is
        counted.
        """
        diseases = self.annotations.diseases
        counted = np.array([not each.startswith(ORPHANET) for each in diseases], dtype=np.bool_)
        return counted | ~counted.any()

    @cached_property
    def _use(self) -> NDArray[np.float64]:
        """(terms,) how often each term is among the annotations of a disease, a disease a vote."""
        counts = np.diff(self.annotations.offsets)
        votes = np.repeat(1 / np.maximum(counts, 1), counts)
        votes *= np.repeat(self._counted, counts)
        use = np.bincount(self.annotations.terms, weights=votes, minlength=len(self.ontology))
        shares: NDArray[np.float64] = use / max(float(use.sum()), SMALLEST)
        return shares


def _in_memory(shape: tuple[int, int], fill: Fill) -> NDArray[np.int16]:
    ratios = np.empty(shape, dtype=np.int16)
    fill(ratios)
    return ratios


def _names(annotations: Annotations, profiles: Sequence[CaseProfile]) -> dict[str, str]:
    """Give the name of every disease that something is known of; the annotations' name wins."""
    told = {profile.disease: profile.disease_name for profile in profiles if profile.observed}
    return told | dict(zip(annotations.diseases, annotations.names, strict=True))


def _links(
    gene_links: Mapping[str, frozenset[str]], profiles: Sequence[CaseProfile]
) -> dict[str, frozenset[str]]:
    """Add the genes of diseases that only patients tell of."""
    linked = frozenset().union(*gene_links.values())
    links = dict(gene_links)
    for profile in profiles:
        if profile.disease not in linked:
            for gene in profile.genes:
                links[gene] = links.get(gene, frozenset()) | {profile.disease}
    return links
