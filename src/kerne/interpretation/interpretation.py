"""Interpret one genome against one phenotype: candidates with reasons, and what was not seen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from kerne.alleles.allele import Allele
from kerne.alleles.transcript import Transcript
from kerne.errors import InterpretationError
from kerne.interpretation.at_hand import Knowledge
from kerne.interpretation.calls import Call, GenomeCalls
from kerne.interpretation.candidate import Candidate, GeneCoverage, Interpretation, NamedTerm
from kerne.interpretation.consequence import Consequence, predict
from kerne.interpretation.coverage import gene_coverage, preferred
from kerne.interpretation.evidence import COMMON_ALWAYS
from kerne.interpretation.findings import (
    has_single_x,
    make_subject,
    observe,
    place_of,
    relevant_by_gene,
)
from kerne.interpretation.limits import absent_knowledge, not_examined
from kerne.interpretation.panels import Panel
from kerne.interpretation.parentage import check_parentage
from kerne.interpretation.pedigree import Family
from kerne.interpretation.presentation import Frequencies, NationalFrequency, Presenter
from kerne.interpretation.ranking import DiseaseFit, Finding, Gene, Ranked, disease_fits, rank
from kerne.interpretation.secondary import SecondaryChoice, secondary_list
from kerne.knowledge.frequencies import PublishedFrequency
from kerne.phenotype.phenopacket import Phenotype, Sex

LISTED_CANDIDATES = 100
LEAST_LOG10_ODDS = -5.0
"""More candidates, and less likely ones, are counted and not listed."""
FITS_LOG10 = 1.0
"""A gene fits the phenotype when one of its diseases makes it ten times likelier than chance."""
COVERED_GENES = 20
"""The coverage of so many genes that fit the phenotype best is reported."""


class NationalFrequencies(Protocol):
    """Answers how often alleles occur among the citizens who consent to that."""

    @property
    def source(self) -> str:
        """Name the database and who was counted."""
        ...

    def look_up(self, alleles: Sequence[Allele]) -> Sequence[NationalFrequency | None]:
        """Answer for each allele; `None` when the database does not know it."""
        ...


def interpret(  # noqa: PLR0913 - what a patient brings; all but three are optional
    genome: GenomeCalls,
    phenotype: Phenotype,
    knowledge: Knowledge,
    *,
    family: Family | None = None,
    panel: Panel | None = None,
    secondary_choice: SecondaryChoice | None = None,
    national: NationalFrequencies | None = None,
) -> Interpretation:
    """Rank what could explain a phenotype in a genome.

    Parameters
    ----------
    genome
        Alleles of the patient; `calls.read_calls` reads them from a VCF.
    family
        Relatives whose genomes are at hand.
    panel
        Splits the candidates into two tiers; it removes none.
    secondary_choice
        What the person wants to know beside the answer; without one nothing is closed, and the
        notes say so.
    national
        Evidence to look at, never to meet a frequency criterion.

    Raises
    ------
    InterpretationError
        Genome and knowledge are of different assemblies, or no term was observed.
    PhenotypeError
        A term is unknown or no phenotypic abnormality.
    """
    if genome.assembly.name != knowledge.assembly.name:
        raise InterpretationError(
            f"genome of assembly `{genome.assembly.name}`, knowledge of `{knowledge.assembly.name}`"
        )
    if not phenotype.observed:
        raise InterpretationError("no phenotype term was observed; there is nothing to rank by")
    work = _Work(genome, phenotype, knowledge, family, panel, secondary_choice)
    return work.interpretation(national)


@dataclass(frozen=True, slots=True)
class _Gathered:
    """The genes to rank, and counts of what is not ranked."""

    genes: tuple[Gene, ...]
    closed: int
    common: int
    without_disease: int

    @property
    def considered(self) -> int:
        """Alleles that could bear a candidate."""
        findings = (finding for gene in self.genes for finding in gene.findings)
        return len({finding.subject.allele for finding in findings})


class _Work:
    """One interpretation while it is made."""

    def __init__(
        self,
        genome: GenomeCalls,
        phenotype: Phenotype,
        knowledge: Knowledge,
        family: Family | None,
        panel: Panel | None,
        choice: SecondaryChoice | None,
    ) -> None:
        self._genome, self._phenotype, self._knowledge = genome, phenotype, knowledge
        self._family, self._panel, self._choice = family, panel, choice
        self._observed = knowledge.ontology.indices(phenotype.observed)
        annotations = knowledge.model.annotations
        scores = knowledge.model.score(self._observed)
        self._scores = dict(zip(annotations.diseases, scores.tolist(), strict=True))
        self._transcripts = {each.identifier: each for each in knowledge.genes.transcripts}

    def interpretation(self, national: NationalFrequencies | None) -> Interpretation:
        knowledge, genome = self._knowledge, self._genome
        predicted = predict(genome.calls, knowledge.genes, knowledge.reference)
        gathered = self._gather(predicted.by_allele)
        parentage = check_parentage(genome, self._family)
        confirmed = parentage is not None and parentage.is_confirmed
        ranked = rank(gathered.genes, knowledge.sources, parents_confirmed=confirmed)
        likely = [each for each in ranked if each.log10_odds >= LEAST_LOG10_ODDS]
        listed = likely[:LISTED_CANDIDATES]
        coverage, unseen = self._coverage()
        unlisted = len(ranked) - len(listed)
        notes = [*self._phenotype.notes, *genome.notes, *self._notes(gathered, unlisted)]
        if parentage is not None:
            notes.append(parentage.words)
        return Interpretation(
            sample=genome.sample,
            assembly=genome.assembly.name,
            observed=self._named(self._phenotype.observed),
            excluded=self._named(self._phenotype.excluded),
            candidates=self._candidates(listed, national),
            releases=knowledge.labels,
            absent=absent_knowledge(knowledge, genome, has_national=national is not None),
            not_examined=(*not_examined(), *predicted.outside, *unseen),
            coverage=coverage,
            variants_read=genome.variants_read,
            variants_considered=gathered.considered,
            closed=gathered.closed,
            notes=(*notes, *(f"bcftools csq: {line}" for line in predicted.warnings)),
        )

    def _named(self, identifiers: Sequence[str]) -> tuple[NamedTerm, ...]:
        resolved = (self._knowledge.ontology.resolve(each) for each in identifiers)
        return tuple(NamedTerm(term.identifier, term.name) for term in resolved)

    def _fits(self, symbol: str) -> bool:
        diseases = self._knowledge.gene_links.get(symbol, frozenset())
        best = max((self._scores.get(each, 0.0) for each in diseases), default=0.0)
        return best >= FITS_LOG10 or (self._panel is not None and symbol in self._panel.genes)

    def _is_closed(self, symbol: str) -> bool:
        if self._choice is None:
            return False
        return secondary_list().is_closed(symbol, self._choice, fits=self._fits(symbol))

    def _gather(self, consequences: Mapping[Allele, tuple[Consequence, ...]]) -> _Gathered:
        by_gene = relevant_by_gene(consequences, self._transcripts)
        modes = self._knowledge.model.annotations.modes
        links = self._knowledge.gene_links
        calls = {call.allele: call for call in self._genome.calls}
        single_x = has_single_x(self._genome, self._phenotype.sex)
        closed: set[Allele] = set()
        common: set[Allele] = set()
        unlinked: set[Allele] = set()
        genes = []
        for symbol, hits in sorted(by_gene.items()):
            fits = disease_fits(links.get(symbol, frozenset()), modes, self._scores)
            published = self._published(hits)
            if self._is_closed(symbol):
                closed |= hits.keys()
            elif not fits:
                unlinked |= hits.keys()
            else:
                common |= {each for each in hits if is_common(published[each])}
                rare = {each: hit for each, hit in hits.items() if each not in common}
                genes += self._gene(symbol, rare, published, calls, fits, single_x=single_x)
        return _Gathered(tuple(genes), len(closed), len(common), len(unlinked))

    def _published(
        self, alleles: Mapping[Allele, Consequence]
    ) -> dict[Allele, PublishedFrequency | None]:
        frequencies = self._knowledge.frequencies
        if frequencies is None:
            return dict.fromkeys(alleles)
        return dict(zip(alleles, frequencies.look_up(alleles), strict=True))

    def _gene(
        self,
        symbol: str,
        hits: Mapping[Allele, Consequence],
        published: Mapping[Allele, PublishedFrequency | None],
        calls: Mapping[Allele, Call],
        fits: tuple[DiseaseFit, ...],
        *,
        single_x: bool,
    ) -> list[Gene]:
        if not hits:
            return []
        transcript = self._transcripts[next(iter(hits.values())).transcript]
        place = place_of(transcript, self._genome.assembly, single_x=single_x)
        findings = tuple(
            Finding(
                make_subject(
                    allele,
                    hit,
                    self._transcripts[hit.transcript],
                    self._knowledge.reference,
                    published[allele],
                ),
                observe(calls[allele], self._family, place),
            )
            for allele, hit in hits.items()
        )
        return [Gene(symbol, place, findings, fits)]

    def _candidates(
        self, ranked: Sequence[Ranked], national: NationalFrequencies | None
    ) -> tuple[Candidate, ...]:
        alleles = list(
            dict.fromkeys(v.finding.subject.allele for each in ranked for v in each.variants)
        )
        answers = [] if national is None or not alleles else national.look_up(alleles)
        frequencies = Frequencies(
            self._knowledge.sources.frequencies,
            "" if national is None else national.source,
            dict(zip(alleles, answers, strict=False)),
        )
        presenter = Presenter(self._knowledge.model, self._observed, frequencies, self._panel)
        return tuple(presenter.candidate(number, each) for number, each in enumerate(ranked, 1))

    def _coverage(self) -> tuple[tuple[GeneCoverage, ...], tuple[str, ...]]:
        """Cover the genes that fit best, and name those of them that could not be looked at."""
        covered, unknown, outside = [], [], []
        for symbol in self._fitting_genes():
            transcripts = self._knowledge.genes.of_gene(symbol)
            if not transcripts:
                unknown.append(symbol)
                continue
            transcript = preferred(transcripts)
            if self._is_in_reference(transcript):
                covered.append(gene_coverage(symbol, transcript, self._genome.callable))
            else:
                outside.append(symbol)
        words = (
            (unknown, "genes that fit the phenotype but are not in the gene models"),
            (outside, "genes that fit the phenotype but lie outside the reference sequence"),
        )
        return tuple(covered), tuple(f"{why}: {', '.join(who)}" for who, why in words if who)

    def _fitting_genes(self) -> list[str]:
        best = {
            symbol: max((self._scores.get(each, 0.0) for each in diseases), default=0.0)
            for symbol, diseases in self._knowledge.gene_links.items()
        }
        fitting = [symbol for symbol, score in best.items() if score >= FITS_LOG10]
        return sorted(fitting, key=lambda symbol: (-best[symbol], symbol))[:COVERED_GENES]

    def _is_modelled(self, symbol: str) -> bool:
        return bool(self._knowledge.genes.of_gene(symbol))

    def _is_in_reference(self, transcript: Transcript) -> bool:
        reference = self._knowledge.reference
        known = transcript.contig in reference.contigs
        return known and transcript.end <= reference.length(transcript.contig)

    def _notes(self, gathered: _Gathered, unlisted: int) -> list[str]:
        left_out = sum(self._knowledge.genes.left_out.values())
        counts = (
            (unlisted, "candidates of lower rank are not listed"),
            (gathered.common, f"alleles more frequent than {COMMON_ALWAYS:.0%} are not ranked"),
            (gathered.without_disease, "alleles are in genes without a known disease: not ranked"),
            (left_out, "transcripts lie on contigs that the assembly does not have"),
        )
        notes = [f"{count} {words}" for count, words in counts if count > 0]
        if self._choice is None:
            notes.append("no choice about secondary findings was given: nothing was closed")
        else:
            version = secondary_list().version.split(" ")[0]
            notes.append(
                f"secondary findings: choice `{self._choice}`, gene list version {version}"
            )
        if self._panel is not None:
            notes.append(self._panel.label)
            unknown = sorted(each for each in self._panel.genes if not self._is_modelled(each))
            if unknown:
                notes.append(f"panel genes that the gene models lack: {', '.join(unknown)}")
        if self._phenotype.sex is Sex.FEMALE and has_single_x(self._genome, Sex.FEMALE):
            notes.append("haploid calls on X, though the packet says female: check the sample")
        return notes


def is_common(published: PublishedFrequency | None) -> bool:
    """Say whether an allele is too frequent for any disease here (BA1)."""
    return published is not None and published.af is not None and published.af > COMMON_ALWAYS
