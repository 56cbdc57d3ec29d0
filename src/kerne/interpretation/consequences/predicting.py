"""What the alleles of a genome do to transcripts, by the `bcftools csq` that pysam carries.

Two passes. The first looks at every allele alone (`--local-csq`): two unphased alleles, which may
lie on different copies of a gene, are never taken together. The second (`--phase a`) looks at
haplotypes and is given only what is surely on one copy: homozygous alleles, and heterozygous ones
that the file phases over the whole chromosome. Where the second says that neighbours in one codon
or frame act together, that replaces what the first said. What is no substitution is read once more
by our own code (`rereading`). The mitochondrion is read by our own
code, as the program does not know stop codons that the tail completes.

Only transcripts and alleles inside the reference sequence can be looked at. What lies outside, and
what cannot be read, is counted and named in `Consequences.outside`.

References
----------
Danecek and McCarthy 2017 (doi:10.1093/bioinformatics/btx100).
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from kerne.alleles.allele import Allele
from kerne.alleles.assembly import MITOCHONDRION
from kerne.alleles.interval import Interval
from kerne.alleles.sequence import ReferenceSequence
from kerne.alleles.transcript import Transcript
from kerne.interpretation.candidate import Genotype
from kerne.interpretation.consequences.consequence import Consequence, Consequences
from kerne.interpretation.consequences.csq_annotation import CsqRun
from kerne.interpretation.consequences.mitochondrial import predict_mitochondrial
from kerne.interpretation.consequences.rereading import reread
from kerne.interpretation.reading.calls import Call
from kerne.interpretation.secondary import secondary_list
from kerne.knowledge.genes import GeneModels
from kerne.knowledge.tags import MANE_PLUS_CLINICAL, MANE_SELECT

_BASES = frozenset("ACGT")


def predict(calls: Sequence[Call], genes: GeneModels, reference: ReferenceSequence) -> Consequences:
    """Predict what the alleles of one genome do to the transcripts that they touch.

    Raises
    ------
    InterpretationError
        `bcftools csq` failed whatever it was given; the message holds its own words.
    """
    inside, outside = _split_by_reference(calls, reference)
    touching, transcripts, beyond = _touched(inside, genes, reference)
    nuclear = [call for call in touching if call.allele.contig != MITOCHONDRION]
    found = predict_mitochondrial(
        [call.allele for call in touching if call.allele.contig == MITOCHONDRION], genes, reference
    )
    failed, warnings = Counter[str](), tuple[str, ...]()
    if nuclear:
        ours = [each for each in transcripts if each.contig != MITOCHONDRION]
        with TemporaryDirectory(prefix="kerne-csq-") as name:
            run = CsqRun(Path(name), reference, ours)
            alone = run.look([call.allele for call in nuclear], haplotype=None)
            together = run.look_together([call for call in nuclear if _has_known_copy(call)])
        by_name, placed = {each.identifier: each for each in ours}, GeneModels(ours)
        for allele, hits in alone.items():
            alone[allele] = reread(allele, _on_each(hits, allele, placed), by_name, reference)
        found |= _merge(alone, together)
        failed.update(f"on {allele.contig}: `bcftools csq` fails on them" for allele in run.failed)
        warnings = tuple(run.warnings)
    ranks = {each.identifier: _rank(each) for each in transcripts}
    by_allele = {allele: _ordered(hits, ranks) for allele, hits in found.items()}
    return Consequences(by_allele, (*_counted(outside + failed), *beyond), warnings)


def _on_each(
    hits: tuple[Consequence, ...], allele: Allele, genes: GeneModels
) -> tuple[Consequence, ...]:
    """Say `intron` and `non_coding` of each transcript that they hold for.

    csq says `intron` once for a gene, and `non_coding` only where it has nothing else to say.
    """
    named = tuple(each for each in hits if each.transcript)
    said = {each.transcript for each in named}
    looked_for = {"non_coding"} if len(named) == len(hits) else {"non_coding", "intron"}
    unnamed = (
        Consequence(allele, each.identifier, each.symbol, (term,))
        for each in genes.overlapping(Interval(allele.contig, allele.position, allele.end))
        if each.identifier not in said and (term := _term_without_frame(allele, each)) in looked_for
    )
    return (*named, *unnamed)


def _term_without_frame(allele: Allele, transcript: Transcript) -> str:
    """Give the term for a place that needs no reading frame; empty for one in coding exons."""
    if not _reaches_exon(allele, transcript):
        return "intron"
    return "non_coding" if transcript.cds is None else ""


def _reaches_exon(allele: Allele, transcript: Transcript) -> bool:
    return any(start < allele.end and allele.position < end for start, end in transcript.exons)


def _rank(transcript: Transcript) -> int:
    """Rank a transcript among those of its gene: MANE Select, MANE Plus Clinical, the others."""
    return next(
        (at for at, tag in enumerate((MANE_SELECT, MANE_PLUS_CLINICAL)) if tag in transcript.tags),
        2,
    )


def _ordered(
    consequences: tuple[Consequence, ...], ranks: Mapping[str, int]
) -> tuple[Consequence, ...]:
    if len(consequences) == 1:
        return consequences
    return tuple(sorted(consequences, key=lambda each: (ranks[each.transcript], each.severity)))


def _counted(reasons: Counter[str]) -> tuple[str, ...]:
    return tuple(f"{count} alleles {why}" for why, count in reasons.items())


def _split_by_reference(
    calls: Iterable[Call], reference: ReferenceSequence
) -> tuple[list[Call], Counter[str]]:
    known = {contig: reference.length(contig) for contig in reference.contigs}
    inside, outside = [], Counter[str]()
    for call in calls:
        why = _why_outside(call.allele, known, reference)
        if why:
            outside[f"on {call.allele.contig}: {why}"] += 1
        else:
            inside.append(call)
    return inside, outside


def _why_outside(allele: Allele, lengths: Mapping[str, int], reference: ReferenceSequence) -> str:
    file = reference.path.name
    if allele.contig not in lengths:
        return f"the reference sequence `{file}` has no such contig"
    if allele.end > lengths[allele.contig]:
        return f"past base {lengths[allele.contig]:,} where `{file}` ends"
    bases = reference.fetch(allele.contig, allele.position, allele.end)
    if "N" in bases:
        return f"where the reference sequence `{file}` is unknown (N)"
    if not _BASES.issuperset(allele.alternative) or not _BASES.issuperset(allele.reference):
        return "written with other letters than A, C, G and T"
    if bases != allele.reference:
        return f"other reference bases than `{file}` has there"
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
