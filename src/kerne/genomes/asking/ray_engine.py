"""Run the tasks of a scan on a Ray cluster; needs the extra `cluster`.

Each processor of each node gets a worker of its own. A task goes to the worker that had the same
piece of the genome before, which holds it decoded; a worker that has nothing left to do takes from
the one that has most. A worker that dies is started again, here or on another node, and its task is
done again: a task reads what never changes, so it answers the same wherever and however often.
"""

import os
import socket
from collections import deque
from collections.abc import Sequence
from typing import Any, Final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from kerne.errors import GenomeError, KerneError, reason_of
from kerne.genomes.asking.scan import Task
from kerne.genomes.asking.sent_tasks import SentTask, Worker, sent
from kerne.genomes.disk.elsewhere import is_elsewhere
from kerne.genomes.disk.hot import forbid_core_dumps
from kerne.genomes.disk.manifest import SEGMENTS

WORKER_HOT_BYTES: Final = 1 << 30
"""A worker keeps what it decoded up to this."""
TASK_TRIES: Final = 3
"""How often a task is done again whose worker died: it may be the one that kills them."""
AHEAD: Final = 2
"""Tasks that a worker has at a time: the next one is there when one ends."""
KNOCK_SECONDS: Final = 10.0

Queues = list[deque[int]]


class RayWorker(Worker):
    """A worker in a process of a cluster."""

    def __init__(self, hot_bytes: int) -> None:
        forbid_core_dumps()
        super().__init__(hot_bytes)

    def process(self) -> int:
        """Return the number of the process."""
        return os.getpid()


class RayEngine:
    """Workers on a Ray cluster.

    Parameters
    ----------
    address
        Of the cluster; without it that of the variable `RAY_ADDRESS`, and without that one is
        started on this machine, for as long as this lives.
    copy
        Where the store was published, when the workers cannot reach the store itself.

    Raises
    ------
    GenomeError
        Ray is not installed, or the cluster does not answer or has no processors.
    """

    def __init__(
        self,
        address: str | None = None,
        *,
        copy: str | None = None,
        hot_bytes: int = WORKER_HOT_BYTES,
    ) -> None:
        self._ray = _imported()
        self._is_own = not self._ray.is_initialized()
        if self._is_own:
            self._join(address)
        nodes = [node for node in self._ray.nodes() if node["Alive"]]
        self.is_private = _is_private(nodes)
        self._copy = None if copy is None else _segments_of(copy)
        self._actors = [
            self._started(node["NodeID"], hot_bytes)
            for node in nodes
            for _ in range(int(node["Resources"].get("CPU", 0)))
        ]
        self.workers = len(self._actors)
        if not self._actors:
            raise GenomeError("no node of the Ray cluster offers a processor")

    def run(self, tasks: Sequence[Task]) -> list[NDArray[np.int64]]:
        """Return what each task counts, (7, its sites).

        Raises
        ------
        DamagedStoreError
            A worker cannot open or read a file.
        GenomeError
            A worker does not find the store, or died too often.
        """
        orders = [sent(task, self._copy) for task in tasks]
        queues = _by_worker(orders, self.workers)
        answers: dict[int, NDArray[np.int64]] = {}
        running: dict[Any, tuple[int, int]] = {}  # Any: references of Ray, which has no types

        def give(worker: int) -> None:
            at = _next(queues, worker)
            if at is not None:
                # INVARIANT: keys travel in the arguments of a call from process to process. What
                # starts a worker is kept by the cluster, and what is large may go to a disk; the
                # arguments of a call here are small, and are in no log.
                running[self._actors[worker].count.remote(orders[at])] = (at, worker)

        for worker in list(range(self.workers)) * AHEAD:
            give(worker)
        while running:
            (ready, *_), _ = self._ray.wait(list(running), num_returns=1)
            at, worker = running.pop(ready)
            answers[at] = self._answer(ready)
            give(worker)
        return [answers[at] for at in range(len(orders))]

    def processes(self) -> list[int]:
        """Return the number of the process of each worker, on its node."""
        return [int(each) for each in self._ray.get([a.process.remote() for a in self._actors])]

    def close(self) -> None:
        """End the workers, and leave the cluster."""
        for actor in self._actors:
            self._ray.kill(actor)
        self._actors = []
        if self._is_own:
            self._ray.shutdown()

    def _join(self, address: str | None) -> None:
        _knock(address or os.environ.get("RAY_ADDRESS", ""))
        try:
            self._ray.init(
                address, include_dashboard=False, log_to_driver=False, configure_logging=False
            )
        except (ConnectionError, ValueError, RuntimeError) as error:
            raise GenomeError(f"the Ray cluster at `{address}` does not answer") from error

    def _started(self, node: str, hot_bytes: int) -> Any:  # Any: Ray has no types
        from ray.util.scheduling_strategies import (  # noqa: PLC0415  only where Ray is
            NodeAffinitySchedulingStrategy,
        )

        remote = self._ray.remote(RayWorker).options(
            scheduling_strategy=NodeAffinitySchedulingStrategy(node, soft=True),
            max_restarts=-1,
            max_task_retries=TASK_TRIES,
        )
        return remote.remote(hot_bytes)

    def _answer(self, ready: Any) -> NDArray[np.int64]:  # Any: Ray has no types
        try:
            answer: NDArray[np.int64] = self._ray.get(ready)
        except self._ray.exceptions.RayTaskError as error:
            if isinstance(error.cause, KerneError):
                raise error.cause from None  # without the other process's own lines
            raise
        except self._ray.exceptions.RayError as error:
            raise GenomeError(
                f"a task of the scan was lost with its worker `{TASK_TRIES + 1}` times"
            ) from error
        return answer


