"""What an interpretation of this version does not look at, and what it lacked."""

from typing import Final

from kerne.alleles.assembly import ContigKind
from kerne.interpretation.at_hand import Knowledge
from kerne.interpretation.consequences.consequence import NEIGHBOURHOOD_BP
from kerne.interpretation.reading.calls import GenomeCalls

STRUCTURAL = "copy number and structural variants: the file holds none"
STRUCTURAL_NOT_KEPT = (
    "copy number and structural variants: none were kept when the genome was added, add it again"
)
STRUCTURAL_IN_PART = "structural variants that spare all coding sequence, and their frequencies"
NOTHING_OF: Final = (
    (ContigKind.MITOCHONDRION, "the mitochondrial genome: the file holds nothing of it"),
    (ContigKind.Y, "chromosome Y: the file holds nothing of it"),
)
"""What callers often leave out. Said of a woman's genome as well: a file does not tell the two."""


def not_examined(genome: GenomeCalls | None = None) -> tuple[str, ...]:
    """List the kinds of variation that nobody looked for in this genome, or in any if `None`."""
    return (
        "repeat expansions",
        _structural_of(genome),
        "SMN1, and other genes with a paralogue that reads map to as well",
        "mosaicism below what the variant caller reports",
        f"introns beyond {NEIGHBOURHOOD_BP} bp from an exon, regulatory and intergenic regions",
        "effects on splicing outside splice regions and the tracts before exons",
        "large deletions of the mitochondrion, and heteroplasmy below what the caller reports",
        *(words for kind, words in NOTHING_OF if kind not in _kinds_in(genome)),
        "methylation, imprinting and uniparental disomy",
        "digenic and polygenic causes; genes without a known disease",
    )


def _structural_of(genome: GenomeCalls | None) -> str:
    if genome is not None and genome.structural:
        return STRUCTURAL_IN_PART
    is_kept = genome is None or genome.is_structural_kept
    return STRUCTURAL if is_kept else STRUCTURAL_NOT_KEPT


def _kinds_in(genome: GenomeCalls | None) -> frozenset[ContigKind]:
    """Give the kinds of contigs that anything was read or called on."""
    if genome is None:
        return frozenset()
    read = () if genome.callable is None else genome.callable.contigs
    seen = {*read, *(each.contig for each in genome.by_allele)}
    return frozenset(each.kind for each in genome.assembly.contigs if each.name in seen)


UNJUDGED: Final = (
    ("clinvar", "ClinVar: PS1, PM5 are not judged, nor PM1 and BP1 without experts of the gene"),
    ("constraint", "gene constraint: PP2 is not judged, and PVS1 not by it"),
    ("validity", "how sure a gene's part in a disease is: PVS1 is not judged by constraint"),
    ("dosage", "dosage sensitivity: PVS1 is not judged by it"),
    ("scores", "predictors of missense and splice effects: PP3, BP4, BP7 are not judged"),
)
"""What is absent without a release, by its name in `Sources`."""


def absent_knowledge(
    knowledge: Knowledge, genome: GenomeCalls, *, has_national: bool
) -> tuple[str, ...]:
    """Name the knowledge that was not at hand, and what that leaves unjudged."""
    absent = []
    if knowledge.frequencies is None:
        absent.append("published allele frequencies (such as gnomAD): PM2, BA1, BS1 are not judged")
    if not has_national:
        absent.append("frequencies of the national genome database")
    if genome.callable is None:
        absent.append("callable regions of this genome: what is absent from the file may be unread")
    sources = knowledge.sources
    absent += [words for name, words in UNJUDGED if not getattr(sources, name)]
    if not knowledge.specifications.release:
        absent.append("specifications of expert panels: criteria are judged by the general rules")
    return (*absent, "functional studies and case-control data: PS3, PS4, BS3 are not judged")
