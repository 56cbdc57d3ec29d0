"""One allele of the patient as families carry it: what the rules of inheritance look at."""

from dataclasses import dataclass

from kerne.alleles.assembly import ContigKind
from kerne.interpretation.candidate import Genotype
from kerne.interpretation.family.pedigree import Kin
from kerne.interpretation.reading.calls import Carriage, Phase
from kerne.interpretation.reading.reads import Reads

PARENTS = frozenset({Kin.MOTHER, Kin.FATHER})
LEAST_BALANCE = 0.2
"""A heterozygous allele in a smaller share of the reads is mosaic or an artefact."""
UNKNOWN_READS = Reads()


@dataclass(frozen=True, slots=True)
class RelativeCarriage:
    """How one relative carries one allele."""

    kin: Kin
    affected: bool | None
    carriage: Carriage
    reads: Reads = UNKNOWN_READS

    @property
    def is_mosaic(self) -> bool:
        """Whether some of the reads show the allele, but too few for a heterozygote."""
        share = self.reads.share or 0.0
        if self.carriage is Carriage.ABSENT:
            return share > 0
        return self.carriage is Carriage.HET and 0 < share < LEAST_BALANCE


@dataclass(frozen=True, slots=True)
class Observation:
    """One allele of the patient in a gene, and how the relatives carry it.

    Parameters
    ----------
    relatives
        In the same order for every observation of one patient.
    reads
        What the patient's reads show of it.
    givers
        The parents whom it can come from: the mother alone for the X of a boy and the
        mitochondrion, the father alone for Y.
    stretch_bp
        Length of the homozygous stretch that it lies in, 0 when it lies in none.
    is_over_deletion
        Whether the other copy is deleted there: the allele then is the only one.
    """

    genotype: Genotype
    phase: Phase | None = None
    relatives: tuple[RelativeCarriage, ...] = ()
    reads: Reads = UNKNOWN_READS
    givers: frozenset[Kin] = PARENTS
    stretch_bp: int = 0
    is_over_deletion: bool = False

    def parent(self, kin: Kin) -> Carriage:
        """Say how the mother or father carries it; unknown when there is no genome of theirs."""
        found = (each.carriage for each in self.relatives if each.kin is kin)
        return next(found, Carriage.UNKNOWN)

    @property
    def of_givers(self) -> tuple[RelativeCarriage, ...]:
        """How those parents carry it whom it can come from, if all of them are at hand."""
        found = tuple(each for each in self.relatives if each.kin in self.givers)
        return found if {each.kin for each in found} == self.givers else ()

    @property
    def is_lacking_in_givers(self) -> bool:
        """Whether all whom it can come from are called without it; never so on both copies."""
        if self.genotype is Genotype.HOM and len(self.givers) > 1:
            return False
        states = {each.carriage for each in self.of_givers}
        return states == {Carriage.ABSENT}

    @property
    def is_unseen_in_givers(self) -> bool:
        """Whether it is a structural variant that none of them shows, though they were examined.

        Never so on both copies, nor where all are called without it.
        """
        if self.genotype is Genotype.HOM and len(self.givers) > 1:
            return False
        states = {each.carriage for each in self.of_givers}
        return Carriage.UNSEEN in states and states <= {Carriage.UNSEEN, Carriage.ABSENT}

    @property
    def is_de_novo(self) -> bool:
        """Whether they were read deeply enough, and not one read shows it."""
        return self.is_lacking_in_givers and all(
            each.reads.is_deep and not each.reads.alternative for each in self.of_givers
        )


@dataclass(frozen=True, slots=True)
class Place:
    """Where the gene lies and how many copies the patient has of it.

    Parameters
    ----------
    is_single_copy
        X outside the pseudo-autosomal regions in somebody with one X; Y outside them.
    """

    kind: ContigKind
    is_single_copy: bool = False

    @property
    def givers(self) -> frozenset[Kin]:
        """The parents whom an allele here can come from."""
        if self.kind is ContigKind.MITOCHONDRION or (
            self.kind is ContigKind.X and self.is_single_copy
        ):
            return frozenset({Kin.MOTHER})
        return frozenset({Kin.FATHER}) if self.kind is ContigKind.Y else PARENTS
