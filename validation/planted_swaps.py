"""Families with known genotypes, and the ways in which their samples are exchanged.

A genome is a row of dosages at sites: copies of the alternative allele, of one copy on a male X.
A child's row is drawn from its parents', one allele at each place of each, the places unlinked;
then some genotypes are read wrongly.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from kerne.alleles.allele import Allele
from kerne.alleles.assembly import Assembly, ContigKind
from kerne.alleles.interval import Interval, Intervals
from kerne.interpretation.candidate import Genotype
from kerne.interpretation.family.pedigree import Family, Kin, PedigreeSex, Relative
from kerne.interpretation.reading.calls import Call, GenomeCalls

WRONG = 0.003
"""Share of genotypes that are read wrongly."""

Dosage = NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Person:
    """One person: copies at each site, and the chromosomes."""

    dosage: Dosage
    is_male: bool


@dataclass(frozen=True, slots=True)
class Sites:
    """The sites that everybody was looked at."""

    assembly: Assembly
    alleles: Sequence[Allele]
    is_x: NDArray[np.bool_] = field(init=False)
    read: Intervals = field(init=False)

    def __post_init__(self) -> None:
        kinds = [self.assembly.contig(each.contig).kind for each in self.alleles]
        object.__setattr__(self, "is_x", np.array([kind is ContigKind.X for kind in kinds]))
        places = (Interval(each.contig, each.position, each.end) for each in self.alleles)
        object.__setattr__(self, "read", Intervals.build(places))

    def genome(self, person: Person, sample: str) -> GenomeCalls:
        """Return a person's genome as a caller would tell it."""
        calls = []
        for at in np.flatnonzero(person.dosage > 0).tolist():
            is_single = bool(self.is_x[at]) and person.is_male
            two = Genotype.HOM if person.dosage[at] > 1 else Genotype.HET
            calls.append(Call(self.alleles[at], Genotype.HEMI if is_single else two))
        return GenomeCalls(sample, self.assembly, tuple(calls), self.read)

    def child(self, rng: np.random.Generator, mother: Person, father: Person) -> Person:
        """Draw a child of two people."""
        is_male = bool(rng.integers(2))
        from_mother = rng.random(len(mother.dosage)) < mother.dosage / 2
        share = np.where(self.is_x, father.dosage, father.dosage / 2)
        from_father = rng.random(len(father.dosage)) < share
        from_father[self.is_x] &= not is_male
        return Person((from_mother.astype(np.int8) + from_father).astype(np.int8), is_male)

    def misread(self, rng: np.random.Generator, person: Person) -> Person:
        """Read some genotypes wrongly."""
        wrong = rng.random(len(person.dosage)) < WRONG
        most = np.where(self.is_x & person.is_male, 1, 2)
        other = np.minimum(rng.integers(0, 3, len(person.dosage)), most)
        return Person(np.where(wrong, other, person.dosage).astype(np.int8), person.is_male)


@dataclass(frozen=True, slots=True)
class Household:
    """Parents and children; the first child is the patient, the second the sibling."""

    mother: Person
    father: Person
    children: tuple[Person, ...]

    @property
    def roles(self) -> dict[str, Person]:
        """Everybody by role, the patient first."""
        named = dict(zip(("patient", "sibling"), self.children, strict=False))
        return named | {"mother": self.mother, "father": self.father}


@dataclass(frozen=True, slots=True)
class Planted:
    """What was exchanged; `is_hidden` when no genotype can tell it."""

    words: str
    samples: frozenset[str]
    is_hidden: bool


NOTHING = Planted("nothing exchanged", frozenset(), is_hidden=False)


def plantings(household: Household) -> Iterator[tuple[Planted, dict[str, str]]]:
    """Yield what can be exchanged, and which sample then stands for which role."""
    roles = list(household.roles)
    same = {role: role for role in roles}
    yield NOTHING, same
    for one, other in combinations(roles, 2):
        children = {one, other} == {"patient", "sibling"}
        sexes = {household.roles[one].is_male, household.roles[other].is_male}
        planted = Planted(
            f"{one} and {other}", frozenset({one, other}), is_hidden=children and len(sexes) == 1
        )
        yield planted, same | {one: other, other: one}
    for role in roles:
        yield (
            Planted(f"a stranger for the {role}", frozenset(), is_hidden=False),
            same | {role: "stranger"},
        )


def as_family(
    sites: Sites, household: Household, stranger: Person, places: dict[str, str]
) -> tuple[GenomeCalls, Family, PedigreeSex]:
    """Return patient, family and registered sex as the laboratory would hand them over."""
    people = household.roles | {"stranger": stranger}
    genomes = {role: sites.genome(people[sample], sample) for role, sample in places.items()}
    kin = {"sibling": Kin.SIBLING, "mother": Kin.MOTHER, "father": Kin.FATHER}
    relatives = tuple(
        Relative(kin[role], affected=False, calls=genomes[role], sex=_sex(people[role]))
        for role in places
        if role != "patient"
    )
    return genomes["patient"], Family(relatives), _sex(people["patient"])


def _sex(person: Person) -> PedigreeSex:
    return PedigreeSex.MALE if person.is_male else PedigreeSex.FEMALE
