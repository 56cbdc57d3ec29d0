"""The files of a centre as backup and restore see them: what is copied, in which order, and how.

`centre.py` draws the directory. Never copied here: `keys/`, the key that signs checkpoints, locks,
and what somebody is writing.
"""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from kerne.audit.checkpoint import read_checkpoint
from kerne.audit.copies import verify_copy
from kerne.custody.backup import AuditMark, CopyPart, copy_tree, is_hidden
from kerne.database.copying import copy_database
from kerne.errors import BackupError
from kerne.genomes.keeping.copying import copied_store

SETTINGS: Final = "kerne.toml"
DATABASE: Final = "centre.sqlite"
AUDIT: Final = "audit"
AUDIT_FILE: Final = "audit.sqlite"
SECOND_FILE: Final = "second.sqlite"
NEWEST: Final = "newest.checkpoint"
CHECKPOINT_KEY: Final = "checkpoint.key"
KEYS: Final = "keys"
GENOMES: Final = "genomes"
ALONGSIDE: Final = ("knowledge", "answers")
UNPROVEN: Final = "restored-unproven"


def parts_of(home: Path) -> Sequence[CopyPart]:
    """Return the parts of the centre in `home`, in the order in which they are copied."""

    def settings(target: Path) -> None:
        shutil.copy2(home / SETTINGS, target / SETTINGS)
        if (home / UNPROVEN).exists():
            shutil.copy2(home / UNPROVEN, target / UNPROVEN)

    def register_and_genomes(target: Path) -> None:
        with copied_store(home / GENOMES, target / GENOMES):
            copy_database(home / DATABASE, target / DATABASE)

    def alongside(target: Path) -> None:
        for name in ALONGSIDE:
            copy_tree(home / name, target / name, without=is_hidden)

    def audit(target: Path) -> None:
        (target / AUDIT).mkdir(mode=0o700)
        # The newest checkpoint first: a copy of the entries then covers it.
        shutil.copy2(home / AUDIT / NEWEST, target / AUDIT / NEWEST)
        for path in sorted((home / AUDIT).glob("*.sqlite")):
            copy_database(path, target / AUDIT / path.name)

    # INVARIANT: the audit last: every change that was copied has its entry in the copied audit.
    return (settings, register_and_genomes, alongside, audit)


def audit_of(home: Path, key: Ed25519PublicKey) -> AuditMark:
    """Read the audit of a copied centre whole and say what it holds.

    Raises
    ------
    BackupError
        It does not verify.
    """
    newest = read_checkpoint(home / AUDIT / NEWEST)
    found = verify_copy(home / AUDIT / AUDIT_FILE, key, [newest])
    if not found.is_intact:
        raise BackupError(f"the audit does not verify: {found.problems[0]}")
    return AuditMark(found.size, found.root.hex())
