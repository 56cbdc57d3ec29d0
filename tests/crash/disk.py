"""A disk that loses what it was not told to keep: recorded writes, replayed up to a power cut.

What POSIX promises, and no more. The content of a file is safe as of its last fsync. A name is
safe when its directory was synced after it was made, changed or removed; a sync of the file does
not keep its name. Everything later is, by lot, lost or kept: writes singly and out of order, a
write by any number of its sectors from the front, changes of names singly, a rename as a whole.

It replays the log of `recorder.c` and knows nothing of who wrote what.
"""

import random
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatch
from pathlib import Path
from typing import Final, TypeVar

SECTOR_BYTES: Final = 512
TORN: Final = 0.2
"""How often a write that was kept was kept by halves."""
_HEAD: Final = struct.Struct("<B3xIIIQQ")

T = TypeVar("T")


class Kind(StrEnum):
    """What a record tells."""

    OPEN = "o"
    WRITE = "w"
    TRUNCATE = "t"
    SYNC = "s"
    RENAME = "r"
    LINK = "l"
    UNLINK = "u"
    MKDIR = "m"
    MARK = "k"
    MAPPED = "p"


@dataclass(frozen=True, slots=True)
class Record:
    """One line of the log; `offset` is in bytes, or the mode of what was made."""

    kind: Kind
    inode: int
    offset: int
    path: str
    other: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Change:
    """A write at `offset` of a file, or, without data, a new length of it."""

    offset: int
    data: bytes | None

    def do(self, content: bytearray) -> None:
        """Make the change in `content`."""
        if self.data is None:
            del content[self.offset :]
            content.extend(bytes(self.offset - len(content)))
            return
        content.extend(bytes(max(0, self.offset - len(content))))
        content[self.offset : self.offset + len(self.data)] = self.data

    def torn(self, rng: random.Random) -> "Change":
        """Return the change as it is when only its first sectors reached the disk."""
        if self.data is None or not self.data:
            return self
        first = SECTOR_BYTES - self.offset % SECTOR_BYTES
        ends = [0, *range(first, len(self.data), SECTOR_BYTES)]
        return Change(self.offset, self.data[: rng.choice(ends)])


@dataclass(eq=False)
class File:
    """A file: what is safe of it, and what was changed since."""

    mode: int
    safe: bytearray = field(default_factory=bytearray)
    unsafe: list[Change] = field(default_factory=list)

    def sync(self) -> None:
        """Make everything safe."""
        for change in self.unsafe:
            change.do(self.safe)
        self.unsafe = []

    def after(self, rng: random.Random | None) -> bytes:
        """Return the content after a cut; everything is kept when nothing draws lots."""
        content = bytearray(self.safe)
        for change in _kept(self.unsafe, rng):
            whole = rng is None or rng.random() >= TORN
            (change if whole or rng is None else change.torn(rng)).do(content)
        return bytes(content)


