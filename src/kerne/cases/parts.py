"""What cases ask of other rooms, in the words of this one; `centre.py` hands the rooms in."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from pyroaring import BitMap

from kerne.alleles.allele import Allele
from kerne.cases.answers.answer import ReleasedOrder
from kerne.genomes.actions import PersonalGenome
from kerne.genomes.frequencies import Frequencies
from kerne.interpretation.secondary import FindingClass
from kerne.people.asking import Identity, Refusal
from kerne.people.kinship import Kinship
from kerne.people.person import Person


class Persons(Protocol):
    """What cases ask of the register about one person."""

    def person(self, number: str) -> Person:
        """Return the person with this number."""
        ...

    def rows_of(self, person: str) -> BitMap:
        """Return the rows of the person's genomes; empty when there is none."""
        ...


class NationalGenomes(Protocol):
    """What cases ask of the National Genome Database (`genomes.actions.Genomes`)."""

    def variants_of(self, who: Identity, purpose: str, person: str) -> PersonalGenome | Refusal:
        """Return the newest genome of one person."""
        ...

    def frequencies(
        self,
        who: Identity,
        purpose: str,
        *,
        alleles: Sequence[Allele] | None = None,
        without: frozenset[str] = frozenset(),
    ) -> Frequencies | Refusal:
        """Count alleles among everyone whose choices allow the purpose now."""
        ...


class OrderBook(Protocol):
    """What cases ask about orders."""

    def person_of(self, order: str) -> str:
        """Return the number of the person whom the order is for."""
        ...

    def released(self, order: str) -> ReleasedOrder:
        """Return a released order; an error when its sample is not released."""
        ...


class Register(Persons, Protocol):
    """What cases ask of the register of people."""

    def kinship(self) -> Kinship:
        """Return who is whose parent and guardian."""
        ...

    def start_treatment(self, identity: str, person: str, order: str, at: datetime) -> None:
        """Note that `identity` treats `person` under the order; may be said again."""
        ...


class KinUse(Protocol):
    """What cases ask about the genomes of a patient's kin."""

    def may_help(self, person: str) -> bool:
        """Say whether the treatment of another may draw on the person's genome now."""
        ...


class OpenFindings(Protocol):
    """What cases ask about a person's secondary findings."""

    def open_classes(self, person: str) -> frozenset[FindingClass]:
        """Return the classes of findings that are open to the person now."""
        ...
