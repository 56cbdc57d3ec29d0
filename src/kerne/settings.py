"""The settings of one centre, read once and handed down as a value."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from kerne.errors import SettingsError

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
    """

    home: Path
    country: str = "denmark"
    zone: str = "Europe/Copenhagen"
    assembly: str = "GRCh38"
    demo: bool = False

    @property
    def tzinfo(self) -> ZoneInfo:
        """The country's time zone."""
        return ZoneInfo(self.zone)


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
    known = {"country": str, "zone": str, "assembly": str, "demo": bool}
    for name, value in values.items():
        if name not in known or not isinstance(value, known[name]):
            raise SettingsError(f"`{path}`: setting `{name}` is unknown or has the wrong type")
    return Settings(home=home, **values)


def write_settings(settings: Settings) -> None:
    """Write `kerne.toml` into the centre's directory, which must exist."""
    lines = [
        f'country = "{settings.country}"',
        f'zone = "{settings.zone}"',
        f'assembly = "{settings.assembly}"',
        f"demo = {str(settings.demo).lower()}",
    ]
    (settings.home / FILE_NAME).write_text("\n".join(lines) + "\n")
