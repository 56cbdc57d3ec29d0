"""A genome store on disk: add and forget genomes, all or nothing, compact, take snapshots.

A writer holds a lock, writes new segments beside the old ones, and replaces the manifest; killed
at any instant, it leaves a store that is as before or as after. What the manifest does not name is
removed by the next writer. Readers take no lock: they read the manifest once, and start again in
the rare case that a writer has replaced what they were about to read.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from kerne.alleles.assembly import assembly_named
from kerne.alleles.sequence import ReferenceSequence
from kerne.durable import sweep
from kerne.errors import DamagedStoreError, GenomeError
from kerne.genomes.asking.engine import ThreadEngine
from kerne.genomes.asking.snapshot import Snapshot
from kerne.genomes.disk.hot import Hot
from kerne.genomes.disk.manifest import (
    FILE_NAME,
    Compaction,
    Keeper,
    Manifest,
    read_manifest,
    write_manifest,
)
from kerne.genomes.disk.reference import read_reference
from kerne.genomes.disk.segment_keys import FileSegmentKeys, KeptElsewhere, SegmentKeys
from kerne.genomes.disk.writing import COMPACTION_LOCK, only_writer
from kerne.genomes.genotypes import AddedGenome
from kerne.genomes.keeping.adding import Numbers, Staging
from kerne.genomes.keeping.compaction import (
    Rewritten,
    next_merge,
    next_with_forgotten,
)
from kerne.genomes.keeping.segment_folder import SegmentFolder
from kerne.genomes.keeping.upkeep import UNTENDED, Upkeep
from kerne.genomes.memory import HotStatistics
from kerne.genomes.reading.intake import GenomeFile, IntakeRules
from kerne.genomes.segments.merging import merge, rows_that_stay, sources_of
from kerne.genomes.segments.segment import HotBlobs, Segment, arrays_of
from kerne.genomes.segments.structural import merge_structural
from kerne.genomes.watching import Watch, unwatched

if TYPE_CHECKING:
    from kerne.genomes.asking.scan import Engine

ROWS_MOST: Final = 1 << 32

T = TypeVar("T")


def utc_now() -> datetime:
    """Return the time of the machine, in UTC."""
    return datetime.now(UTC)


class GenomeStore:
    """The store in the directory `path`.

    Parameters
    ----------
    clock
        Gives the time, in UTC, against which grants expire.
    keys
        Keys of the segments. Without them those of the file beside them are taken, and a centre's
        store does not open.

    Raises
    ------
    GenomeError
        There is no store, or it is of another version.
    DamagedStoreError
        The manifest does not match its checksum.
    """

    def __init__(
        self,
        path: Path,
        clock: Callable[[], datetime] = utc_now,
        keys: SegmentKeys | None = None,
        upkeep: Upkeep = UNTENDED,
    ) -> None:
        self.path = path
        self.clock = clock
        manifest = read_manifest(path)
        self.assembly = assembly_named(manifest.assembly)
        self._hot: HotBlobs = Hot(upkeep.hot_bytes, arrays_of)
        self._upkeep = upkeep
        if keys is None:
            is_kept = manifest.kept_by is Keeper.CENTRE
            keys = KeptElsewhere() if is_kept else FileSegmentKeys(path)
        self.identifier = manifest.store
        self._folder = SegmentFolder(path, manifest.store, keys, self._hot)
        self.keys = keys
        self.engine: Engine = ThreadEngine()
        self._read: tuple[tuple[int, ...], Manifest] | None = None
        self._opened: dict[str, Segment] = {}
        self._snapshot: Snapshot | None = None

    @property
    def manifest(self) -> Manifest:
        """The manifest as it is now; read again only when another file is in its place."""
        try:
            found = (self.path / FILE_NAME).stat()
        except OSError:
            return read_manifest(self.path)  # which says what is wrong
        stamp = (found.st_ino, found.st_mtime_ns, found.st_ctime_ns, found.st_size)
        if self._read is None or self._read[0] != stamp:
            # INVARIANT: what is kept is at least as new as its stamp.
            self._read = (stamp, read_manifest(self.path))
        return self._read[1]

    def snapshot(self) -> Snapshot:
        """Return the store as it is now.

        Raises
        ------
        DamagedStoreError
            A file is missing, or does not open.
        """
        return self._consistently(self._snapshot_of)

    def reference_place(self) -> Path | None:
        """Return where the reference sequence is; `None` when the store has none."""
        reference = self.manifest.reference
        return None if reference is None else reference.place(self.path)

    def rows(self) -> dict[str, int]:
        """Return the row of each sample; only who is in the store is read, not the genomes."""
        return self.snapshot().rows()

    def samples(self) -> list[str]:
        """Return the samples by name."""
        return sorted(self.rows())

    def memory(self) -> HotStatistics:
        """Return what is kept decoded in memory."""
        return self._hot.statistics()

    def has_entry(self, entry: int) -> bool:
        """Say whether the store was changed under the audit entry `entry`."""
        return entry in self.manifest.entries

    def add(
        self,
        files: Sequence[GenomeFile],
        *,
        entry: int | None = None,
        watch: Watch = unwatched,
    ) -> list[AddedGenome]:
        """Add every genome of every file, or none.

        Parameters
        ----------
        entry
            The audit entry under which it is done, in a centre.
        watch
            Told now and then how many bytes of the files were read since it was last told.

        Raises
        ------
        InputFileError
            A file is malformed, truncated or of another assembly.
        GenomeError
            A sample is in the store already, or in two of the files; or the reference sequence is
            gone or changed.
        """
        with self._writing() as held:
            manifest = self._with_reference(held)
            numbers = Numbers(
                manifest.next_row, manifest.next_source, int(self.clock().timestamp())
            )
            with self._rules(manifest) as rules:
                staging = Staging(rules, self._folder, frozenset(self.rows()), watch)
                segments, added = staging.stage(files, numbers)
            if not added:
                return []
            rows = manifest.next_row + len(added)
            if rows > ROWS_MOST:
                raise GenomeError("the store has used all its row numbers")
            changed = replace(
                manifest,
                next_row=rows,
                next_source=manifest.next_source + len(files),
                segments=(*manifest.segments, *map(self._folder.entry, segments)),
            )
            self._commit(changed.under(entry))
        if not self._upkeep.is_tended and next_merge(self.manifest):
            self.compact()
        return added

    def remove(self, sample: str, *, entry: int | None = None) -> int:
        """Forget a sample, and return the row that it had: it is in no answer from now on.

        Its calls leave the disk when its segment is rewritten: `compact(forgotten=True)`.

        Raises
        ------
        GenomeError
            There is no such sample.
        """
        with self._writing() as manifest:
            row = self.rows().get(sample)
            if row is None:
                raise GenomeError(f"no sample `{sample}` in `{self.path}`")
            forgotten = tuple(sorted({*manifest.forgotten, row}))
            self._commit(replace(manifest, forgotten=forgotten).under(entry))
        return row

    def compact(self, *, forgotten: bool = False, watch: Watch = unwatched) -> list[Rewritten]:
        """Merge segments as long as a shard has too many; return what became of which.

        Others add and read meanwhile. One that is cut off goes on where it was when it is called
        again.

        Parameters
        ----------
        forgotten
            Also rewrite every segment that holds a forgotten row, so that it holds it no more.
        watch
            Told how many calls were written since it was last told.
        """
        done = []
        with only_writer(self.path, COMPACTION_LOCK):
            while sources := self._to_merge(forgotten=forgotten):
                done.append(self._merge(sources, watch))
            if done:
                self.tidy()  # what was read until now is removed
        return done

    def tidy(self) -> None:
        """Remove from the disk what no answer needs and nobody reads any more."""
        with self._writing():
            pass

    def relocate_reference(self, fasta: Path) -> None:
        """Remember that the reference sequence is now in the file `fasta`.

        Raises
        ------
        GenomeError
            The store has none, or it is another sequence.
        """
        found = read_reference(self.path, fasta)
        with self._writing() as manifest:
            kept = manifest.reference
            if kept is None or kept.sha256 != found.sha256:
                raise GenomeError(
                    f"`{self.path}` was not made with reference sequence `{fasta}`; genomes under "
                    "different rules cannot be counted together"
                )
            if found != kept:
                write_manifest(self.path, replace(manifest, reference=found))

    def _to_merge(self, *, forgotten: bool) -> tuple[str, ...]:
        chosen = next_merge(self.manifest)
        if not chosen and forgotten:
            chosen = next_with_forgotten(self.manifest, lambda name: self._open(name).rows)
        return chosen

    def _merge(self, sources: tuple[str, ...], watch: Watch) -> Rewritten:
        begun = self._begun(sources)
        segments = [self._open(name) for name in sources]
        new = self._folder.resumed(begun.name)
        table = new.rows or rows_that_stay(segments, self.manifest.forgotten)
        if len(table):
            new.keep_rows(table)
            entries = []
            for entry in merge(sources_of(segments, table), table, self.assembly, new):
                entries.append(entry)
                watch(entry.calls)
            merge_structural(segments, table, new)
            new.finish(entries)
        gone = {row for each in segments for row in each.rows.ids.tolist()}
        gone -= set(table.ids.tolist())
        segments.clear()  # whoever holds them keeps their files on the disk
        with self._writing() as manifest:
            kept = [entry for entry in manifest.segments if entry.name not in sources]
            if len(table):
                kept.append(self._folder.entry(self._folder.open(begun.name)))
            changed = replace(
                manifest,
                segments=tuple(kept),
                forgotten=tuple(row for row in manifest.forgotten if row not in gone),
                compaction=None,
                destroyed_below=self._number if gone else manifest.destroyed_below,
            )
            self._commit(changed)
        return Rewritten(sources, begun.name)

    def _begun(self, sources: tuple[str, ...]) -> Compaction:
        """Return the compaction under way, begun now unless one was cut off."""
        with self._writing() as manifest:
            if manifest.compaction is not None:
                return manifest.compaction
            begun = Compaction(f"{self._take_number():06}", sources)
            self._folder.begin(begun.name)
            self._commit(replace(manifest, compaction=begun))
            return begun

    def _take_number(self) -> int:
        self._number += 1
        return self._number - 1

    @contextmanager
    def _rules(self, manifest: Manifest) -> Iterator[IntakeRules]:
        reference = manifest.reference
        place = None if reference is None else reference.place(self.path)
        with nullcontext() if place is None else closing(ReferenceSequence(place)) as sequence:
            yield IntakeRules(self.assembly, sequence, manifest.min_gq, manifest.min_dp)

    def _with_reference(self, manifest: Manifest) -> Manifest:
        if manifest.reference is None:
            return manifest
        return replace(manifest, reference=manifest.reference.verified(self.path))

    @contextmanager
    def _writing(self) -> Iterator[Manifest]:
        with only_writer(self.path):
            manifest = self.manifest
            self._number = manifest.next_segment
            self._remove_unnamed(manifest)
            self._folder.numbered_by(self._take_number)
            try:
                yield manifest
            finally:
                self._remove_unnamed(self.manifest)
                # A circle would keep open, and so on the disk, what nobody reads any more.
                self._folder.numbered_by(None)

    def _commit(self, manifest: Manifest) -> None:
        changed = replace(manifest, generation=manifest.generation + 1, next_segment=self._number)
        # INVARIANT: every file that the manifest names is on the disk before the manifest is.
        write_manifest(self.path, changed)
        self._snapshot = None

    def _remove_unnamed(self, manifest: Manifest) -> None:
        """Remove what an interrupted writer left, or what the manifest no longer names."""
        named = _named(manifest)
        self._keep_open(named)
        self._folder.keep(named)
        self._folder.destroy_keys(named, manifest.destroyed_below)
        sweep(self.path)

    def _consistently(self, read: Callable[[Manifest], T]) -> T:
        """Read what one manifest names; again when a writer replaced it meanwhile."""
        manifest = self.manifest
        while True:
            try:
                return read(manifest)
            except (FileNotFoundError, DamagedStoreError) as error:
                newer = self.manifest
                if newer.generation == manifest.generation:
                    if isinstance(error, DamagedStoreError):
                        raise
                    name = Path(str(error.filename)).relative_to(self.path)
                    raise DamagedStoreError(f"`{self.path}`: file `{name}` is missing") from error
                manifest = newer

    def _snapshot_of(self, manifest: Manifest) -> Snapshot:
        held = self._snapshot
        if held is not None and held.manifest == manifest:
            return held
        segments = tuple(self._open(entry.name) for entry in manifest.segments)
        # What was replaced may hold somebody who was forgotten: it stays in no memory.
        self._keep_open(_named(manifest))
        self._snapshot = Snapshot(manifest, self.assembly, segments)
        return self._snapshot

    def _open(self, name: str) -> Segment:
        opened = self._opened.get(name)  # another thread may let go of it at any moment
        if opened is None:
            opened = self._opened[name] = self._folder.open(name)
        return opened

    def _keep_open(self, named: frozenset[str]) -> None:
        """Let go of segments that are not `named`, and of what was decoded of them."""
        self._opened = {name: each for name, each in [*self._opened.items()] if name in named}
        self._folder.forget(named)


def _named(manifest: Manifest) -> frozenset[str]:
    begun = () if manifest.compaction is None else (manifest.compaction.name,)
    return frozenset([*(entry.name for entry in manifest.segments), *begun])
