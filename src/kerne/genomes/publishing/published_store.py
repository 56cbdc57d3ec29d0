"""A genome store that was published to a folder elsewhere, such as `s3://bucket/store`.

It is read there, range by range, and never written: genomes are added and forgotten where the store
is kept, and `kerne genomes publish` brings what is new.
"""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kerne.alleles.assembly import assembly_named
from kerne.errors import DamagedStoreError, GenomeError, VaultError, reason_of
from kerne.genomes.asking.engine import ThreadEngine
from kerne.genomes.asking.snapshot import Snapshot
from kerne.genomes.disk.folders import folder_at
from kerne.genomes.disk.hot import Hot
from kerne.genomes.disk.manifest import FILE_NAME, SEGMENTS, Manifest, manifest_from
from kerne.genomes.disk.sealed_files import Seal, SegmentReader
from kerne.genomes.disk.segment_keys import FILE_NAME as KEYS_FILE
from kerne.genomes.disk.segment_keys import GivenKeys, keys_from
from kerne.genomes.keeping.store import utc_now
from kerne.genomes.keeping.upkeep import HOT_BYTES
from kerne.genomes.segments.segment import HotBlobs, Segment, Source, arrays_of

if TYPE_CHECKING:
    from kerne.genomes.asking.scan import Engine

TRIES: Final = 3
"""How often a store is read anew that is published to at the same moment."""


class PublishedStore:
    """The free-standing store at the address `place`.

    Raises
    ------
    GenomeError
        There is no store, it is of another version, or its address cannot be read.
    DamagedStoreError
        The manifest does not match its checksum.
    """

    def __init__(
        self, place: str, clock: Callable[[], datetime] = utc_now, hot_bytes: int = HOT_BYTES
    ) -> None:
        self.place = place
        self.clock = clock
        self.engine: Engine = ThreadEngine()
        self._folder = folder_at(place)
        self._hot: HotBlobs = Hot(hot_bytes, arrays_of)

    @property
    def manifest(self) -> Manifest:
        """The manifest as it is now."""
        try:
            content = self._folder.whole(FILE_NAME)
        except FileNotFoundError as error:
            message = f"`{self.place}` holds no genome store: no `{FILE_NAME}` in it"
            raise GenomeError(message) from error
        except OSError as error:
            raise GenomeError(f"`{self.place}` cannot be read: {reason_of(error)}") from error
        return manifest_from(content, f"{self.place}/{FILE_NAME}")

    def snapshot(self) -> Snapshot:
        """Return the store as it is now; only who is in it is read, not the genomes.

        Raises
        ------
        DamagedStoreError
            A file is missing, or does not open.
        """
        manifest = self.manifest
        for _ in range(TRIES):
            try:
                return self._snapshot_of(manifest)
            except DamagedStoreError:
                newer = self.manifest
                if newer.generation == manifest.generation:
                    raise
                manifest = newer
        return self._snapshot_of(manifest)

    def reference_place(self) -> Path | None:
        """Return where the reference sequence is; `None` when the store has none.

        Raises
        ------
        GenomeError
            It was not published: it lay beside the store, or is not on this machine.
        """
        reference = self.manifest.reference
        if reference is None:
            return None
        path = Path(reference.path)
        if not path.is_absolute() or not path.is_file():
            raise GenomeError(
                f"the reference sequence of `{self.place}` is not here: an allele that could be "
                "shifted is looked up where the store is kept"
            )
        return path

    def _snapshot_of(self, manifest: Manifest) -> Snapshot:
        segments, keys = self._folder.below(SEGMENTS), self._keys()
        found = []
        for entry in manifest.segments:
            try:
                seal = Seal(manifest.store, entry.name, keys.key(entry.name))
                blobs = SegmentReader(segments.below(entry.name), seal)
                segment = Segment(Source(entry.name, blobs, self._hot))
                found.append(segment)
                segment.rows  # noqa: B018  read now: one that is replaced at this moment shows
            except VaultError as error:
                message = f"segment `{entry.name}` cannot be opened: {error}"
                raise DamagedStoreError(message) from error
        return Snapshot(manifest, assembly_named(manifest.assembly), tuple(found))

    def _keys(self) -> GivenKeys:
        try:
            content = self._folder.whole(KEYS_FILE)
        except FileNotFoundError:
            return GivenKeys({})
        except OSError as error:
            raise GenomeError(f"`{self.place}` cannot be read: {reason_of(error)}") from error
        return GivenKeys(keys_from(content, f"{self.place}/{KEYS_FILE}"))
