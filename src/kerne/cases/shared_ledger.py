"""The SQL of shared classifications: sealed under the patient's key, a row for each.

They are made from signed answers and can be made again. Erasing a person takes theirs away.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    delete,
    insert,
    select,
)

from kerne.cases.answers.document import canonical_json, read_document
from kerne.cases.statement import SharedClassification
from kerne.database.engine import reading

metadata: Final = MetaData()
_ROWS: Final = Table(
    "shared_classification",
    metadata,
    Column("case_number", Text, primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("person", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    sqlite_strict=True,
)


class DocumentSeal(Protocol):
    """Seals documents; implemented by `people.vault`."""

    def seal_document(self, person: str, name: str, content: bytes) -> bytes:
        """Return a document of `person` sealed; it opens under the same name only."""
        ...

    def unseal_document(self, person: str, name: str, sealed: bytes) -> bytes:
        """Return the content of a sealed document."""
        ...


@dataclass(frozen=True, slots=True)
class KeptClassification:
    """A classification with the number of the person whose variant it is, for the gate alone."""

    person: str
    said: SharedClassification


class SharedLedger:
    """Keeps what signed answers classify."""

    def __init__(self, engine: Engine, sealer: DocumentSeal) -> None:
        metadata.create_all(engine)
        self._engine = engine
        self._sealer = sealer

    def keep(self, case: str, person: str, said: Sequence[SharedClassification]) -> None:
        """Keep what the answer of a case classifies; again changes nothing."""
        with self._engine.begin() as connection:
            connection.execute(delete(_ROWS).where(_ROWS.c.case_number == case))
            for place, each in enumerate(said):
                sealed = self._sealer.seal_document(
                    person, _name(case, place), canonical_json(each)
                )
                values = {"case_number": case, "place": place, "person": person, "sealed": sealed}
                connection.execute(insert(_ROWS).values(values))

    def persons(self) -> tuple[str, ...]:
        """Return the persons whose variants are classified."""
        query = select(_ROWS.c.person).distinct().order_by(_ROWS.c.person)
        with reading(self._engine).connect() as connection:
            return tuple(connection.execute(query).scalars())

    def read(
        self, persons: Sequence[str], alleles: Collection[str] | None = None
    ) -> Iterator[KeptClassification]:
        """Yield what is kept of these persons, by case; of certain variants if they are named."""
        wanted = set(persons)
        # A sealed row tells nothing of itself; its text is searched before it is taken apart.
        marks = None if alleles is None else [f'"{each}"'.encode() for each in alleles]
        query = select(_ROWS).order_by(_ROWS.c.case_number, _ROWS.c.place)
        with reading(self._engine).connect() as connection:
            rows = connection.execute(query).mappings().all()
        for row in rows:
            if row["person"] in wanted:
                name = _name(row["case_number"], row["place"])
                content = self._sealer.unseal_document(row["person"], name, row["sealed"])
                if marks is not None and not any(mark in content for mark in marks):
                    continue
                said = read_document(content, SharedClassification)
                if alleles is None or str(said.allele) in alleles:
                    yield KeptClassification(row["person"], said)

    def forget_within(self, connection: Connection, person: str) -> None:
        """Take away what is kept of a person, in a transaction of the caller's."""
        connection.execute(delete(_ROWS).where(_ROWS.c.person == person))


def _name(case: str, place: int) -> str:
    return f"case {case} classification {place}"
