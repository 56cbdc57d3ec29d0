"""Criteria that ClinGen's experts met, and those that the program meets from the same variants.

Read are the experts' variants (coding name on a RefSeq transcript, protein change in their words)
and MANE's exons, so that the frame, the last exon and decay can be judged without a sequence. A
transcript of another version, or of the same gene, is read by the codons of MANE's.

The rules for a gene are those that the experts cite where that edition is at hand (by its PMID or
version in their words), otherwise the earliest: ClinGen's panels write the version since there is a
second one, so that words without one are older. What lacks data is not judged, and is counted apart
with the reason: it is neither right nor wrong. The bar is on the codes whose data are at hand.

    python validation/criteria.py [--data DIR] [--rules FILE] [--show] [--bar 0.9]
"""

import argparse
import csv
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from kerne.alleles.assembly import GRCH38
from kerne.alleles.transcript import Transcript
from kerne.interpretation.candidate import Evidence, Met, Mode
from kerne.interpretation.criteria.judging import judge
from kerne.interpretation.criteria.subject import Sources, Subject
from kerne.knowledge.gene_library import GeneLibrary
from kerne.knowledge.genes import read_gene_models
from kerne.knowledge.release import Kind
from kerne.knowledge.releases import KnowledgeBase
from kerne.knowledge.specification import Specification
from kerne.knowledge.specifications import Specifications, read_specifications
from kerne.knowledge.tags import MANE_SELECT
from published_names.coding_names import parse_coding_name, protein_in, subject_of

EXPERTS = "knowledge/acmg_expert_criteria.csv"
GENES = "reference/MANE.GRCh38.bigGenePred.bed.gz"
CONSTRAINT = "knowledge/gnomad_v2.1.1_constraint.tsv.gz"
VALIDITY = "knowledge/clingen_gene_validity.csv.gz"
RULES = "specifications/clingen.tsv"
AUTOMATED = ("PVS1", "PM1", "PM4", "PP2", "BP1", "BP3")
"""Codes that the variant and its gene settle, with what is at hand."""
PATIENTS = ("PS2", "PM6", "PM3", "PP1", "PP4", "BP2", "BP5")
CURATED = ("PS3", "PS4", "BS3", "BS4", "PP5")
LACKING = ("PS1", "PM5", "PM2", "BA1", "BS1", "BS2", "PP3", "BP4", "BP7")
LEAST_MET = 3
"""A code that experts met less often is printed, without a bar."""
SURE = {"Definitive", "Strong", "Moderate"}
MODES = {"AD": Mode.DOMINANT, "AR": Mode.RECESSIVE_HOMOZYGOUS, "XL": Mode.X_LINKED}
ORDER = {Met.MET: 2, Met.NOT_JUDGED: 1, Met.NOT_MET: 0}
"""Of several modes the one that says most counts."""

_PAPERS = re.compile(r"PMIDs?:? ?(\d+(?:, ?\d+)*)")
"""Papers as experts cite them: `PMID:1`, `PMID 1`, `PMIDs: 1, 2`."""


@dataclass(frozen=True, slots=True)
class Row:
    """One variant of the experts, and the criteria that they met."""

    variant: str
    met: frozenset[str]
    words: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the program says of one criterion of one row."""

    row: Row
    evidence: Evidence
    expected: bool
    is_cited_edition: bool


def read_rows(path: Path) -> list[Row]:
    """Read the experts' variants; those listed twice count once."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = [
            Row(r["Variant"], frozenset(r["Expected Criteria"].split(";")), r["Comment"])
            for r in csv.DictReader(file)
        ]
    return list({(row.variant, row.met): row for row in rows}.values())


def by_accession(transcripts: Iterable[Transcript]) -> dict[str, Transcript]:
    """Give transcripts by accession without version, and MANE Select by gene."""
    found: dict[str, Transcript] = {}
    for each in transcripts:
        found[each.identifier.partition(".")[0]] = each
        if MANE_SELECT in each.tags:
            found[each.symbol] = each
    return found


def edition_for(row: Row, symbol: str, rules: Specifications) -> tuple[Specification, bool]:
    """Choose the edition that the experts cite, else the earliest; say whether they cite it."""
    listed = _PAPERS.findall(row.words)
    cited = {f"PMID:{number}" for numbers in listed for number in re.findall(r"\d+", numbers)}
    cited |= {f" {number}." for number in re.findall(r"[Vv]ersions? ?(\d+)", row.words)}
    editions = rules.editions(symbol)
    for each in editions:
        name, _, source = each.label.rstrip(")").partition(" (")
        if source in cited or any(version in name for version in cited):
            return each, True
    return next(iter(editions), rules.of(symbol)), False


