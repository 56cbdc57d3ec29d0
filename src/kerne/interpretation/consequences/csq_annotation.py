"""Alleles annotated by `bcftools csq`: one directory of inputs, the run, and its output read.

A back-reference `@position` in the output means *see that record*, and is followed. When the
program fails on some records it is run again on halves, until those it fails on are known; they
are reported and do not stop the others.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Final

import pysam

from kerne.alleles.allele import Allele
from kerne.alleles.assembly import canonical_spelling
from kerne.alleles.sequence import ReferenceSequence
from kerne.alleles.transcript import Transcript
from kerne.errors import InterpretationError
from kerne.interpretation.consequences.consequence import Consequence
from kerne.interpretation.consequences.csq import run_csq
from kerne.interpretation.reading.calls import Call
from kerne.knowledge.genes import GeneModels

FAILURES_MOST: Final = 20
"""When the program fails on more alleles than this, something else is wrong."""


class CsqRun:
    """One directory with gene models and reference, and the program run in it."""

    def __init__(
        self, directory: Path, reference: ReferenceSequence, transcripts: Sequence[Transcript]
    ) -> None:
        self._directory = directory
        self._reference = reference
        self._fasta = _link_reference(reference, directory)
        self._harmless = _substitution(transcripts[0], reference)
        self._genes = directory / "genes.gff3"
        contigs = {each.contig for each in transcripts}
        GeneModels(tuple(transcripts)).write_gff3(self._genes, contigs)
        self.warnings: dict[str, None] = {}
        self.failed: dict[Allele, str] = {}

    def look(
        self, alleles: Sequence[Allele], haplotype: Mapping[Allele, str] | None
    ) -> dict[Allele, tuple[Consequence, ...]]:
        """Run over alleles, each alone or as genotypes on two haplotypes.

        Those that the program fails on are kept in `failed`, with its words, and not in the answer.

        Raises
        ------
        InterpretationError
            It fails on a harmless allele too, or on more than `FAILURES_MOST`.
        """
        left = sorted(set(alleles) - self.failed.keys(), key=_place)
        found = self._look(left, haplotype) if left else {}
        return {allele: found[allele] for allele in alleles if allele in found}

    def _look(
        self, alleles: Sequence[Allele], haplotype: Mapping[Allele, str] | None
    ) -> dict[Allele, tuple[Consequence, ...]]:
        try:
            return self._run(alleles, haplotype)
        except InterpretationError as error:
            if not self._is_sound or len(self.failed) >= FAILURES_MOST:
                raise
            if len(alleles) == 1:
                self.failed[alleles[0]] = str(error)
                return {}
        half = len(alleles) // 2
        return self._look(alleles[:half], haplotype) | self._look(alleles[half:], haplotype)

    @cached_property
    def _is_sound(self) -> bool:
        """Whether the program runs with these genes and this reference on a harmless allele."""
        try:
            self._run([self._harmless], None)
        except InterpretationError:
            return False
        return True

    def _run(
        self, alleles: Sequence[Allele], haplotype: Mapping[Allele, str] | None
    ) -> dict[Allele, tuple[Consequence, ...]]:
        variants = self._directory / "alleles.vcf"
        variants.write_text(_vcf(alleles, haplotype))
        mode = ["--local-csq"] if haplotype is None else ["--phase", "a"]
        arguments = ["--fasta-ref", str(self._fasta), "--gff-annot", str(self._genes)]
        output = run_csq([*arguments, *mode, "--no-version", str(variants)], self._directory)
        self.warnings |= dict.fromkeys(output.warnings)
        return parse_output(output.vcf_text)

    def look_together(self, calls: Sequence[Call]) -> dict[Allele, tuple[Consequence, ...]]:
        """Run over alleles whose copy is known; give only what several alleles do together."""
        if len(calls) < 2:  # noqa: PLR2004 - two alleles are the least that act together
            return {}
        haplotype = {call.allele: _on_copies(call) for call in calls}
        found = self.look([call.allele for call in calls], haplotype)
        joined = {
            allele: tuple(each for each in consequences if each.together_with)
            for allele, consequences in found.items()
        }
        return {allele: consequences for allele, consequences in joined.items() if consequences}


def _substitution(transcript: Transcript, reference: ReferenceSequence) -> Allele:
    """Give a substitution of the first base of a transcript."""
    start = transcript.start
    base = reference.fetch(transcript.contig, start, start + 1)
    return Allele(transcript.contig, start, base, "C" if base == "A" else "A")


def parse_output(vcf_text: str) -> dict[Allele, tuple[Consequence, ...]]:
    """Read the VCF that `bcftools csq` wrote and follow its back-references."""
    texts: dict[Allele, list[str]] = {}
    at: dict[tuple[str, int], list[str]] = defaultdict(list)
    for line in vcf_text.splitlines():
        if line[:1] in ("", "#"):
            continue
        contig, position_1based, _, reference, alternative, _, _, info = line.split("\t", 8)[:8]
        allele = Allele(contig, int(position_1based) - 1, reference, alternative)
        found = _texts(info)
        texts[allele] = texts[allele] + found if allele in texts else found
        at[contig, allele.position] += [text for text in found if text[0] != "@"]
    return {
        allele: _by_transcript([_parse(allele, text) for text in _followed(allele, found, at)])
        for allele, found in texts.items()
    }


def _texts(info: str) -> list[str]:
    items = (item for item in info.split(";") if item.startswith("BCSQ="))
    return [text for item in items for text in item[5:].split(",")]


def _by_transcript(found: Sequence[Consequence]) -> tuple[Consequence, ...]:
    """Join what is said of one transcript in several places, most severe first."""
    if len(found) < 2:  # noqa: PLR2004 - nothing to join
        return tuple(found)
    joined: dict[str, Consequence] = {}
    for each in sorted(found, key=lambda consequence: consequence.severity):
        before = joined.get(each.transcript)
        joined[each.transcript] = each if before is None else _joined(before, each)
    return tuple(joined.values())


def _joined(worse: Consequence, other: Consequence) -> Consequence:
    return replace(
        worse,
        terms=tuple(dict.fromkeys((*worse.terms, *other.terms))),
        amino_acids=worse.amino_acids or other.amino_acids,
        together_with=tuple(dict.fromkeys((*worse.together_with, *other.together_with))),
    )


def _followed(
    allele: Allele, texts: Sequence[str], at: Mapping[tuple[str, int], Sequence[str]]
) -> list[str]:
    if not any(text.startswith("@") for text in texts):
        return list(dict.fromkeys(texts))
    change = f"{allele.position + 1}{allele.reference}>{allele.alternative}"
    followed: dict[str, None] = {}
    for text in texts:
        if not text.startswith("@"):
            followed[text] = None
            continue
        for there in at[allele.contig, int(text[1:]) - 1]:
            if change in there.split("|")[-1].split("+"):
                followed[there] = None
    return list(followed)


def _parse(allele: Allele, text: str) -> Consequence:
    fields = (text.split("|") + [""] * 7)[:7]
    terms, symbol, transcript, _, _, amino_acids, changes = fields
    parts = [_change(allele.contig, part) for part in changes.split("+") if ">" in part]
    return Consequence(
        allele=allele,
        transcript=transcript,
        symbol=symbol,
        terms=tuple(terms.lstrip("*").split("&")),
        amino_acids=amino_acids,
        together_with=tuple(part for part in parts if part != allele),
    )


def _change(contig: str, text: str) -> Allele:
    before, _, alternative = text.partition(">")
    digits = before.rstrip("ACGTN")
    return Allele(contig, int(digits) - 1, before[len(digits) :], alternative)


def _on_copies(call: Call) -> str:
    if call.phase is None:
        return "1|1"
    return "1|0" if call.phase.haplotype == 0 else "0|1"


def _place(allele: Allele) -> tuple[str, int, str, str]:
    return allele.contig, allele.position, allele.reference, allele.alternative


def _vcf(alleles: Iterable[Allele], haplotype: Mapping[Allele, str] | None) -> str:
    ordered = list(alleles)
    contigs = dict.fromkeys(allele.contig for allele in ordered)
    columns = ["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO"]
    if haplotype is not None:
        columns += ["FORMAT", "GENOME"]
    lines = ["##fileformat=VCFv4.2", *(f"##contig=<ID={contig}>" for contig in contigs)]
    lines.append('##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">')
    lines.append("\t".join(columns))
    for allele in ordered:
        fields = [allele.contig, str(allele.position + 1), "."]
        fields += [allele.reference, allele.alternative, ".", ".", "."]
        if haplotype is not None:
            fields += ["GT", haplotype.get(allele, "0|0")]
        lines.append("\t".join(fields))
    return "\n".join(lines) + "\n"


def _link_reference(reference: ReferenceSequence, directory: Path) -> Path:
    """Put the FASTA into the directory under an index that has canonical names."""
    path = reference.path.resolve()
    link = directory / path.name
    link.symlink_to(path)
    index = Path(f"{path}.fai")
    if index.exists():
        for suffix in (".fai", ".gzi"):
            beside = Path(f"{path}{suffix}")
            if beside.exists():
                Path(f"{link}{suffix}").write_bytes(beside.read_bytes())
    else:
        pysam.faidx(str(link))
    own = Path(f"{link}.fai")
    rows = [line.split("\t", 1) for line in own.read_text().splitlines()]
    own.write_text("".join(f"{canonical_spelling(name)}\t{rest}\n" for name, rest in rows))
    return link
