"""What a laboratory checks: whose a genome is. Nobody else may ask, and nothing of it is kept."""

from dataclasses import dataclass

from pyroaring import BitMap

from kerne.gate.door import Gate
from kerne.gate.grant import Grant
from kerne.genomes.checking.identity import GenomeAtHand, IdentityCheck, check_identity
from kerne.genomes.checking.likeness import ComparedGenomes, find_duplicates
from kerne.genomes.keeping.store import GenomeStore
from kerne.genomes.reader import reader
from kerne.people.asking import Action, Ask, Identity, Refusal
from kerne.people.ledger import PeopleLedger


@dataclass(frozen=True, slots=True)
class DuplicateSearch:
    """What a search found among `genomes`, one a person."""

    genomes: int
    found: tuple[ComparedGenomes, ...]


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
        """Find genomes that are filed under two persons, among those that may be drawn on.

        Declared twins whose genomes differ are listed too.
        """

        def work(grant: Grant) -> DuplicateSearch:
            opened = reader(grant, self._store)
            rows = opened.rows().values()
            twins = self._twins_among(BitMap(rows))
            found = find_duplicates(opened, self._store.assembly, twins)
            return DuplicateSearch(len(rows), tuple(found))

        about = "quality of the genome database"
        ask = Ask(who, purpose, Action.FIND_DUPLICATES, about=about)
        return self._gate.answer(ask, work)

    def _twins_among(self, rows: BitMap) -> frozenset[frozenset[int]]:
        """Return the pairs of rows whose persons were declared twins of one egg."""
        kinship = self._people.kinship()
        row_of = {person: row for row, person in self._people.persons_of_rows(rows).items()}
        return frozenset(
            frozenset({row_of[person], row_of[twin]})
            for person in {each for pair in kinship.twins for each in (pair.one, pair.other)}
            if person in row_of
            for twin in kinship.twins_of(person)
            if twin in row_of
        )
