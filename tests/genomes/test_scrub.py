"""Every flipped bit of a store is found, none is served, and a good copy mends it."""

import random
import shutil
import stat
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from kerne.alleles.assembly import GRCH38
from kerne.errors import DamagedStoreError, GenomeError
from kerne.genomes.disk.manifest import FILE_NAME, read_manifest, write_manifest
from kerne.genomes.disk.segment_keys import FILE_NAME as KEYS_FILE
from kerne.genomes.disk.segment_keys import FileSegmentKeys
from kerne.genomes.frequencies import Frequencies
from kerne.genomes.keeping.new_store import create_store
from kerne.genomes.keeping.scrub import MISSING, Scrubbed, kept_files, scrub
from kerne.genomes.keeping.store import GenomeStore
from kerne.genomes.reader import open_freestanding
from kerne.genomes.reading.intake import GenomeFile

Table = dict[tuple[str, int, str, str], tuple[int, int, int, int, int]]
FLIPS = 150


@pytest.fixture
def store(tmp_path: Path, write_vcf: Callable[..., Path]) -> Path:
    held = create_store(tmp_path / "store", GRCH38, kept_by_centre=False)
    for name in ("a", "b"):
        rows = [("chr1", 10 * at, "A", "CG"[at % 2], ["0/1"]) for at in range(1, 30)]
        held.add([GenomeFile(write_vcf(tmp_path / f"{name}.vcf.gz", (name,), rows))])
    return held.path


@pytest.fixture
def copy(store: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(store, tmp_path / "copy"))


def files(store: Path) -> list[Path]:
    return sorted(path for path in store.rglob("*") if path.is_file() and path.stat().st_size)


