"""How our names of variants agree with those that others published.

Substitutions are named without a sequence, on the same version of the same MANE transcript. Indels
are named twice: by the bases that their own record shows (leftmost allele and rightmost genomic
name), and with the reference where the slices of chr20, chr21 and the mitochondrion reach, with the
protein. Names are compared as strings. Blanks and the deleted or copied bases are not part of a
name (HGVS nomenclature 21.1), so names that hold them are counted apart and compared without.

    python validation/hgvs.py [--data DIR] [--all]

Everything that differs is listed with the reason; `--all` lists also the names with blanks or
redundant letters. The exit code is 1 when a bar is missed.
"""

import argparse
import gzip
import re
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from kerne.alleles.allele import Allele
from kerne.alleles.assembly import GRCH38
from kerne.alleles.hgvs import coding_name, genomic_name
from kerne.alleles.mitochondrion import mitochondrial_transcripts
from kerne.alleles.normalise import edit_of
from kerne.alleles.protein import protein_name
from kerne.alleles.sequence import ReferenceSequence, SequenceSource
from kerne.alleles.transcript import Transcript
from kerne.knowledge.genes import read_gene_models
from published_cases import slices
from published_names.reading import (
    GenomicChange,
    allele_of,
    read_coding,
    read_genomic,
    rightmost_edit,
    shown_bases,
    without_redundant_letters,
)
from published_names.truth import Published, published

GENES: Final = "reference/MANE.GRCh38.bigGenePred.bed.gz"
MITOCHONDRION: Final = "reference/rCRS.fa"
BAR: Final = 0.998
"""Of substitutions on the same version of the transcript, by the issue."""
ANOTHER: Final = "c. without a sequence, another version"
"""No bar: a version may begin at another start codon. Listed with `--all` only."""
AROUND_BP: Final = 200
"""So far around an allele the reference must be known for a name to rest on it."""
EVERY: Final = 1.0
"""Of what is named with a sequence: identical, or the published name is at fault."""


@dataclass(slots=True)
class Tally:
    """How names of one kind compare.

    Parameters
    ----------
    identical
        As strings.
    rewritten
        Identical once blanks and redundant letters are taken out of the published name.
    at_fault
        Our name, the published one and why the published one cannot be right.
    differing
        The same for all others.
    """

    identical: int = 0
    rewritten: list[str] = field(default_factory=list)
    at_fault: list[str] = field(default_factory=list)
    differing: list[str] = field(default_factory=list)

    @property
    def compared(self) -> int:
        """How many names were compared."""
        return self.identical + sum(map(len, (self.rewritten, self.at_fault, self.differing)))

    def take(self, ours: str, theirs: str, fault: str, where: str) -> None:
        """Compare one name."""
        if ours == theirs:
            self.identical += 1
        elif ours == without_redundant_letters(theirs):
            self.rewritten.append(f"{theirs}, written {ours}")
        else:
            line = f"published {theirs}, ours {ours}, {where}: {fault or 'not explained'}"
            (self.at_fault if fault else self.differing).append(line)


