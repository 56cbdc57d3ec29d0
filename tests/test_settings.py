"""Settings are written once, read back as they were, and refused when they make no sense."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from kerne.errors import SettingsError
from kerne.sealing.place import KeyPlace, MasterPlace
from kerne.settings import (
    FILE_NAME,
    Settings,
    read_settings,
    write_settings,
)


def test_settings__are_read_as_they_were_written(tmp_path: Path) -> None:
    settings = Settings(tmp_path, zone="Europe/Oslo", assembly="Kernia1", demo=True)
    write_settings(settings)
    assert read_settings(tmp_path) == settings
    assert settings.tzinfo == ZoneInfo("Europe/Oslo")


def test_settings__of_a_directory_without_a_centre_say_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="kerne demo --home"):
        read_settings(tmp_path)


def test_settings__of_a_token_are_read_as_they_were_written(tmp_path: Path) -> None:
    keys = KeyPlace(MasterPlace.PKCS11, Path("/lib/token.so"), "hall", "centre", Path("/pin"))
    write_settings(Settings(tmp_path, keys=keys))
    assert read_settings(tmp_path).keys == keys


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('country = "denmark', "is not TOML"),
        ("demo = 1", "`demo` is unknown or has the wrong type"),
        ('colour = "red"', "`colour` is unknown"),
        ('keys = "file"', "`keys` is unknown or has the wrong type"),
        ('[keys]\npin = "1234"', "`keys.pin` is unknown"),
        ("[keys]\nlabel = 1", "`keys.label` is unknown or has the wrong type"),
        ('[keys]\nmaster = "tpm"', "`keys.master` is none of `file`, `pkcs11`"),
        ('[keys]\nmaster = "pkcs11"\ntoken = "t"', "in a token needs `keys.module`"),
    ],
)
def test_settings__that_make_no_sense_are_named(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / FILE_NAME).write_text(text)
    with pytest.raises(SettingsError, match=words):
        read_settings(tmp_path)
