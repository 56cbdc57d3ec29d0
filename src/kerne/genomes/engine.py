"""Run the tasks of a scan on the threads of this process; kernels release its lock."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from kerne.genomes.scan import Task
from kerne.genomes.segments.counting import count_partition


class ThreadEngine:
    """Threads, as many as there are cores unless said otherwise."""

    def __init__(self, workers: int | None = None) -> None:
        self.workers = workers or os.cpu_count() or 1
        self._pool = ThreadPoolExecutor(self.workers)

    def run(self, tasks: Sequence[Task]) -> list[NDArray[np.int64]]:
        """Return what each task counts, (7, its sites)."""
        if len(tasks) < 2:  # noqa: PLR2004  one task needs no second thread
            return [_count(task) for task in tasks]
        return list(self._pool.map(_count, tasks))


def _count(task: Task) -> NDArray[np.int64]:
    return count_partition(task.reader, task.chosen, task.start, task.end, task.counts)
