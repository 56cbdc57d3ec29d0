"""The manifest: the one file that says what the store holds, replaced as a whole or not at all.

It names every segment with the checksum of each of its files, and carries its own. A file that it
does not name does not exist: it is what an interrupted writer left behind.
"""

import json
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from kerne.durable import replace_durably
from kerne.errors import DamagedStoreError, GenomeError
from kerne.genomes.disk.reference import Reference

FORMAT: Final = 2
"""2 keeps structural records, which a program that knows 1 alone would lose when it compacts."""
READABLE: Final = frozenset({1, FORMAT})
FILE_NAME: Final = "manifest.json"
SEGMENTS: Final = "segments"


class Keeper(StrEnum):
    """Who answers for the people in a store."""

    CENTRE = "centre"
    NOBODY = "nobody"


class NormalForm(StrEnum):
    """How far alleles are normalised: shifting needs the reference sequence."""

    TRIMMED_NOT_SHIFTED = "trimmed, not shifted"
    LEFT_ALIGNED = "trimmed and left-aligned"


@dataclass(frozen=True, slots=True)
class SegmentEntry:
    """A segment as the manifest names it; `files` maps a file name to its sha256.

    `shard` holds the high bits of all its row ids.
    """

    name: str
    shard: int
    rows: int
    sites: int
    calls: int
    files: dict[str, str]


@dataclass(frozen=True, slots=True)
class Compaction:
    """A compaction under way: what is whole of its segment `name` is kept when it is cut off."""

    name: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a store holds and under which rules it was filled.

    Parameters
    ----------
    store
        The store's own identifier: its segments open in no other.
    next_row, next_source, next_segment
        Numbers not yet used; none is ever used twice.
    forgotten
        Rows that are in a segment still and in no answer any more.
    destroyed_below
        Segments of smaller numbers that are not named here held somebody who was forgotten since:
        their keys are destroyed.
    entries
        Audit entries under which the store was changed, so that start-up can close open intents.
    """

    assembly: str
    kept_by: Keeper
    normal_form: NormalForm
    reference: Reference | None
    min_gq: int
    min_dp: int
    store: str
    generation: int = 0
    next_row: int = 0
    next_source: int = 0
    next_segment: int = 1
    segments: tuple[SegmentEntry, ...] = ()
    entries: tuple[int, ...] = ()
    forgotten: tuple[int, ...] = ()
    compaction: Compaction | None = None
    destroyed_below: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether nothing was ever added."""
        return self.next_source == 0

    def under(self, entry: int | None) -> "Manifest":
        """Return the manifest with one more audit entry; unchanged for `None`."""
        return self if entry is None else replace(self, entries=(*self.entries, entry))


def read_manifest(store: Path) -> Manifest:
    """Read the manifest of the store in the directory `store`.

    Raises
    ------
    GenomeError
        There is no store, or its format is of another version.
    DamagedStoreError
        The manifest does not match its own checksum.
    """
    path = store / FILE_NAME
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise GenomeError(f"`{store}` holds no genome store: no `{FILE_NAME}` in it") from error
    return manifest_from(content, path)


def manifest_from(content: bytes, path: Path | str) -> Manifest:
    """Return the manifest that the file at `path` holds; raises as `read_manifest`."""
    try:
        values = json.loads(content)
        checksum = values.pop("sha256")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DamagedStoreError(f"`{path}` is damaged: it cannot be read") from error
    if _digest(values) != checksum:
        raise DamagedStoreError(f"`{path}` is damaged: its checksum does not match")
    try:
        if values.pop("format") in READABLE:
            return _manifest(values)
    except (TypeError, KeyError, ValueError):
        pass  # said below
    raise GenomeError(f"`{path}` has a format of another version, expected `{FORMAT}`")


def write_manifest(store: Path, manifest: Manifest) -> None:
    """Replace the manifest atomically and durably."""
    replace_durably(store / FILE_NAME, manifest_file(manifest))


def manifest_file(manifest: Manifest) -> bytes:
    """Return what the file of a manifest holds."""
    values = {"format": FORMAT, **asdict(manifest)}
    return json.dumps({**values, "sha256": _digest(values)}, indent=1).encode()


def _digest(values: dict[str, Any]) -> str:  # Any: JSON
    return sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


def _manifest(values: dict[str, Any]) -> Manifest:  # Any: JSON
    return Manifest(
        **{
            **values,
            "kept_by": Keeper(values["kept_by"]),
            "normal_form": NormalForm(values["normal_form"]),
            "reference": values["reference"] and Reference(**values["reference"]),
            "segments": tuple(SegmentEntry(**segment) for segment in values["segments"]),
            "entries": tuple(values["entries"]),
            "forgotten": tuple(values["forgotten"]),
            "compaction": _compaction(values["compaction"]),
        }
    )


def _compaction(values: dict[str, Any] | None) -> Compaction | None:  # Any: JSON
    return None if values is None else Compaction(values["name"], tuple(values["sources"]))
