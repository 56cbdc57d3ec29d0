"""Replay of two dated releases: which diagnoses that became knowable a reanalysis finds.

Two replays, each of an older and a newer day. *annotations*: the HPO's annotations and gene links
as they stood, by `biocuration`; no cases are known. *cases*: the published cases that their
collection had taken in by then are profiles of their diseases, by `created`; the HPO is the same.

A diagnosis became knowable when the patient's disease, under any name that MONDO gives it, was
described nowhere on the older day, and is on the newer by a publication other than the patient's
own. What the own publication says is left out of both releases. A patient whose gene and variant
were worth reading before, for another disease of the gene, is not counted. Unsolved are these
patients with their published variants in a drawn genome (`spiked`), and backgrounds: patients of
diseases known before, with a genome and no cause. A miss is named with its reason.

The bounds of `interpretation.news` were chosen on even diseases (by sha1): judge by `--half odd`.

How many of the unsolved become knowable in a year decides how much reading is for nothing; it is
set (`--share`, 1 %) and not measured. No figure here is a diagnostic yield.

    python validation/reanalysis.py [--data DIR] [--backgrounds 1500] [--knowable 0] [--half both]
"""

import argparse
import hashlib
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, cast

from kerne.alleles.assembly import GRCH38
from kerne.cases.answers.document import canonical_json, read_document
from kerne.cases.looking import LISTED
from kerne.interpretation.at_hand import Knowledge
from kerne.interpretation.basis import Basis
from kerne.interpretation.candidate import Interpretation
from kerne.interpretation.interpretation import examine_again
from kerne.interpretation.listing import Listing
from kerne.interpretation.reanalysis.news import BOUNDS, Look, News, find_news
from kerne.knowledge.cases import PublishedCase
from kerne.knowledge.gene_files.hgnc import read_gene_names
from kerne.knowledge.gene_files.mondo import read_same_diseases
from kerne.knowledge.gene_library import GeneLibrary
from kerne.knowledge.genes import completed, read_gene_models
from kerne.knowledge.hpo import packaged_folder
from kerne.knowledge.release import Kind, Release
from kerne.knowledge.releases import KnowledgeBase
from kerne.phenotype.likelihood import LikelihoodModel
from kerne.phenotype.profiles import NOTHING, LeftOut
from replayed.patients import Bases, Clinic, Facts, Unsolved, seen_by
from replayed.releases import Dated
from spiked.drawing import Genomes, invent, read_spectrum

CASES = "cases/published_cases.jsonl.gz"
GENES = "reference/MANE.GRCh38.bigGenePred.bed.gz"
CONSTRAINT = "knowledge/gnomad_v2.1.1_constraint.tsv.gz"
MONDO = "knowledge/mondo.sssom.tsv.gz"
HGNC = "knowledge/hgnc_complete_set.txt.gz"
RARE = "genotypes/1000G.chr22_10.5Mb.2548.GRCh38.vcf.gz"
LEAST_FOUND, MOST_ALERTS, LEAST_PER_MINUTE = 0.90, 1.0, 100.0
PER_CASES = 200
LISTED_FIRST = 20
"""A first ranking lists more, and takes long to put into words; none of those would be read."""
NEVER = "0000-00-00"
DAYS_A_MONTH = 365.25 / 12


@dataclass(frozen=True, slots=True)
class Replay:
    """Two days. `hpo` and `cases` are the older and newer day of each."""

    name: str
    hpo: tuple[str, str]
    cases: tuple[str, str]

    @property
    def months(self) -> float:
        """Time between the days that differ."""
        older, newer = self.hpo if self.hpo[0] != self.hpo[1] else self.cases
        return (date.fromisoformat(newer) - date.fromisoformat(older)).days / DAYS_A_MONTH


REPLAYS = (
    Replay("annotations", ("2024-01-16", "2025-01-16"), (NEVER, NEVER)),
    Replay("cases", ("2025-01-16", "2025-01-16"), ("2025-11-15", "2026-06-25")),
)


