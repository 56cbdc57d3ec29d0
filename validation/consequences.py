"""Whether what we say of a variant's consequence holds, on the real genes of the reference slices.

Alleles are drawn in and around the exons of every MANE transcript whose sequence is at hand.

- The protein that we name for a substitution is the one that `bcftools csq` reads from the genome.
- An insertion or deletion has one consequence, wherever in a repeat a file writes it.
- A record that nothing can be made of is counted, and costs no other its consequence.
- So many alleles are looked at in a second, names not included.

    python validation/consequences.py [--data DIR] [--alleles 20000] [--seed 1]
"""

import argparse
import random
import re
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kerne.alleles.allele import Allele
from kerne.alleles.assembly import GRCH38
from kerne.alleles.normalise import Edit
from kerne.alleles.placement import placements
from kerne.alleles.protein import protein_name
from kerne.alleles.sequence import ReferenceSequence
from kerne.alleles.transcript import Transcript
from kerne.interpretation.candidate import Genotype
from kerne.interpretation.consequences.consequence import Consequence, Consequences
from kerne.interpretation.consequences.predicting import predict
from kerne.interpretation.reading.calls import Call
from kerne.knowledge.genes import GeneModels, read_gene_models
from published_cases import slices

GENES: Final = "reference/MANE.GRCh38.bigGenePred.bed.gz"
ALLELES_PER_SECOND: Final = 3_000
"""A whole genome has about 130,000 alleles within 20 bases of an exon."""
BROKEN: Final = 50
ONE_LETTER: Final = dict(
    zip(
        re.findall("...", "AlaCysAspGluPheGlyHisIleLysLeuMetAsnProGlnArgSerThrSecValTrpTyrTer"),
        "ACDEFGHIKLMNPQRSTUVWY*",
        strict=True,
    )
)


@dataclass(frozen=True, slots=True)
class Genes:
    """The transcripts that lie where there is sequence, and what draws alleles in them."""

    transcripts: tuple[Transcript, ...]
    reference: ReferenceSequence
    rng: random.Random

    def models(self) -> GeneModels:
        """Give them as gene models."""
        return GeneModels(self.transcripts)

    def places(self, count: int) -> Iterator[tuple[Transcript, int]]:
        """Draw positions in exons and three bases beyond, inside the transcript."""
        for _ in range(count):
            transcript = self.rng.choice(self.transcripts)
            start, end = self.rng.choice(transcript.exons)
            first, last = max(transcript.start + 3, start - 3), min(transcript.end - 9, end + 3)
            if first < last:
                yield transcript, self.rng.randrange(first, last)

    def substitutions(self, count: int) -> list[Allele]:
        """Draw substitutions, each once."""
        found: dict[Allele, None] = {}
        for transcript, at in self.places(count):
            base = self.reference.fetch(transcript.contig, at, at + 1)
            other = self.rng.choice("ACGT".replace(base, ""))
            found[Allele(transcript.contig, at, base, other)] = None
        return list(found)

    def spellings(self, count: int) -> list[tuple[Transcript, list[Allele]]]:
        """Draw insertions, duplications and deletions; give the ways to write each."""
        found = []
        for transcript, at in self.places(count):
            contig, size = transcript.contig, self.rng.choice((1, 2, 3, 4, 6))
            bases = self.reference.fetch(contig, at, at + size)
            edit = self.rng.choice(
                (
                    Edit(at, bases, ""),
                    Edit(at, "", bases),
                    Edit(at, "", "".join(self.rng.choices("ACGT", k=size))),
                )
            )
            every = placements(self._written(contig, edit), self.reference)
            ways = (self._written(contig, every.at(n)) for n in range(min(every.steps, 12) + 1))
            # What lies outside a transcript does nothing to it.
            inside = (transcript.start, transcript.end)
            kept = [way for way in ways if inside[0] <= way.position and way.end < inside[1]]
            found.append((transcript, kept))
        return found

    def _written(self, contig: str, edit: Edit) -> Allele:
        anchor = self.reference.fetch(contig, edit.start - 1, edit.start)
        return Allele(contig, edit.start - 1, anchor + edit.deleted, anchor + edit.inserted)

    def look(self, alleles: Sequence[Allele]) -> Consequences:
        """Predict what alleles do, each alone."""
        calls = [Call(allele, Genotype.HET) for allele in sorted(set(alleles))]
        return predict(calls, self.models(), self.reference)


def genes_of(data: Path, work: Path, seed: int) -> Genes:
    """Find the MANE transcripts whose whole sequence is at hand."""
    reference = ReferenceSequence(slices(data, work))
    models = read_gene_models(data / GENES, GRCH38)
    whole = tuple(
        each
        for each in models.transcripts
        if each.contig in reference.contigs
        and each.end + 100 < reference.length(each.contig)
        and "N" not in reference.fetch(each.contig, each.start - 100, each.end + 100)
    )
    return Genes(whole, reference, random.Random(seed))


