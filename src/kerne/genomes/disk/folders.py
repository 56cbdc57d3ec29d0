"""Where the files of a segment lie: a local folder, or one of a file system that `fsspec` knows.

A local folder is read with `pread`, so that many threads share one descriptor, and never imports
`fsspec`; a folder elsewhere (`s3://bucket/store`) needs the extra `cluster`.

Whoever reads a local folder holds it by a shared lock that ends with the process: a folder that was
replaced is removed when nobody holds it any more, so that a snapshot can be read to its end.
"""

import errno
import fcntl
import os
import shutil
from pathlib import Path
from typing import Any, Final, Protocol

from kerne.errors import GenomeError
from kerne.genomes.disk.elsewhere import is_elsewhere
from kerne.sealing.container import NEAR_BYTES, Ranges

FAR_BYTES: Final = 8 * 1024 * 1024
"""How much is read at a time from elsewhere: each request waits for the network."""
_HEAD_BYTES: Final = 4096


class Folder(Protocol):
    """A folder whose files are read by ranges; as text it is where it lies."""

    def open(self, file: str) -> Ranges:
        """Return the bytes of a file.

        Raises
        ------
        FileNotFoundError
            It is not there.
        """
        ...

    def whole(self, file: str) -> bytes:
        """Return all that a file holds at one moment; raises as `open`."""
        ...

    def below(self, name: str) -> "Folder":
        """Return a folder in this one."""
        ...

    def held(self) -> object:
        """Keep the folder from being removed as long as what is returned is kept.

        Raises
        ------
        FileNotFoundError
            It is not there any more.
        """
        ...


class LocalFolder:
    """A folder of this machine."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __str__(self) -> str:
        return str(self.path)

    def open(self, file: str) -> Ranges:
        """Return the bytes of a file."""
        return _LocalFile(self.path / file)

    def whole(self, file: str) -> bytes:
        """Return all that a file holds."""
        return (self.path / file).read_bytes()

    def below(self, name: str) -> "LocalFolder":
        """Return a folder in this one."""
        return LocalFolder(self.path / name)

    def held(self) -> object:
        """Keep the folder from being removed as long as what is returned is kept."""
        return _Held(self.path)


class FarFolder:
    """A folder of a file system that `fsspec` knows.

    Parameters
    ----------
    files
        An `fsspec.AbstractFileSystem`.
    path
        In its own words, without the protocol.
    """

    def __init__(self, files: Any, path: str) -> None:  # Any: fsspec has no types
        self.files = files
        self.path = path.rstrip("/")

    def __str__(self) -> str:
        return str(self.files.unstrip_protocol(self.path))

    def open(self, file: str) -> Ranges:
        """Return the bytes of a file."""
        return _FarFile(self.files, f"{self.path}/{file}")

    def whole(self, file: str) -> bytes:
        """Return all that a file holds."""
        return bytes(self.files.cat_file(f"{self.path}/{file}"))

    def below(self, name: str) -> "FarFolder":
        """Return a folder in this one."""
        return FarFolder(self.files, f"{self.path}/{name}")

    def held(self) -> object:
        """Do nothing: there are no locks elsewhere, and who removes there waits for readers."""
        return None


def remove_unless_held(path: Path) -> bool:
    """Remove a local folder with all in it, unless somebody holds it; say whether it is gone."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    except FileNotFoundError:
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(path)
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
    return True


def folder_at(place: str) -> Folder:
    """Return the folder at a local path, or at an address such as `s3://bucket/store`.

    Raises
    ------
    GenomeError
        It is an address, and `fsspec` or what it needs for it is not installed.
    """
    if not is_elsewhere(place):
        return LocalFolder(Path(place))
    try:
        import fsspec  # noqa: PLC0415  only for folders elsewhere

        files, path = fsspec.url_to_fs(place)
    except (ImportError, ValueError) as error:
        raise GenomeError(
            f"`{place}` cannot be read: `pip install kerne[cluster]` brings what is needed, and "
            f"some file systems need a package of their own ({error})"
        ) from error
    return FarFolder(files, path)


class _Held:
    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:  # it is being removed
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path)) from None
        if not os.fstat(self._descriptor).st_nlink:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))

    def __del__(self) -> None:
        if hasattr(self, "_descriptor"):
            os.close(self._descriptor)


class _LocalFile:
    """A descriptor that is closed when nobody holds it: no thread reads a number given anew."""

    fetch_bytes = NEAR_BYTES

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        self.size_bytes = os.fstat(self._descriptor).st_size

    def __del__(self) -> None:
        if hasattr(self, "_descriptor"):
            os.close(self._descriptor)

    def read_into(self, target: memoryview, offset: int) -> int:
        done = 0
        while done < len(target):
            read = os.preadv(self._descriptor, [target[done:]], offset + done)
            if not read:
                break
            done += read
        return done


class _FarFile:
    """Its first bytes are kept: they are read several times when it is opened."""

    fetch_bytes = FAR_BYTES

    def __init__(self, files: Any, path: str) -> None:  # Any: fsspec has no types
        self._files = files
        self._path = path
        self.size_bytes = int(files.size(path))
        self._head: bytes = files.cat_file(path, start=0, end=min(_HEAD_BYTES, self.size_bytes))

    def read_into(self, target: memoryview, offset: int) -> int:
        end = min(offset + len(target), self.size_bytes)
        if end <= len(self._head):
            found = self._head[offset:end]
        else:
            found = self._files.cat_file(self._path, start=offset, end=end)
        target[: len(found)] = found
        return len(found)
