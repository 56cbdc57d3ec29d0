"""Read every byte of a store, name what is damaged, and take it anew from a good copy.

A disk that has lost a bit says nothing until it is read; the scrub reads all there is, past the
memory in which the system keeps files. Files of a store never change, so a backup or other copy of
it holds the same ones: a damaged file is replaced by one that was verified before it was taken and
is verified again where it now lies. A manifest changes, and an older one would bring back who
was forgotten: it is taken from a copy only when what is left of the damaged one shows that both
are the same.
"""

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path
from typing import Final, Protocol

from kerne.durable import replace_by_copy, sweep
from kerne.errors import DamagedStoreError, GenomeError, VaultError, reason_of
from kerne.genomes.disk.folders import LocalFolder
from kerne.genomes.disk.manifest import (
    FILE_NAME,
    SEGMENTS,
    Keeper,
    Manifest,
    SegmentEntry,
    read_manifest,
)
from kerne.genomes.disk.sealed_files import Seal, SegmentReader
from kerne.genomes.disk.segment_keys import FILE_NAME as KEYS_FILE
from kerne.genomes.disk.segment_keys import FileSegmentKeys
from kerne.genomes.disk.writing import only_writer
from kerne.genomes.watching import Watch, unwatched

MISSING: Final = "it is missing"


class Kept(Protocol):
    """A file that belongs to a store, and how it is known to be whole."""

    @property
    def name(self) -> str:
        """Its path below the store."""
        ...

    def problem(self, store: Path) -> str:
        """Read the file of the store, or copy of it, in `store`; return what is wrong with it.

        Empty when nothing is.

        Raises
        ------
        OSError
            It is not there, or cannot be read.
        """
        ...


@dataclass(frozen=True, slots=True)
class HashedFile:
    """A file whose checksum the manifest names."""

    name: str
    sha256: str

    def problem(self, store: Path) -> str:
        """Compare the checksum."""
        with (store / self.name).open("rb") as file:
            found = file_digest(file, "sha256").hexdigest()
        return "" if found == self.sha256 else "its checksum does not match"


@dataclass(frozen=True, slots=True)
class KeysFile:
    """The keys of a store with no centre around it; `segments` must open under them."""

    segments: tuple[SegmentEntry, ...]
    identifier: str
    name: str = KEYS_FILE

    def problem(self, store: Path) -> str:
        """Open a file of each segment; one of which no file is whole shows nothing of its key."""
        if not (store / self.name).is_file():
            return MISSING
        keys = FileSegmentKeys(store)
        try:
            locked = [entry.name for entry in self.segments if not self._opens(store, entry, keys)]
        except VaultError as error:
            return str(error)
        except DamagedStoreError:
            return "its checksum does not match"
        return f"segment `{locked[0]}` does not open under its key" if locked else ""

    def _opens(self, store: Path, entry: SegmentEntry, keys: FileSegmentKeys) -> bool:
        seal = Seal(self.identifier, entry.name, keys.key(entry.name))
        place = f"{SEGMENTS}/{entry.name}"
        for file, sha256 in entry.files.items():
            try:
                if not HashedFile(f"{place}/{file}", sha256).problem(store):
                    SegmentReader(LocalFolder(store / place), seal).length(file)
                    return True
            except DamagedStoreError:
                return False
            except OSError:
                continue
        return True


@dataclass(frozen=True, slots=True)
class ManifestFile:
    """The manifest, which carries its own checksum."""

    name: str = FILE_NAME

    def problem(self, store: Path) -> str:
        """Read it, and see that it is, byte for byte, as it would be written."""
        try:
            read_manifest(store)
        except DamagedStoreError:
            return "its checksum does not match"
        content = (store / self.name).read_bytes()
        # Letters of an escape may change and mean the same.
        is_as_written = json.dumps(json.loads(content), indent=1).encode() == content
        return "" if is_as_written else "it was changed"


@dataclass(frozen=True, slots=True)
class Damage:
    """A damaged file, what is wrong with it, and whether it was replaced by a good copy.

    `why_not` says why a copy that was offered was not taken; empty when none was offered.
    """

    file: str
    problem: str
    is_repaired: bool = False
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Scrubbed:
    """What a scrub read and found."""

    files: int
    bytes_read: int
    damages: tuple[Damage, ...]

    @property
    def left(self) -> tuple[Damage, ...]:
        """What is damaged still."""
        return tuple(each for each in self.damages if not each.is_repaired)


