"""What is hot is held once, within bounds, and in memory only."""

import random
import subprocess
import sys
import threading
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from kerne.errors import DamagedStoreError
from kerne.genomes.disk.hot import Hot

Bytes = NDArray[np.uint8]


def blob(length: int) -> Bytes:
    return np.full(length, length % 251, dtype=np.uint8)


def hot(most_bytes: int) -> Hot[int, Bytes]:
    return Hot(most_bytes, lambda value: (value,))


@settings(deadline=None, max_examples=100, derandomize=True)
@given(st.integers(0, 60), st.lists(st.integers(0, 30), max_size=60))
def test_hot__holds_what_an_ordered_dictionary_would(most: int, asked: list[int]) -> None:
    cache, oracle = hot(most), OrderedDict[int, int]()
    hits = loads = 0
    for key in asked:
        assert len(cache.get(key, partial(blob, key))) == key
        if key in oracle:
            hits += 1
            oracle.move_to_end(key)
            continue
        loads += 1
        if key <= most:
            while sum(oracle) + key > most:
                oracle.popitem(last=False)
            oracle[key] = key
    found = cache.statistics()
    assert (found.blobs, found.held_bytes, found.hits, found.loads) == (
        len(oracle),
        sum(oracle),
        hits,
        loads,
    )


def test_hot__loads_once_however_many_ask() -> None:
    cache, began, go, loads = hot(100), threading.Event(), threading.Event(), []

    def load() -> Bytes:
        loads.append(1)
        began.set()
        assert go.wait(10)
        return blob(7)

    with ThreadPoolExecutor(8) as threads:
        first = threads.submit(cache.get, 1, load)
        assert began.wait(10)
        others = [threads.submit(cache.get, 1, load) for _ in range(7)]
        assert cache.get(2, lambda: blob(3)).nbytes == 3  # others do not wait for it
        go.set()
        found = [each.result() for each in (first, *others)]
    assert len(loads) == 1
    assert all(each is found[0] for each in found)


def test_load_that_fails__fails_for_all_who_wait_and_is_tried_again() -> None:
    cache, began, go = hot(100), threading.Event(), threading.Event()

    def load() -> Bytes:
        began.set()
        assert go.wait(10)
        raise DamagedStoreError("damaged")

    with ThreadPoolExecutor(2) as threads:
        asked = [threads.submit(cache.get, 1, load)]
        assert began.wait(10)
        asked.append(threads.submit(cache.get, 1, load))
        go.set()
        for each in asked:
            with pytest.raises(DamagedStoreError):
                each.result()
    assert cache.statistics().blobs == 0
    assert len(cache.get(1, lambda: blob(9))) == 9


def test_discarded__is_not_held_even_when_it_was_being_loaded() -> None:
    cache = hot(100)
    cache.get(1, lambda: blob(10))
    cache.get(2, lambda: blob(10))

    def load() -> Bytes:
        cache.discard(lambda key: key in {1, 3})
        return blob(10)

    assert len(cache.get(3, load)) == 10
    found = cache.statistics()
    assert (found.blobs, found.held_bytes) == (1, 10)
    assert cache.get(2, lambda: blob(0)).nbytes == 10


def test_hot__bears_many_threads() -> None:
    cache = hot(5_000)

    def ask(seed: int) -> bool:
        rng = random.Random(seed)
        keys = [rng.randrange(200) for _ in range(400)]
        if seed % 4 == 0:
            cache.discard(lambda key: key % 5 == 0)
        return all(len(cache.get(key, partial(blob, key))) == key for key in keys)

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(ask, range(32)))
    found = cache.statistics()
    assert found.held_bytes <= 5_000
    assert found.dropped > 0


LOCKED = """
import resource, sys
import numpy as np
from kerne.genomes.disk.hot import Hot
if sys.argv[1] == "not":
    resource.setrlimit(resource.RLIMIT_MEMLOCK, (0, 0))
    import ctypes, os
    if os.geteuid() == 0:
        ctypes.CDLL(None).prctl(24, 14)  # root may lock all the same: PR_CAPBSET_DROP, IPC_LOCK
        os.setuid(65534)
cache = Hot(1 << 24, lambda value: (value,))
for key in range(6):
    cache.get(key, lambda: np.ones(1 << 22, dtype=np.uint8))
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
found = cache.statistics()
print(found.held_bytes, found.locked_bytes, int(status["VmLck"].split()[0]) << 10)
"""


@pytest.mark.parametrize("may", ["may", "not"])
def test_memory__is_locked_where_that_is_allowed_and_the_statistics_say_so(may: str) -> None:
    words = [sys.executable, "-c", LOCKED, may]
    said = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    held, locked, by_kernel = map(int, said.split())
    assert held == 1 << 24
    assert locked <= by_kernel <= locked + 6 * 2 * 4096
    if may == "not":
        assert locked == 0


CORE = """
import os, resource
from kerne.genomes.disk.hot import forbid_core_dumps
assert forbid_core_dumps()
assert resource.getrlimit(resource.RLIMIT_CORE) == (0, 0)
import ctypes
assert ctypes.CDLL(None).prctl(3, 0, 0, 0, 0) == 0  # PR_GET_DUMPABLE
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks Linux")
def test_process__leaves_no_core_dump() -> None:
    subprocess.run([sys.executable, "-c", CORE], check=True)
