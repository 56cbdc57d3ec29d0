"""What the tests of custody share: a centre with people whose data stand everywhere."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest

from kerne.centre import Centre, found_centre, open_centre
from kerne.consent.events import Capacity, SecondaryChoice
from kerne.custody.events import ErasureGround
from kerne.custody.receipt import ErasureReceipt
from kerne.genomes.reading.intake import GenomeFile
from kerne.people.asking import Identity, Refusal, Role
from kerne.people.counted import Relatives
from kerne.people.kinship import Custody as Guardianship
from kerne.people.kinship import Parenthood, ParentOf
from kerne.people.person import Person, RegisteredSex
from kerne.sequencing.order import Order
from kerne.settings import Settings, write_settings

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
REGISTRAR = Identity("registrar-1", frozenset({Role.REGISTRAR}), "Authority")
FIRST = Identity("custodian-1", frozenset({Role.CUSTODIAN}), "Authority")
SECOND = Identity("custodian-2", frozenset({Role.CUSTODIAN}), "Authority")
DOCTOR = Identity("doctor-1", frozenset({Role.DOCTOR}), "Hospital")
LABORATORY = Identity("laboratory-1", frozenset({Role.LABORATORY}), "East")
PERSONS = ("P-000001", "P-000002", "P-000003")
WHOM, CHILD, OTHER = PERSONS
NAMES = {WHOM: "Xylophia Quarterstaff", CHILD: "Junior Quarterstaff", OTHER: "Other Person"}
CPR = "0905410003"
QUESTION = "Whence the zygomatic murmur?"
SECRETS = ("Xylophia", CPR, QUESTION)
OWN = "own-treatment"

T = TypeVar("T")


class Clock:
    """A clock that moves a second each time it is read."""

    def __init__(self) -> None:
        self.at = AT

    def __call__(self) -> datetime:
        self.at += timedelta(seconds=1)
        return self.at


def citizen(person: str) -> Identity:
    return Identity(person, frozenset({Role.CITIZEN}), None, person)


def settle(home: Path, replica: Path | None) -> None:
    """Found a centre with three people who have consented, been sequenced and asked about."""
    found_centre(Settings(home, replica=replica), REGISTRAR)
    with open_centre(home, Clock()) as centre:
        persons = [
            Person(
                number,
                NAMES[number],
                CPR if number == WHOM else None,
                date(1941, 5, 9) if number == WHOM else date(1980, 1, 1),
                RegisteredSex.FEMALE,
                "East",
            )
            for number in PERSONS
        ]
        kin = [ParentOf(WHOM, CHILD, Parenthood.GENETIC)]
        guardians = [Guardianship(WHOM, CHILD, date(1990, 1, 1))]
        done(centre.people.register_persons(REGISTRAR, "quality", persons, kin, guardians))
        done(centre.people.appoint(REGISTRAR, "quality", [FIRST, SECOND, DOCTOR, LABORATORY]))
        samples = {f"S{number[-1]}": number for number in PERSONS}
        done(centre.people.assign_samples(REGISTRAR, "quality", samples))
        for person in PERSONS:
            consent(centre, person)
        place(centre, WHOM)
        done(centre.genomes.add(LABORATORY, OWN, [write_genomes(home.parent / "all.vcf")]))


def done(answer: T | Refusal) -> T:
    """Return what was answered; nothing here is meant to be refused."""
    assert not isinstance(answer, Refusal), answer.reasons
    return answer


def consent(centre: Centre, person: str) -> None:
    done(
        centre.consent.consent_to_analysis(
            DOCTOR,
            OWN,
            person,
            document=f"form-77-of-{NAMES[person].split()[0]}",
            document_version="1",
            secondary=SecondaryChoice.NONE,
            recontact=False,
            signed_by=Capacity.SELF,
        )
    )


def place(centre: Centre, person: str) -> Order:
    return done(centre.orders.place(DOCTOR, OWN, person, patient_group="eye", question=QUESTION))


def write_genomes(path: Path) -> GenomeFile:
    samples = [f"S{number[-1]}" for number in PERSONS]
    fixed = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT"
    lines = ["##fileformat=VCFv4.2", "\t".join([fixed, *samples])]
    lines += [f"chr1\t{at}\t.\tA\tC\t.\t.\t.\tGT\t0/1\t0/1\t0/0" for at in (100, 200, 300)]
    path.write_text("\n".join(lines) + "\n")
    return GenomeFile(path)


def refuse_research(centre: Centre, person: str) -> None:
    done(centre.consent.refuse_research(citizen(person), "own-access", person))


def propose(centre: Centre, person: str, document: str = "DEC-12") -> str:
    made = centre.custody.propose_erasure(
        *(FIRST, "custody", person),
        ground=ErasureGround.AUTHORITY_DECISION,
        document=document,
    )
    return done(made).number


def erase(centre: Centre, person: str) -> ErasureReceipt:
    number = propose(centre, person)
    return done(centre.custody.erase(SECOND, "custody", person, proposal=number))


def counted(centre: Centre) -> int:
    """Return how many alleles are called at one position, over all who may be counted."""
    found = done(centre.genomes.frequencies(REGISTRAR, "quality", relatives=Relatives.COUNTED))
    return int(found.an[0])


def files_with(home: Path, secret: str) -> list[str]:
    """Return the files below `home` that hold `secret` as it is written."""
    return [
        path.relative_to(home).as_posix()
        for path in sorted(home.rglob("*"))
        if path.is_file() and secret.encode() in path.read_bytes()
    ]


@dataclass(frozen=True)
class Site:
    """A centre's home with what stands beside it: a replica, and room for copies."""

    home: Path
    replica: Path

    @contextmanager
    def open(self, home: Path | None = None) -> Iterator[Centre]:
        with open_centre(home or self.home, Clock()) as centre:
            yield centre

    def beside(self, name: str) -> Path:
        return self.home.parent / name


@pytest.fixture(scope="session")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("custody")
    (place / "replica").mkdir()
    settle(place / "home", place / "replica")
    return place


@pytest.fixture
def site(settled: Path, tmp_path: Path) -> Site:
    """A settled centre of one's own, with its replica."""
    place = Path(shutil.copytree(settled, tmp_path / "site"))
    site = Site(place / "home", place / "replica")
    write_settings(Settings(site.home, replica=site.replica))
    return site
