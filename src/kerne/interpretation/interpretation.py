"""Interpret one genome against one phenotype: candidates with reasons, and what was not seen."""

from collections.abc import Collection, Mapping, Sequence

from kerne.alleles.allele import Allele
from kerne.errors import InterpretationError
from kerne.interpretation.at_hand import Knowledge
from kerne.interpretation.basis import Basis, Patient, keep_basis
from kerne.interpretation.candidate import (
    Interpretation,
    NamedTerm,
)
from kerne.interpretation.consequences.consequence import Consequence, Consequences
from kerne.interpretation.coverage import FITS_LOG10, cover_fitting
from kerne.interpretation.criteria.frequency import COMMON_ALWAYS
from kerne.interpretation.criteria.subject import Subject
from kerne.interpretation.examination import (
    Examination,
    SecondaryCandidate,
    SecondaryFindings,
    everything,
    look,
)
from kerne.interpretation.family.parentage import left_out_in_words
from kerne.interpretation.family.pedigree import Family
from kerne.interpretation.limits import absent_knowledge, not_examined
from kerne.interpretation.listing import WHOLE_LIST, Listing, is_told
from kerne.interpretation.patient import patient_of
from kerne.interpretation.phenotypes.terms import Terms
from kerne.interpretation.presentation import Frequencies, NationalFrequencies, Presenter
from kerne.interpretation.ranking.background import tolerance_of
from kerne.interpretation.ranking.findings import (
    is_common,
    make_subject,
    observe,
    place_of,
    relevant_by_gene,
)
from kerne.interpretation.ranking.fits import Described, DiseaseFit, disease_fits, trust_in
from kerne.interpretation.ranking.gathered import Gathered
from kerne.interpretation.ranking.posterior import weigh
from kerne.interpretation.ranking.ranking import (
    Finding,
    Gene,
    Ranked,
    rank,
)
from kerne.interpretation.ranking.structural_findings import predict_all, score_structural
from kerne.interpretation.reading.calls import Call, GenomeCalls
from kerne.interpretation.secondary import (
    EVERYTHING_OPEN,
    Disclosure,
    FindingClass,
    secondary_genes,
    secondary_list,
)
from kerne.interpretation.structural.score import CopyScores
from kerne.knowledge.allele_facts import AlleleFacts
from kerne.knowledge.gene_facts import Validity
from kerne.knowledge.panels import Panel
from kerne.phenotype.phenopacket import Phenotype


def interpret(  # noqa: PLR0913 - what a patient brings; all but three are optional
    genome: GenomeCalls,
    phenotype: Phenotype,
    knowledge: Knowledge,
    *,
    family: Family | None = None,
    panel: Panel | None = None,
    disclosure: Disclosure | None = None,
    national: NationalFrequencies | None = None,
) -> Interpretation:
    """Rank what could explain a phenotype in a genome, as it may be shown; see `examine`."""
    seen = examine(
        genome,
        phenotype,
        knowledge,
        family=family,
        panel=panel,
        disclosure=disclosure,
        national=national,
    )
    if disclosure is None:
        return everything(seen)
    return look(seen.primary, seen.secondary, disclosure)


def examine(  # noqa: PLR0913 - what a patient brings; all but three are optional
    genome: GenomeCalls,
    phenotype: Phenotype,
    knowledge: Knowledge,
    *,
    family: Family | None = None,
    panel: Panel | None = None,
    disclosure: Disclosure | None = None,
    national: NationalFrequencies | None = None,
) -> Examination:
    """Rank what could explain a phenotype in a genome, secondary findings apart.

    Parameters
    ----------
    genome
        Alleles of the patient; `call_file.read_calls` reads them from a VCF.
    family
        Relatives whose genomes are at hand.
    panel
        Splits the candidates into two tiers; it removes none.
    disclosure
        What may be shown of secondary findings now; `None` when nobody's choice comes with the
        genome, and nothing is closed. Genes that were re-labelled fit the question.
    national
        Evidence to look at, never to meet a frequency criterion. It is not asked about what is
        closed: the question itself would tell.

    Raises
    ------
    InterpretationError
        Genome and knowledge are of different assemblies, or no term was observed.
    PhenotypeError
        A term is unknown or no phenotypic abnormality.
    """
    _check(genome.assembly.name, phenotype, knowledge)
    patient = patient_of(genome, family, phenotype.sex)
    work = _Work(patient, phenotype, knowledge, panel, disclosure)
    return work.examination(predict_all(patient, knowledge), national)


