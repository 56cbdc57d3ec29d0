import numpy as np

from kerne.alleles.allele import Allele
from kerne.synthetic.country import Country
from kerne.synthetic.genome import X
from kerne.synthetic.published import PEOPLE, draw_published
from kerne.synthetic.variation import Age, Site


def test_published_counts__add_up(country: Country) -> None:
    for count in country.published:
        assert 0 < count.ac <= count.an <= 2 * PEOPLE
        men_with_it = count.ac - 2 * count.hom - count.het
        assert (men_with_it == 0) or (count.allele.contig == X and men_with_it > 0)


def test_published_counts__are_near_the_shares_of_the_population() -> None:
    shares = [0.001, 0.05, 0.4, 0.9]
    for contig, alleles in (("chr1", 2 * PEOPLE), (X, 1.5 * PEOPLE)):
        sites = [
            Site(Allele(contig, 100 * n, "A", "C"), Age.RECENT, s) for n, s in enumerate(shares)
        ]
        counts = draw_published(np.random.default_rng(1), sites)
        for count, share in zip(counts, shares, strict=True):
            assert abs(count.an - 0.99 * alleles) < 0.005 * alleles
            assert abs(count.ac / count.an - share) < 5 * (share * (1 - share) / alleles) ** 0.5


def test_alleles_that_the_study_did_not_see__are_not_published() -> None:
    sites = [Site(Allele("chr1", n, "A", "C"), Age.RECENT, 1e-9) for n in range(20)]
    sites.append(Site(Allele("chr1", 50, "A", "C"), Age.PLANTED, 0.0))
    assert draw_published(np.random.default_rng(1), sites) == ()


def test_new_and_private_alleles__are_in_no_publication(country: Country) -> None:
    known = {count.allele for count in country.published}
    for site in country.sites:
        if site.age in {Age.PRIVATE, Age.DE_NOVO}:
            assert site.allele not in known


def test_rare_alleles_of_citizens__are_often_unpublished(country: Country) -> None:
    """Otherwise absence from the publication would give the planted alleles away."""
    known = {count.allele for count in country.published}
    missing = [site.allele not in known for site in country.sites]
    for carried in country.haplotypes.carried[:20]:
        mine = (carried == 1).any(axis=0)
        assert np.array(missing)[mine].sum() >= 5
