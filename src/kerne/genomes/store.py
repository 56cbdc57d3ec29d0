"""A genome store on disk: add and remove genomes, all or nothing, and take snapshots to read.

A writer holds a lock, writes new segments beside the old ones, and replaces the manifest; killed
at any instant, it leaves a store that is as before or as after. What the manifest does not name is
removed by the next writer. Readers take no lock: they read the manifest once, and start again in
the rare case that a writer has replaced what they were about to read.
"""

import shutil
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

import numpy as np

from kerne.alleles.assembly import Assembly, assembly_named
from kerne.alleles.sequence import ReferenceSequence
from kerne.durable import make_directory, sweep
from kerne.errors import DamagedStoreError, GenomeError, reason_of
from kerne.genomes.calls import is_carried
from kerne.genomes.intake import GenomeFile, IntakeRules, read_genomes
from kerne.genomes.manifest import (
    FILE_NAME,
    SEGMENTS,
    Keeper,
    Manifest,
    NormalForm,
    SegmentEntry,
    read_manifest,
    write_manifest,
)
from kerne.genomes.reference import read_reference
from kerne.genomes.segment import RowTable, Segment, forget, merge
from kerne.genomes.segment_files import read_rows, read_segment, write_segment
from kerne.genomes.snapshot import Snapshot
from kerne.genomes.watching import Watch, unwatched
from kerne.genomes.window import Window
from kerne.genomes.writing import only_writer

LIVE_SEGMENTS_MOST: Final = 10
ROWS_MOST: Final = 1 << 32

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class AddedGenome:
    """A genome that the store now holds; `variants` counts the alleles that it carries."""

    sample: str
    row: int
    variants: int
    callable_declared_whole: bool


def create_store(  # noqa: PLR0913  one argument for each rule of the store
    path: Path,
    assembly: Assembly,
    *,
    kept_by_centre: bool,
    reference: Path | None = None,
    min_gq: int = 20,
    min_dp: int = 8,
    over_empty: bool = False,
) -> "GenomeStore":
    """Make an empty store in the directory `path`.

    Parameters
    ----------
    kept_by_centre
        A centre's store can be read under a grant only.
    reference
        FASTA of the assembly: alleles are left-aligned with it. Without it they are trimmed only,
        and the manifest says so.
    min_gq, min_dp
        What a genotype in a gVCF must reach to count.
    over_empty
        Make it anew when there is one that nothing was ever added to.

    Raises
    ------
    GenomeError
        There is a store already, or none can be written there.
    InputFileError
        The reference is not there, or is no FASTA file.
    """
    manifest = Manifest(
        assembly=assembly.name,
        kept_by=Keeper.CENTRE if kept_by_centre else Keeper.NOBODY,
        normal_form=NormalForm.LEFT_ALIGNED if reference else NormalForm.TRIMMED_NOT_SHIFTED,
        reference=None if reference is None else read_reference(path, reference),
        min_gq=min_gq,
        min_dp=min_dp,
    )
    try:
        make_directory(path / SEGMENTS)
    except OSError as error:
        raise GenomeError(f"`{path}` cannot be written: {reason_of(error)}") from error
    with only_writer(path):
        # Two may be making it at once: what the other has added must not be lost.
        if (path / FILE_NAME).exists() and not (over_empty and read_manifest(path).is_empty):
            raise GenomeError(f"`{path}` already holds a genome store")
        write_manifest(path, manifest)
    return GenomeStore(path)


def utc_now() -> datetime:
    """Return the time of the machine, in UTC."""
    return datetime.now(UTC)


