"""Verify a copy of the audit where it lies, without opening it for writing as its centre does."""

from collections.abc import Sequence
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from kerne.audit.checkpoint import Checkpoint
from kerne.audit.tables import metadata
from kerne.audit.verification import Verification, verify
from kerne.database.copying import into_one_file
from kerne.database.engine import open_database


def verify_copy(path: Path, key: Ed25519PublicKey, held: Sequence[Checkpoint]) -> Verification:
    """Read the copied audit at `path` whole; it stays one file.

    Raises
    ------
    LedgerError
        It is no database.
    """
    engine = open_database(path, metadata)
    try:
        return verify(engine, key, held)
    finally:
        engine.dispose()
        into_one_file(path)
