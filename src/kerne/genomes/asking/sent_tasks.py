"""A task of a scan as it is sent to another process or machine, and who carries it out there.

A worker reads the segment itself, at an address that all machines share, and keeps what it decodes
in its own memory. The key of the segment comes with each task and is written nowhere.
"""

import os
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kerne.errors import DamagedStoreError, GenomeError
from kerne.genomes.asking.scan import Task
from kerne.genomes.disk.elsewhere import is_elsewhere
from kerne.genomes.disk.folders import folder_at
from kerne.genomes.disk.hot import Hot
from kerne.genomes.disk.sealed_files import Seal, SegmentReader
from kerne.genomes.segments.counting import Chosen, count_partition
from kerne.genomes.segments.segment import (
    HotBlobs,
    PartitionEntry,
    PartitionReader,
    Segment,
    Source,
    arrays_of,
)

OPEN_SEGMENTS: Final = 256
"""A worker holds no more of them open; one that was replaced gives way in time."""


@dataclass(frozen=True, slots=True, eq=False)
class SentTask:
    """Count the sites `[start, end)` of a partition among chosen rows of its segment.

    Parameters
    ----------
    folder
        Where the segment lies, for every worker: a path that they share, or an address.
    bits
        The chosen rows in words of 64, (words,): 8 KB at most.
    """

    folder: str
    seal: Seal = field(repr=False)
    partition: PartitionEntry
    bits: NDArray[np.uint64] = field(repr=False)
    start: int
    end: int


def sent(task: Task, copy: str | None = None) -> SentTask:
    """Return a task as it is sent.

    Parameters
    ----------
    copy
        Address of the segments, when the workers read a copy of the store.

    Raises
    ------
    GenomeError
        The segment lies in no folder.
    """
    source = task.reader.source
    if not isinstance(source.blobs, SegmentReader):
        raise GenomeError(f"segment `{source.name}` lies in no folder that a worker could read")
    here = str(source.blobs.folder)
    folder = here if is_elsewhere(here) else os.path.abspath(here)  # noqa: PTH100  no Path: text
    if copy is not None:
        folder = f"{copy}/{source.name}"
    return SentTask(
        folder, source.blobs.seal, task.reader.entry, task.chosen.bits, task.start, task.end
    )


class Worker:
    """Carries out tasks that were sent, one at a time, and keeps what it decodes up to a size."""

    def __init__(self, hot_bytes: int) -> None:
        self._hot: HotBlobs = Hot(hot_bytes, arrays_of)
        self._segments: OrderedDict[tuple[str, Seal], Segment] = OrderedDict()

    def count(self, task: SentTask) -> NDArray[np.int64]:
        """Return what the task counts, (7, its sites).

        Raises
        ------
        DamagedStoreError
            A file does not open, or cannot be read.
        GenomeError
            The segment is not at its address, as seen from here.
        """
        try:
            segment = self._segment(task)
            reader = _partition(segment, task.partition)
            return count_partition(reader, Chosen(segment.rows, task.bits), task.start, task.end)
        except FileNotFoundError as error:
            raise GenomeError(
                f"a worker finds no segment at `{task.folder}`: every machine of the cluster must "
                "reach the store at the same address, and a copy must be published anew"
            ) from error

    def _segment(self, task: SentTask) -> Segment:
        key = (task.folder, task.seal)
        if key not in self._segments:
            blobs = SegmentReader(folder_at(task.folder), task.seal)
            # Named by its store too: a worker may serve several.
            name = f"{task.seal.store}/{task.seal.segment}"
            self._segments[key] = Segment(Source(name, blobs, self._hot))
        self._segments.move_to_end(key)
        if len(self._segments) > OPEN_SEGMENTS:
            _, gone = self._segments.popitem(last=False)
            self._hot.discard(lambda blob: blob[0] == gone.name)
        return self._segments[key]


def _partition(segment: Segment, wanted: PartitionEntry) -> PartitionReader:
    for reader in segment.on(wanted.contig):
        if reader.entry == wanted:
            return reader
    raise DamagedStoreError(f"segment `{segment.name}` has no partition `{wanted.file}`")
