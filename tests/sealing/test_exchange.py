import io
import struct
from collections.abc import Sequence
from pathlib import Path

import pytest
from crypt4gh import header as oracle_header
from crypt4gh import lib as oracle
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from hypothesis import given, settings
from hypothesis import strategies as st

from kerne.errors import InputFileError
from kerne.sealing.exchange import BLOCK_BYTES, Exchanged, _edited, open_file, seal_file
from kerne.sealing.exchange_header import Header, read_header, write_header

from .conftest import Pair

SEALED_BLOCK_BYTES = BLOCK_BYTES + 28
KEY = bytes(range(32))
SIZES = [0, 1, BLOCK_BYTES - 1, BLOCK_BYTES, BLOCK_BYTES + 1, 3 * BLOCK_BYTES + 17]


def text(length: int) -> bytes:
    return b"".join(b"chr20\t%09d\n" % line for line in range(length // 16 + 1))[:length]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "genome.vcf"
    path.write_bytes(text(3 * BLOCK_BYTES + 17))
    return path


def crafted(path: Path, pair: Pair, blocks: Sequence[bytes], header: Header | None = None) -> Path:
    """Write a file of blocks as they stand under `KEY`."""
    cipher = ChaCha20Poly1305(KEY)
    sealed = [bytes(12) + cipher.encrypt(bytes(12), block, None) for block in blocks]
    start = write_header(header or Header((KEY,)), pair.key, [pair.reader])
    path.write_bytes(start + b"".join(sealed))
    return path


def parts(path: Path, pair: Pair) -> tuple[bytes, list[bytes]]:
    """Take a sealed file apart: header, blocks."""
    with path.open("rb") as file:
        read_header(path, file, pair.key)
        end = file.tell()
    content = path.read_bytes()
    steps = range(end, len(content), SEALED_BLOCK_BYTES)
    return content[:end], [content[start : start + SEALED_BLOCK_BYTES] for start in steps]


@pytest.mark.parametrize("length", SIZES)
def test_sealed_file__is_opened_by_the_reference_implementation(
    tmp_path: Path, pair: Pair, other: Pair, length: int
) -> None:
    source = tmp_path / "file"
    source.write_bytes(text(length))
    seal_file(source, tmp_path / "sealed", [other.reader, pair.reader])
    opened = io.BytesIO()
    with (tmp_path / "sealed").open("rb") as file:
        oracle.decrypt([(0, pair.key.private_bytes_raw(), None)], file, opened)
    assert opened.getvalue() == text(length)


@pytest.mark.parametrize("length", SIZES)
def test_file_sealed_by_the_reference_implementation__is_opened(
    tmp_path: Path, pair: Pair, other: Pair, length: int
) -> None:
    keys = [
        (0, other.key.private_bytes_raw(), reader.reader.public_bytes_raw())
        for reader in (other, pair)
    ]
    with (tmp_path / "sealed").open("wb") as file:
        oracle.encrypt(keys, io.BytesIO(text(length)), file)
    opened = open_file(tmp_path / "sealed", tmp_path / "opened", pair.key, other.reader)
    assert (tmp_path / "opened").read_bytes() == text(length)
    assert opened.length_bytes == length


def test_file_rearranged_by_the_reference_implementation__is_opened_as_its_edit_list_says(
    tmp_path: Path, pair: Pair, source: Path
) -> None:
    seal_file(source, tmp_path / "sealed", [pair.reader])
    keys = [(0, pair.key.private_bytes_raw(), pair.reader.public_bytes_raw())]
    start, span = BLOCK_BYTES + 5, BLOCK_BYTES + 11
    with (tmp_path / "sealed").open("rb") as whole, (tmp_path / "part").open("wb") as part:
        oracle.rearrange(keys, whole, part, offset=start, span=span)
    open_file(tmp_path / "part", tmp_path / "opened", pair.key)
    assert (tmp_path / "opened").read_bytes() == source.read_bytes()[start : start + span]


def test_exchange__tells_length_and_digest_alike_at_both_ends(
    tmp_path: Path, pair: Pair, source: Path
) -> None:
    sealed = seal_file(source, tmp_path / "sealed", [pair.reader])
    assert sealed == open_file(tmp_path / "sealed", tmp_path / "opened", pair.key)
    assert sealed.length_bytes == 3 * BLOCK_BYTES + 17
    assert (tmp_path / "opened").stat().st_mode & 0o777 == 0o600
    assert len(list(tmp_path.glob("*.part"))) == 0


def test_sealed_file__opens_for_its_readers_only(
    tmp_path: Path, pair: Pair, other: Pair, source: Path
) -> None:
    seal_file(source, tmp_path / "sealed", [pair.reader], writer=pair.key)
    with pytest.raises(InputFileError, match="was not sealed to this key: no packet of it opens"):
        open_file(tmp_path / "sealed", tmp_path / "opened", other.key)
    with pytest.raises(InputFileError, match="was not sealed to this key by that writer"):
        open_file(tmp_path / "sealed", tmp_path / "opened", pair.key, writer=other.reader)
    open_file(tmp_path / "sealed", tmp_path / "opened", pair.key, writer=pair.reader)


def naive_edit(edits: Sequence[int], content: bytes) -> bytes:
    """Apply an edit list as §4.2 of the specification writes it."""
    left = list(edits)
    if not left:
        return content
    output, position = b"", 0
    while left:
        position += left.pop(0)
        if not left:
            return output + content[position:]
        kept = left.pop(0)
        output += content[position : position + kept]
        position += kept
    return output


@settings(deadline=None, max_examples=200, derandomize=True)
@given(st.lists(st.integers(0, 9), max_size=7), st.lists(st.binary(max_size=6), max_size=6))
def test_edit_list__is_applied_as_the_specification_says(
    edits: list[int], pieces: list[bytes]
) -> None:
    assert b"".join(_edited(pieces, edits)) == naive_edit(edits, b"".join(pieces))


def test_edit_list__travels_in_the_header(tmp_path: Path, pair: Pair) -> None:
    crafted(tmp_path / "sealed", pair, [b"0123456789"], Header((KEY,), (2, 3, 1)))
    open_file(tmp_path / "sealed", tmp_path / "opened", pair.key)
    assert (tmp_path / "opened").read_bytes() == b"2346789"


def test_blocks__may_stand_under_several_keys(tmp_path: Path, pair: Pair) -> None:
    crafted(tmp_path / "sealed", pair, [b"text"], Header((bytes(32), KEY)))
    open_file(tmp_path / "sealed", tmp_path / "opened", pair.key)
    assert (tmp_path / "opened").read_bytes() == b"text"


def test_header__longer_packets_are_padded(tmp_path: Path, pair: Pair) -> None:
    payload = struct.pack("<II", 0, 0) + KEY + bytes(100)
    packets = oracle_header.encrypt(
        payload, [(0, pair.key.private_bytes_raw(), pair.reader.public_bytes_raw())]
    )
    file = io.BytesIO(oracle_header.serialize(packets))
    assert read_header(tmp_path, file, pair.key).keys == (KEY,)


def packet_of(pair: Pair, payload: bytes) -> bytes:
    keys = [(0, pair.key.private_bytes_raw(), pair.reader.public_bytes_raw())]
    return bytes(oracle_header.serialize(oracle_header.encrypt(payload, keys)))


START = b"crypt4gh\1\0\0\0"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is no Crypt4GH file: expected `crypt4gh` at its start"),
        (b"##fileformat=VCFv4.4\n", "is no Crypt4GH file"),
        (b"crypt4gh\2\0\0\0\1\0\0\0", "has version `2` of Crypt4GH, expected `1`"),
        (START + b"\0\0\0\0", "no packet of it opens"),
        (START + b"\1\0\0\0", "packet `1` of its header is cut"),
        (START + b"\1\0\0\0\4\0\0\0", "packet `1` of its header is cut"),
        (START + b"\1\0\0\0\x6c\0\0\0" + bytes(50), "packet `1` of its header is cut"),
        (START + b"\1\0\0\0\xff\xff\xff\xff", "claims `4294967295` bytes"),
        (START + b"\1\0\0\0\x0c\0\0\0" + bytes(8), "no packet of it opens"),
        (START + b"\1\0\0\0\x6c\0\0\0\7" + bytes(103), "no packet of it opens"),
        (START + b"\1\0\0\0\x6c\0\0\0" + bytes(104), "no packet of it opens"),
    ],
)
def test_file__that_is_none_of_crypt4gh_is_named_and_leaves_nothing(
    tmp_path: Path, pair: Pair, content: bytes, words: str
) -> None:
    (tmp_path / "sealed").write_bytes(content)
    with pytest.raises(InputFileError, match=words) as raised:
        open_file(tmp_path / "sealed", tmp_path / "opened", pair.key)
    assert raised.value.path == tmp_path / "sealed"
    assert not list(tmp_path.glob("opened*"))


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        (struct.pack("<II", 0, 1) + KEY + bytes(8), "sealed by method `1`, expected ChaCha20"),
        (struct.pack("<II", 0, 0) + KEY[:31], "its data key has `31` bytes, expected `32`"),
        (struct.pack("<II", 7, 0), "of the unknown kind `7`"),
        (struct.pack("<IIQ", 1, 2, 5), "its edit list is cut: expected `2` lengths"),
        (struct.pack("<II", 1, 0), "no packet of it opens"),
        (b"\0\0", "a packet of its header is cut"),
    ],
)
def test_header__what_its_packets_hold_wrongly_is_named(
    tmp_path: Path, pair: Pair, payload: bytes, words: str
) -> None:
    with pytest.raises(InputFileError, match=words):
        read_header(tmp_path, io.BytesIO(packet_of(pair, payload)), pair.key)