def _imported() -> Any:  # Any: Ray has no types
    # Ray tells its makers how it is used, unless it is told not to.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        import ray  # noqa: PLC0415  an extra, and slow to load
        import ray.exceptions  # noqa: PLC0415
    except ImportError as error:
        raise GenomeError("there is no Ray here: `pip install kerne[cluster]` brings it") from error
    return ray


def _knock(address: str) -> None:
    """See that somebody answers at `host:port`: Ray itself would wait for many minutes."""
    host, colon, port = address.rpartition("/")[2].rpartition(":")
    if not (colon and port.isdecimal()):
        return  # none, or a word of Ray's own such as `auto`
    try:
        socket.create_connection((host.strip("[]"), int(port)), KNOCK_SECONDS).close()
    except OSError as error:
        why = reason_of(error)
        raise GenomeError(f"the Ray cluster at `{address}` does not answer: {why}") from error


def _is_private(nodes: Sequence[Any]) -> bool:  # Any: Ray has no types
    """Say whether nobody on a network reads what nodes tell each other."""
    is_sealed = os.environ.get("RAY_USE_TLS") == "1"
    return is_sealed or len({node["NodeManagerAddress"] for node in nodes}) == 1


def _segments_of(copy: str) -> str:
    place = copy.rstrip("/")
    if not is_elsewhere(place):
        place = os.path.abspath(place)  # noqa: PTH100  no Path: text
    return f"{place}/{SEGMENTS}"


def _by_worker(orders: Sequence[SentTask], workers: int) -> Queues:
    """Divide tasks by the piece of the genome: the same piece is the same worker's each time."""
    queues: Queues = [deque() for _ in range(workers)]
    for at, each in enumerate(orders):
        piece = f"{each.folder}/{each.partition.file}/{each.start}"
        queues[crc32(piece.encode()) % workers].append(at)
    return queues


def _next(queues: Queues, worker: int) -> int | None:
    """Take the next task of a worker, or the last one of who has most; `None` when all are done."""
    if queues[worker]:
        return queues[worker].popleft()
    most = max(queues, key=len)
    return most.pop() if most else None
