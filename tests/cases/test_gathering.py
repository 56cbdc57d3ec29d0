import pytest

from kerne.alleles.assembly import KERNIA1
from kerne.cases.gathering import as_calls, kin_of
from kerne.genomes.actions import PersonalGenome
from kerne.genomes.genotypes import GenotypedAllele, Zygosity
from kerne.interpretation.candidate import Genotype
from kerne.interpretation.pedigree import Kin
from kerne.people.kinship import Kinship, Parenthood, ParentOf

from .conftest import BROTHER, FATHER, MOTHER, PATIENT, STOP, STRANGER, NotedRegister


@pytest.mark.parametrize(
    ("person", "kin"),
    [
        (MOTHER, Kin.MOTHER),
        (FATHER, Kin.FATHER),
        (BROTHER, Kin.SIBLING),
        (STRANGER, Kin.OTHER),
    ],
)
def test_kin_of__follows_genetic_parenthood(person: str, kin: Kin) -> None:
    register = NotedRegister()
    assert kin_of(person, PATIENT, register.kinship(), register) is kin


def test_kin_of__knows_a_child_and_a_parent_of_unknown_sex() -> None:
    register = NotedRegister()
    assert kin_of(PATIENT, MOTHER, register.kinship(), register) is Kin.CHILD
    unknown = Kinship([ParentOf(STRANGER, PATIENT, Parenthood.GENETIC)])
    assert kin_of(STRANGER, PATIENT, unknown, register) is Kin.OTHER


@pytest.mark.parametrize(
    ("zygosity", "genotype"),
    [
        (Zygosity.HET, Genotype.HET),
        (Zygosity.HOM, Genotype.HOM),
        (Zygosity.HEMI, Genotype.HEMI),
        (Zygosity.HALF, Genotype.HET),
    ],
)
def test_as_calls__takes_over_how_each_allele_is_carried(
    zygosity: Zygosity, genotype: Genotype
) -> None:
    variant = GenotypedAllele(STOP, zygosity, None, is_counted=True)
    calls = as_calls(PersonalGenome("S-1", 1, (variant,), None), KERNIA1)
    assert [(call.allele, call.genotype) for call in calls.calls] == [(STOP, genotype)]
    assert (calls.sample, calls.callable, calls.notes) == ("S-1", None, ())
