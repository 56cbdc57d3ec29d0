"""What the audit hands out for others to verify: proofs as JSON, whole in themselves.

Each holds a signed checkpoint and all that leads from an entry, or from an older checkpoint, to
it. `standalone.py` verifies them without Kerne; the names of the formats stand there.
"""

import base64
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pyroaring import BitMap

from kerne.audit.checkpoint import Checkpoint, parse_checkpoint
from kerne.audit.finding import Found
from kerne.audit.standalone import CHECKPOINT, CONSISTENCY, INCLUSION, LOG
from kerne.errors import AuditError

Part = dict[str, Any]  # Any: JSON


@dataclass(frozen=True, slots=True)
class Proven:
    """An entry's leaf and the inclusion path that leads from it to a root (RFC 9162 §2.1.3)."""

    number: int
    leaf: bytes
    path: tuple[bytes, ...]

    def part(self) -> Part:
        """Return it as it stands in a document."""
        return {
            "number": self.number,
            "leaf": self.leaf.decode(),
            "path": [digest.hex() for digest in self.path],
        }


@dataclass(frozen=True, slots=True)
class Since:
    """An older checkpoint, and the path that shows that the audit still begins with it."""

    checkpoint: Checkpoint
    path: tuple[bytes, ...]

    def part(self) -> Part:
        """Return it as it stands in a document."""
        return {
            "checkpoint": self.checkpoint.text(),
            "path": [digest.hex() for digest in self.path],
        }


@dataclass(frozen=True, slots=True)
class PersonalLog:
    """All that a person's own log is made of.

    Parameters
    ----------
    person, rows
        Whose it is, and every genome row that ever was theirs.
    named, counted
        The intents that name the person, and those that counted one of the rows.
    populations
        The stored bitmaps of what was counted, by digest.
    """

    person: str
    rows: BitMap
    named: Sequence[Found]
    counted: Sequence[Found]
    populations: Mapping[str, bytes]

    def numbers(self) -> list[int]:
        """Return the numbers of all entries that it shows, outcomes too."""
        found = [*self.named, *self.counted]
        closings = (one.closing for one in found)
        return [one.entry.number for one in found] + [
            closing.number for closing in closings if closing is not None
        ]


def inclusion_document(
    checkpoint: Checkpoint, key: Ed25519PublicKey, entry: Proven, about: Found | None
) -> str:
    """Return the proof of one entry, with its personal part when `about` is given."""
    opening = None if about is None else _opening(about)
    return _document(INCLUSION, checkpoint, key, entry=entry.part(), opening=opening)


def consistency_document(checkpoint: Checkpoint, key: Ed25519PublicKey, since: Since) -> str:
    """Return the proof that the audit of `checkpoint` begins with an older one."""
    return _document(CONSISTENCY, checkpoint, key, since=since.part())


def log_document(
    checkpoint: Checkpoint,
    key: Ed25519PublicKey,
    log: PersonalLog,
    proven: Iterable[Proven],
    since: Since | None,
) -> str:
    """Return a person's own log with everything that proves it; `proven` holds its numbers."""
    parts = {one.number: one.part() for one in proven}
    return _document(
        LOG,
        checkpoint,
        key,
        since=None if since is None else since.part(),
        person=log.person,
        rows=list(log.rows),
        named=[_shown(one, parts) for one in log.named],
        counted=[_shown(one, parts) for one in log.counted],
        populations={
            digest: base64.b64encode(stored).decode() for digest, stored in log.populations.items()
        },
    )


def held_checkpoint(text: str) -> Checkpoint:
    """Return the checkpoint in what somebody kept: its own text, a proof, or a personal log.

    Raises
    ------
    AuditError
        It holds none.
    """
    if text.startswith(CHECKPOINT):
        return parse_checkpoint(text)
    try:
        return parse_checkpoint(json.loads(text)["checkpoint"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise AuditError("expected a checkpoint, a proof or a citizen's log") from error


def _document(kind: str, checkpoint: Checkpoint, key: Ed25519PublicKey, **parts: object) -> str:
    head = {"format": kind, "key": key.public_bytes_raw().hex(), "checkpoint": checkpoint.text()}
    return json.dumps(head | parts, ensure_ascii=False, indent=1) + "\n"


def _opening(found: Found) -> Part:
    return {"salt": found.salt.hex()} | asdict(found.personal)


def _shown(found: Found, parts: Mapping[int, Part]) -> Part:
    closing = None if found.closing is None else parts[found.closing.number]
    return parts[found.entry.number] | {"opening": _opening(found), "closing": closing}
