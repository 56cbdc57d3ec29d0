"""Crypt4GH files at size, against the reference implementation in both directions.

One file is sealed here and opened by the package `crypt4gh`, and the other way round; the content
must be the same to the byte. Speeds are printed for both.

    python validation/exchange.py [--megabytes 200]
"""

import argparse
import hashlib
import os
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from crypt4gh import lib as oracle
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from kerne.sealing.exchange import open_file, seal_file

MEGABYTE = 1_000_000


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def timed(what: str, megabytes: int, work: Callable[[], object]) -> None:
    """Do `work` and print how fast it was."""
    start = time.perf_counter()
    work()
    seconds = time.perf_counter() - start
    print(f"  {what:36} {megabytes / seconds:8.0f} MB/s")


def main() -> int:
    """Exchange one file in both directions."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=200)
    size = parser.parse_args().megabytes
    key, other = X25519PrivateKey.generate(), X25519PrivateKey.generate()
    private, public = key.private_bytes_raw(), key.public_key().public_bytes_raw()
    print(f"{size} MB of random bytes, crypt4gh {version('crypt4gh')} as the oracle")
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        source = work / "source"
        with source.open("wb") as file:
            for _ in range(size):
                file.write(os.urandom(MEGABYTE))
            file.write(b"and an end that fills no block")
        ours, theirs = work / "ours.c4gh", work / "theirs.c4gh"

        def their_seal() -> None:
            with source.open("rb") as plain, theirs.open("wb") as sealed:
                oracle.encrypt([(0, other.private_bytes_raw(), public)], plain, sealed)

        def their_open() -> None:
            with ours.open("rb") as sealed, (work / "by them").open("wb") as plain:
                oracle.decrypt([(0, private, None)], sealed, plain)

        readers = [other.public_key(), key.public_key()]
        timed("seal, Kerne", size, lambda: seal_file(source, ours, readers))
        timed("seal, crypt4gh", size, their_seal)
        timed("open what crypt4gh sealed, Kerne", size, lambda: open_file(theirs, work / "us", key))
        timed("open what Kerne sealed, crypt4gh", size, their_open)
        digests = {digest_of(path) for path in (source, work / "by them", work / "us")}
    print(f"  digests of source and both results   {len(digests)} distinct, expected 1")
    return 0 if len(digests) == 1 else 1


if __name__ == "__main__":
    sys.exit(main())
