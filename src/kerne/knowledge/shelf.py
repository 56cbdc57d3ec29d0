"""Where releases are kept: a directory each, written beside its place and moved there whole.

A release lies in `<kind>/<name>/` with the files that were added and a `release.json` that says
what they are. One rename puts it there, so there is never half a release.
"""

import fcntl
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from kerne.durable import sync_directory, write_durably
from kerne.errors import KnowledgeError
from kerne.knowledge.release import Kind, Release, checksum, combined

DESCRIPTION: Final = "release.json"
PARTIAL: Final = ".partial-"
LOCK: Final = ".lock"
BLOCK_BYTES: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Content:
    """What is to be kept: the files of a release and the facts about them.

    Parameters
    ----------
    finish
        Called with the directory of the copies before the release is there; adds an index to them,
        say, or raises because they cannot be used.
    convert
        Called instead with an empty directory, where the files themselves are not to be kept;
        writes what is kept of them and gives the facts about it.
    """

    kind: Kind
    name: str
    date: date
    source: str
    files: tuple[Path, ...]
    assembly: str | None
    finish: Callable[[Path], None] | None = None
    convert: Callable[[Path], Mapping[str, str]] | None = None

    def checksum(self) -> str:
        """Give the checksum that the release will have."""
        return combined({file.name: checksum(file) for file in self.files})


class Shelf:
    """The releases in one directory; several processes may use it at once.

    Parameters
    ----------
    path
        The directory; made when the first release is added.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def releases(self) -> tuple[Release, ...]:
        """List what is kept, by kind and name.

        Raises
        ------
        KnowledgeError
            The description of a release is damaged.
        """
        found = sorted(self.path.glob(f"*/*/{DESCRIPTION}"))
        return tuple(_read(path) for path in found if not path.parent.name.startswith(PARTIAL))

    def keep(self, content: Content) -> Release:
        """Copy files into a new release; what is kept under this name already stays as it is.

        Raises
        ------
        KnowledgeError
            The name is taken by other content.
        """
        place = self.path / content.kind / content.name
        place.parent.mkdir(parents=True, exist_ok=True)
        # A conversion may take hours, in which releases of other kinds can be added.
        with _locked(self.path / f"{LOCK}-{content.kind}"), _beside(place) as partial:
            if content.convert is not None and place.exists():
                return check_same(_read(place / DESCRIPTION), content, content.checksum())
            about = _converted(content, partial) if content.convert else _copied(content, partial)
            if place.exists():
                return check_same(_read(place / DESCRIPTION), content, about.sha256)
            if content.finish is not None:
                content.finish(partial)
            write_durably(partial / DESCRIPTION, _description(content, about).encode())
            partial.rename(place)
            sync_directory(place.parent)
        return _read(place / DESCRIPTION)


@dataclass(frozen=True, slots=True)
class _Kept:
    """What came of the files: their checksum, those of what is kept if that differs, facts."""

    sha256: str
    kept: Mapping[str, str]
    facts: Mapping[str, str]


def _copied(content: Content, partial: Path) -> _Kept:
    sums = {file.name: _copy(file, partial / file.name) for file in content.files}
    is_several = len(sums) > 1 and content.kind is not Kind.HPO
    return _Kept(combined(sums), sums if is_several else {}, {})


def _converted(content: Content, partial: Path) -> _Kept:
    facts = {} if content.convert is None else content.convert(partial)
    sums = {file.name: checksum(file) for file in sorted(partial.iterdir())}
    return _Kept(content.checksum(), sums, facts)


def check_same(kept: Release, content: Content, sha256: str) -> Release:
    """Return what is kept if `content` is the same.

    Raises
    ------
    KnowledgeError
        It is not: a release never changes.
    """
    if (kept.sha256, kept.assembly) != (sha256, content.assembly):
        raise KnowledgeError(
            f"release `{kept.kind}` `{kept.name}` exists with other content, and a release never "
            "changes: choose another name"
        )
    return kept


def _description(content: Content, about: _Kept) -> str:
    first = next(iter(about.kept), content.files[0].name)
    facts = {
        "kind": content.kind.value,
        "name": content.name,
        "date": content.date.isoformat(),
        "sha256": about.sha256,
        "source": content.source,
        "file": None if content.kind is Kind.HPO else first,
        "assembly": content.assembly,
        "kept": dict(about.kept),
        "facts": dict(about.facts),
    }
    return json.dumps(facts, indent=2) + "\n"


def _read(path: Path) -> Release:
    folder = path.parent
    try:
        # Any: JSON that this module wrote; whatever else it holds fails below
        facts: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return Release(
            kind=Kind(facts["kind"]),
            name=facts["name"],
            date=date.fromisoformat(facts["date"]),
            sha256=facts["sha256"],
            source=facts["source"],
            path=folder if facts["file"] is None else folder / facts["file"],
            assembly=facts["assembly"],
            # Releases of earlier versions were never converted.
            kept=facts.get("kept", {}),
            size_bytes=sum(file.stat().st_size for file in folder.iterdir()),
            facts=facts.get("facts", {}),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise KnowledgeError(
            f"`{path}` does not describe a release: remove `{folder}` and add it again"
        ) from error


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Let one process write at a time."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def _beside(place: Path) -> Iterator[Path]:
    """Give an empty directory beside `place`; if it is still there at the end it is removed."""
    # INVARIANT: the lock is held, so leftovers are those of a process that was killed.
    for leftover in place.parent.glob(f"{PARTIAL}*"):
        shutil.rmtree(leftover)
    partial = Path(tempfile.mkdtemp(prefix=PARTIAL, dir=place.parent))
    partial.chmod(0o755)
    try:
        yield partial
    finally:
        if partial.exists():
            shutil.rmtree(partial)


def _copy(source: Path, target: Path) -> str:
    """Copy a file durably and give its checksum, in one reading."""
    digest = hashlib.sha256()
    with source.open("rb") as read, target.open("wb") as written:
        while block := read.read(BLOCK_BYTES):
            digest.update(block)
            written.write(block)
        written.flush()
        os.fsync(written.fileno())
    return digest.hexdigest()