class LeavingOut:
    """A model that is asked without what a patient's own publication says."""

    def __init__(self, model: LikelihoodModel) -> None:
        self._model = model
        self.left_out = NOTHING

    def __getattr__(self, name: str) -> Any:  # Any: whatever the model has
        return getattr(self._model, name)

    def score(self, *asked: Any, **given: Any) -> Any:  # Any: as the model has it
        """Score as the model does, without what is left out."""
        return self._model.score(*asked, **given | {"left_out": self.left_out})


@dataclass(frozen=True, slots=True)
class Seen:
    """What two looks at one patient gave."""

    patient: Unsolved
    news: tuple[News, ...]
    before: Interpretation
    now: Interpretation
    seconds: float

    @property
    def is_found(self) -> bool:
        """Whether the planted gene is told."""
        return any(each.gene == self.patient.truth for each in self.news)

    @property
    def was_read(self) -> bool:
        """Whether the planted gene was worth reading before, for another disease of it."""
        genes = list(dict.fromkeys(each.gene for each in self.before.candidates))[: BOUNDS.most]
        return any(
            each.gene == self.patient.truth and each.log10_odds >= BOUNDS.log10_odds
            for each in self.before.candidates
            if each.gene in genes
        )

    @property
    def wrong(self) -> int:
        """How many other genes are told."""
        return sum(each.gene != self.patient.truth for each in self.news)


@dataclass(frozen=True)
class Watch:
    """The older and the newer knowledge, and looks at patients with both."""

    older: Knowledge
    newer: Knowledge
    bases: Bases
    facts: Facts

    def see(self, patient: Unsolved) -> Seen:
        """Look at a patient with the older knowledge, keep that, and look again with the newer."""
        left_out = LeftOut(patient.case.publication, patient.case.family, annotations=True)
        for knowledge in (self.older, self.newer):
            cast("LeavingOut", knowledge.model).left_out = left_out
            seen_by(knowledge, self.bases, self.facts, patient)
        first = examine_again(
            patient.basis, patient.phenotype, self.older, listing=Listing(most=LISTED_FIRST)
        )
        kept = canonical_json(first.basis), canonical_json(first.primary)
        began = time.perf_counter()
        basis, shown = read_document(kept[0], Basis), read_document(kept[1], Interpretation)
        again = examine_again(basis, patient.phenotype, self.newer, listing=Listing(most=LISTED))
        news = find_news(Look(shown, basis), Look(again.primary, again.basis))
        return Seen(patient, news, shown, again.primary, time.perf_counter() - began)


def knowledge_of(model: LikelihoodModel, clinic: Clinic, bases: Bases, facts: Facts) -> Knowledge:
    """Put the knowledge of one day together."""
    released = [
        Release(kind, "replayed", date(2026, 1, 1), "0" * 64, "replayed", Path("replayed"))
        for kind in (Kind.GENES, Kind.FREQUENCIES)
    ]
    return Knowledge(
        assembly=GRCH38,
        model=cast("LikelihoodModel", LeavingOut(model)),
        gene_links=model.gene_links,
        genes=clinic.genes,
        reference=cast("Any", bases),
        frequencies=None,
        releases=tuple(released),
        facts=cast("Any", facts),
        gene_facts=clinic.gene_facts,
    )


def is_even(disease: str) -> bool:
    """Say whether a disease is in the half that constants are chosen on."""
    return hashlib.sha1(disease.encode(), usedforsecurity=False).digest()[-1] % 2 == 0


def known_names(dated: Dated, disease: str) -> frozenset[str]:
    """Give all names of a disease."""
    return frozenset({disease}) | dated.aliases.get(disease, frozenset())