def scrub(store: Path, repair_from: Path | None = None, watch: Watch = unwatched) -> Scrubbed:
    """Read every file of the store in `store`.

    Parameters
    ----------
    repair_from
        A backup, or other copy, of the same store. With it no other can write meanwhile.
    watch
        Told now and then how many bytes were read.

    Raises
    ------
    GenomeError
        There is no store at `store`, or it cannot be written.
    DamagedStoreError
        Its manifest is damaged, and there is no copy of it to go on with.
    """
    if repair_from is None:
        return _scrub(store, None, watch)
    with only_writer(store):
        return _scrub(store, repair_from, watch)


def _scrub(store: Path, repair_from: Path | None, watch: Watch) -> Scrubbed:
    if not (store / SEGMENTS).is_dir():
        raise GenomeError(f"`{store}` holds no genome store: no `{SEGMENTS}` in it")
    damages = _looked_at(store, [ManifestFile()], repair_from, watch)
    for each in damages:
        if not each.is_repaired:
            why = "; ".join(filter(None, (each.problem, each.why_not)))
            raise DamagedStoreError(f"`{store / each.file}`: {why}")
    files = kept_files(read_manifest(store))
    damages += _looked_at(store, files, repair_from, watch)
    size = sum(_size(store / each.name) for each in files) + _size(store / FILE_NAME)
    return Scrubbed(len(files) + 1, size, tuple(damages))


def kept_files(manifest: Manifest) -> Sequence[Kept]:
    """Return what belongs to a store beside its manifest."""
    files: list[Kept] = [
        HashedFile(f"{SEGMENTS}/{entry.name}/{file}", sha256)
        for entry in manifest.segments
        for file, sha256 in sorted(entry.files.items())
    ]
    if manifest.kept_by is Keeper.NOBODY and manifest.segments:
        files.append(KeysFile(manifest.segments, manifest.store))
    return files


def _looked_at(
    store: Path, files: Iterable[Kept], repair_from: Path | None, watch: Watch
) -> list[Damage]:
    damages = []
    for file in files:
        problem = _problem(file, store)
        watch(_size(store / file.name))
        if not problem or _is_no_more(file, store):
            continue
        why_not = None if repair_from is None else _repaired(file, store, repair_from)
        damages.append(Damage(file.name, problem, why_not == "", why_not or ""))
    return damages


def _problem(file: Kept, store: Path) -> str:
    try:
        _forget_what_is_in_memory(store / file.name)
        return file.problem(store)
    except FileNotFoundError:
        return MISSING
    except OSError as error:
        return f"it cannot be read: {reason_of(error)}"


def _is_no_more(file: Kept, store: Path) -> bool:
    """Say whether a writer has replaced what was to be read, so that it is not missed."""
    if (store / file.name).exists() or isinstance(file, ManifestFile):
        return False
    return file.name not in {each.name for each in kept_files(read_manifest(store))}


def _repaired(file: Kept, store: Path, copy: Path) -> str:
    """Put the copy's file in the place of a damaged one; return why not, or nothing."""
    problem = _problem(file, copy)
    if problem:
        return f"no good copy in `{copy}`: {problem}"
    if isinstance(file, ManifestFile) and not _is_same_manifest(store, copy):
        return f"`{copy}` has a manifest of another moment: restore the whole store from a backup"
    place = store / file.name
    place.parent.mkdir(parents=True, exist_ok=True)
    sweep(place.parent)
    replace_by_copy(place, copy / file.name)
    problem = _problem(file, store)
    return f"the disk does not keep the copy: {problem}" if problem else ""


def _is_same_manifest(store: Path, copy: Path) -> bool:
    """Say whether a damaged manifest was the copy's: its checksum, or all beside it, is the same.

    An older or newer one differs in both.
    """
    whole = (copy / FILE_NAME).read_bytes()
    digest = str(json.loads(whole)["sha256"]).encode()
    before, after = whole.split(digest, 1)
    try:
        left = (store / FILE_NAME).read_bytes()
    except OSError:
        return False
    is_beside = len(left) == len(whole) and left.startswith(before) and left.endswith(after)
    return digest in left or is_beside


def _forget_what_is_in_memory(path: Path) -> None:
    """Have the file read from the disk, not from the system's memory."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(descriptor)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
