"""What alleles do to the genes of the mitochondrion, read by their own genetic code.

The terms are those of `bcftools csq`, told by the name of the changed protein: there are no introns
and no untranslated ends. Every allele is looked at alone. A change of a tRNA or rRNA is
`non_coding`; what it does to the molecule is not predicted.
"""

from collections.abc import Iterable

from kerne.alleles.allele import Allele
from kerne.alleles.interval import Interval
from kerne.alleles.normalise import edit_of
from kerne.alleles.protein import protein_name
from kerne.alleles.sequence import SequenceSource
from kerne.alleles.transcript import Transcript
from kerne.interpretation.consequences.consequence import Consequence
from kerne.interpretation.consequences.effect import effect_of
from kerne.knowledge.genes import GeneModels


def predict_mitochondrial(
    alleles: Iterable[Allele], genes: GeneModels, reference: SequenceSource
) -> dict[Allele, tuple[Consequence, ...]]:
    """Predict what alleles of chrM do to each transcript that they touch."""
    return {
        allele: tuple(
            _consequence(allele, transcript, reference)
            for transcript in genes.overlapping(Interval(allele.contig, *_touched_bases(allele)))
        )
        for allele in alleles
    }


def _touched_bases(allele: Allele) -> tuple[int, int]:
    """Give the bases that an allele touches: those replaced, or those beside an insertion."""
    edit = edit_of(allele)
    return (edit.start, edit.end) if edit.deleted else (edit.start - 1, edit.start + 1)


def _consequence(allele: Allele, transcript: Transcript, reference: SequenceSource) -> Consequence:
    name = protein_name(transcript, allele, reference)
    return Consequence(
        allele=allele,
        transcript=transcript.identifier,
        symbol=transcript.symbol,
        terms=(_term(transcript, allele, name),),
    )


def _term(transcript: Transcript, allele: Allele, protein: str) -> str:
    if transcript.cds is None:
        return "non_coding"
    added_bp = len(allele.alternative) - len(allele.reference)
    return effect_of(protein, added_bp) or "coding_sequence"
