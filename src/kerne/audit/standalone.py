"""Verify what a Kerne centre says of its audit. Needs this file and Python 3.11, nothing else.

    python -I verify_audit.py --key KEY FILE... [--held FILE...]

FILE is a checkpoint, a proof that an entry stands in the audit, a proof that the audit of today
begins with an older one, or a citizen's own log. KEY is the centre's public key (64 hexadecimal
digits, or a file that holds them), which you have from another source than FILE. `--held` names
checkpoints, proofs or logs that you kept from before: what is verified must not be older than
they are, nor another audit. Each FILE gives lines of what was found; exit code 0 when all of
it holds, 1 when something does not, 2 when a file cannot be understood.

What it rests on: SHA-256, Ed25519 (RFC 8032), the Merkle tree of RFC 9162 §2. Audit it: it is
short on purpose and imports nothing of Kerne.
"""

import argparse
import base64
import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

Document = dict[str, Any]  # Any: JSON

INCLUSION = "kerne audit inclusion 1"
CONSISTENCY = "kerne audit consistency 1"
LOG = "kerne citizen log 1"
CHECKPOINT = "kerne audit checkpoint 1"

KEY_DIGITS = 64
RUNS_COOKIE, NO_OFFSETS_BELOW, MOST_LISTED = 12347, 4, 4096  # of Roaring's portable format


class UnverifiedError(Exception):
    """Something does not hold; the message says what."""


# Ed25519, RFC 8032 §5.1 and §6; points are (X, Y, Z, T) in extended coordinates.

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
Point = tuple[int, int, int, int]


def _add(p: Point, q: Point) -> Point:
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times(scalar: int, point: Point) -> Point:
    total: Point = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            total = _add(total, point)
        point, scalar = _add(point, point), scalar >> 1
    return total


def _is_same(p: Point, q: Point) -> bool:
    return (p[0] * q[2] - q[0] * p[2]) % P == 0 and (p[1] * q[2] - q[1] * p[2]) % P == 0


def _point(y: int, sign: int) -> Point | None:
    """Return the point with this `y` and sign of x (§5.1.3); `None` when there is none."""
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if y >= P or (x * x - square) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


def _decoded(octets: bytes) -> Point | None:
    number = int.from_bytes(octets, "little")
    return _point(number & (1 << 255) - 1, number >> 255)


