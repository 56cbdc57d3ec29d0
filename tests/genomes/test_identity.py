"""Whose a genome is: the calls against the register, and against the person's other genomes."""

import numpy as np
import pytest
from numpy.typing import NDArray

from kerne.alleles.allele import Allele
from kerne.alleles.assembly import GRCH38
from kerne.genomes.checking.identity import (
    LEAST_COMPARED,
    GenomeAtHand,
    Verdict,
    check_agreement,
    check_complement,
    check_identity,
    identity_lines,
    karyotype_of,
)
from kerne.genomes.complement import Karyotype
from kerne.genomes.genotypes import GenotypedAllele, Zygosity
from kerne.people.person import RegisteredSex
from kerne.people.sample import GenomeOrigin

GERMLINE = GenomeOrigin.GERMLINE
ZYGOSITY = (None, Zygosity.HET, Zygosity.HOM)
Alleles = list[GenotypedAllele]
Copies = NDArray[np.int64]


def drawn(seed: int, places: int = 400) -> Copies:
    """Draw how many copies an unrelated person carries of alleles with frequency 1/2."""
    return np.random.default_rng(seed).binomial(2, 0.5, places)


def child_of(one: int, other: int, seed: int) -> Copies:
    """Draw a child of two drawn people; the places are inherited apart."""
    rng = np.random.default_rng(seed)
    halves = [rng.binomial(1, drawn(parent) / 2) for parent in (one, other)]
    return halves[0] + halves[1]


def alleles(copies: Copies, contig: str = "chr1") -> Alleles:
    return [
        GenotypedAllele(Allele(contig, 10_000_000 + at, "A", "C"), zygosity, 30, is_counted=True)
        for at, number in enumerate(copies.tolist())
        for zygosity in [ZYGOSITY[number]]
        if zygosity is not None
    ]


def genome(copies: Copies, origin: GenomeOrigin = GERMLINE, sample: str = "S1") -> GenomeAtHand:
    return GenomeAtHand(sample, origin, alleles(copies))


@pytest.mark.parametrize("seed", range(10))
def test_genomes_of_one_person__agree_even_with_wrong_and_missing_calls(seed: int) -> None:
    copies = drawn(seed)
    again = copies.copy()
    rng = np.random.default_rng(seed + 100)
    again[rng.choice(400, 12, replace=False)] = 1
    again[rng.choice(400, 100, replace=False)] = 0
    found = check_agreement(genome(copies), genome(again), GRCH38)
    assert found.verdict is Verdict.AS_EXPECTED


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("kin", ["stranger", "sibling", "child"])
def test_genomes_of_two_persons__differ_even_of_kin(seed: int, kin: str) -> None:
    parent = 1000 + seed
    one, other = {
        "stranger": (drawn(seed), drawn(parent)),
        "child": (drawn(seed), child_of(seed, parent, 1)),
        "sibling": (child_of(seed, parent, 1), child_of(seed, parent, 2)),
    }[kin]
    found = check_agreement(genome(one), genome(other), GRCH38)
    assert found.verdict is Verdict.DIFFERS


def test_agreement__needs_enough_in_common() -> None:
    copies = np.full(LEAST_COMPARED, 1)
    assert check_agreement(genome(copies), genome(copies), GRCH38).verdict is Verdict.AS_EXPECTED
    few = copies[1:]
    assert check_agreement(genome(few), genome(copies), GRCH38).verdict is Verdict.NOT_JUDGED


@pytest.mark.parametrize(
    ("origin", "judged"),
    [
        (GenomeOrigin.TUMOUR, True),
        (GenomeOrigin.UNKNOWN, True),
        (GenomeOrigin.FETAL, False),
        (GenomeOrigin.DONOR_DERIVED, False),
    ],
)
def test_agreement__is_not_judged_where_another_body_is_looked_at(
    origin: GenomeOrigin,
    judged: bool,
) -> None:
    found = check_agreement(genome(drawn(1)), genome(drawn(2), origin), GRCH38)
    assert (found.verdict is Verdict.DIFFERS) is judged


