"""What a reader needs of a store, wherever it lies."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Protocol

from kerne.genomes.asking.scan import Engine
from kerne.genomes.asking.snapshot import Snapshot
from kerne.genomes.disk.manifest import Manifest


class ReadableStore(Protocol):
    """A store as a reader sees it: `keeping.store`, or `publishing.published_store`."""

    clock: Callable[[], datetime]
    engine: Engine

    @property
    def manifest(self) -> Manifest:
        """The manifest as it is now."""
        ...

    def snapshot(self) -> Snapshot:
        """Return the store as it is now."""
        ...

    def reference_place(self) -> Path | None:
        """Return where the reference sequence is; `None` when the store has none."""
        ...
