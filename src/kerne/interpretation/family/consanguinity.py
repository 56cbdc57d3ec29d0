"""How closely a patient's parents are related: by the pedigree, and by the patient's genome.

The kinship coefficient of two people is the chance that an allele drawn from each comes from one
ancestor; that of the parents is the share of the child's autosomes that is expected to be
homozygous by descent. What is measured is the share in long homozygous stretches. The two are told
side by side to those whom the rules name, and stand in no report: they tell of the parents.

The coefficient is worked out by the tabular method: everybody after their parents, each pair from
the pairs with the parents of the later one.

References
----------
Wright 1922 (doi:10.1086/279872); Emik and Terrill 1949 (the table); McQuillan et al. 2008
(doi:10.1016/j.ajhg.2008.08.007), the share in stretches.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from itertools import combinations
from typing import Final

from kerne.alleles.assembly import Assembly, ContigKind
from kerne.alleles.interval import Intervals

GENERATIONS: Final = 8
"""So far back a pedigree is read: what lies beyond adds less than 1 in 2 ** 17."""
_MEGABASE: Final = 1_000_000
_PARENTS: Final = 2

ParentsOf = Callable[[str], Collection[str]]
"""Gives the genetic parents of somebody, as far as they are known."""


@dataclass(frozen=True, slots=True)
class Consanguinity:
    """What pedigree and genome say of how the parents are related.

    Parameters
    ----------
    parents_kinship
        Kinship coefficient of the parents; `None` where the pedigree does not name both.
    stretches, homozygous_bp
        Long homozygous stretches of the autosomes, and their length in all.
    autosomes_bp
        Length of the autosomes; `None` where the assembly does not say it.
    """

    parents_kinship: float | None
    stretches: int
    homozygous_bp: int
    autosomes_bp: int | None

    @property
    def homozygous_share(self) -> float | None:
        """The share of the autosomes in long homozygous stretches; `None` when not known."""
        return None if self.autosomes_bp is None else self.homozygous_bp / self.autosomes_bp


def consanguinity(
    parents_kinship: float | None, stretches: Intervals, assembly: Assembly
) -> Consanguinity:
    """Put what a pedigree says of the parents beside the homozygous stretches of a genome."""
    lengths = [each.length_bp for each in assembly.contigs if each.kind is ContigKind.AUTOSOME]
    known = [each for each in lengths if each is not None]
    return Consanguinity(
        parents_kinship,
        sum(stretches.ranges(contig)[0].size for contig in stretches.contigs),
        stretches.span_bp,
        sum(known) if known and len(known) == len(lengths) else None,
    )


def kinship_of_parents(person: str, parents_of: ParentsOf) -> float | None:
    """Give the kinship coefficient of somebody's parents.

    `None` where not both are known, or where somebody is an ancestor of themselves. People without
    known parents are taken as unrelated.

    Examples
    --------
    >>> family = {"child": ("a", "b"), "a": ("c", "d"), "b": ("c", "d")}
    >>> kinship_of_parents("child", lambda person: family.get(person, ()))
    0.25
    """
    parents = sorted(parents_of(person))
    if len(parents) != _PARENTS:
        return None
    pedigree = _above(parents, parents_of)
    try:
        order = tuple(TopologicalSorter(pedigree).static_order())
    except CycleError:
        return None
    return _table(order, pedigree)[frozenset(parents)]


def consanguinity_lines(found: Consanguinity, sample: str) -> list[str]:
    """Say both in the columns of the check of relationships."""
    share = found.homozygous_share
    megabases = f"{found.homozygous_bp / _MEGABASE:.1f} Mb"
    measured = megabases if share is None else f"{megabases}, {share:.1%} of the autosomes"
    stated = "not both parents are in the pedigree"
    if found.parents_kinship is not None:
        stated = (
            f"kinship coefficient {found.parents_kinship:g}: "
            f"{found.parents_kinship:.1%} of the autosomes expected"
        )
    return [
        f"homozygous stretches\t{sample}\t{found.stretches}: {measured}\t\t",
        f"parents by the pedigree\t\t{stated}\t\t",
    ]


def _above(people: Collection[str], parents_of: ParentsOf) -> dict[str, tuple[str, ...]]:
    """Return the parents of people and of their ancestors, as far back as is read."""
    pedigree = dict[str, tuple[str, ...]]()
    generation = set(people)
    for _ in range(GENERATIONS):
        pedigree |= {each: tuple(parents_of(each)) for each in generation}
        generation = {parent for each in generation for parent in pedigree[each]} - pedigree.keys()
    return pedigree | dict.fromkeys(generation, ())


def _table(
    order: Collection[str], pedigree: dict[str, tuple[str, ...]]
) -> dict[frozenset[str], float]:
    """Return the coefficient of each pair, and of each person with themselves."""
    table = dict[frozenset[str], float]()
    earlier = list[str]()
    for each in order:
        parents = pedigree[each]
        for other in earlier:
            table[frozenset((each, other))] = sum(
                table[frozenset((parent, other))] / 2 for parent in parents
            )
        shared = sum(table[frozenset(pair)] for pair in combinations(parents, 2))
        table[frozenset((each,))] = (1 + shared) / 2
        earlier.append(each)
    return table
