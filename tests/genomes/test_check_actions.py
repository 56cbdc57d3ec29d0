"""Whose a genome is: asked by the laboratory, told to nobody else, and no page hints at it."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from kerne.audit.entry import Intent
from kerne.consent.events import LimitedToOwnTreatment
from kerne.genomes.check_actions import DuplicateSearch
from kerne.genomes.checking.identity import IdentityCheck, Verdict
from kerne.genomes.reading.intake import GenomeFile
from kerne.people.asking import Action, Identity, Purpose, Refusal, Role
from kerne.people.sample import GenomeOrigin

from .conftest import AT, CUSTODIAN, DOCTOR, RESEARCHER, Rooms

OWN = "own-treatment"
PLACES = 240
TEXT = ("0/0", "0/1", "1/1")
DEAL = {"S0": 1, "S1": 2, "S2": 3, "again": 1, "swapped": 4, "donor": 5}
"""Which person's genome each sample really holds."""


@pytest.fixture
def filed(rooms: Rooms, tmp_path: Path, write_vcf: Callable[..., Path]) -> Rooms:
    """Person 1 with an older genome, a swapped one and one of a donor; all women by X."""
    first = rooms.persons[0]
    rooms.people.assign_samples({"swapped": first, "again": first})
    rooms.people.assign_sample("donor", first, GenomeOrigin.DONOR_DERIVED)
    order = ("swapped", "donor", "S0", "again", "S1", "S2")
    drawn = {n: np.random.default_rng(n).binomial(2, 0.5, PLACES) for n in DEAL.values()}
    rows = [
        (
            "chr1",
            100_000 * (at + 1),
            "A",
            "C",
            [TEXT[drawn[DEAL[sample]][at]] for sample in order],
        )
        for at in range(PLACES)
    ]
    rows += [
        ("chrX", 5_000_000 + at, "A", "C", ["1" if each == "swapped" else "0/1" for each in order])
        for at in range(9)
    ]
    file = GenomeFile(write_vcf(tmp_path / "a.vcf", order, rows))
    assert isinstance(rooms.genomes.add(rooms.laboratory, OWN, [file]), list)
    return rooms


def identity(rooms: Rooms) -> IdentityCheck:
    found = rooms.genomes.identity_check(rooms.laboratory, OWN, rooms.persons[0])
    assert isinstance(found, IdentityCheck)
    return found


def test_laboratory__sees_a_swap_and_no_difference_where_a_donor_is_looked_at(
    filed: Rooms,
) -> None:
    found = identity(filed)
    assert {each.sample: each.verdict for each in found.agreements} == {
        "swapped": Verdict.DIFFERS,
        "donor": Verdict.NOT_JUDGED,
        "S0": Verdict.AS_EXPECTED,
    }
    assert {each.sample: each.verdict for each in found.complements} == {
        "swapped": Verdict.DIFFERS,
        "donor": Verdict.NOT_JUDGED,
        "S0": Verdict.AS_EXPECTED,
        "again": Verdict.AS_EXPECTED,
    }


def citizen(person: str) -> Identity:
    return Identity(person, frozenset({Role.CITIZEN}), person=person)


@pytest.mark.parametrize(
    ("who", "purpose"),
    [
        (DOCTOR, OWN),
        (DOCTOR, "treatment-of-another"),
        (Identity("geneticist-1", frozenset({Role.GENETICIST}), "hospital-east"), OWN),
        (Identity("laboratory-2", frozenset({Role.LABORATORY})), OWN),
        (CUSTODIAN, "custody"),
        (RESEARCHER, "research"),
        (citizen("P-000001"), "own-access"),
    ],
)
def test_nobody_else__is_told(filed: Rooms, who: Identity, purpose: str) -> None:
    found = filed.genomes.identity_check(who, purpose, filed.persons[0])
    assert isinstance(found, Refusal)
    for each in (purpose, "quality"):
        assert isinstance(filed.genomes.find_duplicates(who, each), Refusal)


def intents(rooms: Rooms) -> list[Intent]:
    return [found.entry.intent for found in rooms.audit.naming(rooms.persons[0])]


def test_entry__is_a_laboratorys_work_on_a_sample_whatever_it_found(filed: Rooms) -> None:
    before = len(intents(filed))
    identity(filed)
    (new,) = intents(filed)[before:]
    assert (new.action, new.purpose) == (Action.HANDLE_SAMPLE, Purpose.OWN_TREATMENT)
    assert new.about == "quality of the sequencing"


def test_duplicates__are_found_under_two_persons(filed: Rooms) -> None:
    def search() -> DuplicateSearch:
        found = filed.genomes.find_duplicates(filed.laboratory, "quality")
        assert isinstance(found, DuplicateSearch)
        return found

    assert (search().genomes, search().found) == (3, ())
    filed.people.assign_sample("misfiled", filed.persons[1])
    source = filed.store.path.parent / "a.vcf"
    lines = [line.split("\t") for line in source.read_text().splitlines()]
    text = ["\t".join(f if f[0].startswith("##") else [*f[:9], f[12]]) for f in lines]
    file = source.with_name("b.vcf")
    file.write_text("\n".join(text).replace("\tagain", "\tmisfiled") + "\n")
    assert isinstance(filed.genomes.add(filed.laboratory, OWN, [GenomeFile(file)]), list)
    (alike,) = search().found
    assert {alike.sample, alike.other} == {"again", "misfiled"}
    assert alike.equal == alike.compared
    assert not alike.are_twins
    filed.people.declare_twins(filed.persons[1], filed.persons[0], entry=1, at=AT)
    assert search().found[0].are_twins
    # Of twins that are none is told as well.
    filed.people.declare_twins(filed.persons[1], filed.persons[2], entry=1, at=AT)
    assert {(each.is_one, each.are_twins) for each in search().found} == {
        (True, True),
        (False, True),
    }
    # Who keeps the genome to the own treatment is not searched for the sake of the registers.
    filed.choose(LimitedToOwnTreatment(filed.persons[0], "citizen-1"))
    assert search().genomes == 2
    assert [each.is_one for each in search().found] == [False]