def described(dated: Dated, replay: Replay, which: int, case: PublishedCase) -> tuple[bool, bool]:
    """Say whether a case's disease is described on a day: at all, and by another publication."""
    names = known_names(dated, case.disease)
    hpo, cases = replay.hpo[which], replay.cases[which]
    rows = [
        row.source for name in names for row in dated.by_disease.get(name, ()) if row.day <= hpo
    ]
    rows += [
        other.publication
        for day, other in dated.cases_of.get(case.disease, ())
        if day <= cases and other.identifier != case.identifier
    ]
    others = [each for each in rows if case.publication not in each.split(";")]
    return bool(rows), bool(others)


def sort_cases(
    dated: Dated, replay: Replay, half: str
) -> tuple[list[PublishedCase], list[PublishedCase]]:
    """Sort the cases: those whose diagnosis became knowable, and those of diseases known before."""
    knowable, known = [], []
    for _, case in dated.published:
        if not case.gene or not case.observed:
            continue
        if half != "both" and is_even(case.disease) != (half == "even"):
            continue
        before, _ = described(dated, replay, 0, case)
        _, now = described(dated, replay, 1, case)
        if before:
            known.append(case)
        elif now:
            knowable.append(case)
    return knowable, known


def why_missed(seen: Seen) -> str:
    """Say why the diagnosis of a patient is no news."""
    truth = seen.patient.truth
    ours = [each for each in seen.now.candidates if each.gene == truth]
    if not ours:
        return "no candidate: its genotype or phenotype is too unlikely, or its mode another"
    best = ours[0]
    if best.log10_odds < BOUNDS.log10_odds:
        return f"log10 odds {best.log10_odds:+.1f}, below {BOUNDS.log10_odds:+.1f}"
    if len(seen.news) >= BOUNDS.most:
        return f"{len(seen.news)} genes that are new stand higher"
    return "it stood nearly as high before, by another disease of the gene"


def in_order(cases: Iterable[PublishedCase], salt: str) -> list[PublishedCase]:
    """Order cases as by lot, the same each time."""
    return sorted(
        cases, key=lambda each: hashlib.sha256(f"{salt} {each.identifier}".encode()).digest()
    )


def patients_of(clinic: Clinic, cases: Sequence[PublishedCase], most: int) -> Iterator[Unsolved]:
    """Plant the published causes, of the first `most` cases in which that is possible (0: all)."""
    made = 0
    for case in cases:
        patient = clinic.planted(case, f"planted {case.identifier}")
        if patient is not None and (most == 0 or made < most):
            made += 1
            yield patient


def backgrounds_of(
    clinic: Clinic, cases: Sequence[PublishedCase], count: int
) -> Iterator[Unsolved]:
    """Draw `count` patients without a cause; cases lend their phenotypes in turn."""
    for number in range(count):
        case = cases[number % len(cases)]
        yield clinic.background(case, f"background {number} {case.identifier}")


def run(replay: Replay, dated: Dated, clinic: Clinic, chosen: argparse.Namespace) -> bool:
    """Run one replay and print it; say whether its bars are met."""
    bases, facts = Bases(), Facts()
    with tempfile.TemporaryDirectory() as name:
        models = [dated.model(replay.hpo[n], Path(name) / str(n), replay.cases[n]) for n in (0, 1)]
    older, newer = (knowledge_of(model, clinic, bases, facts) for model in models)
    watch = Watch(older, newer, bases, facts)
    knowable, known = sort_cases(dated, replay, chosen.half)
    lent = in_order(known, "lent")
    planted = [
        watch.see(each)
        for each in patients_of(clinic, in_order(knowable, "planted"), chosen.knowable)
    ]
    empty = [watch.see(each) for each in backgrounds_of(clinic, lent, chosen.backgrounds)]
    return report(replay, len(knowable), planted, empty, chosen.share)


