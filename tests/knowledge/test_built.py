"""Built files: made once, whole or not at all, and never believed when damaged."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from kerne.errors import KnowledgeError
from kerne.knowledge.built import KEPT, cache_directory, digest_of, open_built

SHAPE = (3, 4)


class Filling:
    """Fills with a number and counts how often."""

    def __init__(self, number: int) -> None:
        self.number, self.times = number, 0

    def __call__(self, rows: NDArray[np.int16]) -> None:
        self.times += 1
        rows[:] = self.number + np.arange(rows.size).reshape(rows.shape)


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return cache_directory()


def test_rows__are_worked_out_once_and_read_again() -> None:
    fill = Filling(7)
    for _ in range(2):
        rows = open_built("kind", "a", SHAPE, fill)
        assert rows[1].tolist() == [11, 12, 13, 14]
    assert fill.times == 1


def test_rows__of_another_digest_or_shape_are_others() -> None:
    open_built("kind", "a", SHAPE, Filling(0))
    other, wider = Filling(1), Filling(2)
    assert open_built("kind", "b", SHAPE, other)[0][0] == 1
    assert open_built("kind", "a", (3, 5), wider)[0][0] == 2
    assert (other.times, wider.times) == (1, 1)


def test_digest__depends_on_every_part_and_their_order() -> None:
    assert len({digest_of(each) for each in (["a", "b"], ["b", "a"], ["ab"], ["a"])}) == 4


def test_damaged_row__is_named_and_not_given(cache: Path) -> None:
    open_built("kind", "a", SHAPE, Filling(0))
    path = cache / "kind-a.npy"
    whole = bytearray(path.read_bytes())
    whole[-1] ^= 1
    path.write_bytes(whole)
    rows = open_built("kind", "a", SHAPE, Filling(0))
    assert rows[0].tolist() == [0, 1, 2, 3]
    with pytest.raises(KnowledgeError, match=r"kind-a\.npy` is damaged"):
        rows[2]


def test_torn_file__is_made_again(cache: Path) -> None:
    open_built("kind", "a", SHAPE, Filling(0))
    (cache / "kind-a.npy").write_bytes(b"\x93NUMPY")
    fill = Filling(5)
    assert open_built("kind", "a", SHAPE, fill)[0][0] == 5
    assert fill.times == 1


def test_failed_work__leaves_nothing_behind(cache: Path) -> None:
    def fail(_rows: NDArray[np.int16]) -> None:
        raise KnowledgeError("no")

    with pytest.raises(KnowledgeError, match="no"):
        open_built("kind", "a", SHAPE, fail)
    assert list(cache.iterdir()) == []


def test_old_files__are_forgotten_but_not_those_of_another_kind(cache: Path) -> None:
    open_built("other", "x", SHAPE, Filling(0))
    for digest in "abcde":
        open_built("kind", digest, SHAPE, Filling(0))
    names = {path.name for path in cache.iterdir()}
    assert sum(name.startswith("kind-") for name in names) == 2 * KEPT
    assert {"other-x.npy", "other-x.crc.npy", "kind-e.npy"} <= names


def test_old_files__that_another_process_forgets_meanwhile_are_no_error(cache: Path) -> None:
    cache.mkdir(parents=True)
    gone = cache / "kind-gone.npy"
    gone.symlink_to(cache / "nowhere")  # listed, and not there when it is looked at
    for number in range(KEPT + 1):
        open_built("kind", f"{number}", SHAPE, Filling(number))
    assert not gone.is_symlink()
    assert len(list(cache.glob("kind-*.crc.npy"))) == KEPT


def test_cache_that_cannot_be_written_to__is_done_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert open_built("kind", "a", SHAPE, Filling(3))[0][0] == 3


def test_cache__is_in_the_home_where_no_place_is_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache_directory() == Path.home() / ".cache" / "kerne"
