"""What stands in the audit: an intent before anything is done, an outcome after it, and mergers.

An entry is a leaf of the tree, as one line of JSON with sorted keys. Opaque identifiers and closed
words stand in it in clear. Whom it concerns, that person's running number and the words that the
asker typed are the *personal part*: the leaf holds only a salted commitment to it, so that it can
one day be deleted and the tree stays valid. Format 1 had no `law` and no `late`; it is still read.
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

FORMAT: Final = 2
SALT_BYTES: Final = 32

_CONVERTER = make_converter(detailed_validation=False)
_ASCII = json.JSONEncoder(sort_keys=True)
_LINE = json.JSONEncoder(sort_keys=True, ensure_ascii=False)


class Kind(StrEnum):
    """An intent is written before the work, an outcome after it; a merger takes late ones in.

    An erasure says which personal parts are gone, a restoration that what follows is written after
    an older audit.
    """

    INTENT = "intent"
    OUTCOME = "outcome"
    MERGER = "merger"
    ERASURE = "erasure"
    RESTORATION = "restoration"


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
class Late:
    """Where an entry stood in a second log before it was merged into this one.

    Parameters
    ----------
    log
        Name of that log: the hexadecimal leaf hash of its first entry.
    number
        1-based number of the entry there.
    leaf
        Hexadecimal leaf hash of the entry there. The hashes of one log give its root, which the
        merger states: that nothing of it was left out can be seen here.
    """

    log: str
    number: int
    leaf: str


@dataclass(frozen=True, slots=True)
class Intent:
    """What is to be recorded of one ask, whomever it concerns.

    `purpose` is a word of the closed list, or says that it is none. `rules` settled the verdict,
    and `law` holds the paragraph that each of them renders, in their order.
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
    law: tuple[str, ...] = ()


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
        part = {
            "counter": self.counter,
            "person": self.person,
            "reason": self.reason,
            "said": self.said,
        }
        return sha256(salt + _ASCII.encode(part).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class IntentEntry:
    """An intent as it stands in the audit.

    `number` is 1-based. `ask` is the number of the first entry of the same ask: one that names
    three persons has three entries. `at` is the time of the ask, for a late one too. `writer` is
    the process that wrote it.
    """

    number: int
    ask: int
    at: datetime
    writer: str
    intent: Intent
    population: PopulationMark | None
    commitment: str
    late: Late | None = None


@dataclass(frozen=True, slots=True)
class OutcomeEntry:
    """How the ask whose entries are `ask` to `last` ended.

    In a second log, `ask` and `last` below 0 are the negated numbers of an ask of the main log.
    """

    number: int
    ask: int
    last: int
    at: datetime
    outcome: Outcome
    late: Late | None = None


@dataclass(frozen=True, slots=True)
class MergerEntry:
    """The first `size` entries of the second log `log`, whose tree has this `root`, stand here."""

    number: int
    at: datetime
    log: str
    size: int
    root: str


@dataclass(frozen=True, slots=True)
class ErasureEntry:
    """The personal part of each of the entries `numbers` was destroyed.

    `cause` is the number of the entry under which it was done: a granted ask to erase a person, or
    the restoration that carried an erasure out once more.
    """

    number: int
    at: datetime
    cause: int
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RestorationEntry:
    """The audit was restored from a backup with `size` entries; this is the first one after them.

    Parameters
    ----------
    known, known_root
        Size and hexadecimal root of the newest checkpoint that was known when it was restored:
        entries after `size` up to `known` are lost. Equal to `size` when none newer was known.
    """

    number: int
    at: datetime
    size: int
    known: int
    known_root: str


Entry = IntentEntry | OutcomeEntry | MergerEntry | ErasureEntry | RestorationEntry

_KINDS: Final[dict[type[Entry], Kind]] = {
    IntentEntry: Kind.INTENT,
    OutcomeEntry: Kind.OUTCOME,
    MergerEntry: Kind.MERGER,
    ErasureEntry: Kind.ERASURE,
    RestorationEntry: Kind.RESTORATION,
}
_TYPES: Final[dict[str, type[Entry]]] = {kind: entry for entry, kind in _KINDS.items()}
_INTENT_NAMES: Final = tuple(field.name for field in fields(Intent))
_NAMES: Final = {
    kind: [field.name for field in fields(kind) if field.type in {int, str, Outcome}]
    for kind in _KINDS
}


def kind_of(entry: Entry) -> Kind:
    """Say which kind of entry it is."""
    return _KINDS[type(entry)]


def encode(entry: Entry) -> bytes:
    """Return the leaf of `entry`: one line of JSON, keys sorted, UTF-8."""
    # Fields of an entry and of its intent share one level: a reader of the file sees plain words.
    values: dict[str, Any]  # Any: JSON
    values = {name: getattr(entry, name) for name in _NAMES[type(entry)]}
    values |= {"format": FORMAT, "kind": kind_of(entry), "at": entry.at.isoformat()}
    if isinstance(entry, IntentEntry):
        values |= {name: getattr(entry.intent, name) for name in _INTENT_NAMES}
        values["population"] = _plain(entry.population)
    if isinstance(entry, ErasureEntry):
        values["numbers"] = entry.numbers
    if isinstance(entry, IntentEntry | OutcomeEntry):
        values["late"] = _plain(entry.late)
    return _LINE.encode(values).encode()


def decode(leaf: bytes) -> Entry:
    """Return the entry of a leaf that `encode` made, of this format or an older one.

    Raises
    ------
    AuditError
        It was not made by `encode`, or by that of a newer Kerne.
    """
    try:
        values = json.loads(leaf)
        if values["format"] not in range(1, FORMAT + 1):
            raise AuditError(f"an entry has the format of a newer Kerne, expected `{FORMAT}`")
        kind = _TYPES[values["kind"]]
        if kind is IntentEntry:
            values["intent"] = {name: values[name] for name in _INTENT_NAMES if name in values}
        entry = _CONVERTER.structure(values, kind)
        bytes.fromhex(_hash_in(entry))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise AuditError("an entry of the audit cannot be read") from error
    return entry


def _hash_in(entry: Entry) -> str:
    match entry:
        case MergerEntry():
            return entry.root
        case RestorationEntry():
            return entry.known_root
        case ErasureEntry():
            return ""
    return "" if entry.late is None else entry.late.leaf


def _plain(part: PopulationMark | Late | None) -> Any:  # Any: JSON
    return None if part is None else _CONVERTER.unstructure(part)
