"""Check a signed answer with the centre's public key alone: no centre and no other file is needed.

The same is done with common tools: `openssl pkeyutl -verify` on `SHA256SUMS`, then `sha256sum -c`.
The key that lies beside an answer proves nothing of where it came from: take the centre's key from
the centre.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kerne.cases.answers.answer import PUBLIC_KEY, SUMS, SUMS_SIGNATURE
from kerne.cases.answers.document import digest_of
from kerne.cases.answers.signature import is_signed
from kerne.errors import CaseError, reason_of

_SUFFIX: Final = ".sig"
_DIGEST_LETTERS: Final = 64


@dataclass(frozen=True, slots=True)
class Verified:
    """The files that are whole and signed, and those of a directory that nobody signed."""

    signed: tuple[str, ...]
    unsigned: tuple[str, ...] = ()


def verify_answer(place: Path, key: Path) -> Verified:
    """Check an answer's directory, or one file of it, against the centre's public key.

    A file is checked by the signature beside it (`report.json.sig`), else by the signed list
    `SHA256SUMS` in its directory.

    Raises
    ------
    CaseError
        Something is not as it was signed, nothing signs it, or a file cannot be read.
    """
    public = _read(key)
    if place.is_dir():
        return _verify_directory(place, public)
    signature = place.with_name(place.name + _SUFFIX)
    if signature.exists():
        _check_signature(place, _read(place), _read(signature), public)
    else:
        sums = _signed_sums(place.parent, public)
        if place.name not in sums:
            raise CaseError(f"`{place}` is not in the signed list of its directory")
        _check_sum(place, sums[place.name])
    return Verified((place.name,))


def _verify_directory(place: Path, public: bytes) -> Verified:
    sums = _signed_sums(place, public)
    for name, expected in sums.items():
        _check_sum(place / name, expected)
    signed = {*sums, SUMS, SUMS_SIGNATURE}
    others = sorted(path.name for path in place.iterdir() if path.name not in signed)
    return Verified(tuple(name for name in sums if name != PUBLIC_KEY), tuple(others))


def _signed_sums(directory: Path, public: bytes) -> Mapping[str, str]:
    path = directory / SUMS
    content = _read(path)
    _check_signature(path, content, _read(directory / SUMS_SIGNATURE), public)
    lines = content.decode().splitlines()
    return {line[_DIGEST_LETTERS + 2 :]: line[:_DIGEST_LETTERS] for line in lines}


def _check_signature(path: Path, content: bytes, signature: bytes, public: bytes) -> None:
    if not is_signed(content, signature, public):
        raise CaseError(f"`{path}` is not what the owner of this key signed")


def _check_sum(path: Path, expected: str) -> None:
    if digest_of(_read(path)) != expected:
        raise CaseError(f"`{path}` is not what was signed: it has been changed")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CaseError(f"`{path}` cannot be read: {reason_of(error)}") from error
