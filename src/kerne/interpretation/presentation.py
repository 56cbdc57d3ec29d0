"""Put a ranked explanation into words for a clinical geneticist."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from kerne.alleles.allele import Allele
from kerne.interpretation.at_hand import Knowledge
from kerne.interpretation.candidate import (
    Candidate,
    CandidateVariant,
    Genotype,
    NextLook,
    Tier,
)
from kerne.interpretation.criteria.frequency import frequency_in_words
from kerne.interpretation.family.facts import structural_origin
from kerne.interpretation.phenotypes.terms import Terms
from kerne.interpretation.ranking.background import effect_of
from kerne.interpretation.ranking.ranking import Judged, Ranked
from kerne.interpretation.structural.score import StructuralScore
from kerne.knowledge.frequencies import PublishedFrequency
from kerne.knowledge.panels import Panel
from kerne.phenotype.distinction import tell_apart
from kerne.phenotype.explanation import TermContribution, explain

NOT_COUNTED = "not known: nothing at hand counts structural variants"
NAMED_TERMS = 4
"""So many features are named in a reason; the table of terms holds all."""
GENOTYPE_WORDS = {
    Genotype.HET: "heterozygous",
    Genotype.HOM: "homozygous",
    Genotype.HEMI: "hemizygous",
}


@dataclass(frozen=True, slots=True)
class NationalFrequency:
    """Counts of one allele in the national database."""

    ac: int
    an: int
    homozygotes: int


class NationalFrequencies(Protocol):
    """Answers how often alleles occur among the citizens who consent to that."""

    @property
    def source(self) -> str:
        """Name the database and who was counted."""
        ...

    def look_up(self, alleles: Sequence[Allele]) -> Sequence[NationalFrequency | None]:
        """Answer for each allele; `None` when the database does not know it."""
        ...


@dataclass(frozen=True, slots=True)
class Frequencies:
    """Where frequencies come from; a name is empty when there is none."""

    published: str = ""
    national: str = ""
    national_answers: Mapping[Allele, NationalFrequency | None] = field(default_factory=dict)

    def published_words(self, frequency: PublishedFrequency | None) -> str:
        """Say a published frequency, or why there is none."""
        if not self.published:
            return "not known: no release of published frequencies is at hand"
        if frequency is None:
            return f"not listed in {self.published}"
        return f"{frequency_in_words(frequency)} in {self.published}"

    def national_words(self, allele: Allele) -> str:
        """Say a frequency in the national database, or why there is none."""
        if not self.national:
            return "not known: no national database is at hand"
        if allele.is_symbolic:
            return NOT_COUNTED
        if allele not in self.national_answers:
            return "not asked yet: rank the candidates again"
        answer = self.national_answers[allele]
        if answer is None:
            return f"not known to {self.national}"
        return f"AC {answer.ac:,} of AN {answer.an:,}, {answer.homozygotes:,} homozygotes"


class Presenter:
    """Makes candidates of ranked explanations."""

    def __init__(
        self,
        knowledge: Knowledge,
        terms: Terms,
        frequencies: Frequencies,
        panel: Panel | None,
    ) -> None:
        self._model = knowledge.model
        self._hgnc_of = knowledge.hgnc_of
        self._terms = terms
        self._frequencies = frequencies
        self._panel = panel

    def candidate(self, number: int, ranked: Ranked) -> Candidate:
        """Put one ranked explanation into words."""
        shown, disease = self._terms, ranked.fit.disease
        terms = explain(
            self._model, disease, shown.observed, shown.excluded, left_out=shown.left_out
        )
        variants = tuple(self._variant(judged) for judged in ranked.variants)
        return Candidate(
            rank=number,
            gene=ranked.gene,
            disease=ranked.fit.disease,
            disease_name=self._disease_name(ranked.fit.disease),
            mode=ranked.explanation.mode,
            variants=variants,
            log10_phenotype=ranked.fit.log10_phenotype,
            log10_genotype=ranked.log10_genotype,
            log10_odds=ranked.log10_odds,
            tier=self._tier(ranked.gene),
            reasons=self._reasons(ranked, variants, terms),
            terms=terms,
            hgnc=self._hgnc_of(ranked.gene),
        )

    def next_look(self, ranked: Sequence[Ranked]) -> NextLook | None:
        """Say what would tell the diseases of the two best candidates apart."""
        first = ranked[0].fit.disease if ranked else ""
        second = next((e.fit.disease for e in ranked if e.fit.disease != first), None)
        if second is None:
            return None
        terms = self._terms
        features = tell_apart(self._model, first, second, terms.observed, terms.excluded)
        names = self._disease_name(first), self._disease_name(second)
        return NextLook(*names, features) if features else None

    def _disease_name(self, disease: str) -> str:
        return self._model.name(disease)

    def _tier(self, gene: str) -> Tier:
        if self._panel is None:
            return Tier.NO_PANEL
        return Tier.PANEL if gene in self._panel.genes else Tier.OUTSIDE

    def _variant(self, judged: Judged) -> CandidateVariant:
        subject = judged.finding.subject
        return CandidateVariant(
            allele=subject.allele,
            genotype=judged.finding.observation.genotype,
            consequence="&".join(subject.consequence.terms),
            transcript=subject.transcript.identifier,
            coding_name=subject.coding_name,
            protein_name=subject.protein_name,
            evidence=judged.evidence,
            points=judged.points,
            classification=judged.classification,
            published_frequency=self._frequencies.published_words(subject.published)
            if judged.finding.structural is None
            else NOT_COUNTED,
            national_frequency=self._frequencies.national_words(subject.allele),
        )

    def _reasons(
        self,
        ranked: Ranked,
        variants: Sequence[CandidateVariant],
        terms: Sequence[TermContribution],
    ) -> tuple[str, ...]:
        reasons = [
            variant_in_words(variant, judged.finding.structural)
            for variant, judged in zip(variants, ranked.variants, strict=True)
        ]
        reasons += _chance_in_words(ranked.variants)
        reasons.append(phenotype_in_words(terms))
        reasons += ranked.explanation.reasons
        reasons += _origins_in_words(ranked)
        for judged in ranked.variants:
            together = judged.finding.subject.consequence.together_with
            if together:
                named = ", ".join(map(str, together))
                reasons.append(f"read together with {named} on the same copy")
        if self._tier(ranked.gene) is Tier.OUTSIDE:
            reasons.append("the gene is outside the panel")
        if ranked.others:
            reasons.append(f"other diseases of the gene fit less: {', '.join(ranked.others)}")
        return tuple(reasons)


def _origins_in_words(ranked: Ranked) -> Iterator[str]:
    """Say where structural variants may come from, unless the explanation does."""
    structural = (each.finding for each in ranked.variants if each.finding.structural is not None)
    told = (words for each in structural for words in structural_origin(each.observation))
    yield from (each for each in dict.fromkeys(told) if each not in ranked.explanation.reasons)


def _chance_in_words(variants: Sequence[Judged]) -> Iterator[str]:
    """Say of each kind of allele how often a healthy genome has one in the gene."""
    by_kind = {effect_of(each.finding.subject.consequence.terms): each for each in variants}
    for effect, each in by_kind.items():
        yield (
            f"rare alleles of this kind ({effect.value}) lie in this gene by chance in one genome "
            f"in {max(1, round(1 / each.expected)):,}"
        )


def variant_in_words(variant: CandidateVariant, structural: StructuralScore | None = None) -> str:
    """Say a variant with its consequence, genotype and class."""
    consequence = variant.consequence.replace("_", " ").replace("&", " and ")
    if structural is not None:
        carried = f"{GENOTYPE_WORDS[variant.genotype]}: {variant.classification.value}"
        return f"{consequence} {structural.words}, {carried} ({structural})"
    named = " ".join(filter(None, (consequence, variant.coding_name, variant.protein_name)))
    return (
        f"{named}, {GENOTYPE_WORDS[variant.genotype]}: {variant.classification.value} "
        f"({variant.points:+d} points)"
    )


def phenotype_in_words(terms: Sequence[TermContribution]) -> str:
    """Say how many observed features are known in the disease and which tell most."""
    known = sorted((term for term in terms if term.log10_ratio > 0), key=lambda t: -t.log10_ratio)
    if not known:
        return f"none of the {len(terms)} observed features speaks for the disease"
    named = ", ".join(term.name for term in known[:NAMED_TERMS])
    more = f" and {len(known) - NAMED_TERMS} more" if len(known) > NAMED_TERMS else ""
    return f"{len(known)} of {len(terms)} observed features speak for it: {named}{more}"