@dataclass(eq=False)
class Directory:
    """A directory: the names in it that are safe, and those that are there."""

    mode: int
    safe: "dict[str, Node]" = field(default_factory=dict)
    names: "dict[str, Node]" = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A symbolic link: what lies behind it is not part of the disk."""

    target: str


Node = File | Directory | Elsewhere


@dataclass(frozen=True, slots=True)
class Left:
    """What a name names after a cut, with the content of a file."""

    node: Node
    content: bytes = b""


@dataclass(frozen=True, slots=True)
class Naming:
    """One change of names, done as a whole: (directory, name, what it names from now on)."""

    effects: tuple[tuple[Directory, str, Node | None], ...]

    def do(self, names: "dict[Directory, dict[str, Node]]") -> None:
        """Make the change in `names`."""
        for directory, name, node in self.effects:
            if node is None:
                names[directory].pop(name, None)
            else:
                names[directory][name] = node

    def places(self) -> set[tuple[Directory, str]]:
        """Return the names that it is about."""
        return {(directory, name) for directory, name, _ in self.effects}


class DiskError(Exception):
    """The log cannot be replayed."""


class Disk:
    """The directory `root` as it is now, and how it changes by the records of a log.

    Parameters
    ----------
    fleeting
        Patterns of names that do not outlive the processes: shared memory.
    """

    def __init__(self, root: Path, fleeting: Sequence[str] = ()) -> None:
        self._fleeting = tuple(fleeting)
        self._nodes: dict[int, Node] = {}
        self._unsafe: list[Naming] = []
        self._directories: list[Directory] = []
        self._root = self._directory(root)

    def play(self, record: Record) -> None:
        """Take in the next record.

        Raises
        ------
        DiskError
            It is about something that is not there, or a file is written by memory.
        """
        match record.kind:
            case Kind.OPEN:
                self._make(record, File(record.offset))
            case Kind.MKDIR:
                made = Directory(record.offset)
                self._directories.append(made)
                self._make(record, made)
            case Kind.WRITE:
                self._file(record).unsafe.append(Change(record.offset, record.data))
            case Kind.TRUNCATE:
                self._file(record).unsafe.append(Change(record.offset, None))
            case Kind.SYNC:
                self._sync(record)
            case Kind.RENAME:
                old, new = self._place(record.path), self._place(record.other)
                node = old[0].names[old[1]]
                self._name(Naming(((*old, None), (*new, node))))
            case Kind.LINK:
                old, new = self._place(record.path), self._place(record.other)
                self._name(Naming(((*new, old[0].names[old[1]]),)))
            case Kind.UNLINK:
                self._name(Naming(((*self._place(record.path), None),)))
            case Kind.MAPPED if not self._is_fleeting(record.path):
                raise DiskError(f"`{record.path}` is written by memory, which is not recorded")

    def after(self, rng: random.Random | None = None) -> dict[str, Left]:
        """Return what is there when the power comes back, by path; a directory before its names.

        Everything is kept when nothing draws lots.
        """
        names = {directory: dict(directory.safe) for directory in self._directories}
        for naming in _kept(self._unsafe, rng):
            naming.do(names)
        return dict(self._walk("", self._root, names, rng))

    def _walk(
        self,
        path: str,
        directory: Directory,
        names: dict[Directory, dict[str, Node]],
        rng: random.Random | None,
    ) -> Iterator[tuple[str, Left]]:
        for name, node in sorted(names[directory].items(), key=lambda each: each[0]):
            place = f"{path}{name}"
            if isinstance(node, File):
                if not self._is_fleeting(place):
                    yield place, Left(node, node.after(rng))
                continue
            yield place, Left(node)
            if isinstance(node, Directory):
                yield from self._walk(f"{place}/", node, names, rng)

    def _directory(self, path: Path) -> Directory:
        found = path.stat()
        made = Directory(found.st_mode & 0o7777)
        self._nodes[found.st_ino] = made
        self._directories.append(made)
        for each in path.iterdir():
            made.names[each.name] = self._found(each)
        made.safe = dict(made.names)
        return made

    def _found(self, path: Path) -> Node:
        if path.is_symlink():
            return Elsewhere(str(path.readlink()))
        if path.is_dir():
            return self._directory(path)
        found = path.stat()
        node = self._nodes.get(found.st_ino)
        if node is None:
            node = File(found.st_mode & 0o7777, bytearray(path.read_bytes()))
            self._nodes[found.st_ino] = node
        return node

    def _make(self, record: Record, node: Node) -> None:
        directory, name = self._place(record.path)
        if name not in directory.names:
            self._nodes[record.inode] = node  # the number may have been another's before
            self._name(Naming(((directory, name, node),)))

    def _name(self, naming: Naming) -> None:
        naming.do({directory: directory.names for directory, _, _ in naming.effects})
        self._unsafe.append(naming)

    def _sync(self, record: Record) -> None:
        node = self._nodes[record.inode]
        if isinstance(node, File):
            node.sync()
        elif isinstance(node, Directory):
            self._sync_names(node)

    def _sync_names(self, synced: Directory) -> None:
        """Make the names of a directory safe, with what they rest on elsewhere."""
        safe: list[Naming] = []
        places: set[tuple[Directory, str]] = set()
        for naming in reversed(self._unsafe):
            about = naming.places()
            if places & about or any(directory is synced for directory, _ in about):
                safe.append(naming)
                places |= about
        for naming in reversed(safe):
            naming.do({directory: directory.safe for directory, _, _ in naming.effects})
        self._unsafe = [naming for naming in self._unsafe if naming not in safe]

    def _place(self, path: str) -> tuple[Directory, str]:
        *above, name = path.split("/")
        node: Node = self._root
        for each in above:
            node = node.names[each] if isinstance(node, Directory) else node
        if not isinstance(node, Directory):
            raise DiskError(f"`{path}` lies in no directory")
        return node, name

    def _file(self, record: Record) -> File:
        node = self._nodes.get(record.inode)
        if not isinstance(node, File):
            raise DiskError(f"inode `{record.inode}` is written and was never opened")
        return node

    def _is_fleeting(self, path: str) -> bool:
        return any(fnmatch(path, pattern) for pattern in self._fleeting)


def _kept(changes: Sequence[T], rng: random.Random | None) -> Sequence[T]:
    """Return the changes that a cut left: all, none, the first few, or any of them."""
    if rng is None:
        return changes
    how = rng.choice(["none", "all", "first", "any", "any"])
    if how == "first":
        return changes[: rng.randrange(len(changes) + 1)]
    share = {"none": 0.0, "all": 1.0}.get(how, rng.random())
    return [each for each in changes if rng.random() < share]


def put(left: dict[str, Left], place: Path) -> None:
    """Write what is left of a disk into the new directory `place`."""
    place.mkdir()
    for name, each in left.items():
        path = place / name
        if isinstance(each.node, Elsewhere):
            path.symlink_to(each.node.target)
        elif isinstance(each.node, Directory):
            path.mkdir(each.node.mode)
        else:
            path.write_bytes(each.content)
            path.chmod(each.node.mode)


def read_log(path: Path) -> list[Record]:
    """Return the records that `recorder.c` wrote."""
    content, at, records = path.read_bytes(), 0, []
    while at < len(content):
        kind, name, other, data, inode, offset = _HEAD.unpack_from(content, at)
        at += _HEAD.size
        parts = []
        for length in (name, other, data):
            parts.append(content[at : at + length])
            at += length
        records.append(
            Record(Kind(chr(kind)), inode, offset, parts[0].decode(), parts[1].decode(), parts[2])
        )
    return records
