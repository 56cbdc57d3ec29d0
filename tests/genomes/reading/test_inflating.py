"""Inflating side by side, beside one reader that takes everything in order."""

import gzip
import struct
import zlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from isal import isal_zlib

from kerne.alleles.bgzip import BGZF_END
from kerne.genomes.reading import inflating
from kerne.genomes.reading.inflating import (
    BLOCK_BYTES_MOST,
    DAMAGED,
    BlockwiseText,
    measure_blocks,
)


def block(text: bytes, level: int = 1) -> bytes:
    """Return a block of bgzip."""
    packer = zlib.compressobj(level, wbits=-15)
    deflated = packer.compress(text) + packer.flush()
    size = len(deflated) + 25
    head = b"\x1f\x8b\x08\x04\0\0\0\0\0\xff\x06\0BC\x02\0" + struct.pack("<H", size)
    return head + deflated + struct.pack("<II", zlib.crc32(text), len(text))


def read_by(source: BlockwiseText | isal_zlib._GzipReader, size: int) -> tuple[bytes, bool]:
    """Return the text that comes in buffers of a size, and whether it ended in damage."""
    text, buffer = bytearray(), bytearray(size)
    try:
        while count := source.readinto(memoryview(buffer)):
            text += buffer[:count]
    except DAMAGED:
        return bytes(text), True
    return bytes(text), False


def read_side_by_side(path: Path, size: int, threads: int) -> tuple[bytes, bool, bool]:
    """Return also whether all of it was read side by side."""
    with path.open("rb", buffering=0) as raw:
        source = BlockwiseText(raw, threads)
        try:
            return *read_by(source, size), source._in_order is None
        finally:
            source.close()


def read_in_order(path: Path, size: int) -> tuple[bytes, bool]:
    with path.open("rb", buffering=0) as raw:
        return read_by(isal_zlib._GzipReader(raw, 1 << 16), size)


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inflating, "PART_BYTES_LEAST", 1)


TEXTS = st.lists(
    st.builds(lambda text, times: text * times, st.binary(max_size=60), st.integers(0, 1000)),
    max_size=12,
)
SIZES = st.sampled_from([1 << 9, BLOCK_BYTES_MOST - 1, BLOCK_BYTES_MOST, 1 << 18])


@given(texts=TEXTS, size=SIZES, threads=st.integers(1, 3))
@settings(deadline=None, max_examples=60)
def test_blocks__are_read_side_by_side_to_the_text_that_was_packed(
    tmp_path_factory: pytest.TempPathFactory, texts: list[bytes], size: int, threads: int
) -> None:
    path = tmp_path_factory.getbasetemp() / "blocks.gz"
    path.write_bytes(b"".join(map(block, texts)) + BGZF_END)
    assert read_side_by_side(path, size, threads) == (b"".join(texts), False, True)


ODD_PIECES = st.one_of(
    st.binary(max_size=200).map(block),
    st.just(block(b"0|0\t" * 9_000)),
    st.binary(max_size=200).map(gzip.compress),
    st.integers(1, 40).map(bytes),
    st.just(b"\x1f\x8b\x08\x04"),
    st.binary(max_size=30),
)


@given(
    pieces=st.lists(ODD_PIECES, min_size=1, max_size=8),
    flipped=st.none() | st.integers(0, 10_000),
    size=SIZES,
)
@settings(deadline=None, max_examples=150)
def test_whatever_is_not_bgzips__gives_and_fails_as_when_read_in_order(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[bytes], flipped: int | None, size: int
) -> None:
    content = bytearray(b"".join(pieces) + BGZF_END)
    if flipped is not None:
        content[flipped % len(content)] ^= 1 << flipped % 8
    path = tmp_path_factory.getbasetemp() / "odd.gz"
    path.write_bytes(content)
    text, is_damaged = read_in_order(path, 1 << 18)
    found, is_found_damaged, _ = read_side_by_side(path, size, 2)
    assert is_found_damaged == is_damaged
    assert text.startswith(found) or found.startswith(text)  # some of it is lost with damage
    assert is_damaged or found == text
    assert read_side_by_side(path, size, 1)[:2] == (found, is_damaged)