def flip(path: Path, bit: int) -> None:
    content = bytearray(path.read_bytes())
    content[bit // 8] ^= 1 << bit % 8
    path.write_bytes(content)


def names(found: Scrubbed) -> list[str]:
    return [each.file for each in found.damages]


def a_segment_file(store: Path) -> Path:
    return store / kept_files(read_manifest(store))[0].name


def test_scrub__reads_all_of_a_store_and_finds_nothing_in_a_whole_one(store: Path) -> None:
    told: list[int] = []
    found = scrub(store, watch=told.append)
    assert found == Scrubbed(len(files(store)), sum(p.stat().st_size for p in files(store)), ())
    assert sum(told) == found.bytes_read
    assert scrub(store, store).damages == ()


def test_flipped_bit__in_any_file_is_found_and_not_served_and_is_mended_from_a_copy(
    store: Path, copy: Path, as_table: Callable[[Frequencies], Table]
) -> None:
    rng = random.Random(1)
    truth = as_table(open_freestanding(store).frequencies())
    for _ in range(FLIPS):
        path = rng.choice(files(store))
        name = path.relative_to(store).as_posix()
        flip(path, rng.randrange(8 * path.stat().st_size))
        if name == FILE_NAME:
            with pytest.raises(DamagedStoreError, match=FILE_NAME):
                scrub(store)
        else:
            assert names(scrub(store)) == [name]
        with suppress(DamagedStoreError):
            assert as_table(open_freestanding(store).frequencies()) == truth
        found = scrub(store, copy)
        assert [(each.file, each.is_repaired) for each in found.damages] == [(name, True)]
        assert found.left == ()
        assert path.read_bytes() == (copy / name).read_bytes()
    assert scrub(store).damages == ()


def test_missing_file__is_damage_and_comes_from_a_copy(store: Path, copy: Path) -> None:
    path = a_segment_file(store)
    shutil.rmtree(path.parent)
    found = scrub(store)
    assert found.left
    assert {each.problem for each in found.left} == {MISSING}
    assert scrub(store, copy).left == ()
    assert scrub(store).damages == ()


def test_copy__that_is_damaged_itself_mends_nothing(store: Path, copy: Path) -> None:
    path = a_segment_file(store)
    for place in (path, copy / path.relative_to(store)):
        flip(place, 40)
    before = path.read_bytes()
    (left,) = scrub(store, copy).left
    assert left.why_not.startswith(f"no good copy in `{copy}`")
    assert path.read_bytes() == before
    shutil.rmtree(copy)
    (left,) = scrub(store, copy).left
    assert left.why_not.endswith(MISSING)


def test_manifest__of_another_moment_is_not_taken_from_a_copy(store: Path, copy: Path) -> None:
    GenomeStore(store).remove("a")  # the copy would bring it back
    flip(store / FILE_NAME, 400)
    with pytest.raises(DamagedStoreError, match="manifest of another moment"):
        scrub(store, copy)
    (store / FILE_NAME).unlink()
    with pytest.raises(GenomeError):
        scrub(store, copy)


@pytest.mark.parametrize("at", [0.1, 0.5, 0.98])
def test_manifest__is_taken_from_a_copy_when_its_checksum_or_all_else_is_left(
    store: Path, copy: Path, at: float
) -> None:
    length = (store / FILE_NAME).stat().st_size
    flip(store / FILE_NAME, int(8 * length * at))
    with pytest.raises(DamagedStoreError):
        scrub(store)
    assert names(scrub(store, copy)) == [FILE_NAME]
    assert (store / FILE_NAME).read_bytes() == (copy / FILE_NAME).read_bytes()


def test_manifest__whose_escapes_are_spelt_otherwise_was_changed(store: Path) -> None:
    manifest = read_manifest(store)
    write_manifest(store, replace(manifest, assembly="\u00e5"))
    path = store / FILE_NAME
    path.write_bytes(path.read_bytes().replace(b"\\u00e5", b"\\u00E5"))
    assert read_manifest(store).assembly == "\u00e5"
    with pytest.raises(DamagedStoreError, match="was changed"):
        scrub(store)


def test_segment__that_a_writer_replaces_meanwhile_is_not_missed(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = read_manifest(store)
    GenomeStore(store).remove("a")
    read = iter([manifest, manifest])
    name = "kerne.genomes.keeping.scrub.read_manifest"
    monkeypatch.setattr(name, lambda at: next(read, None) or read_manifest(at))
    assert scrub(store).damages == ()


def test_disk__that_cannot_be_read_is_damage(store: Path) -> None:
    path = a_segment_file(store)
    path.unlink()
    path.mkdir()
    (left,) = scrub(store).left
    assert left.problem == "it cannot be read: is a directory"


def test_disk__that_does_not_keep_the_copy_is_told_of(
    store: Path, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = a_segment_file(store)
    flip(path, 9)

    def copied_by_halves(place: Path, source: Path) -> None:
        place.write_bytes(source.read_bytes()[:10])

    monkeypatch.setattr("kerne.genomes.keeping.scrub.replace_by_copy", copied_by_halves)
    (left,) = scrub(store, copy).left
    assert left.why_not.startswith("the disk does not keep the copy")


def test_scrub__of_no_store_says_so(tmp_path: Path) -> None:
    with pytest.raises(GenomeError, match="holds no genome store"):
        scrub(tmp_path)
    assert not [*tmp_path.iterdir()]


def test_keys__are_taken_from_a_copy_only_when_they_open_the_segments(
    store: Path, copy: Path
) -> None:
    good = (copy / KEYS_FILE).read_bytes()
    for name in read_manifest(copy).segments:
        FileSegmentKeys(copy).new(name.name)  # as when a store and its copy went on apart
    flip(store / KEYS_FILE, 300)
    (left,) = scrub(store, copy).left
    assert left.file == KEYS_FILE
    assert "does not open under its key" in left.why_not
    (copy / KEYS_FILE).write_bytes(good)
    assert scrub(store, copy).left == ()
    assert stat.S_IMODE((store / KEYS_FILE).stat().st_mode) == 0o600
    (store / KEYS_FILE).unlink()
    assert names(scrub(store)) == [KEYS_FILE]
    assert scrub(store, copy).left == ()
