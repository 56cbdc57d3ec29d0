"""What is to run a scan; knows nothing of how."""

from dataclasses import dataclass
from enum import StrEnum


class EngineKind(StrEnum):
    """What can run a scan."""

    THREADS = "threads"
    RAY = "ray"


@dataclass(frozen=True, slots=True)
class EngineChoice:
    """What is to run a scan.

    Parameters
    ----------
    address, copy
        Of a Ray cluster, and of a copy of the store for its workers; see `asking.ray_engine`.
    """

    kind: EngineKind = EngineKind.THREADS
    address: str | None = None
    copy: str | None = None
