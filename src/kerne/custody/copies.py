"""What an operator does: back a running centre up, and copy its keys apart.

Neither shows anybody's data: documents and payloads stay sealed, and whoever can do it can read the
files of the centre already. So neither asks the gate.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kerne.custody.backup import BackupManifest, back_up
from kerne.custody.home import AUDIT, CHECKPOINT_KEY, KEYS, audit_of, parts_of
from kerne.custody.key_copies import copy_keys


@dataclass(frozen=True, slots=True)
class Copies:
    """Copies of the centre in `home`; `key` signs them, `opens` opens the keys in a directory."""

    home: Path
    key: Ed25519PrivateKey
    opens: Callable[[Path], None]
    clock: Callable[[], datetime]

    def back_up(self, into: Path) -> BackupManifest:
        """Copy everything but keys to the new directory `into`; see `custody.backup`.

        Raises
        ------
        BackupError
            There is something at `into`, it cannot be written, or the audit does not verify.
        """
        public = self.key.public_key()
        return back_up(
            into, parts_of(self.home), lambda place: audit_of(place, public), self.key, self.clock()
        )

    def copy_keys(self, into: Path) -> None:
        """Copy the keys, and nothing else, to the new directory `into`.

        Raises
        ------
        BackupError
            There is something at `into`, or it cannot be written.
        VaultError
            The keys do not open.
        """
        signs = self.home / AUDIT / CHECKPOINT_KEY
        copy_keys(self.home / KEYS, signs, into, self.opens)
