"""What the genotypes on X and Y say of a person's sex chromosomes, against what is stated.

Outside the pseudo-autosomal regions a genome with one X is heterozygous nowhere, but for a few
wrong calls; with two, half of its alleles are. A Y has calls only in who has one. What is stated is
believed until enough alleles say otherwise.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from kerne.alleles.allele import Allele
from kerne.alleles.assembly import Assembly, ContigKind
from kerne.interpretation.candidate import Genotype
from kerne.interpretation.reading.calls import Call, GenomeCalls
from kerne.phenotype.phenopacket import Sex

LEAST_X_ALLELES = 20
"""Fewer on X outside the pseudo-autosomal regions tell nothing, unless they are haploid."""
MOST_HETEROZYGOUS_OF_ONE = 0.1
LEAST_HETEROZYGOUS_OF_TWO = 0.2
"""Shares of those that are heterozygous, in who has one X and in who has two."""
LEAST_Y_ALLELES = 5
SHARE_OF_ONE_COPY = 0.8
"""Share of the reads from which on an allele called `0/1` is taken as the only one."""


@dataclass(frozen=True, slots=True)
class SexSigns:
    """Alleles of one genome outside the pseudo-autosomal regions.

    Parameters
    ----------
    haploid_x
        Those of `x` that are written with one copy.
    """

    x: int = 0
    heterozygous_x: int = 0
    haploid_x: int = 0
    y: int = 0

    @property
    def copies_of_x(self) -> int | None:
        """How many X chromosomes the genotypes show; `None` when they do not tell."""
        if self.haploid_x and self.heterozygous_x <= MOST_HETEROZYGOUS_OF_ONE * self.x:
            return 1
        # All heterozygous is how some callers write the only copy; a true second X is not so.
        if self.x < LEAST_X_ALLELES or self.heterozygous_x == self.x:
            return None
        share = self.heterozygous_x / self.x
        if share <= MOST_HETEROZYGOUS_OF_ONE:
            return 1
        return 2 if share >= LEAST_HETEROZYGOUS_OF_TWO else None

    @property
    def has_y(self) -> bool:
        """Whether enough alleles on Y were called to say that there is one."""
        return self.y >= LEAST_Y_ALLELES

    def contradicts(self, stated: Sex) -> bool:
        """Say whether the genotypes speak against a stated sex."""
        if stated is Sex.MALE:
            return self.copies_of_x == 2  # noqa: PLR2004 - two X chromosomes
        return stated is Sex.FEMALE and (self.copies_of_x == 1 or self.has_y)

    def __str__(self) -> str:
        return (
            f"{self.heterozygous_x} of {self.x} alleles on X are heterozygous, "
            f"{self.y} are called on Y"
        )


def sex_signs(genome: GenomeCalls) -> SexSigns:
    """Count what tells the sex chromosomes of a genome."""
    x = list(_outside_shared(genome, ContigKind.X))
    genotypes = [call.genotype for call in x]
    return SexSigns(
        len(x),
        sum(call.genotype is Genotype.HET and not _is_in_all_reads(call) for call in x),
        genotypes.count(Genotype.HEMI),
        sum(1 for _ in _outside_shared(genome, ContigKind.Y)),
    )


def has_single_x(genome: GenomeCalls, sex: Sex) -> bool:
    """Say whether the patient has one X: by the genotypes, or where they do not tell as stated."""
    copies = sex_signs(genome).copies_of_x
    return sex is Sex.MALE if copies is None else copies == 1


def is_only_copy(call: Call) -> bool:
    """Say whether a call on a single chromosome, as `0/1` or `1/1`, is of the only copy.

    Heterozygous by its reads it is not: that is a mosaic, an artefact or a second chromosome.
    """
    is_told = call.reads.share is not None
    return call.genotype is not Genotype.HET or not is_told or _is_in_all_reads(call)


def sex_notes(genome: GenomeCalls, stated: Sex) -> Iterator[str]:
    """Say where genotypes and stated sex disagree, and what was read otherwise than written."""
    signs = sex_signs(genome)
    if signs.contradicts(stated):
        said = "haploid calls on X, " if stated is Sex.FEMALE and signs.haploid_x else ""
        yield (
            f"{said}{signs}, though the packet says {stated.value.lower()}: check the sample "
            "first; inheritance on X follows the genotypes"
        )
    if has_single_x(genome, stated):
        calls = list(_outside_shared(genome, ContigKind.X))
        diploid = [call for call in calls if call.genotype is not Genotype.HEMI]
        mixed = [call for call in diploid if not is_only_copy(call)]
        if len(diploid) > len(mixed):
            yield (
                f"{len(diploid) - len(mixed)} alleles on the single X are written as on two copies "
                "(`1/1` or `0/1`): read as hemizygous"
            )
        if mixed:
            yield (
                f"{len(mixed)} alleles on the single X are heterozygous by their reads: mosaic, "
                "artefact or a second X; check the sample"
            )


def _is_in_all_reads(call: Call) -> bool:
    share = call.reads.share
    return share is not None and share >= SHARE_OF_ONE_COPY


def _outside_shared(genome: GenomeCalls, kind: ContigKind) -> Iterator[Call]:
    names = {contig.name for contig in genome.assembly.contigs if contig.kind is kind}
    for call in genome.calls:
        if call.allele.contig in names and not _is_shared(call.allele, genome.assembly):
            yield call


def _is_shared(allele: Allele, assembly: Assembly) -> bool:
    return any(
        region.contig == allele.contig
        and region.start < allele.end
        and allele.position < region.end
        for region in assembly.pseudo_autosomal
    )
