"""From the tube to the count: only a germline genome counts, and it is the one that is read."""

from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from kerne.database.engine import open_database
from kerne.genomes.actions import PersonalGenome
from kerne.genomes.frequencies import Frequencies
from kerne.genomes.reading.intake import GenomeFile
from kerne.people.asking import Refusal
from kerne.people.counted import Relatives, WhoCounted
from kerne.people.sample import GenomeOrigin
from kerne.people.vault import open_vault
from kerne.sequencing.actions import Orders
from kerne.sequencing.ledger import OrderLedger, metadata
from kerne.sequencing.order import Order
from kerne.sequencing.turnaround import Calendar

from .conftest import Rooms

OWN = "own-treatment"
OTHERS = [origin for origin in GenomeOrigin if origin is not GenomeOrigin.GERMLINE]


@pytest.fixture
def orders(rooms: Rooms, tmp_path: Path) -> Orders:
    database = open_database(tmp_path / "orders.sqlite", metadata)
    ledger = OrderLedger(database, open_vault(tmp_path))
    calendar = Calendar("DK", ZoneInfo("Europe/Copenhagen"))
    return Orders(ledger, rooms.gate, rooms.people, calendar, lambda: rooms.now[0])


@pytest.fixture
def take(
    rooms: Rooms, orders: Orders, tmp_path: Path, write_vcf: Callable[..., Path]
) -> Callable[..., None]:
    def take(sample: str, origin: GenomeOrigin, genotype: str) -> None:
        """Take a tube of the first person from its order into the genome database."""
        placed = orders.place(
            *(rooms.doctor, OWN, rooms.persons[0]), patient_group="heart", question="why?"
        )
        assert isinstance(placed, Order)
        accepted = orders.accept_sample(
            *(rooms.laboratory, OWN, placed.number), barcode=sample, sample=sample, origin=origin
        )
        assert isinstance(accepted, Order)
        file = write_vcf(tmp_path / f"{sample}.vcf", (sample,), [("chr1", 9, "A", "C", [genotype])])
        added = rooms.genomes.add(rooms.laboratory, OWN, [GenomeFile(file)])
        assert not isinstance(added, Refusal)

    return take


def counted(rooms: Rooms) -> Frequencies:
    purpose = "treatment-of-another"
    found = rooms.genomes.frequencies(rooms.doctor, purpose, relatives=Relatives.COUNTED)
    assert isinstance(found, Frequencies)
    return found


def read(rooms: Rooms) -> str:
    found = rooms.genomes.variants_of(rooms.doctor, OWN, rooms.persons[0], reason="the order")
    assert isinstance(found, PersonalGenome)
    return found.sample


@pytest.mark.parametrize("origin", OTHERS)
def test_other_origin__is_never_counted(
    rooms: Rooms, take: Callable[..., None], origin: GenomeOrigin
) -> None:
    take("first", origin, "1/1")
    assert (len(counted(rooms)), counted(rooms).counted) == (0, WhoCounted(0))
    assert read(rooms) == "first"
    take("second", GenomeOrigin.GERMLINE, "0/1")
    take("third", origin, "1/1")
    found = counted(rooms)
    assert (found.ac.tolist(), found.an.tolist()) == ([1], [2])
    assert found.counted == WhoCounted(1, other_origin=2)
    assert read(rooms) == "second"
    take("fourth", GenomeOrigin.GERMLINE, "1/1")
    assert counted(rooms).ac.tolist() == [2]
    assert counted(rooms).counted == WhoCounted(1, earlier=1, other_origin=2)
    assert read(rooms) == "fourth"
