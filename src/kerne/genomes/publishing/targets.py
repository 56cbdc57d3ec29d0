"""Where a genome store is published to: a folder of this machine, or one elsewhere."""

import shutil
from collections.abc import Collection
from pathlib import Path
from typing import Protocol

from kerne.durable import file_in_the_making, make_directory, replace_durably, sweep
from kerne.genomes.disk.folders import FarFolder, Folder, LocalFolder, folder_at
from kerne.genomes.disk.manifest import SEGMENTS


class Target(Protocol):
    """A folder that is written to; every method raises `OSError` when it cannot be."""

    @property
    def folder(self) -> Folder:
        """The same folder, for reading."""
        ...

    def put(self, file: str, source: Path) -> None:
        """Copy a local file to the place `file`."""
        ...

    def write(self, file: str, content: bytes, mode: int) -> None:
        """Replace a small file as a whole; only folders of this machine know its `mode`."""
        ...

    def keep(self, segments: Collection[str]) -> None:
        """Remove all other segments."""
        ...


class LocalTarget:
    """A folder of this machine, made when it is first written to."""

    def __init__(self, folder: LocalFolder) -> None:
        self.folder = folder

    def put(self, file: str, source: Path) -> None:
        """Copy a file, durably."""
        place = self.folder.path / file
        make_directory(place.parent)
        sweep(place.parent)
        with file_in_the_making(place) as made:
            shutil.copyfile(source, made)

    def write(self, file: str, content: bytes, mode: int) -> None:
        """Replace a file durably."""
        make_directory(self.folder.path)
        replace_durably(self.folder.path / file, content, mode)

    def keep(self, segments: Collection[str]) -> None:
        """Remove all other segments."""
        place = self.folder.path / SEGMENTS
        for each in place.iterdir() if place.is_dir() else ():
            if each.name not in segments:
                shutil.rmtree(each)


class FarTarget:
    """A folder in object storage, where a file appears whole and names need no folders."""

    def __init__(self, folder: FarFolder) -> None:
        self.folder = folder

    def put(self, file: str, source: Path) -> None:
        """Copy a file."""
        self.folder.files.put_file(str(source), f"{self.folder.path}/{file}")

    def write(self, file: str, content: bytes, mode: int) -> None:  # noqa: ARG002  there are none
        """Replace a file."""
        self.folder.files.pipe_file(f"{self.folder.path}/{file}", content)

    def keep(self, segments: Collection[str]) -> None:
        """Remove all other segments."""
        files, place = self.folder.files, f"{self.folder.path}/{SEGMENTS}"
        files.invalidate_cache()
        for each in files.ls(place, detail=False) if files.exists(place) else ():
            if each.rstrip("/").rpartition("/")[2] not in segments:
                files.rm(each, recursive=True)


def target_at(place: str) -> Target:
    """Return the target at a local path or an address; raises as `folder_at`."""
    folder = folder_at(place)
    if isinstance(folder, FarFolder):
        return FarTarget(folder)
    return LocalTarget(LocalFolder(Path(place)))
