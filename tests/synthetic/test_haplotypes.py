import numpy as np
from numpy.typing import NDArray

from kerne.synthetic.citizen import ParentKind, Sex
from kerne.synthetic.country import Country
from kerne.synthetic.genome import X
from kerne.synthetic.haplotypes import ABSENT, MATERNAL, PATERNAL, Haplotypes
from kerne.synthetic.variation import Age


def on_x(country: Country) -> NDArray[np.bool_]:
    return np.array([site.allele.contig == X for site in country.sites])


def test_citizens__differ_from_the_reference_at_some_two_thousand_sites(country: Country) -> None:
    variants = (country.haplotypes.carried == 1).any(axis=1).sum(axis=1)
    assert variants.min() > 1_500
    assert variants.max() < 2_500


def test_men__have_no_paternal_x_and_women_have_two(country: Country) -> None:
    x = on_x(country)
    for citizen, carried in zip(country.citizens, country.haplotypes.carried, strict=True):
        absent = carried == ABSENT
        assert not absent[MATERNAL].any()
        assert not absent[PATERNAL][~x].any()
        assert absent[PATERNAL][x].all() == (citizen.sex is Sex.MALE)
        assert absent[PATERNAL][x].any() == (citizen.sex is Sex.MALE)


def test_children__carry_what_their_parents_carry_but_for_new_alleles(country: Country) -> None:
    carried = country.haplotypes.carried
    genetic = [p for p in country.register.parents if p.kind is ParentKind.GENETIC]
    assert len(genetic) > 50
    new = 0
    for parent in genetic:
        above, child = country.position(parent.parent), country.position(parent.child)
        side = MATERNAL if country.citizens[above].sex is Sex.FEMALE else PATERNAL
        for site in np.flatnonzero(carried[child, side] == 1):
            if not (carried[above, :, site] == 1).any():
                assert country.sites[site].age in {Age.DE_NOVO, Age.PLANTED}
                new += 1
    assert new > 0


def test_transmitted_haplotypes__are_the_parents_crossed_over(country: Country) -> None:
    carried = country.haplotypes.carried
    old = np.array([site.age in {Age.ANCESTRAL, Age.RECENT, Age.PRIVATE} for site in country.sites])
    contigs = np.array([site.allele.contig for site in country.sites])
    crossovers = []
    for (child, side), (parent, origin) in country.haplotypes.origins.items():
        woven = carried[parent, origin, np.arange(origin.size)]
        present = carried[child, side] != ABSENT
        assert (woven == carried[child, side])[old & present].all()
        crossovers += [np.abs(np.diff(origin[contigs == c])).sum() for c in np.unique(contigs)]
    assert 0.5 < np.mean(crossovers) < 2


def test_a_father__passes_his_mothers_x_to_daughters(country: Country) -> None:
    x = on_x(country)
    for (_, side), (_, origin) in country.haplotypes.origins.items():
        if side == PATERNAL:
            assert not origin[x].any()


def small_family() -> Haplotypes:
    """Mother 0, father 1, children 2 and 3; three sites."""
    origins = {
        (2, MATERNAL): (0, np.array([0, 0, 1], dtype=np.int8)),
        (2, PATERNAL): (1, np.array([1, 1, 1], dtype=np.int8)),
        (3, MATERNAL): (0, np.array([0, 1, 1], dtype=np.int8)),
        (3, PATERNAL): (1, np.array([0, 0, 0], dtype=np.int8)),
    }
    return Haplotypes(np.zeros((4, 2, 3), dtype=np.int8), origins)


def test_a_given_allele__is_carried_by_the_parent_and_every_child_who_inherits_it() -> None:
    family = small_family()
    family.give(2, MATERNAL, 0)
    assert [family.copies(person, 0)[0] for person in range(4)] == [1, 0, 1, 1]
    family.give(2, MATERNAL, 1)
    assert [family.copies(person, 1)[0] for person in range(4)] == [1, 0, 1, 0]
    family.give(2, PATERNAL, 2)
    assert [family.copies(person, 2)[0] for person in range(4)] == [0, 1, 1, 0]
    assert family.carried[1, 1, 2] == 1


def test_an_allele_given_to_a_founder__is_passed_on() -> None:
    family = small_family()
    family.give(0, 1, 2)
    assert [family.copies(person, 2)[0] for person in range(4)] == [1, 0, 1, 1]


def test_a_new_allele__is_the_childs_alone() -> None:
    family = small_family()
    family.give_de_novo(2, MATERNAL, 0)
    assert [family.copies(person, 0) for person in range(4)] == [(0, 2), (0, 2), (1, 2), (0, 2)]


def test_common_alleles__travel_with_their_neighbours(country: Country) -> None:
    """Squared correlation falls with distance, as it does where few ancestors are shared."""
    founders = [n for n in range(len(country.citizens)) if (n, 0) not in country.haplotypes.origins]
    common = [
        n
        for n, site in enumerate(country.sites)
        if site.allele.contig == "chr1" and site.age is Age.ANCESTRAL and site.share > 0.2
    ]
    matrix = country.haplotypes.carried[founders][:, 0][:, common].astype(float)
    varied = matrix.std(axis=0) > 0
    squared = np.corrcoef(matrix[:, varied].T) ** 2
    near = np.diagonal(squared, 1).mean()
    far = np.diagonal(squared, squared.shape[0] // 2).mean()
    assert near > 1.3 * far
