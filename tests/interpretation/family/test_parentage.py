from itertools import combinations

import numpy as np
import pytest

from kerne.alleles.allele import Allele
from kerne.alleles.assembly import KERNIA1
from kerne.alleles.interval import Interval, Intervals
from kerne.interpretation.candidate import Genotype
from kerne.interpretation.family.parentage import (
    LEAST_ALLELES,
    KinCheck,
    RelationshipCheck,
    Support,
    check_relationships,
    left_out_in_words,
    relationship_lines,
    supported_family,
)
from kerne.interpretation.family.pedigree import Family, Kin, PedigreeSex, Relative
from kerne.interpretation.reading.calls import Call, GenomeCalls

PLACES = 2_000
WHOLE = Intervals.build([Interval(name, 0, PLACES + 10) for name in ("chr1", "chrX")])

Dosage = np.ndarray[tuple[int], np.dtype[np.int64]]


def genome(sample: str, dosage: Dosage, contig: str = "chr1") -> GenomeCalls:
    genotypes = {1: Genotype.HET, 2: Genotype.HOM}
    calls = tuple(
        Call(Allele(contig, at, "A", "C"), genotypes[copies])
        for at, copies in enumerate(dosage.tolist())
        if copies
    )
    return GenomeCalls(sample, KERNIA1, calls, WHOLE)


def both(copies: tuple[Dosage, Dosage]) -> Dosage:
    return copies[0] + copies[1]


