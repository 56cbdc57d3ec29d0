"""Why a disease stands where it stands: what each term adds, and what that rests on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kerne.phenotype.annotations import Annotation
from kerne.phenotype.exclusion import telling
from kerne.phenotype.expectation import Basis, Expectations, Features
from kerne.phenotype.likelihood import LikelihoodModel
from kerne.phenotype.profiles import NOTHING, LeftOut
from kerne.phenotype.relations import series_name

NAMED_PUBLICATIONS = 3


@dataclass(frozen=True, slots=True)
class TermContribution:
    """What one term adds to the odds of one disease.

    Parameters
    ----------
    term, name
        The observed term, or the excluded one.
    log10_ratio
        log10 of the likelihood ratio of this term; negative when it speaks against the disease.
    annotation_term, annotation_name
        The feature of the disease that explains it best; empty when only noise does.
    frequency
        Frequency of that feature in words, as its source states it.
    source
        Where that feature was published.
    basis
        What is known of the disease that this rests on; empty when only noise explains the term.
    is_excluded
        The term was looked for and not found.
    """

    term: str
    name: str
    log10_ratio: float
    annotation_term: str
    annotation_name: str
    frequency: str
    source: str
    basis: str = Basis.ANNOTATIONS.value
    is_excluded: bool = False


@dataclass(frozen=True, slots=True)
class _Feature:
    """The feature of one basis that explains a term best."""

    basis: Basis
    term: int
    frequency: float
    part: float


def explain(
    model: LikelihoodModel,
    disease: str,
    observed: Sequence[int],
    excluded: Sequence[int] = (),
    *,
    age_years: float | None = None,
    left_out: LeftOut = NOTHING,
) -> tuple[TermContribution, ...]:
    """Say what each term adds for one disease; the sum is its score.

    Raises
    ------
    PhenotypeError
        The disease is no candidate.
    """
    model.check(disease)
    expected = model.expectations_without(left_out)
    work = _Explaining(model, disease, expected)
    terms = model.ontology.most_specific(observed)
    ratios = model.shares(terms) * model.log10_ratios(disease, terms, left_out)
    shown = [work.observed(t, float(ratio)) for t, ratio in zip(terms, ratios, strict=True)]
    absent = (work.excluded(t, age_years) for t in telling(excluded, observed, model.ontology))
    return (*shown, *(each for each in absent if each.log10_ratio < 0))


class _Explaining:
    """One disease under explanation."""

    def __init__(self, model: LikelihoodModel, disease: str, expected: Expectations) -> None:
        self._model, self._disease, self._expected = model, disease, expected
        self._bases: Mapping[Basis, Features] = expected.of(disease)
        self._shares = dict(model.mixture(self._bases))
        self._above = {basis: self._kinds(found) for basis, found in self._bases.items()}

    def observed(self, term: int, log_ratio: float) -> TermContribution:
        """Explain what one observed term adds by the feature that does most of it."""
        features = [self._best(basis, term) for basis in self._bases]
        telling = [each for each in features if each.part > 0 and self._is_related(each, term)]
        if not telling:
            return self._contribution(term, log_ratio, None, ("", ""))
        feature = max(telling, key=lambda each: each.part)
        return self._contribution(term, log_ratio, feature, self._origin(feature))

    def excluded(self, term: int, age_years: float | None) -> TermContribution:
        """Explain one excluded term."""
        model = self._model
        number = model.annotations.index.get(self._disease, -1)
        found = model.exclusions.against(term, age_years).get(number)
        if found is None:
            return self._contribution(term, 0.0, None, ("", ""), is_excluded=True)
        ratio, row = found
        feature = _Feature(Basis.ANNOTATIONS, row.term, row.frequency or 0.0, 1.0)
        return self._contribution(term, ratio, feature, (row.said, row.source), is_excluded=True)

    def _best(self, basis: Basis, term: int) -> _Feature:
        features, model = self._bases[basis], self._model
        kinds, starts = self._above[basis]
        telling = np.zeros(len(model.ontology))
        own = model.ontology.ancestors(term)
        telling[own] = model.information[own]
        # What a feature and the term have most tellingly in common, in bits of base 10.
        shared = np.maximum.reduceat(telling[kinds], starts)
        worth = features.frequencies * 10 ** ((1 + model.weights.backoff) * shared)
        number = int(worth.argmax())
        cost = 10 ** (-model.weights.backoff * model.information[term])
        part = self._shares[basis] * float(worth[number]) * cost
        return _Feature(
            basis, int(features.terms[number]), float(features.frequencies[number]), part
        )

    def _kinds(self, features: Features) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """Give the ancestors of all features in a row, and where those of each begin."""
        above = [self._model.ontology.ancestors(term) for term in features.terms.tolist()]
        sizes = np.array([each.size for each in above])
        return np.concatenate(above), np.cumsum(sizes) - sizes

    def _is_related(self, feature: _Feature, term: int) -> bool:
        ontology = self._model.ontology
        above = np.intersect1d(ontology.ancestors(feature.term), ontology.ancestors(term))
        return above.size > 1

    def _origin(self, feature: _Feature) -> tuple[str, str]:
        """Say the frequency of a feature in words, and its source."""
        relations = self._model.relations
        match feature.basis:
            case Basis.ANNOTATIONS:
                row = self._row(self._disease, feature.term)
                return row.said, row.source
            case Basis.CASES:
                return self._in_cases(feature.term)
            case Basis.SERIES:
                others = relations.series[self._disease]
                name = series_name(self._model.name(self._disease))
                words = f"{feature.frequency:.0%} of patients on average"
                return words, f"{len(others)} other diseases named {name}"
            case Basis.NAME:
                return "named", self._model.name(self._disease)
        kin = {
            Basis.ALIAS: relations.aliases,
            Basis.KIND: relations.kinds,
            Basis.ORPHANET: relations.orphanet,
            Basis.GENE: relations.siblings,
        }[feature.basis].get(self._disease, ())
        return self._in_relatives(kin, feature.term)

    def _in_relatives(self, relatives: Sequence[str], term: int) -> tuple[str, str]:
        rows = [(each, row) for each in relatives for row in self._rows(each, term)]
        disease, row = max(rows, key=lambda found: (found[1].frequency or 0.0, found[0]))
        return row.said, row.source if row.source == disease else f"{disease}; {row.source}"

    def _in_cases(self, term: int) -> tuple[str, str]:
        ontology = self._model.ontology
        profiles = self._expected.profiles(self._disease)
        showing = [
            each for each in profiles if any(term in ontology.ancestors(t) for t in each.observed)
        ]
        published = sorted({each.publication for each in showing if each.publication})
        more = len(published) - NAMED_PUBLICATIONS
        named = "; ".join(published[:NAMED_PUBLICATIONS])
        source = f"{named} and {more} more" if more > 0 else named
        return f"{len(showing)} of {len(profiles)} cases", source or "solved cases"

    def _row(self, disease: str, feature: int) -> Annotation:
        """Give the row that counted most patients, of those that saw the feature in any."""
        rows = self._rows(disease, feature)
        return max(rows, key=lambda row: (row.frequency != 0, row.patients or 0))

    def _rows(self, disease: str, feature: int) -> list[Annotation]:
        rows = self._expected.rows(disease)
        return [row for row in rows if row.term == feature and not row.negated]

    def _contribution(
        self,
        term: int,
        log_ratio: float,
        feature: _Feature | None,
        origin: tuple[str, str],
        *,
        is_excluded: bool = False,
    ) -> TermContribution:
        ontology = self._model.ontology
        return TermContribution(
            term=ontology.ids[term],
            name=ontology.names[term],
            log10_ratio=log_ratio,
            annotation_term="" if feature is None else ontology.ids[feature.term],
            annotation_name="" if feature is None else ontology.names[feature.term],
            frequency=origin[0],
            source=origin[1],
            basis="" if feature is None else feature.basis.value,
            is_excluded=is_excluded,
        )
