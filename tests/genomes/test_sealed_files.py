"""Blobs come back as they were written, from near and far, and nothing that was changed does."""

import os
import random
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import fsspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerne.errors import DamagedStoreError, GenomeError
from kerne.genomes.disk.folders import FarFolder, Folder, LocalFolder, folder_at, remove_unless_held
from kerne.genomes.disk.sealed_files import Extent, Seal, SegmentReader, SegmentWriter
from kerne.sealing.container import BLOCK_BYTES, TAG_BYTES

SEAL = Seal("store", "000001", bytes(range(32)))
BLOB = random.Random(1).randbytes(3 * BLOCK_BYTES + 99)


def written(place: Path, blobs: list[tuple[str, bytes]]) -> list[Extent]:
    with SegmentWriter(place, SEAL) as writer:
        extents = [writer.append(file, blob) for file, blob in blobs]
        writer.finish()
    return extents


def near(place: Path) -> SegmentReader:
    return SegmentReader(LocalFolder(place), SEAL)


@settings(deadline=None, max_examples=60, derandomize=True)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["variants", "people"]),
            st.sampled_from([0, 1, 77, BLOCK_BYTES - 1, BLOCK_BYTES, 2 * BLOCK_BYTES + 1]),
            st.integers(0, 99),
        ),
        max_size=12,
    )
)
def test_blobs__come_back_from_near_and_far_as_they_were_appended(
    tmp_path_factory: pytest.TempPathFactory, drawn: list[tuple[str, int, int]]
) -> None:
    place = tmp_path_factory.mktemp("store") / "000001"
    blobs = [(file, BLOB[start : start + length]) for file, length, start in drawn]
    extents = written(place, blobs)
    far = SegmentReader(FarFolder(fsspec.filesystem("file"), str(place)), SEAL)
    for reader in (near(place), far):
        found = [
            bytes(reader.read(file, extent))
            for (file, _), extent in zip(blobs, extents, strict=True)
        ]
        assert found == [blob for _, blob in blobs]
    lengths = {file: near(place).length(file) for file, _ in blobs}
    assert lengths == {
        file: sum(len(blob) for each, blob in blobs if each == file) for file in lengths
    }


def test_segment__is_read_in_many_threads_at_a_time(tmp_path: Path) -> None:
    written(tmp_path / "s", [("variants", BLOB * 8)])
    reader, rng = near(tmp_path / "s"), random.Random(2)
    whole = BLOB * 8
    wanted = [Extent(rng.randrange(len(BLOB) * 6), rng.randrange(len(BLOB))) for _ in range(400)]
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda extent: reader.read("variants", extent), wanted))
    assert all(
        blob == whole[extent.offset : extent.offset + extent.length]
        for blob, extent in zip(found, wanted, strict=True)
    )


def test_segment__lies_in_any_file_system_that_is_known(tmp_path: Path) -> None:
    (extent,) = written(tmp_path / "000001", [("variants", BLOB)])
    memory = fsspec.filesystem("memory")
    memory.put(str(tmp_path / "000001"), "/store/000001", recursive=True)
    folder = folder_at("memory://store").below("000001")
    assert SegmentReader(folder, SEAL).read("variants", extent) == BLOB
    assert str(folder) == "memory:///store/000001"
    with pytest.raises(DamagedStoreError, match="it is missing"):
        SegmentReader(folder, SEAL).length("people")


@pytest.mark.parametrize("open_folder", [LocalFolder, lambda path: folder_at(f"file://{path}")])
@pytest.mark.parametrize("block", range(4))
def test_damaged_block__is_named_and_not_served_and_the_others_are(
    tmp_path: Path, block: int, open_folder: Callable[[Path], Folder]
) -> None:
    place = tmp_path / "000001"
    written(place, [("variants", BLOB)])
    content = bytearray((place / "variants").read_bytes())
    header = len(content) - len(BLOB) - 4 * TAG_BYTES - 48
    content[header + block * (BLOCK_BYTES + TAG_BYTES) + 7] ^= 4
    (place / "variants").write_bytes(content)
    reader = SegmentReader(open_folder(place), SEAL)
    for each in range(4):
        extent = Extent(each * BLOCK_BYTES + 1, 50)
        if each != block:
            assert reader.read("variants", extent) == BLOB[extent.offset :][:50]
            continue
        with pytest.raises(DamagedStoreError, match=f"variants` is damaged: block `{block}`"):
            reader.read("variants", extent)
    assert reader.damaged_blocks("variants") == [block]


