"""Run the tasks of a scan: on threads, as the kernels release the lock, or on a cluster."""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager

import numpy as np
from numpy.typing import NDArray

from kerne.errors import GenomeError
from kerne.genomes.asking.engine_choice import EngineChoice, EngineKind
from kerne.genomes.asking.scan import Engine, Task
from kerne.genomes.segments.counting import count_partition


class ThreadEngine:
    """Threads, as many as there are cores unless said otherwise."""

    def __init__(self, workers: int | None = None) -> None:
        self.workers = workers or os.cpu_count() or 1
        # Whoever asks counts as well.
        self._pool = ThreadPoolExecutor(max(1, self.workers - 1))

    def run(self, tasks: Sequence[Task]) -> list[NDArray[np.int64]]:
        """Return what each task counts, (7, its sites)."""
        if self.workers < 2:  # noqa: PLR2004  there is no second thread
            return [_count(task) for task in tasks]
        waiting = [self._pool.submit(_count, task) for task in tasks[1:]]
        try:
            found = [_count(task) for task in tasks[:1]]
            mine = {
                at: _count(tasks[at])
                for at in range(len(tasks) - 1, 0, -1)
                if waiting[at - 1].cancel()
            }
            found += [
                mine[at] if at in mine else each.result() for at, each in enumerate(waiting, 1)
            ]
        finally:
            for each in waiting:
                each.cancel()
        return found


def _count(task: Task) -> NDArray[np.int64]:
    return count_partition(task.reader, task.chosen, task.start, task.end, task.counts)


@contextmanager
def opened_engine(choice: EngineChoice, *, keys_are_secret: bool = False) -> Iterator[Engine]:
    """Give the engine that was chosen, and end it afterwards.

    Parameters
    ----------
    keys_are_secret
        The keys of the store are apart from it: they leave this machine under TLS only.

    Raises
    ------
    GenomeError
        Ray is not installed, its cluster does not answer, or is not private.
    """
    if choice.kind is EngineKind.THREADS:
        yield ThreadEngine()
        return
    from kerne.genomes.asking.ray_engine import RayEngine  # noqa: PLC0415  needs the extra `cluster`

    with closing(RayEngine(choice.address, copy=choice.copy)) as engine:
        if keys_are_secret and not engine.is_private:
            raise GenomeError(
                "the nodes of the Ray cluster do not seal what they tell each other; keys of a "
                "centre leave its machine only under TLS: set `RAY_USE_TLS=1` on every node"
            )
        yield engine
