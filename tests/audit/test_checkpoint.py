from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kerne.audit.checkpoint import Checkpoint, parse_checkpoint, sign_checkpoint, signing_key
from kerne.errors import AuditError

from .conftest import AT

KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
ROOT = b"r" * 32
CHECKPOINT = sign_checkpoint(12, ROOT, AT, KEY)


def test_checkpoint__verifies_by_the_key_that_signed_it() -> None:
    assert CHECKPOINT.verifies(KEY.public_key())


@pytest.mark.parametrize(
    "changed",
    [
        replace(CHECKPOINT, size=13),
        replace(CHECKPOINT, root=b"x" * 32),
        replace(CHECKPOINT, at=AT + timedelta(seconds=1)),
        replace(CHECKPOINT, signature=b"s" * 64),
        sign_checkpoint(12, ROOT, AT, Ed25519PrivateKey.from_private_bytes(b"o" * 32)),
    ],
)
def test_checkpoint__changed_or_signed_by_another_does_not_verify(
    changed: Checkpoint,
) -> None:
    assert not changed.verifies(KEY.public_key())


def test_checkpoint__is_read_back_from_its_text() -> None:
    assert parse_checkpoint(CHECKPOINT.text()) == CHECKPOINT
    assert CHECKPOINT.text().splitlines()[1] == "12"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "one line\n",
        CHECKPOINT.text().replace("12", "twelve"),
        CHECKPOINT.text().replace("kerne audit checkpoint 1", "another checkpoint"),
    ],
)
def test_checkpoint__cannot_be_read_from_another_text(text: str) -> None:
    with pytest.raises(AuditError, match="a checkpoint"):
        parse_checkpoint(text)


def test_signing_key__is_made_once_and_read_by_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "audit.key"
    made, again = signing_key(path), signing_key(path)
    assert made.private_bytes_raw() == again.private_bytes_raw()
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_signing_key__of_two_processes_at_once_is_the_first_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "audit.key"
    first = signing_key(path).private_bytes_raw()
    with monkeypatch.context() as patch:
        patch.setattr(Path, "exists", lambda _path: False)
        assert signing_key(path).private_bytes_raw() == first
    assert list(tmp_path.iterdir()) == [path]


def test_signing_key__that_others_may_read_is_not_used(tmp_path: Path) -> None:
    path = tmp_path / "audit.key"
    signing_key(path)
    path.chmod(0o640)
    with pytest.raises(AuditError, match="`0600`"):
        signing_key(path)


def test_signing_key__of_another_length_is_none(tmp_path: Path) -> None:
    path = tmp_path / "audit.key"
    path.touch(mode=0o600)
    path.write_bytes(b"short")
    with pytest.raises(AuditError, match="32 bytes"):
        signing_key(path)
