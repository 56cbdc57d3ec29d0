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
from kerne.phenotype.sparse import Smoothing, smoothed_frequencies

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


class _AllFeatures:
    """The annotated features of every disease, all annotations used."""

    def __init__(self, annotations: Annotations, smoothing: Smoothing) -> None:
        self._found = smoothed_frequencies(annotations, smoothing)
        self._bounds = np.searchsorted(
            self._found.diseases, np.arange(len(annotations.diseases) + 1)
        )

    def of(self, number: int) -> Features:
        """Give those of one disease by its position."""
        here = slice(*self._bounds[number : number + 2])
        return Features(self._found.terms[here], self._found.frequencies[here])


class Expectations:
    """The features of each disease by basis, but for the evidence that is left out.

    Parameters
    ----------
    profiles
        By disease.
    left_out
        What is not used.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - the evidence, piece by piece
        self,
        ontology: Ontology,
        annotations: Annotations,
        profiles: Mapping[str, tuple[CaseProfile, ...]],
        relations: Relations,
        names: Mapping[str, str],
        smoothing: Smoothing,
        left_out: LeftOut = NOTHING,
        all_features: "_AllFeatures | None" = None,
    ) -> None:
        self.ontology, self.annotations, self.relations = ontology, annotations, relations
        self._profiles, self._names, self._smoothing = profiles, names, smoothing
        self._left_out = left_out
        self._all = _AllFeatures(annotations, smoothing) if all_features is None else all_features
        self._own: dict[str, Features] = {}
        self._series: dict[frozenset[str], NDArray[np.float64]] = {}

    def without(self, left_out: LeftOut) -> "Expectations":
        """Give the same expectations from less evidence."""
        less = Expectations(
            self.ontology,
            self.annotations,
            self._profiles,
            self.relations,
            self._names,
            self._smoothing,
            left_out,
            self._all,
        )
        # Finding what names say takes its time and depends on no evidence.
        less.__dict__["named"] = self.named
        return less

    @cached_property
    def named(self) -> NamedFeatures:
        """What names of diseases say."""
        return NamedFeatures(self.ontology)

    def of(self, disease: str) -> dict[Basis, Features]:
        """Give the features of a candidate disease by basis; a basis without any is not a key."""
        relations = self.relations
        found = {
            Basis.ANNOTATIONS: self.annotated(disease),
            Basis.CASES: self._cases(disease),
            Basis.ALIAS: self._united(relations.aliases.get(disease, ())),
            Basis.ORPHANET: self._united(relations.orphanet.get(disease, ())),
            Basis.GENE: self._united(relations.siblings.get(disease, ())),
            Basis.SERIES: self._in_series(disease),
            Basis.NAME: self._by_name(disease),
        }
        return {basis: features for basis, features in found.items() if features.terms.size}

    def rows(self, disease: str) -> list[Annotation]:
        """Give the annotations of a disease that are used."""
        rows = self.annotations.of(disease)
        return [row for row in rows if not self._left_out.leaves_out_source(row.source)]

    def profiles(self, disease: str) -> list[CaseProfile]:
        """Give the patients of a disease that are used."""
        known = self._profiles.get(disease, ())
        return [each for each in known if not self._left_out.leaves_out(each)]

    def annotated(self, disease: str) -> Features:
        """Give the annotated features of any disease, smoothed; see `sparse.Smoothing`."""
        number = self.annotations.index.get(disease)
        if number is None:
            return EMPTY
        if disease not in self._own and number in self._citing():
            self._own[disease] = self._annotated_without(number)
        return self._own[disease] if disease in self._own else self._all.of(number)

    def affected(self) -> set[str]:
        """Give the candidates that what is left out says something of, also by their relatives."""
        cited = {self.annotations.diseases[number] for number in self._citing()}
        profiled = {
            disease
            for disease, profiles in self._profiles.items()
            if any(map(self._left_out.leaves_out, profiles))
        }
        by_kin = (self.relations.siblings, self.relations.series)
        kin = {each for kind in by_kin for disease in cited for each in kind.get(disease, ())}
        return (cited | profiled | kin) & self._candidates

    @cached_property
    def _candidates(self) -> frozenset[str]:
        return frozenset(self.relations.candidates)

    def _citing(self) -> tuple[int, ...]:
        """Give the positions of diseases of which annotations are left out."""
        out = self._left_out
        return self.annotations.citing(out.publication) if out.annotations else ()

    def _annotated_without(self, number: int) -> Features:
        rows = np.arange(*self.annotations.offsets[number : number + 2])
        used = [self._left_out.leaves_out_source(self.annotations.row(int(r)).source) for r in rows]
        found = smoothed_frequencies(self.annotations, self._smoothing, rows[~np.array(used)])
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
        others = self.relations.series.get(disease, ())
        if not others:
            return EMPTY
        members = frozenset((*others, disease))
        if members not in self._series:
            self._series[members] = sum(
                map(self._spread, sorted(members)), start=np.zeros(len(self.ontology))
            )
        mean = (self._series[members] - self._spread(disease)) / len(others)
        terms = np.flatnonzero(mean > LEAST_SERIES_FREQUENCY).astype(np.int32)
        return Features(terms, mean[terms])

    def _spread(self, disease: str) -> NDArray[np.float64]:
        """Give (terms,) the frequency of the most frequent feature that is of each kind."""
        spread = np.zeros(len(self.ontology))
        own = self.annotated(disease)
        order = np.argsort(own.frequencies, kind="stable")
        above = [self.ontology.ancestors(term) for term in own.terms[order].tolist()]
        sizes = [each.size for each in above]
        # Of several values for one term the last is kept: that of its most frequent feature.
        spread[_joined(above)] = np.repeat(own.frequencies[order], sizes)
        return spread

    def _by_name(self, disease: str) -> Features:
        return Features.of(dict.fromkeys(self.named.of(self._names[disease]), NAMED_FREQUENCY))


def _joined(arrays: Sequence[NDArray[np.int32]]) -> NDArray[np.int32]:
    return np.concatenate([np.empty(0, dtype=np.int32), *arrays])