def test_header__two_edit_lists_are_refused(tmp_path: Path, pair: Pair) -> None:
    keys = [(0, pair.key.private_bytes_raw(), pair.reader.public_bytes_raw())]
    payloads = [struct.pack("<II", 0, 0) + KEY, *[struct.pack("<IIQ", 1, 1, 5)] * 2]
    packets = [next(oracle_header.encrypt(payload, keys)) for payload in payloads]
    file = io.BytesIO(oracle_header.serialize(packets))
    with pytest.raises(InputFileError, match="has `2` edit lists, expected one at most"):
        read_header(tmp_path, file, pair.key)


def test_opened_file__does_not_appear_when_a_block_was_changed_or_cut(
    tmp_path: Path, pair: Pair, source: Path
) -> None:
    seal_file(source, tmp_path / "sealed", [pair.reader])
    header, blocks = parts(tmp_path / "sealed", pair)
    flipped = bytearray(blocks[2])
    flipped[100] ^= 1
    for changed, words in (
        ([*blocks[:2], bytes(flipped), blocks[3]], "block `3` was changed or cut"),
        ([*blocks[:3], blocks[3][:-1]], "block `4` was changed or cut"),
        ([*blocks[:3], blocks[3][:28]], "block `4` is cut"),
        ([blocks[0][:-1], *blocks[1:]], "block `1` was changed or cut"),
    ):
        (tmp_path / "sealed").write_bytes(header + b"".join(changed))
        with pytest.raises(InputFileError, match=words):
            open_file(tmp_path / "sealed", tmp_path / "opened", pair.key)
        assert not list(tmp_path.glob("opened*"))


