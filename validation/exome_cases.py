"""How high the true gene ranks among the rare variants of an exome, and how sure one may be.

Every usable published patient: all causal variants have a place on GRCh38. They are planted among
250 rare protein-altering alleles drawn by chance (`spiked/drawing.py`); what a variant does comes
from real sequence where the slices reach, else from the place of exons (`spiked/geometry.py`), and
never from a string of the case. Rules, fixed before anything was tuned:

- A planted allele that acts alone is in none of the others of 1000 Genomes; one of a recessive
  genotype is as frequent as a drawn allele below 0.1 %.
- Populations as for the phenotype alone (`ranking.py`): *circular* uses all annotations and no
  case profiles; *OUT* leaves out what cites the patient's own publication; *NC* are those of OUT
  whose publication no annotation ever cited. *Known* is a patient whose gene and disease are known
  without the own publication; all others are misses in the lines that say *all*.
- What ClinGen judged of a gene and its diseases is known to all; whether a panel read the patient's
  own publication is not looked at.
- Halves by the SHA-1 of the disease identifier: constants are tuned on the even half only.
- `--wider` draws rare alleles near splice sites, in tracts and in genes of RNA besides, as a real
  genome has them; the bars are measured without.
- Nothing found: each patient again with the same drawn alleles and without the planted ones.
- Probabilities are judged with patients with and without a cause in the proportion of the prior.
- Bars are by case; the macro-average by disease and its interval stand beside them.

A spike-in rank is no diagnostic yield. In a clinic the cause is often not in the file, in no known
gene, or of a kind that nobody looked at, and phenotypes are not written by authors who know the
diagnosis.

    python validation/exome_cases.py [--data DIR] [--half odd|even|all] [--planted 200]
"""

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import published_cases
from kerne.alleles.assembly import GRCH38
from kerne.alleles.sequence import ReferenceSequence
from kerne.interpretation.phenotypes.model import called
from kerne.interpretation.ranking.ranking import Gene
from kerne.knowledge.cases import PublishedCase, read_cases
from kerne.knowledge.gene_files.hgnc import GeneNames, read_gene_names
from kerne.knowledge.gene_library import GeneLibrary
from kerne.knowledge.genes import completed, read_gene_models
from kerne.knowledge.hpo import packaged_folder
from kerne.knowledge.release import Kind
from kerne.knowledge.releases import KnowledgeBase
from kerne.phenotype.annotations import (
    FILE_NAME,
    GENES_FILE_NAME,
    read_annotations,
    read_gene_links,
)
from kerne.phenotype.likelihood import LikelihoodModel
from kerne.phenotype.ontology import FILE_NAME as ONTOLOGY
from kerne.phenotype.ontology import read_ontology
from kerne.phenotype.profiles import NOTHING, LeftOut
from ranking import Patient, aliases_of, patients_of
from spiked.drawing import read_spectrum
from spiked.figures import Outcome, judge_probabilities, outcome_of, show_ranks
from spiked.patients import Phenotyped, Spiker, planted_alleles
from spiked.sequenced import Sequenced

GENOTYPES_1000 = "genotypes/1000G.chr22_10.5Mb.2548.GRCh38.vcf.gz"
HGNC = "knowledge/hgnc_complete_set.txt.gz"
MONDO = "knowledge/mondo.sssom.tsv.gz"
ABOUT_GENES = (
    (Kind.CONSTRAINT, "knowledge/gnomad_v2.1.1_constraint.tsv.gz"),
    (Kind.VALIDITY, "knowledge/clingen_gene_validity.csv.gz"),
    (Kind.HGNC, HGNC),
    (Kind.MONDO, MONDO),
)
BARS = {
    "circular, known: gene top 1": 97.0,
    "NC, known: gene top 1": 85.0,
    "NC, known: gene top 2": 90.0,
    "planted patients of the synthetic country: gene top 1": 90.0,
}
LIMITS = {
    "nothing found: share with a likely gene, %": 5.0,
    "calibration error of the probabilities": 0.05,
    "median genes to read": 3.0,
}
LEAST_BARE = 500


@dataclass(frozen=True, slots=True)
class Spiked:
    """A patient with the genes of both genomes."""

    patient: Patient
    gene: str
    is_gene_known: bool
    planted: tuple[Gene, ...]
    bare: tuple[Gene, ...]

    @property
    def is_known(self) -> bool:
        """Whether gene and disease are known without the own publication."""
        return self.is_gene_known and self.patient.is_eligible


