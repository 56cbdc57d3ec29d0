"""Where the master key lies, as an operator says it (`[keys]` in `kerne.toml`)."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class MasterPlace(StrEnum):
    """In a file of the centre, or in a token behind PKCS#11."""

    FILE = "file"
    PKCS11 = "pkcs11"


@dataclass(frozen=True, slots=True)
class KeyPlace:
    """Where the master key lies; all but `master` is about a token.

    Parameters
    ----------
    module
        The library for PKCS#11 that comes with the token.
    token
        Label of the token.
    label
        Label of the keys in it: of this centre alone.
    pin_file
        The PIN is its first line; `None`: it stands in `KERNE_PIN`. The PIN itself is no setting.
    """

    master: MasterPlace = MasterPlace.FILE
    module: Path | None = None
    token: str = ""
    label: str = "kerne-master"
    pin_file: Path | None = None
