"""From consequences to genes: which alleles could matter, in which transcript, and how carried."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from kerne.alleles.allele import Allele
from kerne.alleles.assembly import GRCH38, MITOCHONDRION, Assembly, ContigKind
from kerne.alleles.haplotype import joined
from kerne.alleles.hgvs import coding_name, genomic_name, repeated_unit
from kerne.alleles.interval import Intervals
from kerne.alleles.normalise import edit_of
from kerne.alleles.protein import UNCHANGED, protein_name
from kerne.alleles.sequence import SequenceSource
from kerne.alleles.transcript import Transcript
from kerne.interpretation.candidate import Genotype
from kerne.interpretation.consequences.consequence import TRACT, Consequence
from kerne.interpretation.criteria.frequency import COMMON_ALWAYS
from kerne.interpretation.criteria.location import LENGTH_CHANGING
from kerne.interpretation.criteria.loss import ALL as LOSS
from kerne.interpretation.criteria.subject import Subject
from kerne.interpretation.family.autozygosity import stretch_bp
from kerne.interpretation.family.observation import Observation, Place, RelativeCarriage
from kerne.interpretation.family.pedigree import Family, Kin, PedigreeSex, Relative
from kerne.interpretation.family.sex import is_only_copy
from kerne.interpretation.reading.calls import Call, Carriage
from kerne.interpretation.structural.overlap import TERMS as STRUCTURAL
from kerne.knowledge.allele_facts import AlleleFacts, PublishedFrequency
from kerne.knowledge.tags import MANE_PLUS_CLINICAL, MANE_SELECT

RELEVANT = LOSS | LENGTH_CHANGING | STRUCTURAL | {"missense", "splice_region", TRACT}
"""Consequences that could bear a candidate while no predictor is at hand."""
_RELEVANT_OR_RNA = RELEVANT | {"non_coding"}
LEAST_REPEATS = 3
"""So many copies of a unit in a row are a tandem repeat."""
REPEAT_WINDOW_BP = 100


def relevant_by_gene(
    consequences: Mapping[Allele, Sequence[Consequence]],
    transcripts: Mapping[str, Transcript],
    rna_genes: Collection[str] = (),
    long_rna_genes: Collection[str] = (),
) -> dict[str, dict[Allele, Consequence]]:
    """Choose for each gene and allele the transcript to speak of, where the allele matters there.

    MANE Select speaks for its gene, or MANE Plus Clinical where the allele matters there alone; a
    gene without MANE is spoken for by the transcript that is hit worst.

    Parameters
    ----------
    rna_genes
        Genes whose product is an RNA in which any change could matter; those of the mitochondrion
        are among them whether or not they are named.
    long_rna_genes
        Further genes whose product is an RNA, in which structural variants alone could matter: a
        small change of a long RNA seldom does anything.
    """
    structural = frozenset(rna_genes).union(long_rna_genes)
    chosen: dict[str, dict[Allele, Consequence]] = defaultdict(dict)
    for allele, found in consequences.items():
        products = structural if allele.is_symbolic else rna_genes
        for symbol, ours in _by_gene(found, transcripts, products).items():
            speaking = _speaking(ours, transcripts)
            if _matters(speaking):
                chosen[symbol][allele] = speaking
    return dict(chosen)


def _by_gene(
    found: Iterable[Consequence],
    transcripts: Mapping[str, Transcript],
    rna_genes: Collection[str],
) -> dict[str, list[Consequence]]:
    """Gather by gene what is said of messengers and of the RNA that is a product by itself."""
    by_gene: dict[str, list[Consequence]] = defaultdict(list)
    for each in found:
        transcript = transcripts.get(each.transcript)
        if transcript is None:
            continue
        is_product = _is_mitochondrial(transcript) or transcript.symbol in rna_genes
        if transcript.cds is not None or is_product:
            by_gene[transcript.symbol].append(each)
    return by_gene


def _speaking(ours: Sequence[Consequence], transcripts: Mapping[str, Transcript]) -> Consequence:
    def tagged(tag: str) -> list[Consequence]:
        return [each for each in ours if tag in transcripts[each.transcript].tags]

    selected, clinical = tagged(MANE_SELECT), list(filter(_matters, tagged(MANE_PLUS_CLINICAL)))
    speaking = selected if any(map(_matters, selected)) else clinical or selected
    return min(speaking or ours, key=lambda each: (each.severity, each.transcript))


def _matters(consequence: Consequence) -> bool:
    """Say whether a consequence could bear a candidate.

    Of transcripts that code for nothing only those of RNA genes come here: any change of the RNA
    could.
    """
    return not _RELEVANT_OR_RNA.isdisjoint(consequence.terms)


def _is_mitochondrial(transcript: Transcript) -> bool:
    return transcript.contig == MITOCHONDRION


def is_common(published: PublishedFrequency | None) -> bool:
    """Say whether an allele is too frequent for any disease here (BA1)."""
    return published is not None and published.af is not None and published.af > COMMON_ALWAYS


def make_subject(
    allele: Allele,
    consequence: Consequence,
    transcript: Transcript,
    reference: SequenceSource,
    facts: AlleleFacts,
) -> Subject:
    """Name an allele in its transcript and gather what the criteria look at."""
    if allele.is_symbolic:
        return Subject(allele, consequence, transcript, "", "")
    changes_length = bool(LENGTH_CHANGING & set(consequence.terms))
    return Subject(
        allele=allele,
        consequence=consequence,
        transcript=transcript,
        coding_name=name_on(transcript, allele, reference),
        protein_name=protein_on(transcript, consequence, reference),
        facts=facts,
        in_repeat=is_in_repeat(allele, reference) if changes_length else None,
    )


def name_on(transcript: Transcript, allele: Allele, reference: SequenceSource | None) -> str:
    """Name an allele on its transcript; on those that are called by their contig, on that.

    These are the genes that come with Kerne: of the mitochondrion, where everybody does so, and
    small genes of RNA.
    """
    if transcript.identifier.startswith("NC_"):
        return genomic_name(GRCH38, allele, reference)  # chrM has the accession of GRCh37 too
    return coding_name(transcript, allele, reference)


def protein_on(
    transcript: Transcript, consequence: Consequence, reference: SequenceSource | None
) -> str:
    """Name the change of the protein, by all alleles of the haplotype that make it together.

    Empty where the transcript makes none.
    """
    if transcript.cds is None:
        return ""
    allele = consequence.allele
    if reference is None or not consequence.together_with:
        return protein_name(transcript, allele, reference)
    block = joined((allele, *consequence.together_with), reference)
    if block.reference == block.alternative:
        return UNCHANGED
    return protein_name(transcript, block, reference)


def is_in_repeat(allele: Allele, reference: SequenceSource) -> bool:
    """Say whether an insertion or deletion adds or removes copies of a unit repeated there.

    Three copies in the reference or more are a repeat, whatever the length of the unit.
    """
    edit = edit_of(allele)
    unit = repeated_unit(edit.deleted or edit.inserted) if edit.is_shiftable else ""
    if not unit:
        return False
    start = max(0, edit.start - REPEAT_WINDOW_BP)
    end = min(reference.length(allele.contig), edit.end + REPEAT_WINDOW_BP)
    window = reference.fetch(allele.contig, start, end)
    here, size = edit.start - start, len(unit)
    first, last = here, here
    while window[first - size : first] == unit and first >= size:
        first -= size
    while window[last : last + size] == unit:
        last += size
    return (last - first) // size >= LEAST_REPEATS


def place_of(transcript: Transcript, assembly: Assembly, *, single_x: bool) -> Place:
    """Say where a gene lies and how many copies of it the patient has."""
    kind = assembly.contig(transcript.contig).kind
    shared = any(
        region.contig == transcript.contig
        and region.start < transcript.end
        and transcript.start < region.end
        for region in assembly.pseudo_autosomal
    )
    if shared:
        return Place(ContigKind.AUTOSOME)
    return Place(kind, kind is ContigKind.Y or (kind is ContigKind.X and single_x))


def observe(
    call: Call, family: Family | None, place: Place, stretches: Intervals | None = None
) -> Observation:
    """Join a call of the patient with how the relatives carry its allele.

    Where somebody has a single copy, a caller's `1/1` or `0/1` is that one copy, unless the reads
    of the patient show two.

    Parameters
    ----------
    stretches
        The patient's long homozygous stretches.
    """
    relatives = () if family is None else family.relatives
    is_hemizygous = place.is_single_copy and is_only_copy(call)
    return Observation(
        Genotype.HEMI if is_hemizygous else call.genotype,
        call.phase,
        tuple(_carried_by(each, call.allele, place) for each in relatives),
        call.reads,
        place.givers,
        0 if stretches is None else stretch_bp(stretches, call.allele),
    )


def _carried_by(relative: Relative, allele: Allele, place: Place) -> RelativeCarriage:
    carriage = relative.calls.carriage(allele)
    is_male = relative.sex is PedigreeSex.MALE or relative.kin is Kin.FATHER
    if carriage.is_carried and is_male and place.kind in (ContigKind.X, ContigKind.Y):
        carriage = Carriage.HEMI
    return RelativeCarriage(relative.kin, relative.affected, carriage, relative.calls.reads(allele))
