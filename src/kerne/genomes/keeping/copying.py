"""Copy a genome store while it is in use: immutable files first, the manifest last.

Segments never change, so most of them are copied while others write. The last few, and whatever
must be copied at the same moment, are copied while no other writer can change the store.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import file_digest
from pathlib import Path

from kerne.errors import DamagedStoreError
from kerne.genomes.disk.manifest import FILE_NAME, SEGMENTS, read_manifest, write_manifest
from kerne.genomes.disk.writing import COMPACTION_LOCK, LOCK, only_writer


@contextmanager
def copied_store(store: Path, target: Path) -> Iterator[None]:
    """Copy the store in `store` to the new directory `target`; nobody writes to it inside.

    Raises
    ------
    GenomeError
        There is no store.
    DamagedStoreError
        Its manifest does not match its checksum, or a segment does not match the manifest.
    """
    (target / SEGMENTS).mkdir(parents=True)
    _copy(store, target)
    with only_writer(store):
        _copy(store, target)
        yield
    _check(target)


def _copy(store: Path, target: Path) -> None:
    """Bring `target` to what the manifest names now, as far as no writer removes it meanwhile."""
    manifest = read_manifest(store)
    named = {entry.name for entry in manifest.segments}
    for place in (target / SEGMENTS).iterdir():
        if place.name not in named:
            shutil.rmtree(place)
    for name in sorted(named):
        _copy_segment(store / SEGMENTS / name, target / SEGMENTS / name)
    write_manifest(target, manifest)
    for other in store.iterdir():
        if (
            other.is_file()
            and other.name not in {FILE_NAME, LOCK, COMPACTION_LOCK}
            and ".new" not in other.name
            and not other.name.startswith(".")  # the resident process's
        ):
            shutil.copy(other, target / other.name)  # with its mode: the keys are their owner's


def _check(copy: Path) -> None:
    """Read the segments of a copy whole and compare them with its manifest."""
    for entry in read_manifest(copy).segments:
        for name, sha256 in entry.files.items():
            path = copy / SEGMENTS / entry.name / name
            if not path.is_file() or _digest(path) != sha256:
                raise DamagedStoreError(f"`{entry.name}/{name}` of the genome store is damaged")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _copy_segment(source: Path, target: Path) -> None:
    if target.exists():
        return
    try:
        shutil.copytree(source, target)
    except (FileNotFoundError, shutil.Error):
        # A writer has replaced it meanwhile: the pass that excludes writers copies what it became.
        shutil.rmtree(target, ignore_errors=True)
