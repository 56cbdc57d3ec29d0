"""What alleles do to transcripts, by the `bcftools csq` that pysam carries.

Two passes. The first looks at every allele alone (`--local-csq`): two unphased alleles, which may
lie on different copies of a gene, are never taken together. The second (`--phase a`) looks at
haplotypes and is given only what is surely on one copy: homozygous alleles, and heterozygous ones
that the file phases over the whole chromosome. Where the second says that neighbours in one codon
or frame act together, that replaces what the first said. A back-reference `@position` in its
output means *see that record*, and is followed.

Only transcripts and alleles inside the reference sequence can be looked at. What lies outside is
counted and named in `Consequences.outside`.

References
----------
Danecek and McCarthy 2017 (doi:10.1093/bioinformatics/btx100).
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pysam

from kerne.alleles.allele import Allele
from kerne.alleles.assembly import canonical_spelling
from kerne.alleles.interval import Interval, Intervals
from kerne.alleles.sequence import ReferenceSequence
from kerne.alleles.transcript import Transcript
from kerne.interpretation.calls import Call
from kerne.interpretation.candidate import Genotype
from kerne.interpretation.csq import run_csq
from kerne.interpretation.secondary import secondary_list
from kerne.knowledge.genes import GeneModels

NEIGHBOURHOOD_BP = 20
"""How far from an exon an allele is still looked at; what lies deeper is not examined."""

MITOCHONDRION = "chrM"

SEVERITY = (
    "splice_acceptor",
    "splice_donor",
    "stop_gained",
    "frameshift",
    "start_lost",
    "stop_lost",
    "inframe_altering",
    "inframe_insertion",
    "inframe_deletion",
    "missense",
    "splice_region",
    "stop_retained",
    "start_retained",
    "synonymous",
    "coding_sequence",
    "5_prime_utr",
    "3_prime_utr",
    "non_coding",
    "intron",
)
"""Consequences as `bcftools csq` names them, most severe first; others come last."""

_RANK = {term: rank for rank, term in enumerate(SEVERITY)}


@dataclass(frozen=True, slots=True)
class Consequence:
    """What one allele does to one transcript.

    Parameters
    ----------
    terms
        In the order of the program.
    amino_acids
        Its protein change, as `32P>32T`; empty outside the coding sequence.
    together_with
        Alleles of the same haplotype that this consequence takes in.
    """

    allele: Allele
    transcript: str
    symbol: str
    terms: tuple[str, ...]
    amino_acids: str = ""
    together_with: tuple[Allele, ...] = ()

    @property
    def severity(self) -> int:
        """Rank of the most severe term, 0 is most severe."""
        return min(_RANK.get(term, len(SEVERITY)) for term in self.terms)


@dataclass(frozen=True, slots=True, eq=False)
class Consequences:
    """Consequences by allele, and what could not be looked at.

    Parameters
    ----------
    outside
        In words, with counts.
    warnings
        What `bcftools csq` wrote on its standard error beyond progress.
    """

    by_allele: Mapping[Allele, tuple[Consequence, ...]]
    outside: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def neighbourhood(genes: GeneModels) -> Intervals:
    """Give all exons with `NEIGHBOURHOOD_BP` on either side."""
    return Intervals.build(
        Interval(transcript.contig, max(0, start - NEIGHBOURHOOD_BP), end + NEIGHBOURHOOD_BP)
        for transcript in genes.transcripts
        for start, end in transcript.exons
    )


def predict(calls: Sequence[Call], genes: GeneModels, reference: ReferenceSequence) -> Consequences:
    """Predict what the alleles of one genome do to the transcripts that they touch.

    Raises
    ------
    InterpretationError
        `bcftools csq` failed; the message holds its own words.
    """
    inside, outside = _split_by_reference(calls, reference)
    touching, transcripts, beyond = _touched(inside, genes, reference)
    if not touching:
        return Consequences({}, outside + beyond)
    with TemporaryDirectory(prefix="kerne-csq-") as name:
        run = _Run(Path(name), reference, transcripts)
        alone = run.look([call.allele for call in touching], haplotype=None)
        phased = [call for call in touching if _has_known_copy(call)]
        together = run.look_together(phased)
    return Consequences(_merge(alone, together), outside + beyond, tuple(run.warnings))


def _split_by_reference(
    calls: Iterable[Call], reference: ReferenceSequence
) -> tuple[list[Call], tuple[str, ...]]:
    known = {contig: reference.length(contig) for contig in reference.contigs}
    inside, outside = [], Counter[str]()
    for call in calls:
        why = _why_outside(call.allele, known, reference)
        if why:
            outside[why] += 1
        else:
            inside.append(call)
    return inside, tuple(f"{count} alleles {why}" for why, count in outside.items())


def _why_outside(allele: Allele, lengths: Mapping[str, int], reference: ReferenceSequence) -> str:
    file = reference.path.name
    if allele.contig == MITOCHONDRION:
        return f"on {allele.contig}: its own genetic code and heteroplasmy are not handled"
    if allele.contig not in lengths:
        return f"on {allele.contig}: the reference sequence `{file}` has no such contig"
    if allele.end > lengths[allele.contig]:
        return f"on {allele.contig}: past base {lengths[allele.contig]:,} where `{file}` ends"
    if "N" in reference.fetch(allele.contig, allele.position, allele.end):
        return f"on {allele.contig}: where the reference sequence `{file}` is unknown (N)"
    return ""


def _touched(
    calls: Sequence[Call], genes: GeneModels, reference: ReferenceSequence
) -> tuple[list[Call], list[Transcript], tuple[str, ...]]:
    """Give the calls that touch a transcript, the transcripts, and those beyond the reference."""
    lengths = {contig: reference.length(contig) for contig in reference.contigs}
    found: dict[str, Transcript] = {}
    beyond: set[str] = set()
    touching = []
    for call in calls:
        allele = call.allele
        near = genes.overlapping(Interval(allele.contig, max(0, allele.position - 1), allele.end))
        whole = [each for each in near if each.end <= lengths[each.contig]]
        found |= {each.identifier: each for each in whole}
        beyond |= {each.symbol for each in near if each.end > lengths[each.contig]}
        if whole:
            touching.append(call)
    # A gene is named because an allele lies in it: for one of the list that would tell.
    beyond -= secondary_list().classes.keys()
    words = f"genes that reach beyond the reference sequence: {', '.join(sorted(beyond))}"
    return touching, list(found.values()), (words,) if beyond else ()


def _has_known_copy(call: Call) -> bool:
    if call.genotype is not Genotype.HET:
        return True
    return call.phase is not None and not call.phase.phase_set


def _merge(
    alone: Mapping[Allele, tuple[Consequence, ...]],
    together: Mapping[Allele, tuple[Consequence, ...]],
) -> dict[Allele, tuple[Consequence, ...]]:
    merged = dict(alone)
    for allele, joined in together.items():
        replaced = {each.transcript for each in joined}
        kept = (each for each in alone.get(allele, ()) if each.transcript not in replaced)
        merged[allele] = (*kept, *joined)
    return merged


class _Run:
    """One directory with gene models and reference, and the program run in it."""

    def __init__(
        self, directory: Path, reference: ReferenceSequence, transcripts: Sequence[Transcript]
    ) -> None:
        self._directory = directory
        self._reference = reference
        self._fasta = _link_reference(reference, directory)
        self._genes = directory / "genes.gff3"
        contigs = {each.contig for each in transcripts}
        GeneModels(tuple(transcripts)).write_gff3(self._genes, contigs)
        self.warnings: dict[str, None] = {}

    def look(
        self, alleles: Sequence[Allele], haplotype: Mapping[Allele, str] | None
    ) -> dict[Allele, tuple[Consequence, ...]]:
        """Run over alleles, each alone or as genotypes on two haplotypes."""
        variants = self._directory / "alleles.vcf"
        variants.write_text(_vcf(alleles, haplotype))
        mode = ["--local-csq"] if haplotype is None else ["--phase", "a"]
        arguments = ["--fasta-ref", str(self._fasta), "--gff-annot", str(self._genes)]
        output = run_csq([*arguments, *mode, "--no-version", str(variants)], self._directory)
        self.warnings |= dict.fromkeys(output.warnings)
        found = parse_output(output.vcf_text)
        return {allele: found[allele] for allele in alleles}

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


def parse_output(vcf_text: str) -> dict[Allele, tuple[Consequence, ...]]:
    """Read the VCF that `bcftools csq` wrote and follow its back-references."""
    records = [line.split("\t")[:8] for line in vcf_text.splitlines() if line and line[0] != "#"]
    texts: dict[Allele, list[str]] = defaultdict(list)
    at: dict[tuple[str, int], list[str]] = defaultdict(list)
    for contig, position_1based, _, reference, alternative, *_, info in records:
        allele = Allele(contig, int(position_1based) - 1, reference, alternative)
        found = [
            text
            for item in info.split(";")
            if item.startswith("BCSQ=")
            for text in item[5:].split(",")
        ]
        texts[allele] += found
        at[contig, int(position_1based)] += [text for text in found if text[0] != "@"]
    return {
        allele: _by_transcript(_parse(allele, text) for text in _followed(allele, found, at))
        for allele, found in texts.items()
    }


def _by_transcript(found: Iterable[Consequence]) -> tuple[Consequence, ...]:
    """Join what is said of one transcript in several places, most severe first."""
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
    allele: Allele, texts: Iterable[str], at: Mapping[tuple[str, int], Sequence[str]]
) -> list[str]:
    change = f"{allele.position + 1}{allele.reference}>{allele.alternative}"
    followed: dict[str, None] = {}
    for text in texts:
        if not text.startswith("@"):
            followed[text] = None
            continue
        for there in at[allele.contig, int(text[1:])]:
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


def _vcf(alleles: Iterable[Allele], haplotype: Mapping[Allele, str] | None) -> str:
    ordered = sorted(alleles)
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
