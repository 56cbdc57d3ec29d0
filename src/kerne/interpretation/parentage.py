"""Do the genomes of the parents fit the child's? A de novo variant counts more when they do."""

from dataclasses import dataclass

from kerne.alleles.assembly import ContigKind
from kerne.interpretation.calls import Carriage, GenomeCalls
from kerne.interpretation.pedigree import Family, Kin

LEAST_ALLELES = 50
"""Fewer comparable alleles confirm nothing."""
MOST_UNEXPLAINED = 0.02
"""Share of the child's alleles that true parents may lack: de novo variants and wrong calls.

An unrelated parent leaves tens of percent unexplained.
"""


@dataclass(frozen=True, slots=True)
class Parentage:
    """How many autosomal alleles of the child could be compared, and were in neither parent."""

    compared: int
    unexplained: int

    @property
    def is_confirmed(self) -> bool:
        """Whether enough alleles were compared and nearly all have a parent who carries them."""
        enough = self.compared >= LEAST_ALLELES
        return enough and self.unexplained <= MOST_UNEXPLAINED * self.compared

    @property
    def words(self) -> str:
        """Say it for the report."""
        share = f"{self.unexplained} of {self.compared} comparable alleles are in neither parent"
        if self.is_confirmed:
            return f"parentage confirmed by the genomes: {share}"
        if self.compared < LEAST_ALLELES:
            return f"parentage assumed, too little to compare: {share}"
        return f"CHECK PARENTAGE OR SAMPLE SWAP: {share}"


def check_parentage(child: GenomeCalls, family: Family | None) -> Parentage | None:
    """Compare the child's autosomal alleles with both parents; `None` when not both are there."""
    mother = None if family is None else family.parent(Kin.MOTHER)
    father = None if family is None else family.parent(Kin.FATHER)
    if mother is None or father is None:
        return None
    compared = unexplained = 0
    for call in child.calls:
        if child.assembly.contig(call.allele.contig).kind is not ContigKind.AUTOSOME:
            continue
        states = {each.calls.carriage(call.allele) for each in (mother, father)}
        if any(state.is_carried for state in states):
            compared += 1
        elif states == {Carriage.ABSENT}:
            compared += 1
            unexplained += 1
    return Parentage(compared, unexplained)
