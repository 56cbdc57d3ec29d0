"""Publish a genome store to another folder or to object storage, whole at every moment.

Only what is new is copied: segments never change. The manifest comes last, so that whoever reads
meanwhile finds the store as it was or as it is. What the last state named stays until the next
publication, for those who read it still. A publication that is cut off is done again.

A centre's segments are published without their keys, which nobody but the centre has; what is
published opens with those keys only. The keys of a free-standing store lie beside it there too.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import file_digest
from pathlib import Path

from kerne.durable import ANYBODY, OWNER_ONLY
from kerne.errors import DamagedStoreError, GenomeError, reason_of
from kerne.genomes.disk.folders import Folder, LocalFolder
from kerne.genomes.disk.manifest import (
    FILE_NAME,
    SEGMENTS,
    Keeper,
    Manifest,
    manifest_file,
    manifest_from,
    read_manifest,
)
from kerne.genomes.disk.segment_keys import FILE_NAME as KEYS_FILE
from kerne.genomes.disk.segment_keys import keys_file, keys_from
from kerne.genomes.publishing.targets import Target, target_at
from kerne.genomes.watching import Watch, unwatched


@dataclass(frozen=True, slots=True)
class Published:
    """How many files of segments were copied, and how many were there already."""

    copied: int
    kept: int


def publish(store: Path, target: str, watch: Watch = unwatched) -> Published:
    """Publish the store in the directory `store` to a directory, or an address.

    Others may write to the store meanwhile: what is published is the store at one moment.

    Parameters
    ----------
    watch
        Told how many bytes were copied since it was last told.

    Raises
    ------
    GenomeError
        There is no store; another store, or a later state of this one, was published there; or
        nothing can be written there.
    DamagedStoreError
        A file of the store is not what the manifest says; the manifest there stays as it was.
    """
    there = target_at(target)
    with _held(store) as manifest:
        try:
            before = _published(there, manifest, target)
            known = {} if before is None else _files(before)
            files = _files(manifest)
            new = [file for file, sha256 in files.items() if known.get(file) != sha256]
            for file in new:
                source = store / SEGMENTS / file
                _verify(source, files[file])
                there.put(f"{SEGMENTS}/{file}", source)
                watch(source.stat().st_size)
            _write_heads(store, there, manifest)
            last = manifest if before is None else before
            there.keep({entry.name for entry in (*last.segments, *manifest.segments)})
        except OSError as error:
            raise GenomeError(f"`{target}` cannot be written: {reason_of(error)}") from error
    return Published(len(new), len(files) - len(new))


@contextmanager
def _held(store: Path) -> Iterator[Manifest]:
    """Give the manifest, and keep what it names from being removed, inside."""
    manifest = read_manifest(store)
    while True:
        folders = [LocalFolder(store / SEGMENTS / entry.name) for entry in manifest.segments]
        try:
            holds = [folder.held() for folder in folders]
        except FileNotFoundError as error:
            newer = read_manifest(store)
            if newer.generation == manifest.generation:
                raise DamagedStoreError(f"`{error.filename}` is missing") from error
            manifest = newer
            continue
        yield replace(manifest, compaction=None)
        del holds
        return


def _published(there: Target, manifest: Manifest, target: str) -> Manifest | None:
    """Return what was published there before, if it may be replaced."""
    try:
        before = manifest_from(there.folder.whole(FILE_NAME), f"{target}/{FILE_NAME}")
    except FileNotFoundError:
        return None
    if before.store != manifest.store:
        raise GenomeError(f"`{target}` holds another genome store, which is not replaced")
    if before.generation > manifest.generation:
        raise GenomeError(f"`{target}` holds a later state of this genome store")
    return before


def _files(manifest: Manifest) -> dict[str, str]:
    """Return the sha256 of each file of each segment, by `segment/file`."""
    return {
        f"{entry.name}/{file}": sha256
        for entry in manifest.segments
        for file, sha256 in entry.files.items()
    }


def _verify(source: Path, sha256: str) -> None:
    try:
        with source.open("rb") as stream:
            is_whole = file_digest(stream, "sha256").hexdigest() == sha256
    except FileNotFoundError:
        is_whole = False
    if not is_whole:
        raise DamagedStoreError(f"`{source}` is damaged or missing: scrub the store")


def _write_heads(store: Path, there: Target, manifest: Manifest) -> None:
    """Replace the files that say what there is."""
    content = manifest_file(manifest)
    if manifest.kept_by is Keeper.CENTRE:
        there.write(FILE_NAME, content, ANYBODY)
        return
    named = {entry.name for entry in manifest.segments}
    local = _keys(LocalFolder(store))
    keys = {name: key for name, key in local.items() if name in named}
    old = _keys(there.folder)
    # INVARIANT: a manifest that a reader finds names nothing whose key is not there.
    there.write(KEYS_FILE, keys_file(old | keys), OWNER_ONLY)
    there.write(FILE_NAME, content, ANYBODY)
    if old.keys() - named:
        there.write(KEYS_FILE, keys_file(keys), OWNER_ONLY)


def _keys(folder: Folder) -> dict[str, bytes]:
    try:
        return keys_from(folder.whole(KEYS_FILE), f"{folder}/{KEYS_FILE}")
    except FileNotFoundError:
        return {}
