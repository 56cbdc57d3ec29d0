"""What the tests of sealing share: keys of two readers."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from kerne.sealing.exchange_keys import read_private_key, write_key_pair


def unasked() -> str:
    raise AssertionError("a passphrase was asked for")


@dataclass(frozen=True)
class Pair:
    private: Path
    public: Path
    key: X25519PrivateKey

    @property
    def reader(self) -> X25519PublicKey:
        return self.key.public_key()


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    return make_pair(tmp_path, "here")


@pytest.fixture
def other(tmp_path: Path) -> Pair:
    return make_pair(tmp_path, "there")


def make_pair(directory: Path, name: str, passphrase: str | None = None) -> Pair:
    private, public = directory / f"{name}.sec", directory / f"{name}.pub"
    write_key_pair(private, public, passphrase)
    return Pair(private, public, read_private_key(private, lambda: passphrase or unasked()))
