"""Decoded blobs that are asked for again and again, in the memory of one process and nowhere else.

What lies here is in clear. It is bounded, never a file, kept out of the swap where the system lets
a process lock its memory (`ulimit -l`), and out of core dumps by `forbid_core_dumps`. Both are
told in `HotStatistics`; neither keeps out who may read the memory of the process itself.
"""

import ctypes
import mmap
import resource
import sys
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from kerne.genomes.memory import HotStatistics

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")

_PR_SET_DUMPABLE: Final = 4  # prctl(2)
_PAGE_BYTES: Final = mmap.PAGESIZE


@dataclass(frozen=True, slots=True)
class _Held(Generic[T]):
    value: T
    held_bytes: int
    locked_bytes: int


class Hot(Generic[K, T]):
    """Hold what was loaded last, up to a number of bytes; for many threads.

    Parameters
    ----------
    most_bytes
        What is larger by itself is loaded each time. What a reader still holds when it is dropped
        is not counted any more.
    arrays
        Returns the arrays that make up a value.
    """

    def __init__(self, most_bytes: int, arrays: Callable[[T], Iterable[NDArray[Any]]]) -> None:
        self._most = most_bytes
        self._arrays = arrays
        self._lock = threading.Lock()
        self._held: OrderedDict[K, _Held[T]] = OrderedDict()
        self._loading: dict[K, Future[T]] = {}
        self._bytes = self._locked = self._hits = self._loads = self._dropped = 0

    def get(self, key: K, load: Callable[[], T]) -> T:
        """Return what is held under `key`, loaded once however many ask for it at a time.

        Whatever `load` raises is raised to all who wait for it, and nothing is held.
        """
        with self._lock:
            held = self._held.get(key)
            if held is not None:
                self._held.move_to_end(key)
                self._hits += 1
                return held.value
            waiting = self._loading.get(key)
            if waiting is None:
                loading = self._loading[key] = Future[T]()
        return self._load(key, load, loading) if waiting is None else waiting.result()

    def discard(self, is_gone: Callable[[K], bool]) -> None:
        """Let go of what is no more, such as the blobs of a segment that was replaced.

        What is being loaded at this moment reaches who asked for it, and is not held.
        """
        with self._lock:
            for key in [key for key in self._held if is_gone(key)]:
                self._let_go(key)
            for key in [key for key in self._loading if is_gone(key)]:
                del self._loading[key]

    def statistics(self) -> HotStatistics:
        """Return what is held and how it went until now."""
        with self._lock:
            return HotStatistics(
                blobs=len(self._held),
                held_bytes=self._bytes,
                locked_bytes=self._locked,
                most_bytes=self._most,
                hits=self._hits,
                loads=self._loads,
                dropped=self._dropped,
            )

    def _load(self, key: K, load: Callable[[], T], loading: "Future[T]") -> T:
        try:
            value = load()
        except BaseException as error:
            with self._lock:
                self._end(key, loading)
            loading.set_exception(error)
            raise
        with self._lock:
            self._loads += 1
            if self._end(key, loading):
                self._keep(key, value)
        loading.set_result(value)
        return value

    def _end(self, key: K, loading: "Future[T]") -> bool:
        """End a loading; say whether what it brought may be held."""
        is_wanted = self._loading.get(key) is loading
        if is_wanted:
            del self._loading[key]
        return is_wanted

    def _keep(self, key: K, value: T) -> None:
        arrays = [array for array in self._arrays(value) if array.nbytes]
        held_bytes = sum(array.nbytes for array in arrays)
        if held_bytes > self._most:
            return
        while self._bytes + held_bytes > self._most:
            self._let_go(next(iter(self._held)))
            self._dropped += 1
        locked = sum(array.nbytes for array in arrays if _lock(array))
        self._held[key] = _Held(value, held_bytes, locked)
        self._bytes += held_bytes
        self._locked += locked

    def _let_go(self, key: K) -> None:
        held = self._held.pop(key)
        self._bytes -= held.held_bytes
        self._locked -= held.locked_bytes
        if held.locked_bytes:
            for array in self._arrays(held.value):
                _unlock(array)


def forbid_core_dumps() -> bool:
    """See to it that no core dump shows the memory of this process; say whether that holds.

    Other processes of the same user can no longer attach to it either (`prctl(2)`,
    `PR_SET_DUMPABLE`); who is root can.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if not sys.platform.startswith("linux"):
        return False
    return int(_C.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)) == 0


_C: Final = ctypes.CDLL(None, use_errno=True)


def _lock(array: NDArray[Any]) -> bool:
    """Keep the pages of an array out of the swap; say whether the system did it."""
    start, end = np.lib.array_utils.byte_bounds(array)
    first = start - start % _PAGE_BYTES
    return int(_C.mlock(ctypes.c_void_p(first), ctypes.c_size_t(end - first))) == 0


def _unlock(array: NDArray[Any]) -> None:
    # Pages at the edges may be another array's as well, which must stay locked.
    start, end = np.lib.array_utils.byte_bounds(array)
    first, past = -(-start // _PAGE_BYTES) * _PAGE_BYTES, end // _PAGE_BYTES * _PAGE_BYTES
    if first < past:
        _C.munlock(ctypes.c_void_p(first), ctypes.c_size_t(past - first))