def modes_of(subject: Subject) -> list[Mode]:
    """Give the modes in which ClinGen is sure of the gene; dominant where it is of none."""
    validity = () if subject.gene is None else subject.gene.validity
    letters = {each.inheritance for each in validity if each.classification in SURE}
    return [mode for letter, mode in MODES.items() if letter in letters] or [Mode.DOMINANT]


def judge_in_any(subject: Subject, sources: Sources) -> list[Evidence]:
    """Judge under every mode of the gene: the experts' words do not always name the disease."""
    best: dict[str, Evidence] = {}
    for mode in modes_of(subject):
        for each in judge(subject, sources, mode):
            before = best.get(each.criterion, each)
            best[each.criterion] = max(before, each, key=lambda said: ORDER[said.met])
    return list(best.values())


class Experts:
    """The knowledge at hand, and what it says of the experts' variants."""

    def __init__(self, data: Path, rules: Path, base: KnowledgeBase) -> None:
        self._transcripts = by_accession(read_gene_models(data / GENES, GRCH38).transcripts)
        files = {Kind.CONSTRAINT: data / CONSTRAINT, Kind.VALIDITY: data / VALIDITY}
        releases = [base.add(kind, path) for kind, path in files.items()]
        self._genes = GeneLibrary(releases, GRCH38)
        self._rules = read_specifications(base.add(Kind.SPECIFICATIONS, rules).path)
        named = [str(each) for each in releases]
        self._sources = Sources("MANE", constraint=named[0], validity=named[1])
        self.resolved: Counter[str] = Counter()

    def outcomes(self, row: Row) -> Iterator[Outcome]:
        """Judge one row; nothing when its name cannot be read."""
        subject = self._subject(row)
        if subject is None:
            return
        rules, is_cited = edition_for(row, subject.transcript.symbol, self._rules)
        yield from self._judged(row, replace(subject, specification=rules), is_cited=is_cited)

    def by_newest(self, row: Row) -> Iterator[Outcome]:
        """Judge one row by the rules that hold today, whatever the experts had."""
        subject = self._subject(row)
        if subject is not None:
            rules = self._rules.of(subject.transcript.symbol)
            yield from self._judged(row, replace(subject, specification=rules), is_cited=False)

    def _judged(self, row: Row, subject: Subject, *, is_cited: bool) -> Iterator[Outcome]:
        for evidence in judge_in_any(subject, self._sources):
            yield Outcome(row, evidence, evidence.criterion in row.met, is_cited)

    def _subject(self, row: Row) -> Subject | None:
        name = parse_coding_name(row.variant)
        if name is None:
            self.resolved["names that cannot be read"] += 1
            return None
        transcript = self._transcripts.get(name.accession) or self._transcripts.get(name.gene)
        if transcript is None:
            self.resolved["transcripts that MANE does not have"] += 1
            return None
        self.resolved[_how(row.variant, transcript)] += 1
        subject = subject_of(name, protein_in(row.words, name), transcript)
        return replace(subject, gene=self._genes.of(transcript.symbol))


def _how(variant: str, transcript: Transcript) -> str:
    accession = re.split(r"[(:]", variant)[0]
    if accession == transcript.identifier:
        return "the same transcript and version"
    if accession.partition(".")[0] == transcript.identifier.partition(".")[0]:
        return "another version of the transcript, read by MANE's"
    return "another transcript of the gene, read by MANE's"


@dataclass(slots=True)
class Tally:
    """How often program and experts agree on one criterion."""

    both: int = 0
    program_only: int = 0
    experts_only: int = 0
    neither: int = 0
    open: int = 0
    """Not judged, though the experts met it."""

    @property
    def precision(self) -> float | None:
        """Share of what the program met that the experts met."""
        met = self.both + self.program_only
        return self.both / met if met else None

    @property
    def recall(self) -> float | None:
        """Share of what the experts met, and could be judged, that the program met."""
        met = self.both + self.experts_only
        return self.both / met if met else None