def verifies_signature(key: bytes, message: bytes, signature: bytes) -> bool:
    """Say whether `signature` over `message` is by the owner of `key` (RFC 8032 §5.1.7)."""
    if (len(key), len(signature)) != (32, 64):
        return False
    a, r = _decoded(key), _decoded(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    base = _point(4 * pow(5, P - 2, P) % P, 0)
    if a is None or r is None or base is None or s >= ORDER:
        return False
    digest = hashlib.sha512(signature[:32] + key + message).digest()
    h = int.from_bytes(digest, "little") % ORDER
    return _is_same(_times(s, base), _add(r, _times(h, a)))


# The tree, RFC 9162 §2.1


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def leaf_hash(leaf: bytes) -> bytes:
    """Hash a leaf (§2.1.1)."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def _climb(here: int, last: int) -> tuple[int, int]:
    while here and not here & 1:
        here, last = here >> 1, last >> 1
    return here, last


def verifies_inclusion(leaf: bytes, index: int, size: int, path: list[bytes], root: bytes) -> bool:
    """Say whether leaf hash `leaf` is number `index`, from 0, of `size` leaves (§2.1.3.2)."""
    if not 0 <= index < size:
        return False
    here, last = index, size - 1
    for sibling in path:
        if last == 0:
            return False
        if here & 1 or here == last:
            leaf = _node(sibling, leaf)
            here, last = _climb(here, last)
        else:
            leaf = _node(leaf, sibling)
        here, last = here >> 1, last >> 1
    return last == 0 and leaf == root


def verifies_consistency(old: "Checkpoint", new: "Checkpoint", path: list[bytes]) -> bool:
    """Say whether the tree of `new` begins with that of `old` (§2.1.4.2)."""
    if old.size == new.size:
        return not path and old.root == new.root
    if old.size == 0:
        return not path and old.root == hashlib.sha256(b"").digest()
    path = [old.root, *path] if old.size & (old.size - 1) == 0 else path
    if old.size > new.size or not path:
        return False
    here, last = old.size - 1, new.size - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    was = now = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if here & 1 or here == last:
            was, now = _node(sibling, was), _node(sibling, now)
            here, last = _climb(here, last)
        else:
            now = _node(now, sibling)
        here, last = here >> 1, last >> 1
    return last == 0 and (was, now) == (old.root, new.root)


# What a centre hands out


class Checkpoint(NamedTuple):
    """The first `size` entries have this `root`, as the centre signed at the time `at`."""

    size: int
    root: bytes
    at: str


def checkpoint_of(text: str, key: bytes) -> Checkpoint:
    """Read a checkpoint, and check that the owner of `key` signed it."""
    first, size, root, at, signature = text.splitlines()
    statement = "".join(f"{line}\n" for line in (first, size, root, at)).encode()
    if first != CHECKPOINT:
        raise ValueError(first)
    if not verifies_signature(key, statement, bytes.fromhex(signature)):
        raise UnverifiedError(f"the checkpoint of {size} entries was not signed by this key")
    return Checkpoint(int(size), bytes.fromhex(root), at)


def entry_of(part: Document, checkpoint: Checkpoint) -> Document:
    """Check that an entry stands in the audit under `checkpoint`, and return what it says."""
    number, leaf = part["number"], part["leaf"].encode()
    path = [bytes.fromhex(digest) for digest in part["path"]]
    index, size = number - 1, checkpoint.size
    if not verifies_inclusion(leaf_hash(leaf), index, size, path, checkpoint.root):
        raise UnverifiedError(f"entry {number} does not stand in the audit as it is shown")
    said: Document = json.loads(leaf)
    if said["number"] != number:
        raise UnverifiedError(f"entry {number} says that it is another")
    return said


def check_opening(said: Document, opening: Document) -> None:
    """Check that what is shown of a personal part is what its entry committed to."""
    part = {name: opening[name] for name in ("counter", "person", "reason", "said")}
    plain = json.dumps(part, sort_keys=True).encode()
    if hashlib.sha256(bytes.fromhex(opening["salt"]) + plain).hexdigest() != said["commitment"]:
        raise UnverifiedError(f"entry {said['number']} was not about what it is shown to be about")


def check_closing(said: Document, closing: Document | None, checkpoint: Checkpoint) -> None:
    """Check that the outcome that is shown, if any, is that of the entry."""
    if closing is not None and entry_of(closing, checkpoint)["ask"] != said["ask"]:
        raise UnverifiedError(f"entry {said['number']} is shown with the outcome of another")


def rows_in(bitmap: bytes) -> Iterator[int]:
    """Yield the genome rows of a bitmap in the portable format of Roaring, ascending."""
    word = int.from_bytes(bitmap[:4], "little")
    has_runs = word & 0xFFFF == RUNS_COOKIE
    containers = (word >> 16) + 1 if has_runs else int.from_bytes(bitmap[4:8], "little")
    flags = bitmap[4 : 4 + (containers + 7) // 8] if has_runs else b""
    place = 4 + len(flags) if has_runs else 8
    heads = _shorts(bitmap[place : place + 4 * containers])
    place += 4 * containers
    if not has_runs or containers >= NO_OFFSETS_BELOW:
        place += 4 * containers  # offsets, which a reader from the start does not need
    for which in range(containers):
        high, amount = heads[2 * which] << 16, heads[2 * which + 1] + 1
        if flags and flags[which // 8] >> which % 8 & 1:
            runs = _shorts(bitmap[place : place + 2])[0]
            pairs = _shorts(bitmap[place + 2 : place + 2 + 4 * runs])
            place += 2 + 4 * runs
            for start, more in zip(pairs[::2], pairs[1::2], strict=True):
                yield from range(high + start, high + start + more + 1)
        elif amount > MOST_LISTED:
            octets = enumerate(bitmap[place : place + 8192])
            yield from (
                high + 8 * at + b for at, octet in octets for b in range(8) if octet >> b & 1
            )
            place += 8192
        else:
            yield from (high + low for low in _shorts(bitmap[place : place + 2 * amount]))
            place += 2 * amount


def _shorts(octets: bytes) -> list[int]:
    return [int.from_bytes(octets[at : at + 2], "little") for at in range(0, len(octets), 2)]


def check_named(document: Document, checkpoint: Checkpoint, held: list[Document]) -> Iterator[str]:
    """Check the entries that name a person: their numbers run from 1 without a gap.

    A log of the same person that was held is the beginning of it, and ends before it.
    """
    said: Document = {}
    for counter, part in enumerate(document["named"], start=1):
        said, opening = entry_of(part, checkpoint), part["opening"]
        check_opening(said, opening)
        check_closing(said, part["closing"], checkpoint)
        if (opening["person"], opening["counter"]) != (document["person"], counter):
            raise UnverifiedError(f"access {counter} is missing, or is to another person's data")
    if said.get("action") != "read-accesses":
        raise UnverifiedError("the last access is not the reading of this log")
    leaves = [(part["number"], part["leaf"]) for part in document["named"]]
    for older in held:
        if older.get("person") == document["person"]:
            kept = [(part["number"], part["leaf"]) for part in older["named"]]
            if len(kept) >= len(leaves) or leaves[: len(kept)] != kept:
                raise UnverifiedError("the log that you hold is not the beginning of this one")
    yield f"accesses by name\t{len(document['named'])}, numbered from 1 without a gap"
    late = sum(entry.get("late") is not None for entry in _said(document["named"]))
    yield f"of them recorded late\t{late}"


def check_counted(document: Document, checkpoint: Checkpoint) -> Iterator[str]:
    """Check the collective entries: each counted a genome row of the person."""
    own, counts = set(document["rows"]), {}
    for digest, text in document["populations"].items():
        bitmap = base64.b64decode(text, validate=True)
        if hashlib.sha256(bitmap).hexdigest() != digest:
            raise UnverifiedError(f"the population {digest} is not what was counted")
        counts[digest] = not own.isdisjoint(rows_in(bitmap))
    for part in document["counted"]:
        said = entry_of(part, checkpoint)
        check_opening(said, part["opening"])
        check_closing(said, part["closing"], checkpoint)
        if not counts.get(said["population"]["digest"]):
            raise UnverifiedError(f"entry {said['number']} did not count this person")
    yield f"counted among others\t{len(document['counted'])}"


def _said(parts: list[Document]) -> Iterator[Document]:
    return (json.loads(part["leaf"]) for part in parts)


def check_held(
    checkpoint: Checkpoint, held: list[Document], since: Document | None, key: bytes
) -> str:
    """Check that what the holder kept from before still begins the audit."""
    proven = None
    if since is not None:
        proven = checkpoint_of(since["checkpoint"], key)
        path = [bytes.fromhex(digest) for digest in since["path"]]
        if not verifies_consistency(proven, checkpoint, path):
            raise UnverifiedError("the audit does not begin with the one of the older checkpoint")
    for kept in held:
        before = checkpoint_of(kept["checkpoint"], key)
        if before.size > checkpoint.size:
            raise UnverifiedError(f"rolled back: {before.size} entries were signed before")
        if before.size == checkpoint.size and before.root != checkpoint.root:
            raise UnverifiedError("forked: another audit of the same size was signed before")
        if before.size < checkpoint.size and before != proven:
            raise UnverifiedError(
                f"nothing shows that the audit begins with the {before.size} entries that you "
                "hold: ask for a proof of consistency"
            )
    return f"{len(held)} held from before begin it" if held else "nothing held to compare with"


def document_of(text: str) -> Document:
    """Read what a centre handed out."""
    if text.startswith(CHECKPOINT):
        return {"format": CHECKPOINT, "checkpoint": text}
    document: Document = json.loads(text)
    if document["format"] not in {INCLUSION, CONSISTENCY, LOG}:
        raise ValueError(document["format"])
    return document


def check(document: Document, held: list[Document], key: bytes) -> Iterator[str]:
    """Yield what was found in one document; raise when it does not hold."""
    checkpoint = checkpoint_of(document["checkpoint"], key)
    yield f"signed\t{checkpoint.size} entries at {checkpoint.at}"
    yield f"history\t{check_held(checkpoint, held, document.get('since'), key)}"
    if document["format"] == CONSISTENCY:
        older = checkpoint_of(document["since"]["checkpoint"], key)
        yield f"begins with\tthe {older.size} entries of {older.at}"
    if document["format"] == INCLUSION:
        said = entry_of(document["entry"], checkpoint)
        yield f"entry {said['number']}\tstands in it"
        if document.get("opening") is not None:
            check_opening(said, document["opening"])
            yield f"about\t{document['opening']['person']}"
    if document["format"] == LOG:
        yield from check_named(document, checkpoint, held)
        yield from check_counted(document, checkpoint)


def main(arguments: list[str] | None = None) -> int:
    """Verify the files that are named, and return the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--key", required=True)
    parser.add_argument("--held", action="append", type=Path, default=[])
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    options = parser.parse_args(arguments)
    path: Path | None = None
    try:
        named = options.key if len(options.key) == KEY_DIGITS else Path(options.key).read_text()
        key = bytes.fromhex(named.strip())
        held = [document_of(path.read_text(encoding="utf-8")) for path in options.held]
        for path in options.files:
            for line in check(document_of(path.read_text(encoding="utf-8")), held, key):
                sys.stdout.write(f"{path}\t{line}\n")
            sys.stdout.write(f"{path}\tverified\tyes\n")
    except UnverifiedError as error:
        sys.stdout.write(f"{path}\tverified\tNO: {error}\n")
        return 1
    except (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        sys.stdout.write(f"{path or 'key or held'}\tcannot be understood: {error!r}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