def says_the_same(found: Consequence, name: str) -> bool:
    """Compare the residues that csq read (`7E>7V`) with the name of a substitution."""
    before, _, after = found.amino_acids.partition(">")
    codon, residue = re.fullmatch(r"(\d+)(.)", before).groups()  # type: ignore[union-attr]  # csq's form
    match = re.fullmatch(r"p\.\((...)(\d+)(...|=|\?)(?:extTer.+)?\)", name)
    if match is None:
        return False
    if match[3] == "?":
        # A start codon that is not ATG is a codon like others to csq.
        return codon == "1"
    new = residue if match[3] == "=" else ONE_LETTER[match[3]]
    told = after.lstrip("0123456789")[:1] or residue
    # csq takes a selenocysteine for a stop.
    old = ONE_LETTER[match[1]].replace("U", "*")
    return (codon, residue, told) == (match[2], old, new)


def check_substitutions(genes: Genes, count: int) -> bool:
    """Compare protein names with csq's residues."""
    by_name = {each.identifier: each for each in genes.transcripts}
    compared, apart = 0, []
    for allele, hits in genes.look(genes.substitutions(count)).by_allele.items():
        for each in hits:
            if each.amino_acids:
                name = protein_name(by_name[each.transcript], allele, genes.reference)
                compared += 1
                if not says_the_same(each, name):
                    apart.append(f"{allele} {each.transcript}: csq {each.amino_acids}, ours {name}")
    return told("proteins of substitutions as csq reads them", compared, apart)


def check_placements(genes: Genes, count: int) -> bool:
    """Compare the consequences of all the ways to write each insertion and deletion."""
    drawn = genes.spellings(count)
    found = genes.look([allele for _, ways in drawn for allele in ways]).by_allele
    compared, apart = 0, []
    for transcript, ways in drawn:
        worst = {
            (each.transcript, each.severity)
            for allele in ways
            for each in found[allele]
            if each.transcript == transcript.identifier
        }
        if len(ways) > 1:
            compared += 1
            if len(worst) > 1:
                apart.append(f"{ways[0]} and {len(ways) - 1} other ways to write it: {worst}")
    return told("insertions and deletions alike however they are written", compared, apart)


def check_broken(genes: Genes, count: int) -> bool:
    """Put records of another genome and with other letters among good ones."""
    good = genes.substitutions(count)
    foreign = {
        Allele(each.contig, each.position, each.alternative, each.reference)
        for each in good[:BROKEN]
    }
    odd = {Allele(each.contig, each.position, each.reference, "R") for each in good[:BROKEN]}
    alone, beside = genes.look(good), genes.look([*good, *foreign, *odd])
    counted = sum(int(line.split(" ")[0]) for line in beside.outside)
    kept = sum(alone.by_allele[each] == beside.by_allele.get(each) for each in alone.by_allele)
    apart = [] if counted == len(foreign | odd) else [f"{counted} of {len(foreign | odd)} counted"]
    apart += [""] * (len(alone.by_allele) - kept)
    return told(f"kept their consequence beside {len(foreign | odd)} bad records", kept, apart)


def check_speed(genes: Genes, count: int) -> bool:
    """Time a run over alleles of which a seventh are insertions and deletions."""
    alleles = genes.substitutions(count) + [
        way for _, ways in genes.spellings(count // 6) for way in ways[:1]
    ]
    started = time.perf_counter()
    genes.look(alleles)
    speed = len(set(alleles)) / (time.perf_counter() - started)
    met = speed >= ALLELES_PER_SECOND
    print(
        f"{speed:,.0f} alleles a second, bar {ALLELES_PER_SECOND:,}: {'met' if met else 'MISSED'}"
    )
    return met


def told(what: str, compared: int, apart: Sequence[str]) -> bool:
    """Print one figure and what is apart; the bar is that nothing is."""
    met = bool(compared) and not apart
    print(f"{what}: {compared:,}, {len(apart)} not; bar 0: {'met' if met else 'MISSED'}")
    for line in apart[:20]:
        print(f"  {line}")
    return met


def main(arguments: Sequence[str] | None = None) -> int:
    """Check all; 1 when a bar is missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    parser.add_argument("--data", type=Path, default=beside)
    parser.add_argument("--alleles", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    if not options.data.is_dir():
        print(f"consequences skipped: no data in {options.data}")
        return 0
    with tempfile.TemporaryDirectory() as name:
        genes = genes_of(options.data, Path(name), options.seed)
        print(f"{len(genes.transcripts)} MANE transcripts, seed {options.seed}")
        checks = (check_substitutions, check_placements, check_broken, check_speed)
        met = [check(genes, options.alleles) for check in checks]
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
