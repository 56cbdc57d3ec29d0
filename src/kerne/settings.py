"""The settings of one centre, read once and handed down as a value."""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from kerne.durable import replace_durably
from kerne.errors import SettingsError
from kerne.sealing.place import KeyPlace, MasterPlace

FILE_NAME = "kerne.toml"


@dataclass(frozen=True, slots=True)
class Settings:
    """What an operator decides about a centre.

    Parameters
    ----------
    home
        The centre's directory (`KERNE_HOME`).
    country
        Name of the rule book.
    zone
        The country's time zone: ages, deadlines and working days are counted in it.
    assembly
        Name of the assembly of the genome database.
    demo
        A demo home holds a synthetic country and accepts identities that are merely named.
    replica
        Directory, apart from the centre and its backups, in which choices, erasures and checkpoints
        are kept so that a restore does not undo them; `None` keeps none.
    keys
        Where the master key lies.
    """

    home: Path
    country: str = "denmark"
    zone: str = "Europe/Copenhagen"
    assembly: str = "GRCh38"
    demo: bool = False
    replica: Path | None = None
    keys: KeyPlace = field(default_factory=KeyPlace)

    @property
    def tzinfo(self) -> ZoneInfo:
        """The country's time zone."""
        return ZoneInfo(self.zone)


_KINDS: Final = {"country": str, "zone": str, "assembly": str, "demo": bool, "replica": str}
_KEY_KINDS: Final = dict.fromkeys(("master", "module", "token", "label", "pin_file"), str)


def read_settings(home: Path) -> Settings:
    """Read `kerne.toml` of the centre in `home`.

    Raises
    ------
    SettingsError
        There is no centre, or the file holds an unknown or malformed setting.
    """
    path = home / FILE_NAME
    if not path.exists():
        raise SettingsError(
            f"`{home}` holds no centre: there is no `{FILE_NAME}` in it; "
            f"`kerne demo --home {home}` makes one"
        )
    try:
        values = tomllib.loads(path.read_text())
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"`{path}` is not TOML: {error}") from error
    keys = values.pop("keys", {})
    _check(path, values, _KINDS)
    if "replica" in values:
        values["replica"] = Path(values["replica"])
    return Settings(home=home, keys=_key_place(path, keys), **values)


def write_settings(settings: Settings) -> None:
    """Write `kerne.toml` into the centre's directory, which must exist."""
    lines = [
        f'country = "{settings.country}"',
        f'zone = "{settings.zone}"',
        f'assembly = "{settings.assembly}"',
        f"demo = {str(settings.demo).lower()}",
    ]
    if settings.replica is not None:
        lines.append(f"replica = {json.dumps(str(settings.replica))}")
    if settings.keys != KeyPlace():
        values = {name: getattr(settings.keys, name) for name in _KEY_KINDS}
        lines += ["", "[keys]"]
        lines += [f'{name} = "{value}"' for name, value in values.items() if value is not None]
    replace_durably(settings.home / FILE_NAME, ("\n".join(lines) + "\n").encode())


def _key_place(path: Path, values: object) -> KeyPlace:
    if not isinstance(values, dict):
        raise SettingsError(f"`{path}`: setting `keys` is unknown or has the wrong type")
    _check(path, values, _KEY_KINDS, "keys.")
    master = values.get("master", MasterPlace.FILE.value)
    places = [place.value for place in MasterPlace]
    if master not in places:
        raise SettingsError(f"`{path}`: setting `keys.master` is none of `{'`, `'.join(places)}`")
    for name in ("module", "token"):
        if master == MasterPlace.PKCS11 and not values.get(name):
            raise SettingsError(f"`{path}`: a master key in a token needs `keys.{name}`")
    paths = {name: Path(values[name]) for name in ("module", "pin_file") if values.get(name)}
    return KeyPlace(**values | paths | {"master": MasterPlace(master)})


def _check(
    path: Path, values: Mapping[str, Any], kinds: Mapping[str, type], prefix: str = ""
) -> None:  # Any: TOML
    for name, value in values.items():
        if name not in kinds or not isinstance(value, kinds[name]):
            raise SettingsError(
                f"`{path}`: setting `{prefix}{name}` is unknown or has the wrong type"
            )
