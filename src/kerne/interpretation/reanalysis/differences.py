"""What differs between what was known of a patient's genes and alleles then, and what is now.

Each difference is a reason in words. Whether it makes anything worth reading is `news`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from kerne.alleles.allele import Allele
from kerne.interpretation.basis import Basis, KnownAllele, KnownDosage
from kerne.interpretation.candidate import Candidate
from kerne.interpretation.criteria.frequency import frequency_in_words
from kerne.knowledge.allele_facts import ClinVarRecord, PublishedFrequency


class Why(StrEnum):
    """What in the releases makes the difference."""

    LINK = "new gene-disease link"
    DOSAGE = "new dosage sensitivity"
    CLASS = "new class of a known variant"
    FREQUENCY = "new frequency"
    CONSEQUENCE = "new consequence"
    FEATURES = "more is known of the disease"


@dataclass(frozen=True, slots=True)
class Reason:
    """One difference between the releases; `words` say what was known then and what is now."""

    why: Why
    words: str

    def __str__(self) -> str:
        return f"{self.why}: {self.words}"


@dataclass(frozen=True, slots=True)
class LeastChange:
    """What counts as a difference.

    Parameters
    ----------
    log10_features
        By so much the phenotype must fit better for more to be known of a disease.
    frequency_ratio
        A frequency that changes less is the same.
    stars
        Review stars with which ClinVar's class counts.
    """

    log10_features: float = 0.3
    frequency_ratio: float = 2.0
    stars: int = 1


LEAST_CHANGE: Final = LeastChange()


class Differences:
    """The differences between what was known then and what is now."""

    def __init__(self, then: Basis, now: Basis, least: LeastChange) -> None:
        self._least = least
        self._fits_then = {each.symbol: each.log10_phenotype for each in then.genes}
        self._fits_now = {each.symbol: each.log10_phenotype for each in now.genes}
        self._then = {each.allele: each for each in then.alleles}
        self._now = {each.allele: each for each in now.alleles}
        self._terms_then, self._terms_now = _terms(then), _terms(now)
        self._dosage_then, self._dosage_now = _dosage(then), _dosage(now)

    def of(self, candidate: Candidate) -> Iterator[Reason]:
        """Yield what is known otherwise of a candidate's disease and variants."""
        yield from self._of_disease(candidate)
        for variant in candidate.variants:
            yield from self.of_allele(candidate.gene, variant.allele)

    def is_classed(self, alleles: Iterable[Allele]) -> bool:
        """Say whether ClinVar newly classes one of them as pathogenic."""
        for allele in alleles:
            then, now = self._known(allele)
            if self._is_pathogenic(now.clinvar) and not self._is_pathogenic(then.clinvar):
                return True
        return False

    def other_class(self, allele: Allele) -> str:
        """Give ClinVar's class now in words, when it newly is one, or is one no more.

        Empty while it is the same, and while neither is pathogenic or benign with enough stars.
        """
        then, now = (self._group(each.clinvar) for each in self._known(allele))
        if then == now or {then, now}.isdisjoint({"pathogenic", "benign"}):
            return ""
        return _class_words(self._known(allele)[1].clinvar)

    def _group(self, record: ClinVarRecord | None) -> str:
        if record is None or record.stars < self._least.stars:
            return "uncertain"
        return _class_of(record)

    def _of_disease(self, candidate: Candidate) -> Iterator[Reason]:
        gene, disease = candidate.gene, candidate.disease
        then = self._fits_then.get(gene, {}).get(disease)
        now = self._fits_now.get(gene, {}).get(disease)
        if then is None:
            name = candidate.disease_name or disease
            yield Reason(Why.LINK, f"{gene} was not linked to {name} ({disease})")
        elif now is not None and now >= then + self._least.log10_features:
            words = f"the phenotype fits {disease} with log10 {then:+.1f} then, {now:+.1f} now"
            yield Reason(Why.FEATURES, words)

    def of_allele(self, gene: str, allele: Allele) -> Iterator[Reason]:
        """Yield what is known otherwise of an allele in a gene."""
        yield from self._of_dosage(allele)
        then, now = self._known(allele)
        if _class_of(then.clinvar) != _class_of(now.clinvar):
            words = f"{allele} in ClinVar: {_class_words(then.clinvar)} then, "
            yield Reason(Why.CLASS, words + f"{_class_words(now.clinvar)} now")
        if self._differs(then.frequency, now.frequency):
            words = f"{allele}: {_frequency_words(then.frequency)} then, "
            yield Reason(Why.FREQUENCY, words + f"{_frequency_words(now.frequency)} now")
        terms = [e.get((gene, allele), frozenset()) for e in (self._terms_then, self._terms_now)]
        if terms[0] != terms[1]:
            words = " then, ".join("&".join(sorted(each)) or "nothing" for each in terms)
            yield Reason(Why.CONSEQUENCE, f"{allele}: {words} now")

    def _of_dosage(self, allele: Allele) -> Iterator[Reason]:
        then, now = self._dosage_then.get(allele), self._dosage_now.get(allele)
        if then is not None and now is not None and then.points != now.points:
            yield Reason(Why.DOSAGE, f"{allele}: {then.words} then, {now.words} now")

    def _is_pathogenic(self, record: ClinVarRecord | None) -> bool:
        return record is not None and record.is_pathogenic and record.stars >= self._least.stars

    def _known(self, allele: Allele) -> tuple[KnownAllele, KnownAllele]:
        nothing = KnownAllele(allele)
        return self._then.get(allele, nothing), self._now.get(allele, nothing)

    def _differs(self, then: PublishedFrequency | None, now: PublishedFrequency | None) -> bool:
        one, other = (0.0 if each is None else each.af or 0.0 for each in (then, now))
        low, high = sorted((one, other))
        return high > 0 and low * self._least.frequency_ratio <= high


def _dosage(basis: Basis) -> Mapping[Allele, KnownDosage]:
    # What an earlier version did not keep is not known: it is no difference.
    kept = () if basis.structural is None else basis.structural.dosage
    return {each.allele: each for each in kept}


def _terms(basis: Basis) -> Mapping[tuple[str, Allele], frozenset[str]]:
    terms: dict[tuple[str, Allele], frozenset[str]] = {}
    for each in basis.consequences:
        place = each.symbol, each.allele
        terms[place] = terms.get(place, frozenset()) | frozenset(each.terms)
    return terms


def _class_of(record: ClinVarRecord | None) -> str:
    if record is None:
        return "not listed"
    if record.is_pathogenic:
        return "pathogenic"
    return "benign" if record.is_benign else "uncertain"


def _class_words(record: ClinVarRecord | None) -> str:
    return "not listed" if record is None else f"{record.significance} ({record.stars} stars)"


def _frequency_words(frequency: PublishedFrequency | None) -> str:
    return "not listed" if frequency is None else frequency_in_words(frequency)
