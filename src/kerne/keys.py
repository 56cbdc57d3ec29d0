"""How the master key of a centre is kept: rotated, and moved into a token.

It is kept apart from `centre.py` because a centre cannot be opened while its settings say that the
master key is in a token where it is not yet. It reads nobody's data and changes nobody's rights.
"""

from pathlib import Path

from kerne.errors import SettingsError
from kerne.people.vault import open_vault
from kerne.sealing.place import MasterPlace
from kerne.sealing.token import TokenMasterKeys
from kerne.settings import read_settings

KEYS = "keys"


def rotate_master_key(home: Path) -> int:
    """Wrap every person's key by a new master key, destroy the old one; return the generation.

    Raises
    ------
    SettingsError
        There is no centre.
    VaultError
        The master key cannot be used, or a key does not unwrap.
    """
    return open_vault(home / KEYS, read_settings(home).keys).rotate_master()


def move_master_key(home: Path) -> int:
    """Move the master key from its file into the token of the settings; return the generation.

    The key in the token is a new one, and the file is destroyed.

    Raises
    ------
    SettingsError
        There is no centre, or its settings name no token.
    VaultError
        The master key is not in its file, or the token cannot be used.
    """
    place = read_settings(home).keys
    if place.master is not MasterPlace.PKCS11:
        raise SettingsError(f"the settings of `{home}` name no token: `master` in `[keys]`")
    return open_vault(home / KEYS).rotate_master(TokenMasterKeys(place))