def test_what_does_not_count__is_not_compared() -> None:
    weak = [
        GenotypedAllele(each.allele, Zygosity.HOM, 3, is_counted=False)
        for each in alleles(np.full(99, 1))
    ]
    on_x = alleles(np.full(99, 1), "chrX")
    at_hand = GenomeAtHand("S1", GERMLINE, [*weak, *on_x])
    assert check_agreement(at_hand, at_hand, GRCH38).compared == 0


@pytest.mark.parametrize(
    ("measured", "registered", "verdict"),
    [
        (Karyotype.XX, RegisteredSex.FEMALE, Verdict.AS_EXPECTED),
        (Karyotype.XY, RegisteredSex.MALE, Verdict.AS_EXPECTED),
        (Karyotype.SINGLE_X, RegisteredSex.MALE, Verdict.AS_EXPECTED),
        (Karyotype.SINGLE_X, RegisteredSex.FEMALE, Verdict.DIFFERS),
        (Karyotype.XY, RegisteredSex.FEMALE, Verdict.DIFFERS),
        (Karyotype.XXY, RegisteredSex.MALE, Verdict.DIFFERS),
        (Karyotype.MOSAIC, RegisteredSex.MALE, Verdict.DIFFERS),
        (Karyotype.UNCLEAR, RegisteredSex.MALE, Verdict.NOT_JUDGED),
        (Karyotype.XX, RegisteredSex.UNKNOWN, Verdict.NOT_JUDGED),
    ],
)
def test_complement__is_held_against_the_register(
    measured: Karyotype, registered: RegisteredSex, verdict: Verdict
) -> None:
    assert check_complement("S1", GERMLINE, measured, registered).verdict is verdict
    other = check_complement("S1", GenomeOrigin.TUMOUR, measured, registered)
    assert other.verdict is Verdict.NOT_JUDGED


def carried(contig: str, number: int, genotype: Zygosity, depth: int | None) -> Alleles:
    return [
        GenotypedAllele(Allele(contig, 10_000_000 + at, "A", "C"), genotype, depth, is_counted=True)
        for at in range(number)
    ]


def test_complement__is_measured_again_from_what_is_carried() -> None:
    autosomes = carried("chr1", 500, Zygosity.HET, 30)
    man = [*autosomes, *carried("chrX", 200, Zygosity.HEMI, 15)]
    assert karyotype_of(man, GRCH38) is Karyotype.SINGLE_X
    man += carried("chrY", 150, Zygosity.HEMI, 15)
    assert karyotype_of(man, GRCH38) is Karyotype.XY
    two_y = [*man[:-150], *carried("chrY", 150, Zygosity.HOM, 30)]
    assert karyotype_of(two_y, GRCH38) is Karyotype.XYY
    woman = [*autosomes, *carried("chrX", 200, Zygosity.HET, None)]
    assert karyotype_of(woman, GRCH38) is Karyotype.XX
    assert karyotype_of([], GRCH38) is Karyotype.UNCLEAR


def test_person__is_checked_alone_and_against_the_newest_genome() -> None:
    genomes = [genome(drawn(1), sample="old"), genome(drawn(2), sample="swapped")]
    genomes += [genome(drawn(1), sample="new")]
    found = check_identity(genomes, RegisteredSex.FEMALE, GRCH38)
    assert [each.verdict for each in found.complements] == [Verdict.NOT_JUDGED] * 3
    assert {each.sample: each.verdict for each in found.agreements} == {
        "old": Verdict.AS_EXPECTED,
        "swapped": Verdict.DIFFERS,
    }
    lines = identity_lines(found)
    assert lines[1] == "old\tunclear\tnot judged"
    assert lines[5].startswith("old\tnew\tas expected\t")
    # A newer genome of a donor does not hide what older ones of the person say.
    donor = genome(drawn(3), GenomeOrigin.DONOR_DERIVED, "donor")
    found = check_identity([*genomes, donor], RegisteredSex.FEMALE, GRCH38)
    assert {each.sample: each.verdict for each in found.agreements} == {
        "old": Verdict.AS_EXPECTED,
        "swapped": Verdict.DIFFERS,
        "donor": Verdict.NOT_JUDGED,
    }
    assert check_identity([], RegisteredSex.FEMALE, GRCH38).complements == ()
