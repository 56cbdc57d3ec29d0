"""What stands in the audit: an intent before anything is done, an outcome after it.

An entry is a leaf of the tree, as one line of JSON with sorted keys. Opaque identifiers and closed
words stand in it in clear. Whom it concerns, that person's running number and the words that the
asker typed are the *personal part*: the leaf holds only a salted commitment to it, so that it can
one day be deleted and the tree stays valid.
"""

import json
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any, Final

from cattrs.preconf.json import make_converter

from kerne.errors import AuditError
from kerne.people.asking import Action, Epoch, Role

FORMAT: Final = 1
SALT_BYTES: Final = 32

_CONVERTER = make_converter(detailed_validation=False)


class Kind(StrEnum):
    """An intent is written before the work, an outcome after it."""

    INTENT = "intent"
    OUTCOME = "outcome"


class Verdict(StrEnum):
    """What the gate decided."""

    PERMITTED = "permitted"
    REFUSED = "refused"


class Outcome(StrEnum):
    """How what was permitted ended."""

    DONE = "done"
    REFUSED = "refused"
    """The work itself said no, as a check of outputs does."""
    FAILED = "failed"
    """An error; what had been changed was undone by it or found at the next start."""
    SUPERSEDED = "superseded"
    """Choices changed meanwhile: the answer was thrown away and the question asked again."""
    INTERRUPTED = "interrupted"
    """The process ended in the middle. No change was committed; whether an answer was seen is
    not known."""


@dataclass(frozen=True, slots=True)
class PopulationMark:
    """Which genomes a collective question counted: the SHA-256 of the stored bitmap."""

    digest: str
    epoch: Epoch


@dataclass(frozen=True, slots=True)
class Intent:
    """What is to be recorded of one ask, whomever it concerns.

    `purpose` is a word of the closed list, or says that it is none. `rules` settled the verdict.
    """

    who: str
    organisation: str | None
    roles: tuple[Role, ...]
    purpose: str
    action: Action
    about: str
    project: str | None
    verdict: Verdict
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Personal:
    """The part of an intent that is committed to, not shown.

    Parameters
    ----------
    person
        Person number; `None` when nobody was named.
    counter
        1-based running number of this entry among all that name this person.
    reason, said
        The asker's written reason, and the purpose as it was said.
    """

    person: str | None
    counter: int | None
    reason: str | None
    said: str

    def commitment(self, salt: bytes) -> str:
        """Return the hexadecimal SHA-256 over `salt` (32 bytes) and this part."""
        plain = json.dumps(_CONVERTER.unstructure(self), sort_keys=True)
        return sha256(salt + plain.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class IntentEntry:
    """An intent as it stands in the audit.

    `number` is 1-based. `ask` is the number of the first entry of the same ask: one that names
    three persons has three entries. `writer` is the process that wrote it.
    """

    number: int
    ask: int
    at: datetime
    writer: str
    intent: Intent
    population: PopulationMark | None
    commitment: str


@dataclass(frozen=True, slots=True)
class OutcomeEntry:
    """How the ask whose entries are `ask` to `last` ended."""

    number: int
    ask: int
    last: int
    at: datetime
    outcome: Outcome


Entry = IntentEntry | OutcomeEntry


def kind_of(entry: Entry) -> Kind:
    """Say which kind of entry it is."""
    return Kind.INTENT if isinstance(entry, IntentEntry) else Kind.OUTCOME


def encode(entry: Entry) -> bytes:
    """Return the leaf of `entry`: one line of JSON, keys sorted, UTF-8."""
    # Fields of an entry and of its intent share one level: a reader of the file sees plain words.
    values: dict[str, Any] = _CONVERTER.unstructure(entry)  # Any: JSON
    values |= values.pop("intent", {})
    values |= {"format": FORMAT, "kind": str(kind_of(entry))}
    return json.dumps(values, sort_keys=True, ensure_ascii=False).encode()


def decode(leaf: bytes) -> Entry:
    """Return the entry of a leaf that `encode` made.

    Raises
    ------
    AuditError
        It was not made by `encode`.
    """
    try:
        values = json.loads(leaf)
        if values["kind"] == Kind.OUTCOME:
            return _CONVERTER.structure(values, OutcomeEntry)
        values["intent"] = {field.name: values[field.name] for field in fields(Intent)}
        return _CONVERTER.structure(values, IntentEntry)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise AuditError("an entry of the audit cannot be read") from error
