"""Published patients as genomes: their causal variants among drawn ones, ranked by the product."""

import hashlib
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from kerne.alleles.allele import Allele
from kerne.alleles.assembly import GRCH38
from kerne.alleles.transcript import Transcript
from kerne.interpretation.candidate import Genotype
from kerne.interpretation.consequences.consequence import Consequence
from kerne.interpretation.criteria.location import LENGTH_CHANGING
from kerne.interpretation.criteria.subject import Sources, Subject
from kerne.interpretation.ranking.background import tolerance_of
from kerne.interpretation.ranking.findings import observe, place_of, relevant_by_gene
from kerne.interpretation.ranking.fits import Described, disease_fits, trust_in
from kerne.interpretation.ranking.ranking import Finding, Gene, Ranked, rank
from kerne.interpretation.reading.calls import Call
from kerne.knowledge.allele_facts import AlleleFacts, PublishedFrequency
from kerne.knowledge.cases import PublishedCase
from kerne.knowledge.gene_library import GeneLibrary
from kerne.knowledge.genes import GeneModels
from kerne.phenotype.annotations import Annotations
from kerne.phenotype.relations import Relations
from spiked.drawing import Carried, Genomes, Spectrum
from spiked.sequenced import Sequenced

GENOTYPES = {
    "heterozygous": Genotype.HET,
    "homozygous": Genotype.HOM,
    "hemizygous": Genotype.HEMI,
}
RECESSIVE_MOST = 1e-3
"""A planted allele of a recessive genotype is as frequent as a drawn one up to this; an allele
that acts alone is in none of the others."""
SOURCES = Sources("MANE (GRCh38)", "1000 Genomes (2,547 others)")


def planted_alleles(case: PublishedCase) -> list[tuple[Allele, Genotype]]:
    """Give the causal alleles of a case; none unless all of them have a place on GRCh38."""
    placed = [v for v in case.variants if v.position is not None and v.build == "hg38"]
    if len(placed) < len(case.variants):
        return []
    return [
        (Allele(v.contig, v.position or 0, v.reference, v.alternative), GENOTYPES[v.genotype])
        for v in placed
    ]


class Spiker:
    """Makes the genomes of published patients."""

    def __init__(
        self,
        genes: GeneModels,
        linked: frozenset[str],
        spectrum: Spectrum,
        sequenced: Sequenced,
        about: GeneLibrary,
        *,
        is_wider: bool = False,
    ) -> None:
        self._transcripts = {each.identifier: each for each in genes.transcripts}
        self._linked, self._spectrum, self._sequenced = linked, spectrum, sequenced
        self._rna_genes = frozenset(genes.rna_genes) & linked
        self._about = about
        self._genomes = Genomes(genes, spectrum, sequenced.make, is_wider=is_wider)

    def genomes(self, case: PublishedCase) -> tuple[list[Gene], list[Gene]]:
        """Give the genes of a case with and without what is planted, without their diseases.

        Both hold the same drawn alleles, which depend on the identifier of the case alone.
        """
        rng = random.Random(hashlib.sha1(case.identifier.encode()).hexdigest())
        drawn = list(self._genomes.draw(rng, is_male=case.sex == "MALE"))
        planted = list(self._planted(rng, case))
        taken = {each.call.allele for each in planted}
        drawn = [each for each in drawn if each.call.allele not in taken]
        is_male = case.sex == "MALE"
        return (
            list(self._genes([*planted, *drawn], is_male=is_male)),
            list(self._genes(drawn, is_male=is_male)),
        )

    def _planted(self, rng: random.Random, case: PublishedCase) -> Iterator[Carried]:
        alleles = planted_alleles(case)
        is_recessive = len(alleles) > 1 or any(g is Genotype.HOM for _, g in alleles)
        for allele, genotype in alleles:
            published = PublishedFrequency(0, self._spectrum.an, 0, 0)
            if is_recessive:
                published = self._spectrum.draw(rng, RECESSIVE_MOST)
            yield Carried(Call(allele, genotype), published)

    def _genes(self, carried: Sequence[Carried], *, is_male: bool) -> Iterator[Gene]:
        by_allele = {each.call.allele: each for each in carried}
        found = {allele: self._sequenced.consequences(allele) for allele in by_allele}
        by_gene = relevant_by_gene(found, self._transcripts, self._rna_genes)
        for symbol, hits in sorted(by_gene.items()):
            if symbol in self._linked:
                yield self._gene(symbol, hits, by_allele, is_male=is_male)

    def _gene(
        self,
        symbol: str,
        hits: Mapping[Allele, Consequence],
        carried: Mapping[Allele, Carried],
        *,
        is_male: bool,
    ) -> Gene:
        transcript = self._transcripts[next(iter(hits.values())).transcript]
        place = place_of(transcript, GRCH38, single_x=is_male)
        findings = tuple(
            Finding(
                _subject(carried[allele], hit, self._transcripts[hit.transcript]),
                observe(carried[allele].call, None, place),
            )
            for allele, hit in hits.items()
        )
        return Gene(symbol, place, findings, (), tolerance_of(transcript, self._about.of(symbol)))


def _subject(carried: Carried, consequence: Consequence, transcript: Transcript) -> Subject:
    """Make what the criteria look at: names are not known, and nothing lies in a repeat."""
    is_length = bool(LENGTH_CHANGING & set(consequence.terms))
    return Subject(
        allele=carried.call.allele,
        consequence=consequence,
        transcript=transcript,
        coding_name="",
        protein_name=_protein_name(carried.call.allele, consequence, transcript),
        facts=AlleleFacts(carried.published, is_surveyed=True),
        in_repeat=False if is_length else None,
    )


def _protein_name(allele: Allele, consequence: Consequence, transcript: Transcript) -> str:
    """Name the codon at which a product is cut short, which is all that is known of it."""
    span = transcript.coding_span
    if span is None or not {"frameshift", "stop_gained"} & set(consequence.terms):
        return ""
    codon = max(0, transcript.locate(allele.position).base - span[0]) // 3 + 1
    return f"p.(Xaa{codon}fs)" if "frameshift" in consequence.terms else f"p.(Xaa{codon}Ter)"


class Phenotyped:
    """Ranks the genes of a genome for one phenotype."""

    def __init__(
        self,
        links: Mapping[str, frozenset[str]],
        annotations: Annotations,
        relations: Relations,
        about: GeneLibrary,
    ) -> None:
        self._links, self._about = links, about
        self._described = Described.by(annotations, relations.genes)
        self._index = {disease: number for number, disease in enumerate(relations.candidates)}

    def rank(
        self, genes: Sequence[Gene], scores: NDArray[np.float64], terms: int
    ) -> tuple[Ranked, ...]:
        """Rank genes by (diseases,) log10 ratios of so many most specific terms."""
        return rank([self._with_fits(each, scores, trust_in(terms)) for each in genes], SOURCES)

    def _with_fits(self, gene: Gene, scores: NDArray[np.float64], trust: float) -> Gene:
        diseases = self._links.get(gene.symbol, frozenset())
        known = {e: float(scores[self._index[e]]) for e in diseases if e in self._index}
        about = self._about.of(gene.symbol)
        validity = () if about is None else about.validity
        fits = disease_fits(diseases, known, self._described, trust, validity)
        return replace(gene, diseases=fits)
