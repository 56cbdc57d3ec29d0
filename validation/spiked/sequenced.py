"""Alleles and consequences from real sequence, where the slices of the reference reach."""

import random
from collections import defaultdict
from collections.abc import Iterable, Mapping

from kerne.alleles.allele import Allele
from kerne.alleles.sequence import ReferenceSequence
from kerne.alleles.transcript import Transcript
from kerne.interpretation.candidate import Genotype
from kerne.interpretation.consequences.consequence import Consequence
from kerne.interpretation.consequences.predicting import predict
from kerne.interpretation.reading.calls import Call
from kerne.knowledge.genes import GeneModels
from spiked.drawing import BASES, Kind, invent
from spiked.geometry import consequences

SUBSTITUTIONS, OTHERS = 80, 12
"""Alleles made of each gene and kind, from which those of the genomes are drawn."""
TERMS = {
    Kind.MISSENSE: "missense",
    Kind.STOP: "stop_gained",
    Kind.FRAMESHIFT: "frameshift",
    Kind.SPLICE: "splice_",
    Kind.IN_FRAME: "inframe_",
}


class Sequenced:
    """Makes alleles, and says what they do: by sequence where there is some, else by geometry."""

    def __init__(
        self, genes: GeneModels, reference: ReferenceSequence, planted: Iterable[Allele]
    ) -> None:
        self._genes, self._reference = genes, reference
        rng = random.Random(1)
        within = [t for t in genes.transcripts if t.cds and self._covers(t)]
        made = {each.identifier: list(self._alleles(rng, each)) for each in within}
        alleles = {allele for some in made.values() for allele in some}
        alleles |= {each for each in planted if self._has(each)}
        calls = [Call(each, Genotype.HET) for each in sorted(alleles)]
        self._known: Mapping[Allele, tuple[Consequence, ...]]
        self._known = predict(calls, genes, reference).by_allele
        self._pools = {
            name: _by_kind(name, some, self._known) for name, some in made.items() if some
        }

    @property
    def genes(self) -> int:
        """Genes whose alleles are drawn from sequence."""
        return len(self._pools)

    def make(self, rng: random.Random, transcript: Transcript, kind: Kind) -> Allele:
        """Make an allele of a transcript that does this."""
        pool = self._pools.get(transcript.identifier, {}).get(kind)
        return rng.choice(pool) if pool else invent(rng, transcript, kind)

    def consequences(self, allele: Allele) -> tuple[Consequence, ...]:
        """Say what an allele does to the transcripts that it touches."""
        known = self._known.get(allele)
        return consequences(allele, self._genes) if known is None else known

    def _covers(self, transcript: Transcript) -> bool:
        if transcript.contig not in self._reference.contigs:
            return False
        if transcript.end > self._reference.length(transcript.contig):
            return False
        return "N" not in self._reference.fetch(transcript.contig, transcript.start, transcript.end)

    def _has(self, allele: Allele) -> bool:
        if allele.contig not in self._reference.contigs:
            return False
        if allele.end > self._reference.length(allele.contig):
            return False
        here = self._reference.fetch(allele.contig, allele.position, allele.end)
        return here == allele.reference

    def _alleles(self, rng: random.Random, transcript: Transcript) -> Iterable[Allele]:
        for kind in (Kind.MISSENSE, Kind.FRAMESHIFT, Kind.SPLICE, Kind.IN_FRAME):
            for _ in range(SUBSTITUTIONS if kind is Kind.MISSENSE else OTHERS):
                yield self._with_real_bases(rng, invent(rng, transcript, kind))

    def _with_real_bases(self, rng: random.Random, invented: Allele) -> Allele:
        bases = self._reference.fetch(invented.contig, invented.position, invented.end)
        is_substitution = len(bases) == 1
        others = [base for base in BASES if base != bases]
        alternative = rng.choice(others) if is_substitution else bases[0]
        return Allele(invented.contig, invented.position, bases, alternative)


def _by_kind(
    transcript: str,
    alleles: Iterable[Allele],
    known: Mapping[Allele, tuple[Consequence, ...]],
) -> dict[Kind, list[Allele]]:
    pools = defaultdict[Kind, list[Allele]](list)
    for allele in alleles:
        terms = {
            term
            for each in known.get(allele, ())
            if each.transcript == transcript
            for term in each.terms
            if term != "splice_region"
        }
        for kind, word in TERMS.items():
            if any(term.startswith(word) for term in terms):
                pools[kind].append(allele)
                break
    return pools
