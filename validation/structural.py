"""Structural variants after a ranking: what a case keeps is read again alike, and where it is from.

Genomes of structural variants are drawn: kinds, lengths (log-uniform, 50 bp to 10 kb) and places at
random over GRCh38, so that they hit genes oftener than real ones, which selection has thinned. Each
patient has the phenotype of a published case and a deletion of all coding sequence of its gene;
dominant ones only, one case a disease.

*Kept*: the case is ranked while nothing is linked to its gene, kept as a document, and looked at
again with the links. That must give the candidates that a first ranking with the links gives, and
tell the gene wherever it reaches the bounds there. Phenotypes are those that the HPO annotates from
the same cases: how many are told says that nothing is lost, not how many diagnoses are found.

*Origin*: every variant but the planted one comes from a parent, whose caller misses some and places
the borders of the others elsewhere, normally distributed with the deviation that it states as
confidence interval (twice that, to either side). Counted are variants that are called in a parent
and found there, and planted ones that chance finds in a parent.

    python validation/structural.py [--data DIR] [--patients 100] [--variants 10000]
        [--missed 0.2] [--deviation 20] [--seed 1]
"""

import argparse
import random
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, cast

from kerne.alleles.assembly import GRCH38
from kerne.cases.answers.document import canonical_json, read_document
from kerne.cases.looking import LISTED
from kerne.interpretation.at_hand import Knowledge
from kerne.interpretation.basis import Basis, KeptCalls
from kerne.interpretation.candidate import Genotype
from kerne.interpretation.examination import Examination
from kerne.interpretation.family.parentage import RelationshipCheck
from kerne.interpretation.family.structural_kin import laid_over
from kerne.interpretation.interpretation import examine_again
from kerne.interpretation.listing import Listing
from kerne.interpretation.ranking.structural_findings import structural_consequences
from kerne.interpretation.reading.calls import Carriage, GenomeCalls, as_call
from kerne.interpretation.reading.structural import StructuralCall, StructuralKind
from kerne.interpretation.reanalysis.differences import Why
from kerne.interpretation.reanalysis.news import BOUNDS, Look, find_news
from kerne.knowledge.cases import PublishedCase, read_cases
from kerne.knowledge.genes import GeneModels, completed, read_gene_models
from kerne.knowledge.hpo import packaged_folder
from kerne.phenotype.annotations import Inheritance, read_annotations, read_gene_links
from kerne.phenotype.likelihood import LikelihoodModel
from kerne.phenotype.ontology import read_ontology
from kerne.phenotype.phenopacket import Phenotype, Sex

CASES: Final = "cases/published_cases.jsonl.gz"
GENES: Final = "reference/MANE.GRCh38.bigGenePred.bed.gz"
KINDS: Final = {"DEL": 45, "DUP": 8, "INS": 45, "INV": 2}
SHORTEST_LOG10, LONGEST_LOG10 = 1.7, 4.0
MARGIN_BP: Final = 2_000
LEAST_ALIKE, LEAST_TOLD = 1.0, 1.0
LEAST_FOUND, MOST_BY_CHANCE = 0.99, 0.02
LEAST_PER_MINUTE: Final = 100.0
_LISTING: Final = Listing(most=LISTED)


class _NoSequence:
    """A reference that holds nothing: structural variants are not named by it."""

    contigs: frozenset[str] = frozenset()


