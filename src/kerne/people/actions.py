"""What registrars do in the register of people, each through the gate."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from kerne.people.asking import Action, Ask, Door, Identity, Pass, Refusal
from kerne.people.kinship import Custody, ParentOf, Representation
from kerne.people.ledger import PeopleLedger
from kerne.people.person import Person
from kerne.people.sample import GenomeOrigin


class People:
    """The register of people, as registrars keep it.

    Parameters
    ----------
    door
        The gate.
    ledger
        The register.
    clock
        Returns the moment, with its time zone.
    """

    def __init__(self, door: Door, ledger: PeopleLedger, clock: Callable[[], datetime]) -> None:
        self._door = door
        self._ledger = ledger
        self._clock = clock

    def register_persons(
        self,
        who: Identity,
        purpose: str,
        persons: Sequence[Person],
        kinship: Iterable[ParentOf] = (),
        guardians: Iterable[Custody] = (),
    ) -> tuple[str, ...] | Refusal:
        """Register persons with their parents and guardians, all or none; returns the numbers.

        Raises
        ------
        PersonError
            A person is registered already, a relative is not registered, or the kinship cannot be.
        """
        numbers = tuple(person.number for person in persons)
        ask = Ask(who, purpose, Action.REGISTER_PERSON, numbers, about="registration")

        def work(granted: Pass) -> tuple[str, ...]:
            self._ledger.register_persons(
                persons, kinship, guardians, entry=granted.entry, at=self._clock()
            )
            return numbers

        return self._door.answer(ask, work)

    def appoint(
        self, who: Identity, purpose: str, identities: Sequence[Identity]
    ) -> tuple[str, ...] | Refusal:
        """Appoint identities to their roles, all or none; returns their identifiers.

        Raises
        ------
        PersonError
            The citizen behind an identity is not registered.
        """
        concerned = tuple(each.person for each in identities if each.person is not None)
        ask = Ask(who, purpose, Action.REGISTER_PERSON, concerned, about="appointment")

        def work(granted: Pass) -> tuple[str, ...]:
            self._ledger.appoint_all(identities, entry=granted.entry, at=self._clock())
            return tuple(identity.identifier for identity in identities)

        return self._door.answer(ask, work)

    def appoint_representative(
        self, who: Identity, purpose: str, representation: Representation
    ) -> str | Refusal:
        """Record that an authority appointed somebody to decide for an adult; returns the adult.

        Raises
        ------
        PersonError
            One of them is not registered, or the appointment cannot be.
        """
        concerned = (representation.person, representation.representative)
        ask = Ask(who, purpose, Action.REGISTER_PERSON, concerned, about="representative")

        def work(granted: Pass) -> str:
            self._ledger.appoint_representative(
                representation, entry=granted.entry, at=self._clock()
            )
            return representation.person

        return self._door.answer(ask, work)

    def declare_twins(
        self, who: Identity, purpose: str, one: str, other: str
    ) -> tuple[str, str] | Refusal:
        """Record that two persons are monozygotic twins: their genomes count once.

        Raises
        ------
        PersonError
            One of them is not registered, or they are the same.
        """
        ask = Ask(who, purpose, Action.REGISTER_PERSON, (one, other), about="twins")

        def work(granted: Pass) -> tuple[str, str]:
            self._ledger.declare_twins(one, other, entry=granted.entry, at=self._clock())
            return one, other

        return self._door.answer(ask, work)

    def assign_samples(
        self,
        who: Identity,
        purpose: str,
        persons: Mapping[str, str],
        origin: GenomeOrigin = GenomeOrigin.GERMLINE,
    ) -> tuple[str, ...] | Refusal:
        """Say of each sample whose it is (person by sample), all or none; returns the samples.

        Raises
        ------
        PersonError
            A person is not registered, or a sample was assigned otherwise before.
        """
        concerned = tuple(dict.fromkeys(persons.values()))
        ask = Ask(who, purpose, Action.REGISTER_PERSON, concerned, about="samples assigned")

        def work(granted: Pass) -> tuple[str, ...]:
            self._ledger.assign_samples(persons, origin, entry=granted.entry, at=self._clock())
            return tuple(persons)

        return self._door.answer(ask, work)
