"""How a structural variant is scored, and how much it weighs in the rank.

Losses and gains of copies are scored by the tables made for them, never by the points of small
variants. Insertions, inversions and joins have no table: they are ranked by what they do to the
gene, and their class is a curator's.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from kerne.alleles.allele import Allele
from kerne.alleles.transcript import Transcript
from kerne.interpretation.at_hand import Knowledge
from kerne.interpretation.candidate import Classification, Evidence, Met, Strength
from kerne.interpretation.criteria.copy_gain import score_gain
from kerne.interpretation.criteria.copy_loss import score_loss
from kerne.interpretation.criteria.copy_number import (
    Copies,
    CopyEvidence,
    CopyScore,
    Origin,
    Stretch,
)
from kerne.interpretation.family.observation import PARENTS, Observation
from kerne.interpretation.reading.structural import StructuralCall, StructuralKind, structural_of
from kerne.knowledge.genes import GeneModels
from kerne.knowledge.release import Kind

COPIES: Mapping[StructuralKind, Copies] = MappingProxyType(
    {StructuralKind.DELETION: Copies.LOSS, StructuralKind.DUPLICATION: Copies.GAIN}
)
SCORED = "CNV "
"""Before the section of a table, in the name of a criterion."""
NO_TABLE = Evidence(
    "CNV",
    Met.NOT_JUDGED,
    Strength.NONE,
    0,
    "the tables score losses and gains of copies: this variant is for a curator to class",
    "absent",
)
LOG10_OF_CLASS: Mapping[Classification, float] = MappingProxyType(
    {
        Classification.PATHOGENIC: 1.5,
        Classification.LIKELY_PATHOGENIC: 1.0,
        Classification.UNCERTAIN: 0.0,
        Classification.LIKELY_BENIGN: -1.0,
        Classification.BENIGN: -2.0,
    }
)
"""What the class adds to the rank, by judgement: dosage that is established counts, or clears."""


def as_evidence(line: CopyEvidence) -> Evidence:
    """Give a line of the score as evidence, which carries no points of small variants."""
    criterion = f"{SCORED}{line.section}"
    return Evidence(
        criterion,
        line.met,
        Strength.NONE,
        0,
        line.data,
        line.source,
        copy_points=line.points,
    )


@dataclass(frozen=True, slots=True)
class StructuralScore:
    """What is said of a structural variant in one gene.

    Parameters
    ----------
    words
        What it is and does, for a reader.
    copies
        `None` for what the tables do not score.
    """

    words: str
    copies: CopyScore | None = None

    @property
    def classification(self) -> Classification:
        """The class by the tables; uncertain where there is none."""
        return Classification.UNCERTAIN if self.copies is None else self.copies.classification

    @property
    def log10_weight(self) -> float:
        """What the class adds to the rank: that without the family, which inheritance weighs."""
        if self.copies is None:
            return LOG10_OF_CLASS[Classification.UNCERTAIN]
        return LOG10_OF_CLASS[self.copies.without_family.classification]

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The lines of the score; they carry no points of small variants."""
        if self.copies is None:
            return (NO_TABLE,)
        return tuple(as_evidence(each) for each in self.copies.evidence)

    def __str__(self) -> str:
        if self.copies is None:
            return "no table scores it"
        return f"score {self.copies.points:+.2f} of losses and gains"


class CopyScores:
    """Scores losses and gains with what is known, each once: a long one meets many genes."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._known: dict[tuple[Allele, Origin], CopyScore | None] = {}

    def of(self, call: StructuralCall, origin: Origin = Origin.UNKNOWN) -> CopyScore | None:
        """Give the score of a variant; `None` when no table scores it."""
        asked = call.allele, origin
        if asked not in self._known:
            self._known[asked] = _score_of(call, self._knowledge, origin)
        return self._known[asked]

    def dosage(self, allele: Allele) -> CopyEvidence | None:
        """Give what is known of the dosage of what a loss or gain meets, as its table judges it."""
        score = self.of(structural_of(allele))
        return None if score is None else score.dosage


def _score_of(call: StructuralCall, knowledge: Knowledge, origin: Origin) -> CopyScore | None:
    """Score a loss or gain with all the genes and judged regions that it meets."""
    copies = COPIES.get(call.kind)
    if copies is None:
        return None
    genes = list(spoken_for(knowledge.genes.overlapping(call.interval), knowledge.genes))
    known = {each.symbol: knowledge.gene_facts.of(each.symbol) for each in genes}
    stretch = Stretch(
        copies=copies,
        interval=call.interval,
        genes=genes,
        facts={symbol: facts for symbol, facts in known.items() if facts is not None},
        regions=knowledge.dosage.overlapping(call.interval),
        genes_source=knowledge.label_of(Kind.GENES),
        dosage_source=knowledge.dosage.release,
    )
    return score_loss(stretch, origin) if copies is Copies.LOSS else score_gain(stretch, origin)


def origin_in(observation: Observation, *, parents_confirmed: bool) -> Origin:
    """Say how a variant came into the family, as the tables ask."""
    if observation.is_de_novo:
        return Origin.DE_NOVO_CONFIRMED if parents_confirmed else Origin.DE_NOVO_ASSUMED
    is_called_without = observation.is_lacking_in_givers and not any(
        each.is_mosaic for each in observation.of_givers
    )
    if observation.is_unseen_in_givers or is_called_without:
        return Origin.UNSEEN if parents_confirmed else Origin.UNSEEN_ASSUMED
    carriers = [e for e in observation.relatives if e.kin in PARENTS and e.carriage.is_carried]
    if any(each.affected for each in carriers):
        return Origin.AFFECTED_PARENT
    if any(each.affected is False for each in carriers):
        return Origin.UNAFFECTED_PARENT
    return Origin.UNKNOWN


def spoken_for(near: Iterable[Transcript], genes: GeneModels) -> Iterator[Transcript]:
    """Yield the transcript that speaks for each gene, in the order of the genes."""
    for symbol in dict.fromkeys(each.symbol for each in near):
        yield genes.of_gene(symbol)[0]