def test_flipped_bit__anywhere_in_a_file_is_found(tmp_path: Path) -> None:
    place = tmp_path / "000001"
    (extent,) = written(place, [("rows", b"some rows")])
    content = (place / "rows").read_bytes()
    for bit in range(8 * len(content)):
        flipped = bytearray(content)
        flipped[bit // 8] ^= 1 << bit % 8
        (place / "rows").write_bytes(flipped)
        with pytest.raises(DamagedStoreError, match="rows` is damaged: "):
            near(place).read("rows", extent)


def test_file__opens_as_no_other_one(tmp_path: Path) -> None:
    place = tmp_path / "000001"
    (extent, _) = written(place, [("variants", b"a"), ("people", b"b")])
    (place / "people").write_bytes((place / "variants").read_bytes())
    with pytest.raises(DamagedStoreError, match="what is sealed is `000001/variants` of `store`"):
        near(place).read("people", extent)
    for other in (Seal("other", "000001", SEAL.key), Seal("store", "000002", SEAL.key)):
        with pytest.raises(DamagedStoreError, match="expected"):
            SegmentReader(LocalFolder(place), other).read("variants", extent)
    with pytest.raises(DamagedStoreError, match="another key"):
        SegmentReader(LocalFolder(place), Seal("store", "000001", bytes(32))).length("variants")


def test_file_that_is_cut_while_it_is_read__is_damaged(tmp_path: Path) -> None:
    place = tmp_path / "000001"
    (extent,) = written(place, [("variants", BLOB)])
    reader = near(place)
    assert reader.length("variants") == len(BLOB)
    os.truncate(place / "variants", 2 * BLOCK_BYTES)
    with pytest.raises(DamagedStoreError, match="block `1`"):
        reader.read("variants", extent)
    assert reader.damaged_blocks("variants") == [1, 2, 3]


def test_blob__that_lies_past_the_end_is_damage(tmp_path: Path) -> None:
    written(tmp_path / "s", [("variants", b"abc")])
    with pytest.raises(DamagedStoreError, match="ends before the blob"):
        near(tmp_path / "s").read("variants", Extent(1, 3))


def test_missing_file__is_damage(tmp_path: Path) -> None:
    with pytest.raises(DamagedStoreError, match="variants` is damaged: it is missing"):
        near(tmp_path).read("variants", Extent(0, 1))


def test_disk_that_cannot_read__is_damage(tmp_path: Path) -> None:
    (tmp_path / "variants").mkdir()
    with pytest.raises(DamagedStoreError, match="variants` is damaged: is a directory"):
        near(tmp_path).read("variants", Extent(0, 1))


def test_segment_that_is_not_finished__opens_nothing(tmp_path: Path) -> None:
    place = tmp_path / "000001"
    with SegmentWriter(place, SEAL) as writer:
        extent = writer.append("variants", BLOB)
    with pytest.raises(DamagedStoreError):
        near(place).read("variants", extent)
    with pytest.raises(FileExistsError):
        SegmentWriter(place, SEAL)


def test_seal__does_not_show_its_key() -> None:
    assert "key" not in repr(SEAL)


def test_address__that_cannot_be_read_is_refused() -> None:
    with pytest.raises(GenomeError, match="cannot be read"):
        folder_at("nowhere://store")


def test_local_segment__is_read_without_what_a_cluster_needs(tmp_path: Path) -> None:
    written(tmp_path / "s", [("variants", b"abc")])
    program = (
        "import sys; from kerne.genomes.disk.sealed_files import *; "
        "from kerne.genomes.disk.folders import folder_at; "
        f"seal = Seal('store', '000001', {SEAL.key!r}); "
        f"reader = SegmentReader(folder_at({str(tmp_path / 's')!r}), seal); "
        "assert reader.read('variants', Extent(0, 3)) == b'abc'; "
        "assert 'fsspec' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_segment_that_is_read__is_removed_when_nobody_reads_it_any_more(tmp_path: Path) -> None:
    place = tmp_path / "000001"
    (extent,) = written(place, [("variants", BLOB)])
    readers = [near(place), near(place)]
    assert not remove_unless_held(place)
    del readers[0]
    assert not remove_unless_held(place)
    assert readers[0].read("variants", extent) == BLOB
    readers.clear()
    assert remove_unless_held(place)
    assert not place.exists()
    assert remove_unless_held(place)
    with pytest.raises(FileNotFoundError):
        near(place)


def test_segment_that_is_being_removed__is_not_there_any_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "000001"
    written(place, [("variants", BLOB)])

    def removed(path: Path) -> None:
        with pytest.raises(FileNotFoundError, match="000001"):
            near(path)
        place.rename(tmp_path / "gone")

    monkeypatch.setattr("kerne.genomes.disk.folders.shutil.rmtree", removed)
    assert remove_unless_held(place)
    with pytest.raises(FileNotFoundError):
        near(place)
