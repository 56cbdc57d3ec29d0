"""How high the true disease ranks among all by phenotype alone: published patients.

The rules, fixed before anything was tuned:

- Observed terms only: excluded ones list in published tables what relatives had, and tell the
  diagnosis. A term that the release does not know is passed over.
- The disease matches by its OMIM identifier; beside it the rank of its gene is given, the best of
  the diseases of that gene. Ties stand at mid-rank. A disease that the knowledge does not have is a
  miss, and so is a patient without any known term.
- Three populations. *Circular*: as published tools are measured, all evidence used but for case
  profiles. *OUT*: annotation rows and profiles of the patient's own publication are left out, for
  all diseases. *NC*: of these the patients whose own publication no annotation ever cited.
- Halves by the SHA-1 of the disease identifier. Constants are tuned on the even half only; the odd
  half is looked at once for each version that is reported.
- *Eligible* is a patient whose disease has an annotation or another publication's profile, without
  profiles one whose disease has an annotation. Bars are macro-averages over eligible diseases, as
  one publication is a large part of the half; intervals are bootstraps over diseases.

    python validation/ranking.py [--data DIR] [--cases FILE] [--half odd|even|all]
"""

import argparse
import hashlib
import resource
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from adversary.ranking_prototype import Prototype
from kerne.interpretation.phenotypes.cases import as_profile
from kerne.knowledge.cases import PublishedCase, read_cases
from kerne.knowledge.gene_files.mondo import read_same_diseases
from kerne.knowledge.hpo import packaged_folder
from kerne.phenotype.annotations import (
    FILE_NAME,
    GENES_FILE_NAME,
    read_annotations,
    read_gene_links,
)
from kerne.phenotype.likelihood import LikelihoodModel
from kerne.phenotype.ontology import FILE_NAME as ONTOLOGY
from kerne.phenotype.ontology import read_ontology
from kerne.phenotype.profiles import CaseProfile, LeftOut
from kerne.phenotype.ranking import mid_rank
from kerne.phenotype.weights import Weights

CASES = "cases/published_cases.jsonl.gz"
MONDO = "knowledge/mondo.sssom.tsv.gz"
LARGEST = "PMID:35190816"
TOPS = (1, 3, 10, 50)
MISSED = np.inf
BARS = {
    "NC, with profiles": (45.0, 75.0),
    "NC, without profiles": (40.0, 70.0),
    "circular": (48.0, None),
}
DRAWS = 2000


@dataclass(frozen=True, slots=True)
class Patient:
    """A published patient as this measurement sees it."""

    profile: CaseProfile
    is_odd: bool
    is_cited: bool
    is_annotated: bool
    has_other_profile: bool

    @property
    def is_eligible(self) -> bool:
        """Whether anything but the own publication could be known of the disease."""
        return self.is_annotated or self.has_other_profile


@dataclass(frozen=True, slots=True)
class Ranks:
    """Ranks of the true disease and of its gene; `MISSED` when there is none."""

    disease: float
    gene: float


Score = Callable[[Patient], NDArray[np.float64]]


def patients_of(cases: Iterable[PublishedCase], model: LikelihoodModel) -> list[Patient]:
    """Say of every case what is known of its disease."""
    profiles = [as_profile(case, model.ontology) for case in cases]
    publications: dict[str, set[str]] = {}
    for each in profiles:
        publications.setdefault(each.disease, set()).add(each.publication)
    annotations, citing = model.annotations, model.annotations.by_publication()
    return [
        Patient(
            profile=each,
            is_odd=bool(int(hashlib.sha1(each.disease.encode()).hexdigest(), 16) & 1),
            is_cited=annotations.index.get(each.disease, -1) in citing.get(each.publication, ()),
            is_annotated=each.disease in annotations.index,
            has_other_profile=bool(publications[each.disease] - {each.publication}),
        )
        for each in profiles
    ]


class Ranker:
    """Ranks the true disease and gene of patients by one model."""

    def __init__(self, diseases: Sequence[str], genes: Mapping[str, Sequence[str]]) -> None:
        self._index = {disease: number for number, disease in enumerate(diseases)}
        self._of_gene: dict[str, list[int]] = {}
        for disease, symbols in genes.items():
            for symbol in symbols:
                self._of_gene.setdefault(symbol, []).append(self._index[disease])

    def rank(self, patient: Patient, scores: NDArray[np.float64]) -> Ranks:
        """Give the ranks of one patient's disease and gene."""
        profile = patient.profile
        if not profile.observed:
            return Ranks(MISSED, MISSED)
        number = self._index.get(profile.disease)
        best = [n for gene in profile.genes for n in self._of_gene.get(gene, ())]
        return Ranks(
            MISSED if number is None else mid_rank(scores, number),
            min((mid_rank(scores, n) for n in best), default=MISSED),
        )


