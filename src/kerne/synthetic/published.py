"""Allele frequencies as another study of the same population published them.

The study sequenced people who are not citizens here, so that an allele of a citizen may be missing
from it, and one in it need not be carried by any citizen: as with real reference populations.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from kerne.alleles.allele import Allele
from kerne.synthetic.genome import X
from kerne.synthetic.variation import Site

PEOPLE: Final = 5_000
"""Half of them women."""


@dataclass(frozen=True, slots=True)
class PublishedCount:
    """Counts of one allele; men with it on X are in `ac` but neither in `hom` nor `het`."""

    allele: Allele
    ac: int
    an: int
    hom: int
    het: int


def draw_published(rng: np.random.Generator, sites: Sequence[Site]) -> tuple[PublishedCount, ...]:
    """Draw the counts of every allele that the study saw, in the order of the sites."""
    drawn = (_count(rng, site) for site in sites if site.share > 0)
    return tuple(count for count in drawn if count.ac > 0)


def _count(rng: np.random.Generator, site: Site) -> PublishedCount:
    """Draw genotypes in Hardy-Weinberg proportions; a few people are not callable at the site."""
    called = int(rng.binomial(PEOPLE, 0.99))
    men = called // 2 if site.allele.contig == X else 0
    women = called - men
    share = site.share
    hom = int(rng.binomial(women, share**2))
    het = int(rng.binomial(women - hom, 2 * share / (1 + share)))
    hemi = int(rng.binomial(men, share))
    return PublishedCount(site.allele, 2 * hom + het + hemi, 2 * women + men, hom, het)
