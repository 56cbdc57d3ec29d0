"""What is expected of the patients of each disease, and what each expectation rests on.

Besides its own annotations a disease is described by patients who had it, by the same disease under
another name, by the other diseases of its gene and of its series, and by its very name. Each of
these is a *basis*: features with frequencies. `likelihood` mixes them; none is poured into another,
so that every point of a score can be traced to one of them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from kerne.phenotype.annotations import Annotation, Annotations
from kerne.phenotype.naming import NamedFeatures
from kerne.phenotype.ontology import Ontology
from kerne.phenotype.profiles import NOTHING, CaseProfile, LeftOut
from kerne.phenotype.relations import Relations
from kerne.phenotype.sparse import Smoothing, SparseFrequencies, smoothed_frequencies

NAMED_FREQUENCY = 0.8
"""Share of patients that show what the name of their disease says."""
LEAST_SERIES_FREQUENCY = 0.03
"""What fewer patients of a series show is left out."""
MENTIONED = 0.5
"""A patient of whom a feature is not said counts as so much of one without it."""
PROFILE_PRIOR = (0.2, 0.8)
"""Patients with a feature, and patients, that are added to those counted."""
PROFILE_CEILING = 0.97


class Basis(StrEnum):
    """What an expectation rests on, in words for a geneticist."""

    ANNOTATIONS = "annotated"
    CASES = "published cases"
    ALIAS = "annotated in Orphanet"
    KIND = "Orphanet disease that it is a kind of"
    ORPHANET = "Orphanet disease of the gene"
    GENE = "other disease of the gene"
    SERIES = "diseases of the same series"
    NAME = "name of the disease"


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """(features,) terms, and the share of patients that show each, above 0."""

    terms: NDArray[np.int32]
    frequencies: NDArray[np.float64]

    @classmethod
    def of(cls, frequencies: Mapping[int, float]) -> "Features":
        """Make them of frequencies by term, ascending by term."""
        terms = sorted(frequencies)
        return cls(
            np.array(terms, dtype=np.int32),
            np.array([frequencies[term] for term in terms], dtype=np.float64),
        )


EMPTY = Features.of({})


@dataclass(frozen=True, eq=False)
class Evidence:
    """All that is known of diseases, and what is derived of it once.

    Parameters
    ----------
    profiles
        By disease.
    names
        Of every disease that anything is known of.
    """

    ontology: Ontology
    annotations: Annotations
    profiles: Mapping[str, tuple[CaseProfile, ...]]
    relations: Relations
    names: Mapping[str, str]
    smoothing: Smoothing

    @cached_property
    def named(self) -> NamedFeatures:
        """What names of diseases say."""
        return NamedFeatures(self.ontology)

    @cached_property
    def citing(self) -> Mapping[str, frozenset[int]]:
        """Positions of annotated diseases by publication."""
        return self.annotations.by_publication()

    @cached_property
    def candidates(self) -> frozenset[str]:
        """The diseases that are ranked."""
        return frozenset(self.relations.candidates)

    def annotated(self, number: int) -> Features:
        """Give the annotated features of one disease by its position, all annotations used."""
        here = slice(*self._bounds[number : number + 2])
        return Features(self._features.terms[here], self._features.frequencies[here])

    @cached_property
    def _features(self) -> SparseFrequencies:
        return smoothed_frequencies(self.annotations, self.smoothing)

    @cached_property
    def _bounds(self) -> NDArray[np.int64]:
        diseases = np.arange(len(self.annotations.diseases) + 1)
        return np.searchsorted(self._features.diseases, diseases).astype(np.int64)


class Expectations:
    """The features of each disease by basis, but for the evidence that is left out."""

    def __init__(self, evidence: Evidence, left_out: LeftOut = NOTHING) -> None:
        self.evidence, self.ontology = evidence, evidence.ontology
        self._annotations, self._relations = evidence.annotations, evidence.relations
        self._left_out = left_out
        self._own: dict[str, Features] = {}
        self._series: dict[frozenset[str], NDArray[np.float64]] = {}

    def without(self, left_out: LeftOut) -> "Expectations":
        """Give the same expectations from less evidence."""
        return Expectations(self.evidence, left_out)

    def of(self, disease: str) -> dict[Basis, Features]:
        """Give the features of a candidate disease by basis; a basis without any is not a key."""
        relations = self._relations
        found = {
            Basis.ANNOTATIONS: self.annotated(disease),
            Basis.CASES: self._cases(disease),
            Basis.ALIAS: self._united(relations.aliases.get(disease, ())),
            Basis.KIND: self._united(relations.kinds.get(disease, ())),
            Basis.ORPHANET: self._united(relations.orphanet.get(disease, ())),
            Basis.GENE: self._united(relations.siblings.get(disease, ())),
            Basis.SERIES: self._in_series(disease),
            Basis.NAME: self._by_name(disease),
        }
        return {basis: features for basis, features in found.items() if features.terms.size}

    def rows(self, disease: str) -> list[Annotation]:
        """Give the annotations of a disease that are used."""
        rows = self._annotations.of(disease)
        return [row for row in rows if not self._left_out.leaves_out_source(row.source)]

    def profiles(self, disease: str) -> list[CaseProfile]:
        """Give the patients of a disease that are used."""
        known = self.evidence.profiles.get(disease, ())
        return [each for each in known if not self._left_out.leaves_out(each)]

    def annotated(self, disease: str) -> Features:
        """Give the annotated features of any disease, smoothed; see `sparse.Smoothing`."""
        number = self._annotations.index.get(disease)
        if number is None:
            return EMPTY
        if disease not in self._own and number in self._citing():
            self._own[disease] = self._annotated_without(number)
        return self._own[disease] if disease in self._own else self.evidence.annotated(number)

    def affected(self) -> set[str]:
        """Give the candidates that what is left out says something of, also by their relatives."""
        cited = {self._annotations.diseases[number] for number in self._citing()}
        profiled = {
            disease
            for disease, profiles in self.evidence.profiles.items()
            if any(map(self._left_out.leaves_out, profiles))
        }
        by_kin = (self._relations.siblings, self._relations.series)
        kin = {each for kind in by_kin for disease in cited for each in kind.get(disease, ())}
        return (cited | profiled | kin) & self.evidence.candidates

    def _citing(self) -> frozenset[int]:
        """Give the positions of diseases of which annotations are left out."""
        out = self._left_out
        if not out.annotations:
            return frozenset()
        return self.evidence.citing.get(out.publication, frozenset())

    def _annotated_without(self, number: int) -> Features:
        rows = np.arange(*self._annotations.offsets[number : number + 2])
        used = [
            self._left_out.leaves_out_source(self._annotations.row(int(r)).source) for r in rows
        ]
        found = smoothed_frequencies(
            self._annotations, self.evidence.smoothing, rows[~np.array(used)]
        )
        return Features(found.terms, found.frequencies)

    def _cases(self, disease: str) -> Features:
        profiles = self.profiles(disease)
        if not profiles:
            return EMPTY
        shown = np.zeros(len(self.ontology))
        denied = np.zeros(len(self.ontology))
        for profile in profiles:
            shown[self._closed(profile.observed)] += 1
            denied[list(set(profile.excluded))] += 1
        silent = MENTIONED * np.maximum(len(profiles) - shown - denied, 0)
        more_shown, more = PROFILE_PRIOR
        frequencies = (shown + more_shown) / (shown + denied + silent + more)
        terms = np.flatnonzero(shown).astype(np.int32)
        return Features(terms, np.minimum(frequencies[terms], PROFILE_CEILING))

    def _closed(self, terms: Iterable[int]) -> NDArray[np.int32]:
        return np.unique(_joined([self.ontology.ancestors(term) for term in terms]))

    def _united(self, diseases: Iterable[str]) -> Features:
        """Give each term the highest frequency that it has in any of the diseases."""
        united: dict[int, float] = {}
        for disease in diseases:
            own = self.annotated(disease)
            for term, frequency in zip(own.terms.tolist(), own.frequencies.tolist(), strict=True):
                united[term] = max(united.get(term, 0.0), frequency)
        return Features.of(united)

    def _in_series(self, disease: str) -> Features:
        """Give the mean over the other diseases of the series, ancestors included."""
        others = self._relations.series.get(disease, ())
        if not others:
            return EMPTY
        members = frozenset((*others, disease))
        if members not in self._series:
            spreads = (self.spread(self.annotated(member)) for member in sorted(members))
            self._series[members] = sum(spreads, start=np.zeros(len(self.ontology)))
        mean = (self._series[members] - self.spread(self.annotated(disease))) / len(others)
        terms = np.flatnonzero(mean > LEAST_SERIES_FREQUENCY).astype(np.int32)
        return Features(terms, mean[terms])

    def spread(self, features: Features) -> NDArray[np.float64]:
        """Give (terms,) the frequency of the most frequent feature that is of each kind."""
        spread = np.zeros(len(self.ontology))
        order = np.argsort(features.frequencies, kind="stable")
        above = [self.ontology.ancestors(term) for term in features.terms[order].tolist()]
        sizes = [each.size for each in above]
        # Of several values for one term the last is kept: that of its most frequent feature.
        spread[_joined(above)] = np.repeat(features.frequencies[order], sizes)
        return spread

    def _by_name(self, disease: str) -> Features:
        return Features.of(
            dict.fromkeys(self.evidence.named.of(self.evidence.names[disease]), NAMED_FREQUENCY)
        )


def _joined(arrays: Sequence[NDArray[np.int32]]) -> NDArray[np.int32]:
    return np.concatenate([np.empty(0, dtype=np.int32), *arrays])
