"""Invented unsolved patients: published ones in a drawn genome, with or without their cause.

The genome is drawn as in `spiked`: 250 rare protein-altering alleles of genes by coding length.
What an allele does follows from where it lies and from its length, for planted and drawn ones
alike. The sequence is invented, but for the bases that an allele itself shows.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kerne.alleles.allele import Allele
from kerne.alleles.assembly import GRCH38
from kerne.interpretation.at_hand import Knowledge
from kerne.interpretation.basis import Basis, KeptCalls
from kerne.interpretation.candidate import Genotype
from kerne.interpretation.family.parentage import RelationshipCheck
from kerne.interpretation.reading.calls import Call
from kerne.knowledge.allele_facts import AlleleFacts, PublishedFrequency
from kerne.knowledge.cases import PublishedCase
from kerne.knowledge.gene_library import GeneLibrary
from kerne.knowledge.genes import GeneModels
from kerne.phenotype.ontology import Ontology
from kerne.phenotype.phenopacket import Phenotype, Sex
from spiked.drawing import Genomes
from spiked.geometry import consequences

GENOTYPES = {
    "heterozygous": Genotype.HET,
    "homozygous": Genotype.HOM,
    "hemizygous": Genotype.HEMI,
}
SEXES = {"MALE": Sex.MALE, "FEMALE": Sex.FEMALE}
LONGEST_BP = 400_000_000
UNIT = "ACGT"


class Bases:
    """An invented reference sequence in which the alleles that were named fit."""

    def __init__(self) -> None:
        self._shown: dict[str, dict[int, str]] = {}
        self.contigs = tuple(contig.name for contig in GRCH38.contigs)

    def show(self, allele: Allele) -> None:
        """Have the reference bases of an allele stand where it says."""
        here = self._shown.setdefault(allele.contig, {})
        here.update(enumerate(allele.reference, allele.position))

    def clear(self) -> None:
        """Forget all alleles: another genome has others in the same places."""
        self._shown.clear()

    def length(self, _contig: str) -> int:
        """Give more than any contig has."""
        return LONGEST_BP

    def fetch(self, contig: str, start: int, end: int) -> str:
        """Give the bases of a stretch."""
        phase = start % len(UNIT)
        bases = list((UNIT * ((end - start) // len(UNIT) + 2))[phase : phase + end - start])
        for place, base in self._shown.get(contig, {}).items():
            if start <= place < end:
                bases[place - start] = base
        return "".join(bases)

    def close(self) -> None:
        """Nothing is open."""


class Facts:
    """What is published of the alleles of one patient: how often others carry them."""

    def __init__(self) -> None:
        self.published: dict[Allele, PublishedFrequency] = {}

    def look_up(self, alleles: Sequence[Allele]) -> list[AlleleFacts]:
        """Say how often others carry each allele."""
        return [AlleleFacts(self.published.get(each), is_surveyed=True) for each in alleles]


@dataclass(frozen=True, slots=True)
class Unsolved:
    """An unsolved patient: the case that lends phenotype and perhaps cause, and the genome.

    `truth` is the symbol of the planted gene; empty in a background.
    """

    case: PublishedCase
    phenotype: Phenotype
    basis: Basis
    published: dict[Allele, PublishedFrequency]
    truth: str = ""


@dataclass(frozen=True)
class Clinic:
    """Makes unsolved patients over one release of gene models."""

    genes: GeneModels
    genomes: Genomes
    ontology: Ontology
    gene_facts: GeneLibrary

    def planted(self, case: PublishedCase, seed: str) -> Unsolved | None:
        """Give a patient with the published cause; `None` where it has no place among genes."""
        calls = list(self._cause(case))
        if len(calls) < len(case.variants) or not calls:
            return None
        return self._patient(case, calls, seed, case.gene)

    def background(self, case: PublishedCase, seed: str) -> Unsolved:
        """Give a patient with the phenotype of a case and no cause of it."""
        return self._patient(case, [], seed, "")

    def _patient(self, case: PublishedCase, calls: list[Call], seed: str, truth: str) -> Unsolved:
        sex = SEXES.get(case.sex, Sex.UNKNOWN)
        drawn = self.genomes.draw(random.Random(seed), is_male=sex is Sex.MALE)
        taken = {base for call in calls for base in _bases(call.allele)}
        carried = {}
        for each in drawn:
            # Two alleles on the same bases would want two reference sequences.
            if taken.isdisjoint(_bases(each.call.allele)):
                taken.update(_bases(each.call.allele))
                carried[each.call.allele] = each
        every = sorted(
            [*calls, *(each.call for each in carried.values())], key=lambda each: each.allele
        )
        basis = Basis(
            assembly=GRCH38.name,
            patient=KeptCalls("S", tuple(every)),
            relatives=(),
            consequences=tuple(
                hit for call in every for hit in consequences(call.allele, self.genes)
            ),
            has_single_x=sex is Sex.MALE,
            relationships=RelationshipCheck(),
            genes=(),
            alleles=(),
            releases=(),
        )
        published = {allele: each.published for allele, each in carried.items()}
        return Unsolved(case, self._phenotype(case, sex), basis, published, truth)

    def _phenotype(self, case: PublishedCase, sex: Sex) -> Phenotype:
        moved = (self.ontology.moved.get(each, each) for each in case.observed)
        known = tuple(dict.fromkeys(each for each in moved if each in self.ontology.index))
        return Phenotype("P", sex, known, ())

    def _cause(self, case: PublishedCase) -> Iterator[Call]:
        for each in case.variants:
            if each.position is None or each.build != "hg38":
                continue
            contig = each.contig if each.contig.startswith("chr") else f"chr{each.contig}"
            if not each.reference or not each.alternative or contig not in _CONTIGS:
                continue
            allele = Allele(contig, each.position, each.reference, each.alternative)
            if any(hit.symbol == case.gene for hit in consequences(allele, self.genes)):
                yield Call(allele, GENOTYPES.get(each.genotype, Genotype.HET))


def _bases(allele: Allele) -> Iterator[tuple[str, int]]:
    return ((allele.contig, base) for base in range(allele.position, allele.end))


_CONTIGS = frozenset(contig.name for contig in GRCH38.contigs)


def seen_by(knowledge: Knowledge, bases: Bases, facts: Facts, patient: Unsolved) -> Knowledge:
    """Have a patient's alleles fit the invented sequence, and be as frequent as was drawn."""
    bases.clear()
    for call in patient.basis.patient.calls:
        bases.show(call.allele)
    facts.published = patient.published
    return knowledge
