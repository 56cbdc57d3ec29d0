"""What an examination rests on apart from what is known: kept, so that it can be made again.

Reading a genome and predicting consequences take most of the time of an examination, and a new
release about diseases, classes or frequencies changes neither. The basis holds their outcome for
the alleles that could matter: those in a coding transcript with a consequence that counts, not
too frequent for any disease, in every gene, whether a disease of it is known or not. Beside it
stands what was known of these genes and alleles then, so that a difference can be given its reason.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from kerne.alleles.allele import Allele
from kerne.alleles.assembly import Assembly
from kerne.alleles.interval import Interval, Intervals
from kerne.interpretation.at_hand import Knowledge
from kerne.interpretation.consequences.consequence import Consequence
from kerne.interpretation.criteria.copy_number import CopyEvidence
from kerne.interpretation.family.parentage import RelationshipCheck
from kerne.interpretation.family.pedigree import Family, Kin, Relative
from kerne.interpretation.reading.calls import Call, Carriage, GenomeCalls
from kerne.interpretation.reading.reads import Reads
from kerne.knowledge.allele_facts import ClinVarRecord, PublishedFrequency

NO_STRETCHES = Intervals.build([])
NOTHING_STRUCTURAL: Final = (
    "kept by an earlier version, without structural variants over RNA genes and without what was "
    "known of dosage: rank it again to have them looked at"
)
MOST_STRUCTURAL: Final = 1000
"""So many structural variants a case keeps: a genome has a few hundred over genes, and a file with
more holds artefacts. Those over most genes are kept, since each gene is one more that may be linked
to a disease."""


@dataclass(frozen=True, slots=True)
class Patient:
    """A genome with what was found of it as a whole.

    Parameters
    ----------
    family
        Relatives whom the genotypes support.
    stretches
        Long homozygous stretches.
    """

    genome: GenomeCalls
    family: Family | None
    relationships: RelationshipCheck
    has_single_x: bool
    stretches: Intervals = NO_STRETCHES


@dataclass(frozen=True, slots=True)
class AbsentAllele:
    """An allele that a genome surely lacks, and what its reads show there."""

    allele: Allele
    reads: Reads


@dataclass(frozen=True, slots=True)
class KeptCalls:
    """A part of one genome: its calls of some alleles, and which of the others it surely lacks.

    Parameters
    ----------
    unseen
        Structural variants that it does not show though it was examined for such.
    """

    sample: str
    calls: tuple[Call, ...]
    absent: tuple[AbsentAllele, ...] = ()
    unseen: tuple[Allele, ...] = ()

    def as_genome(self, assembly: Assembly) -> GenomeCalls:
        """Return the part as a genome; what it does not name is unknown in it."""
        absent = {each.allele: each.reads for each in self.absent}
        unseen = frozenset(self.unseen)
        return GenomeCalls(self.sample, assembly, self.calls, absent=absent, unseen=unseen)


@dataclass(frozen=True, slots=True)
class KeptRelative:
    """The same part of a relative's genome."""

    kin: Kin
    affected: bool | None
    genome: KeptCalls


@dataclass(frozen=True, slots=True)
class KnownGene:
    """A gene with alleles in the basis: its diseases then, and how each fitted the phenotype.

    Parameters
    ----------
    log10_phenotype
        log10 likelihood ratio by disease identifier; empty when no disease was linked to it.
    """

    symbol: str
    log10_phenotype: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class KnownAllele:
    """What was published of an allele of the basis then."""

    allele: Allele
    frequency: PublishedFrequency | None = None
    clinvar: ClinVarRecord | None = None


@dataclass(frozen=True, slots=True)
class KnownDosage:
    """What was known then of the dosage of what a loss or gain of copies meets.

    Parameters
    ----------
    points, words
        Of section 2 of its table (Riggs et al. 2020, doi:10.1038/s41436-019-0686-8).
    """

    allele: Allele
    points: float
    words: str