def macro(patients: Sequence[Patient], hits: NDArray[np.bool_]) -> tuple[float, float, float]:
    """Average shares over diseases, in per cent, with a bootstrap interval over diseases (95 %)."""
    by_disease: dict[str, list[bool]] = {}
    for patient, hit in zip(patients, hits.tolist(), strict=True):
        by_disease.setdefault(patient.profile.disease, []).append(hit)
    shares = np.array([100 * sum(each) / len(each) for each in by_disease.values()])
    draws = np.random.default_rng(1).integers(0, shares.size, (DRAWS, shares.size))
    low, high = np.percentile(shares[draws].mean(axis=1), [2.5, 97.5])
    return float(shares.mean()), float(low), float(high)


def show(title: str, patients: Sequence[Patient], ranks: Sequence[Ranks]) -> tuple[float, float]:
    """Print one line of figures; returns macro-averaged top 1 and top 10."""
    if not patients:
        print(f"{title:58s} nobody")
        return 0.0, 0.0
    place = np.array([each.disease for each in ranks])
    gene = np.array([each.gene for each in ranks])
    tops = {top: macro(patients, place <= top) for top in TOPS}
    diseases = len({each.profile.disease for each in patients})
    by_case = "/".join(f"{100 * np.mean(place <= top):.1f}" for top in TOPS)
    by_gene = "/".join(f"{macro(patients, gene <= top)[0]:.1f}" for top in TOPS)
    by_disease = "/".join(f"{tops[top][0]:.1f}" for top in TOPS)
    print(
        f"{title:58s} {len(patients):5d} {diseases:4d}  {by_disease:20s} "
        f"[{tops[1][1]:.0f}-{tops[1][2]:.0f}, {tops[10][1]:.0f}-{tops[10][2]:.0f}]  "
        f"{by_gene:20s}  {by_case}"
    )
    return tops[1][0], tops[10][0]


def populations(
    way: str, patients: Sequence[Patient], ranks: Sequence[Ranks], *, profiles: bool
) -> tuple[float, float]:
    """Print the populations of one way of ranking with the own publication left out."""
    known = [e.is_eligible if profiles else e.is_annotated for e in patients]
    chosen = {
        "OUT": [True for _ in patients],
        "OUT, eligible": known,
        "NC": [not e.is_cited for e in patients],
        "NC, eligible (bar)": [k and not e.is_cited for e, k in zip(patients, known, strict=True)],
        f"NC, eligible, without {LARGEST}": [
            k and not e.is_cited and e.profile.publication != LARGEST
            for e, k in zip(patients, known, strict=True)
        ],
    }
    found = {}
    for name, flags in chosen.items():
        kept = [n for n, flag in enumerate(flags) if flag]
        found[name] = show(f"{way}: {name}", [patients[n] for n in kept], [ranks[n] for n in kept])
    return found["NC, eligible (bar)"]


def unrankable(patients: Sequence[Patient]) -> None:
    """Say how many patients no method could rank, and why."""
    new = [e for e in patients if not e.is_cited]
    reasons = {
        "no known observed term": [e for e in new if not e.profile.observed],
        "disease in no annotation and no other publication": [
            e for e in new if not e.is_eligible and e.profile.observed
        ],
        "disease in no annotation (matters without profiles)": [
            e for e in new if not e.is_annotated and e.profile.observed
        ],
    }
    print(f"\nNC patients that no method could rank, of {len(new)}:")
    for why, who in reasons.items():
        diseases = len({e.profile.disease for e in who})
        print(f"  {why}: {len(who)} ({len(who) / max(len(new), 1):.1%}), {diseases} diseases")


def measure(
    patients: Sequence[Patient], models: Mapping[str, LikelihoodModel]
) -> dict[str, tuple[float, float]]:
    """Rank all patients in every way and print the figures."""
    found = {}
    print(
        f"\n{'':58s} cases dis.  macro by disease top {'/'.join(map(str, TOPS))} "
        "[95 % of top 1, top 10]  gene, macro  by case"
    )
    for name, model in models.items():
        ranker = Ranker(model.diseases, model.relations.genes)
        prior = model.prior()
        profiles = "with profiles" in name

        def score(patient: Patient, out: LeftOut, model=model, prior=prior):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - bound now
            return model.score(patient.profile.observed, left_out=out) + prior

        if not profiles:
            ranks = [ranker.rank(e, score(e, LeftOut())) for e in patients]
            show("circular, all", patients, ranks)
            kept = [n for n, e in enumerate(patients) if e.is_annotated]
            found["circular"] = show(
                "circular, annotated diseases (bar)",
                [patients[n] for n in kept],
                [ranks[n] for n in kept],
            )
        start = time.perf_counter()
        ranks = [
            ranker.rank(e, score(e, LeftOut(e.profile.publication, annotations=True)))
            for e in patients
        ]
        spent = (time.perf_counter() - start) / max(len(patients), 1)
        found[f"NC, {name}"] = populations(name, patients, ranks, profiles=profiles)
        print(f"{'':58s} {1000 * spent:.1f} ms a case, own publication left out")
    return found