class Population:
    """Independent places with allele frequencies from 5 to 50 percent, and people at random."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.frequency = self.rng.uniform(0.05, 0.5, PLACES)

    def person(self) -> tuple[Dosage, Dosage]:
        first, second = (self.rng.random((2, PLACES)) < self.frequency).astype(np.int64)
        return first, second

    def gamete(self, parent: tuple[Dosage, Dosage]) -> Dosage:
        return np.where(self.rng.random(PLACES) < 0.5, *parent)

    def child(
        self, mother: tuple[Dosage, Dosage], father: tuple[Dosage, Dosage]
    ) -> tuple[Dosage, Dosage]:
        return self.gamete(mother), self.gamete(father)


def relative(kin: Kin, dosage: Dosage, sample: str | None = None) -> Relative:
    return Relative(kin, affected=False, calls=genome(sample or f"S-{kin}", dosage))


def supports(check: RelationshipCheck) -> dict[Kin, Support]:
    return {each.kin: each.support for each in check.kin}


@pytest.mark.parametrize("seed", range(3))
def test_true_family__is_supported(seed: int) -> None:
    people = Population(seed)
    mother, father = people.person(), people.person()
    patient, sibling = people.child(mother, father), people.child(mother, father)
    own_child = people.child(patient, people.person())
    family = Family(
        (
            relative(Kin.MOTHER, both(mother)),
            relative(Kin.FATHER, both(father)),
            relative(Kin.SIBLING, both(sibling)),
            relative(Kin.CHILD, both(own_child)),
        )
    )
    check = check_relationships(genome("S", both(patient)), family)
    assert set(supports(check).values()) == {Support.SUPPORTED}
    assert check.has_parents_confirmed
    assert check.unexplained == 0
    assert supported_family(family, check) == family
    assert check.left_out == ()


@pytest.mark.parametrize("seed", range(3))
def test_man_who_is_not_the_father__is_left_out_and_the_mother_stays(seed: int) -> None:
    people = Population(seed)
    mother, father, other = people.person(), people.person(), people.person()
    patient = people.child(mother, father)
    family = Family((relative(Kin.MOTHER, both(mother)), relative(Kin.FATHER, both(other))))
    check = check_relationships(genome("S", both(patient)), family)
    assert supports(check) == {Kin.MOTHER: Support.SUPPORTED, Kin.FATHER: Support.NOT_SUPPORTED}
    assert not check.has_parents_confirmed
    assert check.left_out == (Kin.FATHER,)
    left = supported_family(family, check)
    assert left is not None
    assert [each.kin for each in left.relatives] == [Kin.MOTHER]


@pytest.mark.parametrize("seed", range(3))
def test_stranger__is_no_sibling_and_a_half_sibling_is_one(seed: int) -> None:
    people = Population(seed)
    mother, father = people.person(), people.person()
    patient, half = people.child(mother, father), people.child(mother, people.person())
    family = Family(
        (
            relative(Kin.SIBLING, both(half), "half"),
            relative(Kin.SIBLING, both(people.person()), "stranger"),
        )
    )
    check = check_relationships(genome("S", both(patient)), family)
    assert [each.support for each in check.kin] == [Support.SUPPORTED, Support.NOT_SUPPORTED]
    assert check.unsupported == {"stranger"}


def test_uncle_in_the_fathers_place__is_told_by_what_both_parents_lack() -> None:
    people = Population(5)
    grandparents = people.person(), people.person()
    mother, father = people.person(), people.child(*grandparents)
    uncle = people.child(*grandparents)
    family = Family((relative(Kin.MOTHER, both(mother)), relative(Kin.FATHER, both(uncle))))
    check = check_relationships(genome("S", both(people.child(mother, father))), family)
    assert Kin.FATHER in check.left_out


def test_parents_who_together_lack_much__are_both_left_out_when_neither_is_at_fault() -> None:
    # All heterozygous: a pair tells nothing against either parent alone.
    half = np.array([1] * 100 + [0] * 100)
    family = Family(
        tuple(relative(kin, np.array([0] * 40 + [1] * 60)) for kin in (Kin.MOTHER, Kin.FATHER))
    )
    check = check_relationships(genome("S", half), family)
    assert (check.compared, check.unexplained) == (100, 40)
    assert check.left_out == (Kin.MOTHER, Kin.FATHER)
    assert supported_family(family, check) is None


def test_few_alleles__are_not_judged() -> None:
    few = np.array([1] * (LEAST_ALLELES - 1))
    lacking = np.zeros(LEAST_ALLELES, dtype=np.int64)
    kin = (Kin.MOTHER, Kin.FATHER, Kin.SIBLING, Kin.OTHER)
    family = Family(tuple(relative(each, lacking) for each in kin))
    check = check_relationships(genome("S", few), family)
    assert set(supports(check).values()) == {Support.NOT_JUDGED}
    assert (check.compared, check.has_parents_confirmed) == (LEAST_ALLELES - 1, False)
    assert supported_family(family, check) == family


def test_identical_absence__is_no_kinship() -> None:
    nothing = np.zeros(10, dtype=np.int64)
    family = Family((relative(Kin.SIBLING, nothing),))
    check = check_relationships(genome("S", nothing), family)
    assert check.kin == (KinCheck(Kin.SIBLING, "S-sibling", 0, 0, Support.NOT_JUDGED),)


def test_x_chromosome_and_unread_places__are_not_compared() -> None:
    hom = np.array([2] * 100)
    on_x = genome("S", hom, "chrX")
    mother = Relative(Kin.MOTHER, affected=False, calls=genome("M", hom, "chrX"))
    unread = GenomeCalls("F", KERNIA1, ())
    father = Relative(Kin.FATHER, affected=False, calls=unread)
    check = check_relationships(on_x, Family((mother, father)))
    assert (check.compared, [each.compared for each in check.kin]) == (0, [0, 0])
    nobody = Relative(Kin.MOTHER, affected=False, calls=unread)
    blind = check_relationships(genome("S", hom), Family((nobody, father)))
    assert (blind.compared, [each.compared for each in blind.kin]) == (0, [0, 0])


def test_patient_without_relatives__has_an_empty_check() -> None:
    check = check_relationships(genome("S", np.array([1])), None)
    assert check == RelationshipCheck()
    assert supported_family(None, check) is None


def sexed(sample: str, autosomal: Dosage, x: tuple[int, int, int]) -> GenomeCalls:
    """A genome with homozygous, heterozygous and haploid alleles on X."""
    kinds = (Genotype.HOM, Genotype.HET, Genotype.HEMI)
    genotypes = [kind for kind, number in zip(kinds, x, strict=True) for _ in range(number)]
    on_x = (Call(Allele("chrX", at, "A", "C"), genotype) for at, genotype in enumerate(genotypes))
    plain = genome(sample, autosomal)
    return GenomeCalls(sample, KERNIA1, (*plain.calls, *on_x), WHOLE)


WOMAN, MAN = (10, 30, 0), (0, 0, 30)


def household(seed: int) -> dict[str, GenomeCalls]:
    people = Population(seed)
    mother, father = people.person(), people.person()
    boy, girl = people.child(mother, father), people.child(mother, father)
    return {
        "boy": sexed("boy", both(boy), MAN),
        "girl": sexed("girl", both(girl), WOMAN),
        "mother": sexed("mother", both(mother), WOMAN),
        "father": sexed("father", both(father), MAN),
        "stranger": sexed("stranger", both(people.person()), WOMAN),
    }


def laid_out(people: dict[str, GenomeCalls], *samples: str) -> RelationshipCheck:
    """Check a boy, his sister, his mother and his father, given by these samples."""
    boy, girl, mother, father = (people[each] for each in samples)
    relatives = (
        Relative(Kin.SIBLING, affected=False, calls=girl, sex=PedigreeSex.FEMALE),
        Relative(Kin.MOTHER, affected=False, calls=mother),
        Relative(Kin.FATHER, affected=False, calls=father),
    )
    return check_relationships(boy, Family(relatives), PedigreeSex.MALE)


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize(
    ("one", "other"), list(combinations(("boy", "girl", "mother", "father"), 2)), ids=str
)
def test_samples_in_each_others_place__are_found_and_named(one: str, other: str, seed: int) -> None:
    turned = {one: other, other: one}
    roles = ("boy", "girl", "mother", "father")
    check = laid_out(household(seed), *(turned.get(role, role) for role in roles))
    assert check.is_doubted
    named = {frozenset({each.one, each.other}) for each in check.exchanges}
    assert frozenset({one, other}) in named


def test_family_that_fits__is_in_no_doubt_and_a_stranger_is_exchanged_with_nobody() -> None:
    people = household(7)
    assert not laid_out(people, "boy", "girl", "mother", "father").is_doubted
    check = laid_out(people, "boy", "girl", "stranger", "father")
    assert check.left_out == (Kin.MOTHER,)
    assert check.exchanges == ()


def test_sex_that_does_not_fit__is_said_to_the_laboratory_and_leaves_the_relative_out() -> None:
    people = household(3)
    check = laid_out(people, "boy", "girl", "father", "mother")
    assert set(check.left_out) == {Kin.MOTHER, Kin.FATHER}
    lines = relationship_lines(check)
    said = "mother registered as female; 0 of 30 alleles on X are heterozygous"
    assert any(line.startswith(f"sex\tfather\t{said}") for line in lines)
    assert "exchanged?\tfather and mother\twould fit\t\t" in lines
    assert len({line.count("\t") for line in lines}) == 1


def test_chance__lets_true_kin_contradict_a_little_more_where_little_was_compared() -> None:
    hom = np.array([2] * 250)
    for opposite, support in ((9, Support.SUPPORTED), (10, Support.NOT_SUPPORTED)):
        mother = relative(Kin.MOTHER, np.array([0] * opposite + [2] * (250 - opposite)))
        (check,) = check_relationships(genome("S", hom), Family((mother,))).kin
        assert (check.contradicting, check.support) == (opposite, support)


def test_words__are_the_same_for_every_outcome() -> None:
    assert left_out_in_words(Kin.FATHER) == (
        "the genome of the father is not part of this interpretation: it is not there, may not be "
        "used, or does not serve the comparison"
    )
    check = RelationshipCheck(
        (
            KinCheck(Kin.MOTHER, "M", 100, 0, Support.SUPPORTED),
            KinCheck(Kin.FATHER, "F", 100, 30, Support.NOT_SUPPORTED),
        ),
        200,
        60,
    )
    head, *lines = relationship_lines(check)
    assert head.split("\t") == ["relative", "sample", "kinship", "contradicting", "compared"]
    assert lines == [
        "mother\tM\tsupported\t0\t100",
        "father\tF\tnot supported\t30\t100",
        "in neither parent\t\t\t60\t200",
    ]