@dataclass(frozen=True, slots=True)
class Knowing:
    """One model with what ranks by it."""

    model: LikelihoodModel
    phenotyped: Phenotyped

    def outcomes(
        self, spiked: Sequence[Spiked], *, leave_out: bool, bare: bool = False
    ) -> list[Outcome]:
        """Rank the genes of all patients."""
        return [self._outcome(each, leave_out=leave_out, bare=bare) for each in spiked]

    def _outcome(self, spiked: Spiked, *, leave_out: bool, bare: bool) -> Outcome:
        profile = spiked.patient.profile
        left_out = LeftOut(profile.publication, annotations=True) if leave_out else NOTHING
        scores = self.model.score(profile.observed, left_out=left_out)
        terms = len(self.model.ontology.most_specific(profile.observed))
        held = spiked.bare if bare else spiked.planted
        # A gene that only the own publication knows is in no list before that is read.
        genes = [g for g in held if spiked.is_gene_known or g.symbol != spiked.gene]
        ranked = self.phenotyped.rank(genes, scores, terms)
        return outcome_of(ranked, profile.disease, "" if bare else spiked.gene)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures; fails when a bar is missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    parser.add_argument("--data", type=Path, default=beside)
    parser.add_argument("--cases", type=Path, help="JSON lines, if not those of the data.")
    parser.add_argument("--half", choices=("odd", "even", "all"), default="odd")
    parser.add_argument("--wider", action="store_true", help="Draw alleles beside exons as well.")
    parser.add_argument("--most", type=int, help="At most so many patients, for a quick look.")
    parser.add_argument("--planted", type=int, default=200, help="Patients of the country.")
    options = parser.parse_args(arguments)
    cases = options.cases or options.data / published_cases.CASES
    print((__doc__ or "").split("\n\n")[3])
    found: dict[str, float] = {}
    if cases.exists() and packaged_folder() is not None:
        found |= published(options, cases)
    else:
        print(f"published cases skipped: no cases in {cases}, or no HPO release")
    if options.planted:
        found |= of_country(options.planted)
    return verdict(found)


def published(options: argparse.Namespace, path: Path) -> dict[str, float]:
    """Spike the published patients and print their figures."""
    data, half = options.data, options.half
    approved = names_of(data).approved
    cases = [replace(each, gene=approved(each.gene)) for each in read_cases(path)]
    plain, informed, patients = models_of(data, cases)
    chosen = [
        (case, patient)
        for case, patient in zip(cases, patients, strict=True)
        if half == "all" or patient.is_odd == (half == "odd")
    ][: options.most]
    usable = [(c, p) for c, p in chosen if c.gene and c.variants and planted_alleles(c)]
    print(f"\n{path.name}, {half} half: {len(chosen)} patients, {len(usable)} usable; others have")
    print("  no gene, or a variant without a place on GRCh38 (exon deletions, translocations)")
    with tempfile.TemporaryDirectory() as name:
        spiked = spike(data, Path(name), usable, cases, informed, is_wider=options.wider)
    return measure(spiked, plain, informed, about_genes(data))


@cache
def about_genes(data: Path) -> GeneLibrary:
    """Take the releases about genes that a centre has: constraint, and what ClinGen judged."""
    present = ((kind, data / name) for kind, name in ABOUT_GENES if (data / name).exists())
    with tempfile.TemporaryDirectory() as folder:
        base = KnowledgeBase(Path(folder))
        library = GeneLibrary([base.add(kind, path) for kind, path in present], GRCH38)
        library.of("")  # reads all, while the folder stands
    return library


@cache
def names_of(data: Path) -> GeneNames:
    """Read the names of genes, by which the sources are joined."""
    return read_gene_names(data / HGNC)


def models_of(
    data: Path, cases: Sequence[PublishedCase]
) -> tuple[LikelihoodModel, LikelihoodModel, list[Patient]]:
    """Open the phenotype models without and with case profiles, and say what is known of whom."""
    folder = packaged_folder()
    assert folder is not None, "checked"
    ontology = read_ontology(folder / ONTOLOGY)
    annotations = read_annotations(folder / FILE_NAME, ontology)
    links = called(read_gene_links(folder / GENES_FILE_NAME), names_of(data))
    mondo = data / MONDO
    aliases = aliases_of(mondo if mondo.exists() else None)
    plain = LikelihoodModel(ontology, annotations, gene_links=links, aliases=aliases)
    patients = patients_of(cases, plain)
    profiles = [each.profile for each in patients]
    informed = LikelihoodModel(
        ontology, annotations, gene_links=links, aliases=aliases, profiles=profiles
    )
    return plain, informed, patients


