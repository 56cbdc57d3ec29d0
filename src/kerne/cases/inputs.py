"""What a ranking was made from, kept so that it can be made again.

Genomes are not copied: a row of the National Genome Database is one genome for ever, and is read
again under the choices as they are then. What would be another tomorrow is kept as it was: the
phenotype, the panel, what was open, the nation's counts, and the names of the releases.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from kerne.alleles.allele import Allele
from kerne.interpretation.basis import Basis
from kerne.interpretation.examination import Examination
from kerne.interpretation.presentation import NationalFrequency
from kerne.interpretation.secondary import Disclosure, FindingClass
from kerne.knowledge.panels import Panel
from kerne.knowledge.release import Release
from kerne.phenotype.phenopacket import Phenotype

_CHECKSUM_DIGITS: Final = 32


@dataclass(frozen=True, slots=True)
class KeptParts:
    """The digests of the parts of a ranking as they are kept; see `CandidatesRanked`."""

    primary: str
    secondary: str
    relationships: str
    panel: str | None = None
    inputs: str | None = None
    basis: str | None = None


@dataclass(frozen=True, slots=True)
class KeptBasis:
    """What an examination rests on, and the person numbers of its relatives by sample."""

    basis: Basis
    persons: dict[str, str]


@dataclass(frozen=True, slots=True)
class NamedRelease:
    """A release by its name, and the first half of the SHA-256 of its content then."""

    kind: str
    name: str
    checksum: str

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


@dataclass(frozen=True, slots=True)
class GenomeUsed:
    """The genome of a person that was read, by its row in the database."""

    person: str
    row: int
    affected: bool | None = None


@dataclass(frozen=True, slots=True)
class KeptCount:
    """What the nation's database answered of one allele; `None` when it did not know it."""

    allele: Allele
    answer: NationalFrequency | None


@dataclass(frozen=True, slots=True)
class KeptPanel:
    """A panel as it was asked for; `day` as ISO 8601 writes it."""

    name: str
    version: str
    genes: tuple[str, ...]
    left_out: tuple[str, ...]
    day: str | None = None

    @property
    def panel(self) -> Panel:
        """The panel to ask for again."""
        day = None if self.day is None else date.fromisoformat(self.day)
        return Panel(self.name, self.version, frozenset(self.genes), frozenset(self.left_out), day)


@dataclass(frozen=True, slots=True)
class KeptInputs:
    """Everything that a ranking was made from.

    Parameters
    ----------
    program
        Name and version of what made it.
    genome, relatives
        Genomes that were read.
    notes
        Of relatives who were left out, and refusals, in words.
    open_classes, relabelled
        What was open of the secondary findings, in order.
    source
        How the nation's database named itself and whom it counted.
    parents_kinship
        Kinship coefficient of the parents by the register; `None` where not both are known.
    """

    program: str
    phenotype: Phenotype
    genome: GenomeUsed
    relatives: tuple[GenomeUsed, ...]
    notes: tuple[str, ...]
    panel: KeptPanel | None
    open_classes: tuple[FindingClass, ...]
    relabelled: tuple[str, ...]
    source: str
    counts: tuple[KeptCount, ...]
    releases: tuple[NamedRelease, ...]
    parents_kinship: float | None = None

    @property
    def disclosure(self) -> Disclosure:
        """What was open then."""
        return Disclosure(frozenset(self.open_classes), frozenset(self.relabelled))


@dataclass(slots=True)
class NotedCounts:
    """The nation's answers as they were given once; what was not asked then is not known."""

    source: str
    answers: dict[Allele, NationalFrequency | None] = field(default_factory=dict)

    def look_up(self, alleles: Sequence[Allele]) -> list[NationalFrequency | None]:
        """Answer each allele as then."""
        return [self.answers.get(allele) for allele in alleles]

    @classmethod
    def of(cls, inputs: KeptInputs) -> "NotedCounts":
        """Return the answers that are kept."""
        return cls(inputs.source, {each.allele: each.answer for each in inputs.counts})


def named(releases: Sequence[Release]) -> tuple[NamedRelease, ...]:
    """Return the releases by name, as they are kept."""
    return tuple(
        NamedRelease(each.kind.value, each.name, each.sha256[:_CHECKSUM_DIGITS])
        for each in releases
    )


def kept_panel(panel: Panel | None) -> KeptPanel | None:
    """Return a panel as it is kept."""
    if panel is None:
        return None
    return KeptPanel(
        panel.name,
        panel.version,
        tuple(sorted(panel.genes)),
        tuple(sorted(panel.left_out)),
        None if panel.day is None else panel.day.isoformat(),
    )


def in_order(classes: Disclosure) -> tuple[FindingClass, ...]:
    """Return the open classes in one order, whatever the set's."""
    found = classes.open_classes
    return tuple(sorted(found, key=lambda each: (each.actionable, each.adult_onset)))


def keep_parts(
    keep: Callable[[object], str],
    seen: Examination,
    panel: Panel | None,
    inputs: KeptInputs,
    basis: KeptBasis,
) -> KeptParts:
    """Keep the parts of a ranking apart by `keep`, which returns a digest, and give the digests."""
    return KeptParts(
        primary=keep(seen.primary),
        secondary=keep(seen.secondary),
        relationships=keep(seen.relationships),
        panel=None if panel is None else keep([panel.label, sorted(panel.genes)]),
        inputs=keep(inputs),
        basis=keep(basis),
    )
