"""Arrays as bytes: each compressed by itself, so that one can be read without the others.

    number of arrays (2 bytes), for each: type (2), elements (8), bytes of each stream (8 each);
    then the streams

Numbers are little-endian. An array of numbers of two or four bytes is as many streams: all first
bytes, all second bytes, and so on, since the higher bytes of rows, distances and counts are few and
alike. Every other array is one stream. A stream that is short, or that compression does not
shorten, is stored as it is, which shows in its length.
"""

import struct
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from kerne.errors import DamagedStoreError

LEVEL: Final = 3
"""Of zstd: higher ones gain two hundredths of the size and cost five times the time."""

SHORT_BYTES: Final = 64
"""A stream so short is stored as it is: zstd takes as long for it as for a thousand bytes."""

_COUNT: Final = struct.Struct("<H")
_ENTRY: Final = struct.Struct("<2sQ")
_LENGTH: Final = struct.Struct("<Q")
_TYPES: Final = {
    b"b1": np.dtype(np.bool_),
    b"u1": np.dtype(np.uint8),
    b"u2": np.dtype(np.uint16),
    b"u4": np.dtype(np.uint32),
    b"u8": np.dtype(np.uint64),
    b"i1": np.dtype(np.int8),
    b"i2": np.dtype(np.int16),
    b"i4": np.dtype(np.int32),
    b"i8": np.dtype(np.int64),
}
_NAMES: Final = {dtype: name for name, dtype in _TYPES.items()}
_SPLIT: Final = frozenset({2, 4})
"""Sizes of numbers whose bytes are streams of their own."""


def pack(arrays: Sequence[NDArray[Any]]) -> bytes:  # Any: arrays of several types
    """Return flat arrays as one blob."""
    codec = pa.Codec("zstd", LEVEL)
    head, body = [_COUNT.pack(len(arrays))], []
    for array in arrays:
        streams = [_squeezed(codec, stream) for stream in _streams(array)]
        head.append(_ENTRY.pack(_NAMES[array.dtype], len(array)))
        head += [_LENGTH.pack(len(stream)) for stream in streams]
        body += streams
    return b"".join(head + body)


def unpack(blob: bytes) -> list[NDArray[Any]]:  # Any: arrays of several types
    """Return the arrays of a blob.

    Raises
    ------
    DamagedStoreError
        It is none that `pack` made.
    """
    codec = pa.Codec("zstd", LEVEL)
    view = memoryview(blob)
    try:
        told, at = _read_head(view)
        arrays = []
        for dtype, elements, lengths in told:
            size = elements * dtype.itemsize // len(lengths)
            streams = []
            for length in lengths:
                streams.append(_opened(codec, view[at : at + length], size))
                at += length
            arrays.append(_joined(streams, dtype))
    except (struct.error, KeyError, ValueError, OSError) as error:
        raise DamagedStoreError("a blob of the genome store cannot be read") from error
    return arrays


def _read_head(view: memoryview) -> tuple[list[tuple[np.dtype[Any], int, list[int]]], int]:
    """Return type, elements and lengths of streams of each array, and where the streams begin."""
    (count,) = _COUNT.unpack_from(view)
    told, at = [], _COUNT.size
    for _ in range(count):
        name, elements = _ENTRY.unpack_from(view, at)
        at += _ENTRY.size
        dtype = _TYPES[name]
        lengths: list[int] = []
        for _ in range(_streams_of(dtype)):
            lengths += _LENGTH.unpack_from(view, at)
            at += _LENGTH.size
        told.append((dtype, elements, lengths))
    return told, at


def _streams_of(dtype: np.dtype[Any]) -> int:
    return dtype.itemsize if dtype.itemsize in _SPLIT else 1


def _streams(array: NDArray[Any]) -> list[NDArray[np.uint8]]:
    raw = np.ascontiguousarray(array).view(np.uint8)
    count = _streams_of(array.dtype)
    return [raw] if count == 1 else [np.ascontiguousarray(raw[at::count]) for at in range(count)]


def _joined(streams: list[NDArray[np.uint8]], dtype: np.dtype[Any]) -> NDArray[Any]:
    if len(streams) == 1:
        return streams[0].view(dtype)
    raw = np.empty(len(streams) * len(streams[0]), dtype=np.uint8)
    for at, stream in enumerate(streams):
        raw[at :: len(streams)] = stream
    return raw.view(dtype)


def _squeezed(codec: Any, stream: NDArray[np.uint8]) -> bytes:  # Any: Arrow's codec
    if stream.size <= SHORT_BYTES:
        return stream.tobytes()
    squeezed: bytes = codec.compress(stream, asbytes=True)
    return squeezed if len(squeezed) < stream.size else stream.tobytes()


def _opened(codec: Any, piece: memoryview, size: int) -> NDArray[np.uint8]:  # Any: Arrow's codec
    raw = piece if len(piece) == size else codec.decompress(piece, decompressed_size=size)
    return np.frombuffer(raw, dtype=np.uint8, count=size)
