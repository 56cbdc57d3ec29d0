"""`kill -9` at any instant of adding and removing leaves the store as before or as after."""

import itertools
import os
import random
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kerne.alleles.assembly import GRCH38
from kerne.genomes.frequencies import Frequencies
from kerne.genomes.keeping.new_store import create_store
from kerne.genomes.keeping.store import GenomeStore
from kerne.genomes.reader import open_freestanding
from kerne.genomes.reading.intake import GenomeFile

Table = dict[tuple[str, int, str, str], tuple[int, int, int, int, int]]
GENOMES = 12
KILLS = 16
MOST_SYNCS = 24
"""An add waits for the disk about nine times, so that a writer dies in its first three."""


def one_after_the_other(path: Path, files: dict[str, GenomeFile]) -> None:
    """Add every genome by itself, then remove every third."""
    store = GenomeStore(path)
    for sample in sorted(files.keys() - store.rows().keys()):
        store.add([files[sample]])
    for sample in store.samples()[::3]:
        store.remove(sample)


def killed_at(sync: int, work: Callable[[], None]) -> None:
    """Do the work in a fork of this warm process that dies before its `sync`-th wait for disk."""
    child = os.fork()
    if child == 0:  # pragma: no cover  the child is killed
        left = itertools.count(sync, -1)
        wait = os.fsync

        def sync_or_die(fd: Any) -> None:  # Any: what os.fsync takes
            if next(left) == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            wait(fd)

        os.fsync = sync_or_die
        try:
            work()
        finally:
            os._exit(0)
    os.waitpid(child, 0)


@pytest.fixture
def files(tmp_path: Path, write_vcf: Callable[..., Path]) -> dict[str, GenomeFile]:
    rng = random.Random(1)
    made = {}
    for number in range(GENOMES):
        rows = [
            ("chr1", 10 * position, "A", rng.choice("CGT"), [rng.choice(["0/1", "1/1", "./."])])
            for position in sorted(rng.sample(range(1, 100), 30))
        ]
        name = f"s{number:02}"
        made[name] = GenomeFile(write_vcf(tmp_path / f"{name}.vcf.gz", (name,), rows))
    return made


def test_killed_writer__leaves_a_store_that_answers_for_whole_genomes_only(
    tmp_path: Path,
    files: dict[str, GenomeFile],
    as_table: Callable[[Frequencies], Table],
) -> None:
    store = create_store(tmp_path / "store", GRCH38, kept_by_centre=False)
    one_after_the_other(create_store(tmp_path / "warm", GRCH38, kept_by_centre=False).path, files)
    rng, sizes = random.Random(2), set()
    for _ in range(KILLS):
        killed_at(rng.randrange(MOST_SYNCS), lambda: one_after_the_other(store.path, files))
        samples = GenomeStore(store.path).samples()
        sizes.add(len(samples))
        found = as_table(open_freestanding(store.path).frequencies())
        fresh = create_store(tmp_path / f"fresh-{_}", GRCH38, kept_by_centre=False)
        fresh.add([files[sample] for sample in samples])
        assert found == as_table(open_freestanding(fresh.path).frequencies())
    one_after_the_other(store.path, files)
    named = {entry.name for entry in store.manifest.segments}
    assert {place.name for place in (store.path / "segments").iterdir()} == named
    assert len(sizes) > 2
