"""Arrays as bytes: each compressed by itself, so that one can be read without the others.

    number of arrays (2 bytes), for each: type (2), elements (8), stored bytes (8); then the bytes

Numbers are little-endian. An array that compression does not shorten is stored as it is, which
shows in its bytes being as many as its elements need.
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

_COUNT: Final = struct.Struct("<H")
_ENTRY: Final = struct.Struct("<2sQQ")
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


def pack(arrays: Sequence[NDArray[Any]]) -> bytes:  # Any: arrays of several types
    """Return flat arrays as one blob."""
    codec = pa.Codec("zstd", LEVEL)
    head, body = [_COUNT.pack(len(arrays))], []
    for array in arrays:
        raw = np.ascontiguousarray(array).view(np.uint8)
        stored = codec.compress(raw, asbytes=True) if raw.size else b""
        if len(stored) >= raw.nbytes:
            stored = raw.tobytes()
        head.append(_ENTRY.pack(_NAMES[array.dtype], len(array), len(stored)))
        body.append(stored)
    return b"".join(head + body)


def unpack(blob: bytes) -> list[NDArray[Any]]:  # Any: arrays of several types
    """Return the arrays of a blob; they share no memory with it unless stored uncompressed.

    Raises
    ------
    DamagedStoreError
        It is none that `pack` made.
    """
    codec = pa.Codec("zstd", LEVEL)
    view = memoryview(blob)
    try:
        (count,) = _COUNT.unpack_from(view)
        at = _COUNT.size + count * _ENTRY.size
        arrays = []
        for number in range(count):
            name, elements, stored = _ENTRY.unpack_from(view, _COUNT.size + number * _ENTRY.size)
            dtype = _TYPES[name]
            size = elements * dtype.itemsize
            piece = view[at : at + stored]
            raw = piece if stored == size else codec.decompress(piece, decompressed_size=size)
            arrays.append(np.frombuffer(raw, dtype=dtype, count=elements))
            at += stored
    except (struct.error, KeyError, ValueError, OSError) as error:
        raise DamagedStoreError("a blob of the genome store cannot be read") from error
    return arrays
