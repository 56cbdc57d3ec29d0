from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from kerne.cases.answers.signature import is_signed, open_answer_key
from kerne.errors import CaseError


def test_signature__holds_for_exactly_what_was_signed(tmp_path: Path) -> None:
    key = open_answer_key(tmp_path / "key.pem")
    signature = key.sign(b"answer")
    assert len(signature) == 64
    assert is_signed(b"answer", signature, key.public_pem())
    assert not is_signed(b"answer.", signature, key.public_pem())
    assert not is_signed(b"answer", signature[::-1], key.public_pem())


def test_signature__of_another_centre_does_not_hold(tmp_path: Path) -> None:
    ours, theirs = (open_answer_key(tmp_path / name) for name in ("ours.pem", "theirs.pem"))
    assert not is_signed(b"answer", theirs.sign(b"answer"), ours.public_pem())


def test_answer_key__is_made_once_and_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    first = open_answer_key(path).public_pem()
    assert open_answer_key(path).public_pem() == first
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["key.pem"]


def test_answer_key__made_by_another_process_meanwhile_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "key.pem"
    standing = open_answer_key(path).public_pem()
    with monkeypatch.context() as patch:
        patch.setattr(Path, "exists", lambda _self: False)
        assert open_answer_key(path).public_pem() == standing


def test_answer_key__refuses_what_is_no_ed25519_key(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    path.write_text("nothing")
    with pytest.raises(CaseError, match="holds no private key"):
        open_answer_key(path)
    rsa = generate_private_key(65537, 2048)
    path.write_bytes(rsa.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    with pytest.raises(CaseError, match="another kind of key"):
        open_answer_key(path)


def test_is_signed__refuses_what_is_no_public_key() -> None:
    with pytest.raises(CaseError, match="not PEM"):
        is_signed(b"answer", b"", b"nothing")
    other = X25519PrivateKey.generate().public_key()
    pem = other.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    with pytest.raises(CaseError, match="expected Ed25519"):
        is_signed(b"answer", b"", pem)
