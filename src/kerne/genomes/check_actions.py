"""What a laboratory checks: whose a genome is. Nobody else may ask, and nothing of it is kept."""

from dataclasses import dataclass, replace

from kerne.gate.door import Gate
from kerne.gate.grant import Grant
from kerne.genomes.identity import GenomeAtHand, IdentityCheck, check_identity
from kerne.genomes.likeness import AlikeGenomes, find_duplicates
from kerne.genomes.reader import reader
from kerne.genomes.store import GenomeStore
from kerne.people.asking import Action, Ask, Identity, Refusal
from kerne.people.ledger import PeopleLedger


@dataclass(frozen=True, slots=True)
class DuplicateSearch:
    """What a search found among `genomes`, one a person."""

    genomes: int
    found: tuple[AlikeGenomes, ...]


class CheckActions:
    """The checks of the genome database that are for the laboratory alone."""

    def __init__(self, store: GenomeStore, gate: Gate, people: PeopleLedger) -> None:
        self._store = store
        self._gate = gate
        self._people = people

    def identity_check(self, who: Identity, purpose: str, person: str) -> IdentityCheck | Refusal:
        """Read what the genomes of one person say of whose they are.

        The complement is held against the registered sex, and older genomes against the newest. It
        stands in no report, list or entry.
        """

        def work(grant: Grant) -> IdentityCheck:
            opened = reader(grant, self._store)
            origins = self._people.origins_of(person)
            seen = set(opened.rows().values())
            genomes = [
                GenomeAtHand(each.sample, origins[each.sample], opened.variants_of(each.row))
                for each in self._people.genomes_of(person)
                if each.row in seen
            ]
            registered = self._people.registered_sex(person)
            return check_identity(genomes, registered, self._store.assembly)

        about = "quality of the sequencing"
        ask = Ask(who, purpose, Action.READ_IDENTITY_CHECK, (person,), about=about)
        return self._gate.answer(ask, work)

    def find_duplicates(self, who: Identity, purpose: str) -> DuplicateSearch | Refusal:
        """Find genomes that are filed under two persons, among those that may be drawn on."""

        def work(grant: Grant) -> DuplicateSearch:
            opened = reader(grant, self._store)
            found = find_duplicates(opened, self._store.assembly)
            kinship, person_of = self._people.kinship(), self._people.person_of_sample
            return DuplicateSearch(
                len(opened.rows()),
                tuple(
                    replace(
                        each,
                        are_twins=person_of(each.other) in kinship.twins_of(person_of(each.sample)),
                    )
                    for each in found
                ),
            )

        about = "quality of the genome database"
        ask = Ask(who, purpose, Action.FIND_DUPLICATES, about=about)
        return self._gate.answer(ask, work)