def report(
    replay: Replay, knowable: int, planted: Sequence[Seen], empty: Sequence[Seen], share: float
) -> bool:
    """Print what a replay gave, the bar beside each figure; say whether all are met."""
    read = [each for each in planted if each.was_read]
    planted = [each for each in planted if not each.was_read]
    found = sum(each.is_found for each in planted) / len(planted)
    by_disease = Counter(each.patient.case.disease for each in planted)
    macro = sum(e.is_found / by_disease[e.patient.case.disease] for e in planted)
    macro /= len(by_disease)
    rate = PER_CASES / replay.months
    alone = sum(each.wrong for each in empty) / len(empty) * rate
    beside = sum(each.wrong for each in planted) / len(planted) * rate
    part = share * replay.months / 12
    every = sum(len(each.news) for each in planted) / len(planted) * rate
    mixed = (1 - part) * alone + part * every
    minute = 60 / (sum(e.seconds for e in (*planted, *empty)) / (len(planted) + len(empty)))
    print(f"\n{replay.name}: HPO {replay.hpo}, cases {replay.cases}, {replay.months:.1f} months")
    print(f"  knowable diagnoses: {knowable}, with a cause that can be planted: {len(planted)}, ")
    print(f"  of {len(by_disease)} diseases; backgrounds: {len(empty)}")
    print(f"  not counted, the gene was worth reading before for another disease: {len(read)}")
    lines = (
        ("found, by case", found, LEAST_FOUND, ">="),
        ("alerts per 200 unsolved cases a month", mixed, MOST_ALERTS, "<="),
        ("cases a minute, one process", minute, LEAST_PER_MINUTE, ">="),
    )
    for words, value, bar, sign in lines:
        print(f"  {words}: {value:.3f} ({sign} {bar:g}) {_verdict(value, bar, sign)}")
    print(f"  found, macro-averaged by disease: {macro:.3f}")
    print(f"  of the alerts: {alone:.2f} on backgrounds, {beside:.2f} wrong ones on the knowable;")
    print(f"  mixed with {share:.1%} of unsolved cases becoming knowable a year")
    whys = Counter(r.why.value for e in empty for n in e.news for r in n.reasons)
    print(f"  reasons on backgrounds: {dict(whys)}")
    for each in planted:
        if not each.is_found:
            case = each.patient.case
            print(f"  missed {case.identifier} {case.gene} {case.disease}: {why_missed(each)}")
    return all(_verdict(value, bar, sign) == "met" for _, value, bar, sign in lines)


def _verdict(value: float, bar: float, sign: str) -> str:
    return "met" if (value >= bar if sign == ">=" else value <= bar) else "MISSED"


def main() -> int:
    """Run the replays; 1 when a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    parser.add_argument("--data", type=Path, default=beside)
    parser.add_argument("--backgrounds", type=int, default=1500)
    parser.add_argument("--knowable", type=int, default=0, help="at most so many; 0 is all")
    parser.add_argument("--half", choices=("even", "odd", "both"), default="both")
    parser.add_argument("--share", type=float, default=0.01, help="becoming knowable a year")
    parser.add_argument("--replay", choices=[each.name for each in REPLAYS], action="append")
    chosen = parser.parse_args()
    folder = packaged_folder()
    if folder is None:
        parser.error("the package that carries the HPO's files is not installed")
    same = read_same_diseases(chosen.data / MONDO)
    aliases = {name: frozenset(names) - {name} for names in same.values() for name in names}
    gene_names = read_gene_names(chosen.data / HGNC)
    dated = Dated(folder, chosen.data / CASES, aliases, gene_names)
    genes = completed(read_gene_models(chosen.data / GENES, GRCH38), GRCH38)
    genes = genes.called(gene_names)
    genomes = Genomes(genes, read_spectrum(chosen.data / RARE), invent)
    names = chosen.replay or [each.name for each in REPLAYS]
    with tempfile.TemporaryDirectory() as name:
        constraint = KnowledgeBase(Path(name)).add(Kind.CONSTRAINT, chosen.data / CONSTRAINT)
        clinic = Clinic(genes, genomes, dated.ontology, GeneLibrary([constraint], GRCH38))
        met = [run(each, dated, clinic, chosen) for each in REPLAYS if each.name in names]
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