def baseline(patients: Sequence[Patient], model: LikelihoodModel) -> None:
    """Print the figures of the prototype, in the same run."""
    everyone = [each.profile for each in patients]
    for profiles in ((), everyone):
        name = f"prototype, {'with' if profiles else 'without'} profiles"
        prototype = Prototype(model, profiles)
        ranker = Ranker(prototype.diseases, {})
        if not profiles:
            ranks = [ranker.rank(e, prototype.score(e.profile.observed)) for e in patients]
            show(f"{name}: circular, all", patients, ranks)
        ranks = [
            ranker.rank(e, prototype.score_without(e.profile.observed, e.profile)) for e in patients
        ]
        populations(name, patients, ranks, profiles=bool(profiles))


def aliases_of(mondo: Path | None) -> dict[str, frozenset[str]]:
    """Give the other names of each disease by MONDO's mappings, if there are any."""
    groups = () if mondo is None else read_same_diseases(mondo).values()
    return {name: frozenset(names) - {name} for names in groups for name in names}


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures; fails when a bar is missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    parser.add_argument("--data", type=Path, default=beside)
    parser.add_argument("--cases", type=Path, help="JSON lines, if not those of the data.")
    parser.add_argument("--mondo", type=Path, help="MONDO mappings (SSSOM), if not of the data.")
    parser.add_argument("--half", choices=("odd", "even", "all"), default="odd")
    parser.add_argument("--no-baseline", action="store_true")
    parser.add_argument("--weight", action="append", default=[], metavar="NAME=NUMBER")
    options = parser.parse_args(arguments)
    path = options.cases or options.data / CASES
    folder = packaged_folder()
    if not path.exists() or folder is None:
        print(f"skipped: no cases in {path}, or no HPO release")
        return 0
    ontology = read_ontology(folder / ONTOLOGY)
    annotations = read_annotations(folder / FILE_NAME, ontology)
    gene_links = read_gene_links(folder / GENES_FILE_NAME)
    mondo = options.mondo or options.data / MONDO
    aliases = aliases_of(mondo if mondo.exists() else None)
    weights = changed(Weights(), options.weight)
    plain = LikelihoodModel(
        ontology, annotations, gene_links=gene_links, aliases=aliases, weights=weights
    )
    everyone = patients_of(read_cases(path), plain)
    informed = LikelihoodModel(
        ontology,
        annotations,
        gene_links=gene_links,
        aliases=aliases,
        weights=weights,
        profiles=[each.profile for each in everyone],
    )
    halves = {"odd": (True,), "even": (False,), "all": (True, False)}[options.half]
    patients = [each for each in everyone if each.is_odd in halves]
    print(
        f"HPO {ontology.release}, {len(plain.diseases)} candidate diseases "
        f"({len(informed.diseases)} with profiles); {len(everyone)} cases of {path.name}, "
        f"{options.half} half: {len(patients)}; {len(aliases)} diseases with other names by MONDO"
    )
    unrankable(patients)
    found = measure(patients, {"without profiles": plain, "with profiles": informed})
    if not options.no_baseline:
        baseline(patients, plain)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of this measurement, both models worked out in it: {memory:.0f} MB")
    return verdict(found)


def changed(weights: Weights, changes: Sequence[str]) -> Weights:
    """Change constants of the model, for tuning on the even half."""
    for change in changes:
        name, _, number = change.partition("=")
        bases = {basis.name.lower(): basis for basis in weights.bases}
        if name in bases:
            weights = replace(weights, bases={**weights.bases, bases[name]: float(number)})
        else:
            weights = replace(weights, **{name: float(number)})  # type: ignore[arg-type]  # by name
    return weights


def verdict(found: Mapping[str, tuple[float, float]]) -> int:
    """Compare with the bars."""
    missed = 0
    print("\nbars, macro-averaged by disease")
    for name, (first, tenth) in BARS.items():
        one, ten = found[name]
        is_met = one >= first and (tenth is None or ten >= tenth)
        missed += not is_met
        wanted = f"{first:.0f}" if tenth is None else f"{first:.0f}/{tenth:.0f}"
        print(f"  {name}: {one:.1f}/{ten:.1f} (bar {wanted}): {'met' if is_met else 'MISSED'}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
