from kerne.alleles.allele import Allele
from kerne.alleles.assembly import KERNIA1
from kerne.interpretation.calls import Call, GenomeCalls
from kerne.interpretation.candidate import Genotype
from kerne.interpretation.parentage import check_parentage
from kerne.interpretation.pedigree import Family, Kin, Relative


def _genome(carried: range, absent: range = range(0), contig: str = "chr1") -> GenomeCalls:
    calls = tuple(Call(Allele(contig, at, "A", "C"), Genotype.HET) for at in carried)
    return GenomeCalls(
        "S", KERNIA1, calls, absent=frozenset(Allele(contig, at, "A", "C") for at in absent)
    )


def _trio(mother: GenomeCalls, father: GenomeCalls) -> Family:
    return Family(
        (
            Relative(Kin.MOTHER, affected=False, calls=mother),
            Relative(Kin.FATHER, affected=False, calls=father),
        )
    )


def test_parents_who_carry_nearly_all__are_confirmed() -> None:
    family = _trio(_genome(range(60), range(60, 100)), _genome(range(60, 99), range(100)))
    found = check_parentage(_genome(range(100)), family)
    assert found is not None
    assert (found.compared, found.unexplained, found.is_confirmed) == (100, 1, True)
    assert found.words.startswith("parentage confirmed by the genomes: 1 of 100")


def test_parents_who_lack_much__are_to_be_checked() -> None:
    family = _trio(_genome(range(50), range(100)), _genome(range(0), range(100)))
    found = check_parentage(_genome(range(100)), family)
    assert found is not None
    assert not found.is_confirmed
    assert found.words.startswith("CHECK PARENTAGE OR SAMPLE SWAP: 50 of 100")


def test_few_or_unread_alleles__confirm_nothing() -> None:
    family = _trio(_genome(range(10)), _genome(range(0)))
    found = check_parentage(_genome(range(100)), family)
    assert found is not None
    assert (found.compared, found.is_confirmed) == (10, False)
    assert "parentage assumed" in found.words


def test_x_chromosome__is_not_compared() -> None:
    child, parent = _genome(range(100), contig="chrX"), _genome(range(100), contig="chrX")
    found = check_parentage(child, _trio(parent, parent))
    assert found is not None
    assert found.compared == 0


def test_parentage_without_both_parents__is_not_checked() -> None:
    assert check_parentage(_genome(range(10)), None) is None
    mother = Relative(Kin.MOTHER, affected=False, calls=_genome(range(10)))
    assert check_parentage(_genome(range(10)), Family((mother,))) is None