def examine_again(  # noqa: PLR0913 - what a patient brings; all but three are optional
    basis: Basis,
    phenotype: Phenotype,
    knowledge: Knowledge,
    *,
    panel: Panel | None = None,
    disclosure: Disclosure | None = None,
    without: Collection[str] = (),
    listing: Listing | None = None,
) -> Examination:
    """Rank once more from what an earlier examination kept, with what is known now.

    Consequences are as they were: right while the gene models and the reference are the same.
    Coverage and what was not examined are those of the whole genome and are not told again.

    Parameters
    ----------
    without
        Samples of relatives who are left out now.
    listing
        Fewer candidates take less time: most of it goes into their words.

    Raises
    ------
    InterpretationError
        As for `examine`.
    PhenotypeError
        As for `examine`.
    """
    _check(basis.assembly, phenotype, knowledge)
    patient = basis.patient_in(knowledge.assembly, without)
    work = _Work(patient, phenotype, knowledge, panel, disclosure, listing)
    return work.examination(Consequences(basis.by_allele()), None)


def _check(assembly: str, phenotype: Phenotype, knowledge: Knowledge) -> None:
    if assembly != knowledge.assembly.name:
        raise InterpretationError(
            f"genome of assembly `{assembly}`, knowledge of `{knowledge.assembly.name}`"
        )
    if not phenotype.observed:
        raise InterpretationError("no phenotype term was observed; there is nothing to rank by")