@dataclass(slots=True)
class Counts:
    """What was counted over all patients."""

    patients: int = 0
    alike: int = 0
    reaching: int = 0
    told: int = 0
    called: int = 0
    found: int = 0
    planted_found: int = 0
    seconds: float = 0.0
    kept_bytes: int = 0
    kept_variants: int = 0
    laying_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Clinic:
    """What is known, and how genomes are drawn."""

    knowledge: Knowledge
    variants: int
    missed: float
    deviation_bp: int

    def see(self, case: PublishedCase, rng: random.Random, counts: Counts) -> None:
        """Plant, rank, keep, look again, and compare."""
        planted = planted_in(case, self.knowledge.genes)
        drawn = tuple(draw(rng, self.variants))
        self._origins(planted, drawn, rng, counts)
        basis = self._basis((*drawn, planted))
        phenotype = Phenotype("P", Sex.UNKNOWN, self._observed(case), ())
        links = {k: v for k, v in self.knowledge.gene_links.items() if k != case.gene}
        older = replace(self.knowledge, gene_links=links)
        first = examine_again(basis, phenotype, older, listing=_LISTING)
        fresh = examine_again(basis, phenotype, self.knowledge, listing=_LISTING)
        kept = canonical_json(first.basis)
        began = time.process_time()
        again = examine_again(
            read_document(kept, Basis), phenotype, self.knowledge, listing=_LISTING
        )
        news = find_news(Look(first.primary, first.basis), Look(again.primary, again.basis))
        counts.seconds += time.process_time() - began
        counts.patients += 1
        counts.kept_bytes += len(kept)
        counts.kept_variants += len(first.basis.patient.calls)
        counts.alike += again.primary.candidates == fresh.primary.candidates
        if reaches(fresh, case.gene):
            counts.reaching += 1
            whys = {r.why for e in news if e.gene == case.gene for r in e.reasons}
            counts.told += Why.LINK in whys

    def _observed(self, case: PublishedCase) -> tuple[str, ...]:
        ontology = self.knowledge.ontology
        moved = (ontology.moved.get(each, each) for each in case.observed)
        return tuple(each for each in dict.fromkeys(moved) if each in ontology.index)

    def _basis(self, calls: Sequence[StructuralCall]) -> Basis:
        hits = structural_consequences(calls, self.knowledge.genes)
        carried = sorted((as_call(e) for e in calls if e.allele in hits), key=lambda e: e.allele)
        return Basis(
            assembly=GRCH38.name,
            patient=KeptCalls("S", tuple(carried)),
            relatives=(),
            consequences=tuple(hit for found in hits.values() for hit in found),
            has_single_x=False,
            relationships=RelationshipCheck(),
            genes=(),
            alleles=(),
            releases=(),
        )

    def _origins(
        self,
        planted: StructuralCall,
        drawn: Sequence[StructuralCall],
        rng: random.Random,
        counts: Counts,
    ) -> None:
        """Share the variants out to two parents, and look for them there."""
        for given in (drawn[::2], drawn[1::2]):
            called = [call for call in given if rng.random() >= self.missed]
            seen = (moved(call, rng, self.deviation_bp) for call in called)
            others = draw(rng, self.variants // 2)
            parent = GenomeCalls("P", GRCH38, (), structural=(*seen, *others))
            began = time.process_time()
            laid = laid_over((*called, planted), parent)
            counts.laying_seconds += time.process_time() - began
            counts.called += len(called)
            counts.found += sum(laid.carriage(call.allele).is_carried for call in called)
            counts.planted_found += laid.carriage(planted.allele) is not Carriage.UNSEEN


def draw(rng: random.Random, count: int) -> Iterator[StructuralCall]:
    """Draw structural variants over the autosomes."""
    contigs = [each for each in GRCH38.contigs if each.name.removeprefix("chr").isdigit()]
    lengths = [each.length_bp or 0 for each in contigs]
    for _ in range(count):
        (contig,) = rng.choices(contigs, lengths)
        (kind,) = rng.choices(list(KINDS), list(KINDS.values()))
        size = int(10 ** rng.uniform(SHORTEST_LOG10, LONGEST_LOG10))
        start = rng.randrange(1, (contig.length_bp or 0) - size)
        end = start if kind == "INS" else start + size
        yield StructuralCall(StructuralKind(kind), contig.name, start, end, Genotype.HET, size)


def moved(call: StructuralCall, rng: random.Random, deviation_bp: int) -> StructuralCall:
    """Place a call as another run of the caller might."""
    start = call.start + round(rng.gauss(0, deviation_bp))
    within = -2 * deviation_bp, 2 * deviation_bp
    end = start if call.start == call.end else call.end + round(rng.gauss(0, deviation_bp))
    end = end if call.start == call.end else max(end, start + 1)
    return replace(call, start=start, end=end, start_within=within, end_within=within)


def planted_in(case: PublishedCase, genes: GeneModels) -> StructuralCall:
    """Give a deletion of a case's whole gene."""
    gene = genes.of_gene(case.gene)[0]
    start, end = max(1, gene.start - MARGIN_BP), gene.end + MARGIN_BP
    kind = StructuralKind.DELETION
    return StructuralCall(kind, gene.contig, start, end, Genotype.HET, end - start)


def reaches(seen: Examination, gene: str) -> bool:
    """Say whether a gene is worth reading by the bounds of news."""
    order = list(dict.fromkeys(each.gene for each in seen.primary.candidates))
    best = max((e.log10_odds for e in seen.primary.candidates if e.gene == gene), default=-99.0)
    return gene in order[: BOUNDS.most] and best >= BOUNDS.log10_odds


def dominant_cases(path: Path, knowledge: Knowledge, most: int) -> Iterator[PublishedCase]:
    """Yield a case of each autosomal dominant disease whose gene has a model, in their order."""
    modes, seen = knowledge.model.annotations.modes, set[str]()
    for case in read_cases(path):
        is_dominant = Inheritance.AUTOSOMAL_DOMINANT in modes.get(case.disease, ())
        is_linked = case.disease in knowledge.gene_links.get(case.gene, ())
        genes = knowledge.genes.of_gene(case.gene)
        is_placed = bool(genes) and genes[0].contig.removeprefix("chr").isdigit()
        if is_dominant and is_linked and is_placed and case.disease not in seen:
            seen.add(case.disease)
            yield case
        if len(seen) >= most:
            return


def knowledge_of(data: Path, folder: Path) -> Knowledge:
    """Put the gene models and the packaged HPO together."""
    ontology = read_ontology(folder / "hp.obo")
    annotations = read_annotations(folder / "phenotype.hpoa", ontology)
    return Knowledge(
        assembly=GRCH38,
        model=LikelihoodModel(ontology, annotations),
        gene_links=read_gene_links(folder / "genes_to_phenotype.txt"),
        genes=completed(read_gene_models(data / GENES, GRCH38), GRCH38),
        reference=cast("Any", _NoSequence()),
        frequencies=None,
        releases=(),
    )


def report(counts: Counts) -> bool:
    """Print what was counted, the bar beside each figure; say whether all are met."""
    patients = counts.patients
    kept, kilobytes = counts.kept_variants / patients, counts.kept_bytes / patients / 1000
    print(f"{patients} patients; kept of each: {kept:.0f} structural variants, {kilobytes:.0f} kB")
    print(f"  laid over a parent in {counts.laying_seconds / patients / 2:.3f} s of processor time")
    print(f"  reach the bounds of news in a first ranking with the link: {counts.reaching}")
    lines = (
        ("looked at again as a first ranking would", counts.alike / patients, LEAST_ALIKE, 1),
        ("told, of those that reach the bounds", counts.told / counts.reaching, LEAST_TOLD, 1),
        ("looks a minute of processor time", 60 * patients / counts.seconds, LEAST_PER_MINUTE, 1),
        ("found in the parent who has the call", counts.found / counts.called, LEAST_FOUND, 1),
        ("new, and found by chance", counts.planted_found / patients / 2, MOST_BY_CHANCE, -1),
    )
    met = [sign * value >= sign * bar for _, value, bar, sign in lines]
    for (words, value, bar, sign), is_met in zip(lines, met, strict=True):
        bound = f"{'>=' if sign > 0 else '<='} {bar:g}"
        print(f"  {words}: {value:.4f} ({bound}) {'met' if is_met else 'MISSED'}")
    return all(met)


def main() -> int:
    """Draw, look and print; 1 when a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    parser.add_argument("--data", type=Path, default=beside)
    parser.add_argument("--patients", type=int, default=100)
    parser.add_argument("--variants", type=int, default=10_000)
    parser.add_argument("--missed", type=float, default=0.2, help="share that a caller misses")
    parser.add_argument("--deviation", type=int, default=20, help="of a border, in bp")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    folder = packaged_folder()
    if folder is None:
        parser.error("the package that carries the HPO's files is not installed")
    knowledge = knowledge_of(chosen.data, folder)
    clinic = Clinic(knowledge, chosen.variants, chosen.missed, chosen.deviation)
    counts, rng = Counts(), random.Random(chosen.seed)
    for case in dominant_cases(chosen.data / CASES, knowledge, chosen.patients):
        clinic.see(case, rng, counts)
    return 0 if report(counts) else 1


if __name__ == "__main__":
    sys.exit(main())