@dataclass(frozen=True, slots=True)
class KeptStructural:
    """What is kept beside structural variants, which are symbolic alleles among the others.

    Parameters
    ----------
    left_out
        How many could matter and are not kept: those beyond `MOST_STRUCTURAL`.
    """

    dosage: tuple[KnownDosage, ...] = ()
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Basis:
    """What an examination rests on, apart from what is known of genes, diseases and alleles.

    Parameters
    ----------
    relatives
        Those whom the genotypes support.
    consequences
        In the transcripts of the genes in which the allele matters.
    has_single_x
        Whether the patient has one X, by the whole genome.
    relationships
        As checked on the whole genomes.
    releases
        Knowledge that the examination was made from.
    stretches
        Long homozygous stretches, by the whole genome.
    structural
        `None` in what an earlier version kept: it held those over coding sequence, without what was
        known of dosage.
    """

    assembly: str
    patient: KeptCalls
    relatives: tuple[KeptRelative, ...]
    consequences: tuple[Consequence, ...]
    has_single_x: bool
    relationships: RelationshipCheck
    genes: tuple[KnownGene, ...]
    alleles: tuple[KnownAllele, ...]
    releases: tuple[str, ...]
    stretches: tuple[Interval, ...] = ()
    structural: KeptStructural | None = None

    @property
    def lacks(self) -> str:
        """What a look again cannot see because it was not kept, in words; empty when nothing is."""
        if self.structural is None:
            return NOTHING_STRUCTURAL
        left_out = self.structural.left_out
        return f"{left_out} structural variants over the fewest genes are not kept" * bool(left_out)

    def by_allele(self) -> dict[Allele, tuple[Consequence, ...]]:
        """Return the consequences by allele."""
        found = defaultdict[Allele, list[Consequence]](list)
        for each in self.consequences:
            found[each.allele].append(each)
        return {allele: tuple(those) for allele, those in found.items()}

    def patient_in(self, assembly: Assembly, without: Collection[str] = ()) -> Patient:
        """Return the patient as kept, in a family but for the samples `without`."""
        return Patient(
            self.patient.as_genome(assembly),
            self.family(assembly, without),
            self.relationships,
            self.has_single_x,
            Intervals.build(self.stretches),
        )

    def family(self, assembly: Assembly, without: Collection[str] = ()) -> Family | None:
        """Return the relatives but for the samples `without`; `None` when nobody is left."""
        left = tuple(
            Relative(each.kin, each.affected, each.genome.as_genome(assembly))
            for each in self.relatives
            if each.genome.sample not in without
        )
        return Family(left) if left else None


def keep_basis(
    patient: Patient,
    consequences: Mapping[Allele, Sequence[Consequence]],
    rare: Mapping[str, frozenset[Allele]],
    knowledge: Knowledge,
    fitted: Callable[[str], Mapping[str, float]],
    dosage: Callable[[Allele], CopyEvidence | None],
) -> Basis:
    """Keep of an examination what another needs.

    Parameters
    ----------
    consequences
        Of all alleles of the patient.
    rare
        By symbol of a gene: its alleles that could matter.
    fitted
        Gives the diseases of a gene with the log10 likelihood ratio of the phenotype.
    dosage
        Gives what is known of the dosage of what a loss or gain meets; `None` for other variants.
    """
    left_out = _beyond(rare)
    rare = {symbol: alleles - left_out for symbol, alleles in rare.items()}
    alleles = sorted(frozenset[Allele]().union(*rare.values()))
    facts = zip(alleles, knowledge.facts.look_up(alleles), strict=True)
    relatives = () if patient.family is None else patient.family.relatives
    return Basis(
        assembly=patient.genome.assembly.name,
        patient=_calls(patient.genome, alleles),
        relatives=tuple(
            KeptRelative(each.kin, each.affected, _calls(each.calls, alleles)) for each in relatives
        ),
        consequences=_consequences(rare, consequences),
        has_single_x=patient.has_single_x,
        relationships=patient.relationships,
        genes=tuple(KnownGene(each, fitted(each)) for each in sorted(rare) if rare[each]),
        alleles=tuple(KnownAllele(each, known.frequency, known.clinvar) for each, known in facts),
        releases=knowledge.labels,
        stretches=tuple(_each(patient.stretches)),
        structural=KeptStructural(tuple(_dosage_of(alleles, dosage)), len(left_out)),
    )


def _beyond(rare: Mapping[str, frozenset[Allele]]) -> frozenset[Allele]:
    """Give the structural variants that are too many to be kept: those over the fewest genes."""
    genes = Counter(allele for alleles in rare.values() for allele in alleles if allele.is_symbolic)
    in_order = sorted(genes, key=lambda each: (-genes[each], each))
    return frozenset(in_order[MOST_STRUCTURAL:])


def _dosage_of(
    alleles: Iterable[Allele], dosage: Callable[[Allele], CopyEvidence | None]
) -> Iterator[KnownDosage]:
    for allele in alleles:
        known = dosage(allele) if allele.is_symbolic else None
        if known is not None:
            yield KnownDosage(allele, known.points, known.data)


def _each(intervals: Intervals) -> Iterator[Interval]:
    for contig in intervals.contigs:
        starts, ends = intervals.ranges(contig)
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
            yield Interval(contig, start, end)


def _calls(genome: GenomeCalls, alleles: Sequence[Allele]) -> KeptCalls:
    told = (genome.call_of(each) for each in alleles)
    carried = tuple(call for call in told if call is not None)
    absent = tuple(
        AbsentAllele(each, genome.reads(each))
        for each in alleles
        if genome.carriage(each) is Carriage.ABSENT
    )
    unseen = tuple(each for each in alleles if genome.carriage(each) is Carriage.UNSEEN)
    return KeptCalls(genome.sample, carried, absent, unseen)


def _consequences(
    rare: Mapping[str, frozenset[Allele]], consequences: Mapping[Allele, Sequence[Consequence]]
) -> tuple[Consequence, ...]:
    symbols = defaultdict[Allele, set[str]](set)
    for symbol, alleles in rare.items():
        for allele in alleles:
            symbols[allele].add(symbol)
    return tuple(
        each
        for allele in sorted(symbols)
        for each in consequences[allele]
        if each.symbol in symbols[allele]
    )