def tally(outcomes: Iterable[Outcome]) -> dict[str, Tally]:
    """Count agreement by criterion."""
    found: dict[str, Tally] = defaultdict(Tally)
    for each in outcomes:
        count = found[each.evidence.criterion]
        if each.evidence.met is Met.NOT_JUDGED:
            count.open += each.expected
        elif each.evidence.met is Met.MET:
            count.both += each.expected
            count.program_only += not each.expected
        else:
            count.experts_only += each.expected
            count.neither += not each.expected
    return found


def report(title: str, tallies: Mapping[str, Tally], bar: float | None) -> bool:
    """Print agreement by criterion; say whether every code with data meets the bar, if any."""
    print(f"\n{title}")
    print("code   precision  recall  (both, program only, experts only, not judged)  bar")
    is_right = True
    for code in AUTOMATED:
        count = tallies.get(code, Tally())
        verdict, reached = _verdict(count, bar)
        is_right &= reached
        numbers = f"{count.both}, {count.program_only}, {count.experts_only}, {count.open}"
        shares = f"{_share(count.precision):>9}  {_share(count.recall):>6}"
        print(f"{code:6} {shares}  ({numbers})  {verdict}")
    return is_right


def _verdict(count: Tally, bar: float | None) -> tuple[str, bool]:
    """Compare with the bar, where there is one and experts met the criterion often enough."""
    experts = count.both + count.experts_only
    if experts < LEAST_MET or bar is None:
        few = "few: no bar" if experts else "not judged: no data" if count.open else "never met"
        return ("" if bar is None else few), True
    reached = min(count.precision or 0.0, count.recall or 0.0) >= bar
    return f">= {bar:.0%} {'met' if reached else 'MISSED'}", reached


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.1%}"


def explain(outcomes: Iterable[Outcome]) -> None:
    """Print every disagreement, and every criterion that experts met and was not judged."""
    for each in outcomes:
        evidence = each.evidence
        if evidence.criterion not in AUTOMATED:
            continue
        is_met = evidence.met is Met.MET
        if is_met != each.expected and (each.expected or is_met):
            who = "experts only" if each.expected else "program only"
            said = f"{evidence.met}, {evidence.data}"
            print(f"  {evidence.criterion} {who}: {each.row.variant}: {said}")


def lacking(rows: Iterable[Row], outcomes: Iterable[Outcome]) -> None:
    """Print what the experts met that no data at hand can settle, with the reasons."""
    reasons: dict[str, Counter[str]] = defaultdict(Counter)
    for each in outcomes:
        if each.expected and each.evidence.met is Met.NOT_JUDGED:
            reasons[each.evidence.criterion][each.evidence.data.partition(";")[0]] += 1
    met = Counter(code for row in rows for code in row.met)
    print("\nmet by experts, and not to be settled by what is at hand")
    for group, codes in (("needs a release", LACKING), ("needs the patient", PATIENTS),
                         ("entered by a curator", CURATED)):  # fmt: skip
        named = ", ".join(f"{code} {met[code]}" for code in codes if met[code])
        print(f"  {group}: {named}")
    for code in LACKING:
        for reason, times in reasons[code].most_common(1):
            print(f"    {code}: {reason} ({times})")


def main() -> int:
    """Run the comparison."""
    here = Path(__file__).resolve()
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=here.parents[2] / "shared" / "data")
    parser.add_argument("--rules", type=Path, default=here.parent / RULES)
    parser.add_argument("--bar", type=float, default=0.9)
    parser.add_argument("--show", action="store_true", help="name every disagreement")
    options = parser.parse_args()
    rows = read_rows(options.data / EXPERTS)
    with TemporaryDirectory() as folder:
        experts = Experts(options.data, options.rules, KnowledgeBase(Path(folder)))
        outcomes = [outcome for row in rows for outcome in experts.outcomes(row)]
        resolved = dict(experts.resolved)
        newest = [outcome for row in rows for outcome in experts.by_newest(row)]
    print(f"{len(rows)} variants of ClinGen's experts; transcripts: {resolved}")
    everything = "all, by the edition that the experts cite, or else the earliest"
    is_right = report(everything, tally(outcomes), options.bar)
    cited = tally(each for each in outcomes if each.is_cited_edition)
    report("of these, by an edition of the rules that the experts cite", cited, None)
    report("all, by the newest edition, which most experts did not have", tally(newest), None)
    if options.show:
        explain(outcomes)
    lacking(rows, outcomes)
    print("\nbar reached" if is_right else "\nbar MISSED")
    return 0 if is_right else 1


if __name__ == "__main__":
    sys.exit(main())
