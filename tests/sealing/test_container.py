import io
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerne.errors import VaultError
from kerne.sealing.container import (
    BLOCK_BYTES,
    MAGIC,
    TAG_BYTES,
    BlockReader,
    BlockWriter,
    Label,
    Manifest,
    Seekable,
    is_document,
    open_document,
    seal_document,
)

KEY = bytes(range(32))
LABEL = Label("P-000001", "case C-1 document d")
SMALL = 16
MANIFEST_BYTES = 48


def sealed(content: bytes, label: Label = LABEL, key: bytes = KEY) -> bytes:
    target = io.BytesIO()
    writer = BlockWriter(target, key, label, block_bytes=SMALL)
    writer.write(content)
    writer.close()
    return target.getvalue()


def opened(document: bytes, label: Label = LABEL, key: bytes = KEY) -> bytes:
    return b"".join(BlockReader(Seekable(io.BytesIO(document)), key, label).blocks())


def parts(document: bytes, label: Label = LABEL) -> tuple[bytes, list[bytes], bytes]:
    """Take a document of full small blocks apart: header, blocks, manifest."""
    header = len(MAGIC) + 1 + 4 + 32 + 2 + len(label.person) + 2 + len(label.document)
    body = document[header:-MANIFEST_BYTES]
    step = SMALL + TAG_BYTES
    blocks = [body[start : start + step] for start in range(0, len(body), step)]
    return document[:header], blocks, document[-MANIFEST_BYTES:]


CONTENT = bytes(range(4 * SMALL))
WHOLE = sealed(CONTENT)


@settings(deadline=None, max_examples=80, derandomize=True)
@given(st.lists(st.binary(max_size=50), max_size=6))
def test_document__opens_as_it_was_written_in_whatever_pieces(pieces: list[bytes]) -> None:
    target = io.BytesIO()
    writer = BlockWriter(target, KEY, LABEL, block_bytes=SMALL)
    for piece in pieces:
        writer.write(piece)
    content = b"".join(pieces)
    blocks = max(1, -(-len(content) // SMALL))
    assert writer.close() == Manifest(blocks, len(content))
    reader = BlockReader(Seekable(target), KEY, LABEL)
    assert reader.manifest == Manifest(blocks, len(content))
    assert b"".join(reader.blocks()) == content


@settings(deadline=None, max_examples=80, derandomize=True)
@given(st.integers(0, 70), st.integers(0, 80), st.integers(0, 80))
def test_document__gives_any_part_of_itself(length: int, start: int, wanted: int) -> None:
    content = bytes(range(length))
    reader = BlockReader(Seekable(io.BytesIO(sealed(content))), KEY, LABEL)
    assert reader.read(start, wanted) == content[start : start + wanted]


def test_document__every_flipped_bit_is_found() -> None:
    for position in range(len(WHOLE) * 8):
        changed = bytearray(WHOLE)
        changed[position // 8] ^= 1 << position % 8
        with pytest.raises(VaultError):
            opened(bytes(changed))


def test_document__every_cut_is_found_before_a_byte_is_given_out() -> None:
    for length in range(len(WHOLE)):
        with pytest.raises(VaultError):
            BlockReader(Seekable(io.BytesIO(WHOLE[:length])), KEY, LABEL)


def test_document__a_cut_at_a_block_is_found_even_with_its_manifest_put_back() -> None:
    header, blocks, manifest = parts(WHOLE)
    for kept in range(4):
        with pytest.raises(VaultError, match="blocks were taken out or added"):
            opened(header + b"".join(blocks[:kept]) + manifest)


def test_document__blocks_that_were_swapped_doubled_dropped_or_added_are_found() -> None:
    header, blocks, manifest = parts(WHOLE)
    one, two, three, four = blocks
    for order in (
        (two, one, three, four),
        (one, two, two, four),
        (one, two, four, three),
        (four, two, three, one),
        (one, three, four),
        (one, two, three, four, four),
        (one, one, two, three, four),
    ):
        with pytest.raises(VaultError):
            opened(header + b"".join(order) + manifest)


def test_document__blocks_of_another_sealing_of_the_same_text_are_found() -> None:
    header, blocks, manifest = parts(WHOLE)
    _, others, other_manifest = parts(sealed(CONTENT))
    with pytest.raises(VaultError, match="block `1` of `case C-1 document d` of `P-000001` was"):
        opened(header + blocks[0] + others[1] + b"".join(blocks[2:]) + manifest)
    with pytest.raises(VaultError, match="was cut, extended or changed"):
        opened(header + b"".join(blocks) + other_manifest)


@pytest.mark.parametrize("tail", [b"\0", bytes(100), WHOLE])
def test_document__what_was_added_behind_it_is_found(tail: bytes) -> None:
    with pytest.raises(VaultError):
        opened(WHOLE + tail)


@pytest.mark.parametrize(
    "label", [Label("P-000002", LABEL.document), Label(LABEL.person, "case C-2 document d")]
)
def test_document__does_not_open_as_another(label: Label) -> None:
    with pytest.raises(VaultError, match=f"what is sealed is {LABEL}, expected {label}"):
        opened(WHOLE, label)
    renamed = WHOLE.replace(LABEL.person.encode(), label.person.encode())
    renamed = renamed.replace(LABEL.document.encode(), label.document.encode())
    with pytest.raises(VaultError, match="was cut, extended or changed"):
        opened(renamed, label)


def test_document__does_not_open_under_another_key() -> None:
    with pytest.raises(VaultError, match="is sealed under another key"):
        opened(WHOLE, key=bytes(32))


def test_document__of_the_same_text_never_looks_the_same() -> None:
    assert parts(sealed(CONTENT))[1][0] != parts(sealed(CONTENT))[1][0]
    assert parts(sealed(bytes(2 * SMALL)))[1][0] != parts(sealed(bytes(2 * SMALL)))[1][1]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"", "is no document"),
        (b"some other file, of whatever length it has", "is no document"),
        (MAGIC + b"\x02" + WHOLE[9:], "has format `2`"),
        (WHOLE[:9] + b"\0\0\0\0" + WHOLE[13:], "blocks of `0` bytes"),
        (WHOLE[:9] + b"\xff\xff\xff\xff" + WHOLE[13:], "blocks of `4294967295` bytes"),
    ],
)
def test_document__what_is_none_is_named(text: bytes, words: str) -> None:
    with pytest.raises(VaultError, match=words):
        opened(text)


def test_document__has_a_label_of_a_length_that_fits() -> None:
    with pytest.raises(VaultError, match="is too long"):
        seal_document(KEY, Label("P", "x" * 70_000), b"")


def test_document__is_told_from_other_bytes() -> None:
    whole = seal_document(KEY, LABEL, b"text")
    assert is_document(whole)
    assert not is_document(b"\0" + whole)
    assert open_document(KEY, LABEL, whole) == b"text"


def test_document__takes_no_more_memory_when_it_is_long(tmp_path: Path) -> None:
    path, piece = tmp_path / "long", bytes(range(256)) * 256
    tracemalloc.start()
    try:
        with path.open("w+b") as file:
            writer = BlockWriter(file, KEY, LABEL)
            for _ in range(160):
                writer.write(piece)
            writer.close()
            reader = BlockReader(Seekable(file), KEY, LABEL)
            assert all(block == piece for block in reader.blocks())
            assert reader.read(100 * BLOCK_BYTES - 2, 4) == piece[-2:] + piece[:2]
        assert tracemalloc.get_traced_memory()[1] < 12 * BLOCK_BYTES
    finally:
        tracemalloc.stop()