def test_blocks_that_lie_of_their_length__are_damage_after_the_text_before(tmp_path: Path) -> None:
    good, bad = block(b"a" * 60_000), bytearray(block(b"b" * 60_000))
    for told in (0, 59_999, 60_001, BLOCK_BYTES_MOST, BLOCK_BYTES_MOST + 1):
        bad[-4:] = struct.pack("<I", told)
        path = tmp_path / "lies.gz"
        path.write_bytes(good * 9 + bytes(bad) + good + BGZF_END)
        found, is_damaged, is_side_by_side = read_side_by_side(path, 1 << 18, 2)
        assert (is_damaged, is_side_by_side) == (True, False)
        assert set(found) == {ord("a")}
        assert 60_000 * 4 <= len(found) <= 60_000 * 9


def test_more_than_is_read_at_a_time__comes_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    noise = np.random.default_rng(1).bytes(30_000)
    monkeypatch.setattr(inflating, "PACKED_BYTES", 3 * BLOCK_BYTES_MOST)
    path = tmp_path / "noise.gz"
    path.write_bytes(block(noise) * 40 + BGZF_END)
    assert read_side_by_side(path, 1 << 20, 2) == (noise * 40, False, True)


@pytest.mark.parametrize(("text", "used"), [(b"0|0\t" * 9_000, "zlib_ng"), (b"ACGT", "isal_zlib")])
def test_long_copies__are_inflated_by_the_library_that_copies_faster(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: bytes, used: str
) -> None:
    asked: list[str] = []

    def noted(name: str, reader: Callable[..., object], *given: object) -> object:
        asked.append(name)
        return reader(*given)

    for name in ("zlib_ng", "isal_zlib"):
        reader = partial(noted, name, getattr(inflating, name)._GzipReader)
        monkeypatch.setattr(inflating, name, SimpleNamespace(_GzipReader=reader))
    path = tmp_path / "one.gz"
    path.write_bytes(block(text) + BGZF_END)
    assert read_side_by_side(path, 1 << 18, 1) == (text, False, True)
    assert asked == [used]


def naive_blocks(packed: bytes, *, is_end: bool, room: int) -> list[tuple[int, int]]:
    """Return where blocks end, packed and as text, as plainly as can be said."""
    found, at, text = [], 0, 0
    while packed[at : at + 4] == b"\x1f\x8b\x08\x04" and len(packed) >= at + 18:
        if packed[at + 10 : at + 16] != b"\x06\0BC\x02\0":
            break
        end = at + int.from_bytes(packed[at + 16 : at + 18], "little") + 1
        text += int.from_bytes(packed[end - 4 : end], "little")
        after = packed[end:]
        is_followed = after[:4] == b"\x1f\x8b\x08\x04" and after[10:16] == b"\x06\0BC\x02\0"
        is_last = is_end and end == len(packed)
        if end - at < 26 or text > room or not (is_last or (is_followed and len(after) >= 18)):
            break
        found.append((end, text))
        at = end
    return found


@given(
    texts=TEXTS,
    cut=st.integers(0, 2000),
    is_end=st.booleans(),
    room=st.sampled_from([0, 500, 70_000, 1 << 30]),
)
@settings(deadline=None, max_examples=100)
def test_measured_blocks__are_those_of_a_plain_walk(
    texts: list[bytes], cut: int, is_end: bool, room: int
) -> None:
    packed = b"".join(map(block, texts)) + BGZF_END
    packed = packed[: len(packed) - cut % 3 * cut]
    ends, text_ends = np.empty(20, np.int64), np.empty(20, np.int64)
    given_bytes = np.frombuffer(packed, dtype=np.uint8)
    count = measure_blocks(given_bytes, is_end, room, ends, text_ends)
    assert ends[0] == text_ends[0] == 0
    found = list(zip(ends[1 : count + 1].tolist(), text_ends[1 : count + 1].tolist(), strict=True))
    assert found == naive_blocks(packed, is_end=is_end, room=room)