def test_crypt4gh__does_not_find_blocks_that_were_cut_off_or_swapped(
    tmp_path: Path, pair: Pair, source: Path
) -> None:
    """What the format does not promise; documents at rest are in blocks that do."""
    told = seal_file(source, tmp_path / "sealed", [pair.reader])
    header, (one, two, three, four) = parts(tmp_path / "sealed", pair)
    for number, blocks in enumerate(([one, two], [two, one, three, four], [one, one, three])):
        changed, opened = tmp_path / f"changed-{number}", tmp_path / f"opened-{number}"
        changed.write_bytes(header + b"".join(blocks))
        oracle_opened = io.BytesIO()
        with changed.open("rb") as file:
            oracle.decrypt([(0, pair.key.private_bytes_raw(), None)], file, oracle_opened)
        found = open_file(changed, opened, pair.key)
        assert opened.read_bytes() == oracle_opened.getvalue() != source.read_bytes()
        assert found.sha256 != told.sha256


def test_exchange__replaces_no_file(tmp_path: Path, pair: Pair, source: Path) -> None:
    seal_file(source, tmp_path / "sealed", [pair.reader])
    before = (tmp_path / "sealed").read_bytes()
    with pytest.raises(InputFileError, match="is there already, and nothing is replaced"):
        seal_file(source, tmp_path / "sealed", [pair.reader])
    with pytest.raises(InputFileError, match="is there already"):
        open_file(tmp_path / "sealed", source, pair.key)
    assert (tmp_path / "sealed").read_bytes() == before


def test_exchange__says_what_it_cannot_read_or_write(
    tmp_path: Path, pair: Pair, source: Path
) -> None:
    with pytest.raises(InputFileError, match="cannot be read: no such file"):
        seal_file(tmp_path / "missing", tmp_path / "sealed", [pair.reader])
    with pytest.raises(InputFileError, match="cannot be written: no such file"):
        seal_file(source, tmp_path / "nowhere" / "sealed", [pair.reader])


def test_exchanged__is_a_length_and_a_digest(tmp_path: Path, pair: Pair) -> None:
    (tmp_path / "abc").write_bytes(b"abc")
    assert seal_file(tmp_path / "abc", tmp_path / "sealed", [pair.reader]) == Exchanged(
        3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    )
