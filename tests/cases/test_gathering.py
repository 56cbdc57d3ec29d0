from dataclasses import replace
from typing import Any

import pytest

from kerne.alleles.assembly import KERNIA1
from kerne.cases.answers.wording import Wording
from kerne.cases.gathering import CountedCitizens, as_calls, kin_of
from kerne.genomes.actions import PersonalGenome
from kerne.genomes.frequencies import Frequencies
from kerne.genomes.genotypes import GenotypedAllele, Zygosity
from kerne.interpretation.candidate import Genotype
from kerne.interpretation.family.pedigree import Kin
from kerne.interpretation.limits import (
    STRUCTURAL,
    STRUCTURAL_IN_PART,
    STRUCTURAL_NOT_KEPT,
    not_examined,
)
from kerne.interpretation.reading.structural import StructuralKind
from kerne.people.asking import Identity, Refusal, Role
from kerne.people.counted import WhoCounted
from kerne.people.kinship import Kinship, Parenthood, ParentOf
from kerne.policy.words import Language

from .conftest import BROTHER, FATHER, MOTHER, PATIENT, STOP, STRANGER, NotedGenomes, NotedRegister


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


class CountingGenomes(NotedGenomes):
    """Says who was counted, as the genome database does."""

    def frequencies(
        self,
        who: Identity,
        purpose: str,
        **asked: Any,  # Any: passed on
    ) -> Frequencies | Refusal:
        found = super().frequencies(who, purpose, **asked)
        if isinstance(found, Refusal):
            return found
        return replace(found, counted=WhoCounted(640, relatives=2))


def test_national_evidence__names_the_unrelated_people_whom_it_counted() -> None:
    genomes = CountingGenomes()
    geneticist = Identity("geneticist-1", frozenset({Role.GENETICIST}))
    citizens = CountedCitizens(genomes, geneticist, frozenset({PATIENT}))
    assert citizens.source == (
        "the national genome database (unrelated citizens who allow it, the family left out)"
    )
    (counted,) = citizens.look_up([STOP])
    assert counted is not None
    assert genomes.left_out == {PATIENT}
    assert citizens.source == (
        "the national genome database (640 unrelated citizens who allow it, the family left out)"
    )
    genomes.refuses.add("everyone")
    assert citizens.look_up([STOP]) == [None]
    assert citizens.source == "the national genome database, which refused the question"


def test_as_calls__hands_over_structural_variants_and_says_when_none_were_kept() -> None:
    line = "chr1\t1000\t.\tN\t<DEL>\t.\tPASS\tEND=5000\tGT\t0/1"
    filtered = line.replace("PASS", "LowQual")
    held = as_calls(PersonalGenome("S-1", 1, (), None, (line, filtered)), KERNIA1)
    (call,) = held.structural
    assert (call.kind, call.start, call.end) == (StructuralKind.DELETION, 1000, 5000)
    assert held.doubtful == held.structural
    assert len(held.notes) == 1
    assert STRUCTURAL_IN_PART in not_examined(held)
    none = as_calls(PersonalGenome("S-1", 1, (), None, ()), KERNIA1)
    assert STRUCTURAL in not_examined(none)
    before = as_calls(PersonalGenome("S-1", 1, (), None, None), KERNIA1)
    assert STRUCTURAL_NOT_KEPT in not_examined(before)
    assert Wording(Language.DANISH).told(STRUCTURAL_NOT_KEPT) is not None
    assert Wording(Language.DANISH).told(held.notes[0]) is not None