class _Work:
    """One examination while it is made."""

    def __init__(
        self,
        patient: Patient,
        phenotype: Phenotype,
        knowledge: Knowledge,
        panel: Panel | None,
        disclosure: Disclosure | None,
        listing: Listing | None = None,
    ) -> None:
        self._listing = listing or WHOLE_LIST
        self._patient, self._genome, self._family = patient, patient.genome, patient.family
        self._relationships = patient.relationships
        self._phenotype, self._knowledge = phenotype, knowledge
        self._panel = None if panel is None else panel.called(knowledge.gene_facts.names.approved)
        self._disclosure = disclosure or EVERYTHING_OPEN
        self._has_choice = disclosure is not None
        self._terms = terms = Terms.of(phenotype, knowledge.ontology)
        scores = knowledge.model.score(terms.observed, terms.excluded, left_out=terms.left_out)
        self._scores = dict(zip(knowledge.model.diseases, scores.tolist(), strict=True))
        self._gatherer = knowledge.gatherer()
        self._copies = CopyScores(knowledge)
        self._transcripts = {each.identifier: each for each in knowledge.genes.transcripts}

    def examination(
        self, predicted: Consequences, national: NationalFrequencies | None
    ) -> Examination:
        knowledge, genome = self._knowledge, self._genome
        gathered = self._gather(predicted.by_allele)
        ranked = self._ranked(gathered.genes)
        listed = self._listing.of(ranked)
        aside = self._listing.of_secondary(
            self._ranked(gathered.secondary),
            lambda each: self._disclosure.shows(gathered.listed[each.gene]),
        )
        coverage, unseen = cover_fitting(knowledge, self._scores, genome.callable)
        unlisted = self._listing.rest_of(ranked)
        presenter = self._presenter(listed, aside, gathered, national)
        primary = Interpretation(
            sample=genome.sample,
            assembly=genome.assembly.name,
            observed=self._named(self._phenotype.observed),
            excluded=self._named(self._phenotype.excluded),
            candidates=tuple(presenter.candidate(n, each) for n, each in enumerate(listed, 1)),
            releases=knowledge.labels,
            absent=absent_knowledge(knowledge, genome, has_national=national is not None),
            not_examined=(*not_examined(genome), *predicted.outside, *unseen),
            coverage=coverage,
            variants_read=genome.variants_read,
            variants_considered=gathered.considered,
            notes=(
                *self._phenotype.notes,
                *genome.notes,
                *self._notes(gathered, len(unlisted)),
                *self._warnings(predicted.warnings),
            ),
            odds_unlisted=sum(10**each.log10_odds for each in unlisted),
            next_look=presenter.next_look(listed),
        )
        sealed = [presenter.candidate(number, each) for number, each in enumerate(aside, 1)]
        kept = [SecondaryCandidate(e, gathered.listed[e.gene]) for e in sealed if is_told(e)]
        secondary = SecondaryFindings(secondary_list().number, tuple(kept))
        basis = keep_basis(
            *(self._patient, predicted.by_allele, gathered.rare, knowledge, self._fitted),
            self._copies.dosage,
        )
        return Examination(weigh(primary), secondary, self._relationships, basis)

    def _fitted(self, symbol: str) -> dict[str, float]:
        diseases = self._knowledge.gene_links.get(symbol, frozenset())
        return {each: self._scores[each] for each in sorted(diseases) if each in self._scores}

    def _ranked(self, genes: Sequence[Gene]) -> tuple[Ranked, ...]:
        confirmed = self._relationships.has_parents_confirmed
        return rank(genes, self._knowledge.sources, parents_confirmed=confirmed)

    def _warnings(self, warnings: Sequence[str]) -> tuple[str, ...]:
        """Name warnings of the program; beside a choice only count them: they name places."""
        if self._has_choice:
            return (f"bcftools csq: {len(warnings)} warnings",) if warnings else ()
        return tuple(f"bcftools csq: {line}" for line in warnings)

    def _named(self, identifiers: Sequence[str]) -> tuple[NamedTerm, ...]:
        resolved = (self._knowledge.ontology.resolve(each) for each in identifiers)
        return tuple(NamedTerm(term.identifier, term.name) for term in resolved)

    def _fits(self, symbol: str) -> bool:
        best = max(self._fitted(symbol).values(), default=0.0)
        is_asked = self._panel is not None and symbol in self._panel.genes
        return best >= FITS_LOG10 or is_asked or symbol in self._disclosure.relabelled

    def _listed(
        self, by_gene: Mapping[str, Mapping[Allele, Consequence]]
    ) -> dict[str, dict[str, FindingClass]]:
        # INVARIANT: a gene that fits the question is never secondary.
        unfit = {symbol: hits for symbol, hits in by_gene.items() if not self._fits(symbol)}
        return secondary_genes(unfit, secondary_list().classes)

    def _gather(self, consequences: Mapping[Allele, tuple[Consequence, ...]]) -> Gathered:
        knowledge = self._knowledge
        by_gene = relevant_by_gene(
            *(consequences, self._transcripts, knowledge.rna_genes, knowledge.genes.rna_genes)
        )
        described = Described.by(knowledge.model.annotations, knowledge.model.relations.genes)
        trust = trust_in(len(knowledge.ontology.most_specific(self._terms.observed)))
        links = knowledge.gene_links
        calls = self._genome.by_allele
        single_x = self._patient.has_single_x
        listed = self._listed(by_gene)
        common: set[Allele] = set()
        unlinked: set[Allele] = set()
        genes, secondary = list[Gene](), list[Gene]()
        kept = dict[str, frozenset[Allele]]()
        # One question for the whole genome: each has a price of its own.
        facts = self._facts(sorted({allele for hits in by_gene.values() for allele in hits}))
        for symbol, hits in sorted(by_gene.items()):
            diseases = links.get(symbol, frozenset())
            validity = self._validity(symbol) if diseases else ()
            fits = disease_fits(diseases, self._scores, described, trust, validity)
            frequent = {each for each in hits if is_common(facts[each].frequency)}
            # In one order, whether they were read just now or kept: ties go by it.
            rare = {each: hits[each] for each in sorted(hits) if each not in frequent}
            kept[symbol] = frozenset(rare)
            found = self._gene(symbol, rare, facts, calls, fits, single_x=single_x)
            if symbol in listed:
                secondary += found
            elif not fits:
                unlinked |= hits.keys()
            else:
                common |= frequent
                genes += found
        return Gathered(tuple(genes), tuple(secondary), listed, kept, len(common), len(unlinked))

    def _validity(self, symbol: str) -> tuple[Validity, ...]:
        gene = self._knowledge.gene_facts.of(symbol)
        return () if gene is None else gene.validity

    def _facts(self, alleles: Sequence[Allele]) -> dict[Allele, AlleleFacts]:
        return dict(zip(alleles, self._knowledge.facts.look_up(alleles), strict=True))

    def _subject(self, allele: Allele, hit: Consequence, facts: AlleleFacts) -> Subject:
        transcript = self._transcripts[hit.transcript]
        named = make_subject(allele, hit, transcript, self._knowledge.reference, facts)
        return self._gatherer.complete(named)

    def _gene(
        self,
        symbol: str,
        hits: Mapping[Allele, Consequence],
        facts: Mapping[Allele, AlleleFacts],
        calls: Mapping[Allele, Call],
        fits: tuple[DiseaseFit, ...],
        *,
        single_x: bool,
    ) -> list[Gene]:
        if not hits or not fits:
            return []
        transcript = self._transcripts[next(iter(hits.values())).transcript]
        place = place_of(transcript, self._genome.assembly, single_x=single_x)
        findings = tuple(
            Finding(
                self._subject(allele, hit, facts[allele]),
                observe(calls[allele], self._family, place, self._patient.stretches),
            )
            for allele, hit in hits.items()
        )
        tolerance = tolerance_of(transcript, self._knowledge.gene_facts.of(symbol))
        confirmed = self._relationships.has_parents_confirmed
        scored = score_structural(
            findings, self._copies, self._knowledge.assembly, parents_confirmed=confirmed
        )
        return [Gene(symbol, place, scored, fits, tolerance)]

    def _presenter(
        self,
        ranked: Sequence[Ranked],
        aside: Sequence[Ranked],
        gathered: Gathered,
        national: NationalFrequencies | None,
    ) -> Presenter:
        """Ask for national frequencies of what is shown, and of nothing that is closed."""
        shown = [e for e in aside if self._disclosure.shows(gathered.listed[e.gene])]
        alleles = list(
            dict.fromkeys(
                v.finding.subject.allele for each in (*ranked, *shown) for v in each.variants
            )
        )
        alleles = [each for each in alleles if not each.is_symbolic]
        answers = [] if national is None or not alleles else national.look_up(alleles)
        frequencies = Frequencies(
            self._knowledge.sources.frequencies,
            "" if national is None else national.source,
            dict(zip(alleles, answers, strict=False)),
        )
        return Presenter(self._knowledge, self._terms, frequencies, self._panel)

    def _is_modelled(self, symbol: str) -> bool:
        return bool(self._knowledge.genes.of_gene(symbol))

    def _notes(self, gathered: Gathered, unlisted: int) -> list[str]:
        left_out = sum(self._knowledge.genes.left_out.values())
        counts = (
            (unlisted, "candidates of lower rank are not listed"),
            (gathered.common, f"alleles more frequent than {COMMON_ALWAYS:.0%} are not ranked"),
            (gathered.without_disease, "alleles are in genes without a known disease: not ranked"),
            (left_out, "transcripts lie on contigs that the assembly does not have"),
        )
        notes = [f"{count} {words}" for count, words in counts if count > 0]
        notes += [left_out_in_words(kin) for kin in self._relationships.left_out]
        if self._panel is not None:
            notes.append(self._panel.label)
            unknown = sorted(each for each in self._panel.genes if not self._is_modelled(each))
            if unknown:
                notes.append(f"panel genes that the gene models lack: {', '.join(unknown)}")
        return notes