class GenomeStore:
    """The store in the directory `path`.

    Parameters
    ----------
    clock
        Gives the time, in UTC, against which grants expire.

    Raises
    ------
    GenomeError
        There is no store, or it is of another version.
    DamagedStoreError
        The manifest does not match its checksum.
    """

    def __init__(self, path: Path, clock: Callable[[], datetime] = utc_now) -> None:
        self.path = path
        self.clock = clock
        self._loaded: dict[str, Segment] = {}
        self._snapshot: Snapshot | None = None
        self.assembly = assembly_named(read_manifest(path).assembly)

    @property
    def manifest(self) -> Manifest:
        """The manifest as it is now."""
        return read_manifest(self.path)

    def snapshot(self) -> Snapshot:
        """Return the store as it is now, every file verified.

        Raises
        ------
        DamagedStoreError
            A file is missing or does not match its checksum.
        """
        return self._consistently(self._snapshot_of)

    def rows(self) -> dict[str, int]:
        """Return the row of each sample; only who is in the store is read, not the genomes."""
        return self._consistently(self._rows_of)

    def samples(self) -> list[str]:
        """Return the samples by name."""
        return sorted(self.rows())

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
            new = self._read_files(files, manifest, watch)
            if not new:
                return []
            rows = manifest.next_row + sum(len(segment.rows.ids) for segment in new)
            if rows > ROWS_MOST:
                raise GenomeError("the store has used all its row numbers")
            added = merge(new)
            kept, joined = self._compact(manifest.segments, added)
            changed = replace(
                manifest, next_row=rows, next_source=manifest.next_source + len(files)
            )
            self._commit(changed.under(entry), kept, [joined])
        return _added(added)

    def remove(self, sample: str, *, entry: int | None = None) -> int:
        """Forget a sample: rewrite its segment without it, and return the row that it had.

        Raises
        ------
        GenomeError
            There is no such sample.
        """
        with self._writing() as manifest:
            old = self._entry_of(sample, manifest)
            if old is None:
                raise GenomeError(f"no sample `{sample}` in `{self.path}`")
            segment = self._whole(old)
            at = segment.rows.samples.index(sample)
            kept = [each for each in manifest.segments if each != old]
            rest = [forget(segment, at)] if old.rows > 1 else []
            self._commit(manifest.under(entry), kept, rest)
            return int(segment.rows.ids[at])

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

    def _entry_of(self, sample: str, manifest: Manifest) -> SegmentEntry | None:
        for entry in manifest.segments:
            if sample in self._consistently(partial(self._rows_in, entry)).samples:
                return entry
        return None

    def _rows_in(self, entry: SegmentEntry, _: Manifest) -> RowTable:
        held = self._loaded.get(entry.name)
        return read_rows(self.path / SEGMENTS, entry) if held is None else held.rows

    def _whole(self, entry: SegmentEntry) -> Segment:
        """Return a segment for a writer: nobody replaces it meanwhile."""
        return self._consistently(lambda _: self._segment(entry))

    def _with_reference(self, manifest: Manifest) -> Manifest:
        if manifest.reference is None:
            return manifest
        return replace(manifest, reference=manifest.reference.verified(self.path))

    @contextmanager
    def _writing(self) -> Iterator[Manifest]:
        with only_writer(self.path):
            manifest = self.manifest
            self._remove_unnamed(manifest)
            yield manifest

    def _remove_unnamed(self, manifest: Manifest) -> None:
        """Remove what an interrupted writer left, or what the manifest no longer names."""
        named = {entry.name for entry in manifest.segments}
        for place in (self.path / SEGMENTS).iterdir():
            if place.name not in named:
                shutil.rmtree(place)
        sweep(self.path)

    def _read_files(
        self, files: Sequence[GenomeFile], manifest: Manifest, watch: Watch
    ) -> list[Segment]:
        reference = manifest.reference
        place = None if reference is None else reference.place(self.path)
        opened = nullcontext() if place is None else closing(ReferenceSequence(place))
        held = set(self.rows())
        segments: list[Segment] = []
        row = manifest.next_row
        with opened as sequence:
            window = None if sequence is None else Window(sequence)
            rules = IntakeRules(self.assembly, window, manifest.min_gq, manifest.min_dp)
            for number, file in enumerate(files, start=manifest.next_source):
                segments.append(read_genomes(file, rules, row, number, watch))
                row += len(segments[-1].rows.ids)
                _check_samples(held, segments)
        return segments

    def _compact(
        self, live: Sequence[SegmentEntry], added: Segment
    ) -> tuple[list[SegmentEntry], Segment]:
        """Join the new segment with the small ones when there would be too many to read."""
        if len(live) < LIVE_SEGMENTS_MOST:
            return list(live), added
        by_size = sorted(live, key=lambda entry: entry.calls)
        small = by_size[: LIVE_SEGMENTS_MOST - 1]
        kept = [entry for entry in live if entry not in small]
        return kept, merge([added, *map(self._whole, small)])

    def _commit(
        self, manifest: Manifest, kept: Sequence[SegmentEntry], new: Sequence[Segment]
    ) -> None:
        entries = list(kept)
        number = manifest.next_segment
        for segment in new:
            name = f"{number:06}"
            entries.append(write_segment(self.path / SEGMENTS, name, segment, self.assembly))
            number += 1
        changed = replace(
            manifest,
            generation=manifest.generation + 1,
            next_segment=number,
            segments=tuple(entries),
        )
        # INVARIANT: every file that the manifest names is on the disk before the manifest is.
        write_manifest(self.path, changed)
        self._loaded |= {
            entry.name: segment for entry, segment in zip(entries[len(kept) :], new, strict=True)
        }
        self._loaded = {
            entry.name: self._loaded[entry.name] for entry in entries if entry.name in self._loaded
        }
        self._remove_unnamed(changed)

    def _consistently(self, read: Callable[[Manifest], T]) -> T:
        """Read what one manifest names; again when a writer replaced it meanwhile."""
        manifest = self.manifest
        while True:
            try:
                return read(manifest)
            except FileNotFoundError as error:
                newer = self.manifest
                if newer.generation == manifest.generation:
                    name = Path(str(error.filename)).relative_to(self.path)
                    raise DamagedStoreError(f"`{self.path}`: file `{name}` is missing") from error
                manifest = newer

    def _rows_of(self, manifest: Manifest) -> dict[str, int]:
        held = self._snapshot
        if held is not None and held.manifest == manifest:
            return held.rows()
        tables = [self._rows_in(entry, manifest) for entry in manifest.segments]
        return {
            sample: int(row)
            for table in tables
            for sample, row in zip(table.samples, table.ids, strict=True)
        }

    def _snapshot_of(self, manifest: Manifest) -> Snapshot:
        held = self._snapshot
        if held is not None and held.manifest == manifest:
            return held
        segments = tuple(self._segment(entry) for entry in manifest.segments)
        self._loaded = {
            entry.name: segment for entry, segment in zip(manifest.segments, segments, strict=True)
        }
        self._snapshot = Snapshot(manifest, self.assembly, segments)
        return self._snapshot

    def _segment(self, entry: SegmentEntry) -> Segment:
        if entry.name not in self._loaded:
            segments = self.path / SEGMENTS
            self._loaded[entry.name] = read_segment(segments, entry, self.assembly)
        return self._loaded[entry.name]


def _check_samples(held: Collection[str], segments: Sequence[Segment]) -> None:
    """Check that no sample of the last segment is held or in one of the others."""
    *others, last = segments
    for sample in last.rows.samples:
        if sample in held:
            raise GenomeError(f"sample `{sample}` is in the store already; nothing was added")
        if any(sample in other.rows.samples for other in others):
            raise GenomeError(f"sample `{sample}` is in two of the files; nothing was added")


def _added(segment: Segment) -> list[AddedGenome]:
    rows, calls = segment.rows, segment.calls
    carried = np.bincount(calls.row[is_carried(calls.code)], minlength=len(rows.ids))
    return [
        AddedGenome(sample, int(rows.ids[at]), int(carried[at]), bool(rows.whole[at]))
        for at, sample in enumerate(rows.samples)
    ]