def spike(
    data: Path,
    work: Path,
    usable: Sequence[tuple[PublishedCase, Patient]],
    cases: Sequence[PublishedCase],
    informed: LikelihoodModel,
    *,
    is_wider: bool = False,
) -> list[Spiked]:
    """Make both genomes of every patient."""
    genes = completed(read_gene_models(data / published_cases.GENES, GRCH38), GRCH38)
    genes = genes.called(names_of(data))
    spectrum = read_spectrum(data / GENOTYPES_1000)
    planted = [allele for case, _ in usable for allele, _ in planted_alleles(case)]
    folder = packaged_folder()
    assert folder is not None, "checked"
    annotated = called(read_gene_links(folder / GENES_FILE_NAME), names_of(data))
    publications: dict[str, set[str]] = {}
    for case in cases:
        publications.setdefault(case.gene, set()).add(case.publication)
    with ReferenceSequence(published_cases.slices(data, work)) as reference:
        sequenced = Sequenced(genes, reference, planted)
        linked = frozenset(informed.gene_links)
        spiker = Spiker(genes, linked, spectrum, sequenced, about_genes(data), is_wider=is_wider)
        print(f"  consequences from sequence in {sequenced.genes} genes, elsewhere by geometry")
        return [
            Spiked(
                patient,
                case.gene,
                case.gene in annotated or bool(publications[case.gene] - {case.publication}),
                *map(tuple, spiker.genomes(case)),
            )
            for case, patient in usable
        ]


def measure(
    spiked: Sequence[Spiked],
    plain: LikelihoodModel,
    informed: LikelihoodModel,
    about: GeneLibrary,
) -> dict[str, float]:
    """Rank everybody in every way and print the figures."""
    ways = {
        name: Knowing(
            model, Phenotyped(model.gene_links, plain.annotations, model.relations, about)
        )
        for name, model in (("without profiles", plain), ("with profiles", informed))
    }
    tops = "/".join(str(top) for top in (1, 2, 5, 10))
    print(
        f"\n{'true gene in top ' + tops:46s} cases dis.  by case{'':15s}macro by disease  ", end=""
    )
    print("[95 % of top 1]  % no candidate")
    circular = ways["without profiles"].outcomes(spiked, leave_out=False)
    annotated = [n for n, e in enumerate(spiked) if e.is_known and e.patient.is_annotated]
    show_ranks("circular, all", circular)
    first = show_ranks("circular, known (bar)", [circular[n] for n in annotated])
    found = {"circular, known: gene top 1": first[1]}
    explain_misses([circular[n] for n in annotated])
    for name, way in ways.items():
        planted = way.outcomes(spiked, leave_out=True)
        bare = way.outcomes(spiked, leave_out=True, bare=True)
        is_last = name == "with profiles"
        show_ranks(f"OUT, {name}, all", planted)
        show_ranks(f"OUT, {name}, known", [planted[n] for n, e in enumerate(spiked) if e.is_known])
        new = [n for n, e in enumerate(spiked) if not e.patient.is_cited]
        known = [n for n in new if spiked[n].is_known]
        show_ranks(f"NC, {name}, all", [planted[n] for n in new])
        tops_known = show_ranks(
            f"NC, {name}, known{' (bar)' if is_last else ''}", [planted[n] for n in known]
        )
        judged = judge_probabilities([planted[n] for n in known], [bare[n] for n in new])
        if is_last:
            explain_misses([planted[n] for n in known])
            found |= {f"NC, known: gene top {top}": tops_known[top] for top in (1, 2)}
            limits = (judged.false_likely, judged.calibration_error, judged.median_to_read)
            found |= dict(zip(LIMITS, limits, strict=True))
            if len(new) < LEAST_BARE:
                print(f"  only {len(new)} without a cause, expected {LEAST_BARE} or more")
    return found


def explain_misses(outcomes: Sequence[Outcome]) -> None:
    """Say which genes are missed most, and why."""
    absent = Counter(each.gene for each in outcomes if each.rank == float("inf"))
    below = Counter(each.gene for each in outcomes if 1 < each.rank < float("inf"))
    print(f"  no candidate (nothing planted that is ranked): {_most(absent)}")
    print(f"  another gene above: {_most(below)}")


def _most(counts: Counter[str]) -> str:
    return ", ".join(f"{gene} {count}" for gene, count in counts.most_common(8)) or "none"


def of_country(patients: int) -> dict[str, float]:
    """Interpret planted patients of the synthetic country with their families, whole."""
    with tempfile.TemporaryDirectory() as name:
        outcomes = list(published_cases.planted(max(1200, 6 * patients), patients, 1, Path(name)))
    published_cases.report("planted patients of the synthetic country", outcomes)
    first = sum(each.gene_rank == 1 for each in outcomes)
    return {"planted patients of the synthetic country: gene top 1": 100 * first / len(outcomes)}


def verdict(found: dict[str, float]) -> int:
    """Compare with the bars."""
    missed = 0
    print("\nbars (a spike-in rank is no diagnostic yield)")
    for name, bar in (BARS | LIMITS).items():
        if name not in found:
            print(f"  {name}: not measured")
            continue
        is_met = found[name] <= bar if name in LIMITS else found[name] >= bar
        missed += not is_met
        sign = "at most" if name in LIMITS else "at least"
        print(f"  {name}: {found[name]:.3g} ({sign} {bar:g}): {'met' if is_met else 'MISSED'}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