class Names:
    """Compares names by kind."""

    def __init__(self, transcripts: Mapping[str, Transcript], reference: "Slices") -> None:
        self._transcripts = transcripts
        self._unversioned = {name.split(".")[0]: each for name, each in transcripts.items()}
        self._slices = reference
        self.tallies: dict[tuple[str, str], Tally] = defaultdict(Tally)
        self.left_out: Counter[str] = Counter()

    def compare(self, one: Published) -> None:
        """Compare all names of a variant that something can be said about."""
        if one.assembly is not GRCH38:
            self.left_out["on build 37, of which no transcripts are at hand"] += 1
            return
        allele = one.allele or self._allele_of(one)
        if allele is None:
            self.left_out["only names, and no sequence there"] += 1
            return
        reached = self._slices.reach(allele)
        if one.genomic and (reached or allele.is_snv):
            self._on_chromosome(one, allele, reached=reached)
        transcript = self._transcripts.get(one.transcript)
        if transcript is None:
            self._another_version(one, allele, reached=reached)
        elif allele.contig != transcript.contig:
            self.left_out["on another chromosome than the transcript"] += 1
        else:
            self._on_transcript(one, allele, transcript, reached=reached)

    def _on_chromosome(self, one: Published, allele: Allele, *, reached: bool) -> None:
        ours = genomic_name(GRCH38, allele, self._slices if reached else None)
        change = read_genomic(re.split(r":[gm]\.", one.genomic)[-1])
        same = reached and change is not None and _is_same(change, allele, None, self._slices)
        kind = "g. with the reference" if reached else "g. alone"
        self._take(kind, one, ours, one.genomic, same=same)

    def _allele_of(self, one: Published) -> Allele | None:
        contig = GRCH38.canonical_name(one.genomic.split(":")[0])
        change = read_genomic(re.split(r":[gm]\.", one.genomic)[-1])
        if change is not None and change.kind == ">":
            return Allele(contig, change.start, change.replaced, change.inserted)
        return allele_of(contig, change, self._slices) if contig in self._slices.contigs else None

    def _on_transcript(
        self, one: Published, allele: Allele, transcript: Transcript, *, reached: bool
    ) -> None:
        if allele.is_snv:
            self._take("c. alone", one, coding_name(transcript, allele, None), one.coding)
        elif one.genomic and one.allele:
            self._as_shown(one, transcript)
        elif not reached:
            self.left_out["indels without a genomic name, and no sequence there"] += 1
        if reached:
            self._with_sequence(one, allele, transcript)

    def _as_shown(self, one: Published, transcript: Transcript) -> None:
        change = read_genomic(one.genomic.partition(":g.")[2])
        if change is None or one.allele is None:
            self.left_out["a genomic name of a form that is not read"] += 1
            return
        shown = shown_bases(one.allele, change)
        if shown is None:
            self.left_out["allele and genomic name contradict each other"] += 1
            return
        self._take_coding("c. by the bases shown", one, one.allele, transcript, shown)

    def _with_sequence(self, one: Published, allele: Allele, transcript: Transcript) -> None:
        self._take_coding("c. with the reference", one, allele, transcript, self._slices)
        self._take_protein("p. with the reference", one, allele, transcript)

    def _take_protein(
        self, kind: str, one: Published, allele: Allele, transcript: Transcript
    ) -> None:
        if one.protein and transcript.end <= self._slices.length(transcript.contig):
            predicted = protein_name(transcript, allele, self._slices)
            self._take(kind, one, predicted, as_predicted(one.protein))

    def _take_coding(
        self,
        kind: str,
        one: Published,
        allele: Allele,
        transcript: Transcript,
        bases: SequenceSource,
    ) -> None:
        ours = coding_name(transcript, allele, bases)
        change = read_coding(re.split(r":[cn]\.", one.coding)[-1], transcript)
        same = change is not None and _is_same(change, allele, transcript, bases)
        self._take(kind, one, ours, one.coding, same=same)

    def _another_version(self, one: Published, allele: Allele, *, reached: bool) -> None:
        transcript = self._unversioned.get(one.transcript.split(".")[0])
        if transcript is None:
            self.left_out["on a transcript that is not MANE"] += 1
        elif transcript.contig == allele.contig and allele.is_snv and not reached:
            ours = coding_name(replace(transcript, identifier=one.transcript), allele, None)
            self._take(ANOTHER, one, ours, one.coding)
        elif not reached or transcript.contig != allele.contig:
            self.left_out["on another version of the transcript, and no sequence there"] += 1
        else:
            renamed = replace(transcript, identifier=one.transcript)
            kind = "c. with the reference, another version"
            self._take_coding(kind, one, allele, renamed, self._slices)
            self._take_protein("p. with the reference, another version", one, allele, renamed)

    def _take(
        self, kind: str, one: Published, ours: str, theirs: str, *, same: bool = False
    ) -> None:
        where = str(one.allele or one.genomic)[:60]
        fault = rule_against(ours, theirs) if same else fault_of(one, theirs)
        self.tallies[one.source, kind].take(ours, theirs, fault, where)


def _is_same(
    change: GenomicChange, allele: Allele, transcript: Transcript | None, bases: SequenceSource
) -> bool:
    """Say whether a published name, read by itself, makes the same sequence as the allele."""
    edit = edit_of(allele)
    ours = GenomicChange(edit.start, edit.end, "delins", edit.inserted)
    named, expected = (
        rightmost_edit(each, transcript, allele.contig, bases) for each in (change, ours)
    )
    return named == expected


def rule_against(ours: str, theirs: str) -> str:
    """Name the rule of HGVS 21.1 by which another name of the same change is not the one."""
    if "inv" in ours:
        return "an inversion comes before a deletion-insertion (general: prioritisation)"
    if "dup" in ours and "dup" not in theirs:
        return "what copies the bases before it is a duplication (general: prioritisation)"
    if "delins" in theirs or re.search(r"del[ACGT]+ins", theirs):
        return "bases that stay are no part of a change (general: the smallest change)"
    if "+" in ours and "+" not in theirs:
        return "not 3'-most: it goes on over the exon/intron border (DNA deletion: c.1704+1del)"
    return "not 3'-most (general: 3' rule)"


def fault_of(one: Published, name: str) -> str:
    """Say why a published name cannot be that of its variant, by itself; empty if it can."""
    if "[" in name and ";" in name:
        return "names two changes, the record has one"
    change = name.replace(" ", "").rpartition(".")[2]
    allele = one.allele
    if allele is not None and allele.is_snv and ">" in change:
        named = change.rstrip("ACGT")[:-1].rstrip("ACGT")
        bases = change[len(named) :].split(">")
        pair = [allele.reference, allele.alternative]
        complement = [base.translate(str.maketrans("ACGT", "TGCA")) for base in pair]
        if bases not in (pair, complement):
            return f"other bases than its own genomic {'>'.join(pair)}"
    return ""


def as_predicted(protein: str) -> str:
    """Write a protein name as a prediction in three letters: `p.(Arg130Ter)`."""
    bare = protein.removeprefix("p.").strip("()").replace("*", "Ter")
    return "p.?" if bare == "?" else f"p.({bare})"


def report(names: Names, *, listing: bool) -> bool:
    """Print the figures with their bars; say whether all bars are met."""
    met = True
    for (source, kind), tally in sorted(names.tallies.items()):
        good = tally.identical + len(tally.rewritten)
        bar = {ANOTHER: 0.0}.get(kind, BAR if kind.endswith("alone") else EVERY)
        figure = good if kind.endswith("alone") else good + len(tally.at_fault)
        reached = figure >= bar * tally.compared
        met &= reached
        print(
            f"{source}, {kind}: {tally.compared} compared, {tally.identical} identical "
            f"({tally.identical / tally.compared:.2%}), {len(tally.rewritten)} once rewritten, "
            f"{len(tally.at_fault)} at fault, "
            f"{len(tally.differing)} differ: {figure / tally.compared:.2%}, "
            + (f"bar {bar:.1%} {'met' if reached else 'MISSED'}" if bar else "no bar")
        )
        told = () if kind == ANOTHER and not listing else (*tally.at_fault, *tally.differing)
        for line in (*told, *(tally.rewritten if listing else ())):
            print(f"  {line}")
    print("\nnot compared")
    for why, count in names.left_out.most_common():
        print(f"  {count} {why}")
    return met


class Slices:
    """The reference slices, by contig; unknown bases are N."""

    def __init__(self, files: Sequence[Path]) -> None:
        self._by_contig = {
            contig: sequence
            for sequence in map(ReferenceSequence, files)
            for contig in sequence.contigs
        }
        self.contigs = frozenset(self._by_contig)

    def fetch(self, contig: str, start: int, end: int) -> str:
        """Give bases `[start, end)`."""
        return self._by_contig[contig].fetch(contig, start, end)

    def length(self, contig: str) -> int:
        """Give the length of what is known of a contig."""
        return self._by_contig[contig].length(contig)

    def reach(self, allele: Allele) -> bool:
        """Say whether the bases of an allele and those around are known and as it says."""
        if allele.contig not in self.contigs or allele.end > self.length(allele.contig):
            return False
        start = max(0, allele.position - AROUND_BP)
        end = min(self.length(allele.contig), allele.end + AROUND_BP)
        here = self.fetch(allele.contig, allele.position, allele.end)
        return here == allele.reference and "N" not in self.fetch(allele.contig, start, end)


def transcripts_of(path: Path) -> dict[str, Transcript]:
    """Give the MANE transcripts by their RefSeq and by their Ensembl names, and chrM's."""
    models = read_gene_models(path, GRCH38)
    named = {each.identifier: each for each in (*models.transcripts, *mitochondrial_transcripts())}
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for fields in (line.split("\t") for line in lines):
            if fields[21] in named:
                named[fields[3]] = replace(named[fields[21]], identifier=fields[3])
    return named


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare the names; 1 when a bar is missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    parser.add_argument("--data", type=Path, default=beside)
    parser.add_argument("--all", action="store_true", help="list also what was only rewritten")
    options = parser.parse_args(arguments)
    if not options.data.is_dir():
        print(f"names of variants skipped: no data in {options.data}")
        return 0
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        reference = Slices([slices(options.data, work), options.data / MITOCHONDRION])
        names = Names(transcripts_of(options.data / GENES), reference)
        for one in published(options.data):
            names.compare(one)
    return 0 if report(names, listing=options.all) else 1


if __name__ == "__main__":
    sys.exit(main())
