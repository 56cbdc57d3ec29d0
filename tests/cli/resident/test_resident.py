"""The resident process gives the answers of the store, as it is at that moment."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from threading import Thread

import pytest

from kerne.errors import AlleleError, GenomeError, InputFileError
from kerne.genomes.freestanding import FreestandingGenomes
from kerne.genomes.reading.intake import GenomeFile, StoreRules
from tests.cli.resident.conftest import LONG, UPKEEP, Asked, run, write_vcf

QUESTIONS: list[tuple[str, tuple[str, ...]]] = [
    ("frequencies", ("frequencies",)),
    ("frequencies", ("frequencies", "-r", "chr1:1-15", "-S", "NAMES")),
    ("frequencies", ("frequencies", "--cohort", "x=NAMES", "--among", "~x")),
    ("frequencies_by", ("frequencies", "--by-sex", "--stratum", "x=NAMES")),
    ("carriers", ("carriers", "chr1-10-A-C")),
    ("carriers", ("carriers", f"chr1-20-{LONG}-G")),
    ("find_duplicates", ("duplicates",)),
    ("frequencies", ("frequencies", "-O", "vcf", "-v", "VARIANTS")),
    ("first_seen", ("first-seen", "chr1-10-A-C", "chr1-11-A-C")),
]


def questions(asked: Asked) -> list[str]:
    """Return what was asked, but for which assembly is meant."""
    return [each for each in asked.questions if each != "assembly"]


@pytest.mark.parametrize(("name", "words"), QUESTIONS)
def test_answer__is_the_one_of_the_store(
    store: Path, asked: Asked, tmp_path: Path, name: str, words: tuple[str, ...]
) -> None:
    names = tmp_path / "names.txt"
    names.write_text("b\n")
    variants = tmp_path / "variants.txt"
    variants.write_text(f"chr1-10-A-C\nchr1-20-{LONG}-G\nchr1-5-A-C\n")
    places = {"NAMES": str(names), "VARIANTS": str(variants)}
    given = [each.replace("NAMES", places["NAMES"]) for each in words]
    given = [places.get(each, each) for each in given]
    through = run("--store", store, *given)
    assert questions(asked) == [name]
    here = run("--store", store, "--no-resident", *given)
    assert questions(asked) == [name]
    assert (through.stdout, through.stderr) == (here.stdout, here.stderr)
    assert len(through.stdout.splitlines()) > (name != "find_duplicates")


def test_stats__tell_what_is_kept_in_memory(store: Path, asked: Asked) -> None:
    run("--store", store, "carriers", "chr1-10-A-C")
    through, here = (
        run("--store", store, *more, "stats").stdout for more in ((), ("--no-resident",))
    )
    assert through.startswith(here)
    kept = dict(line.split("\t") for line in through.splitlines())
    held, _, most = kept["bytes decoded in memory"].partition(" of ")
    assert 0 < int(held) <= int(most) == UPKEEP.hot_bytes
    assert int(kept["bytes that never reach a swap"]) <= int(held)
    assert asked.questions == ["carriers", "stats", "memory"]


def test_what_others_do__is_in_the_next_answer(store: Path, asked: Asked, tmp_path: Path) -> None:
    def names() -> list[str]:
        told = run("--store", store, "carriers", "chr1-10-A-C").stdout
        return [line.split("\t")[0] for line in told.splitlines()[1:]]

    assert names() == ["a", "b"]
    more = write_vcf(tmp_path / "two.vcf", ("c",), [("chr1", 10, "A", "C", ["0/1"])])
    FreestandingGenomes(store).add([GenomeFile(more)], StoreRules("GRCh38"))
    assert names() == ["a", "b", "c"]
    FreestandingGenomes(store).remove("b")
    assert names() == ["a", "c"]
    assert asked.questions == ["carriers"] * 3


def test_store_made_anew__is_the_one_that_is_read(store: Path, asked: Asked) -> None:
    assert "genomes\t2" in run("--store", store, "stats").stdout
    for path in store.iterdir():
        if not path.name.startswith("."):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    FreestandingGenomes(store).add([], StoreRules("GRCh37"))
    assert "assembly\tGRCh37" in run("--store", store, "stats").stdout
    assert asked.questions == ["stats", "memory"] * 2


def test_genomes__are_added_and_removed_through_it(
    store: Path,
    asked: Asked,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write_vcf(tmp_path / "two.vcf", ("c",), [("chr1", 10, "A", "C", ["1/1"])])
    (tmp_path / "two.bed").write_text("chr1\t0\t100\n")
    monkeypatch.chdir(tmp_path)
    added = run(
        *("--store", store, "add", "--assembly", "GRCh38", "two.vcf", "--callable", "two.bed")
    )
    assert added.stdout.splitlines()[1:] == ["c\t2\t1\tas given\t0"]
    assert "c\thom" in run("--store", store, "carriers", "chr1-10-A-C").stdout
    assert run("--store", store, "remove", "c").stdout.startswith("removed `c`, row 2")
    assert asked.questions == ["add", "carriers", "remove"]
    (tmp_path / "bad.vcf").write_text("##fileformat=VCFv4.2\nno header\n")
    with pytest.raises(InputFileError, match=r"^`bad.vcf`, line 2"):
        run("--store", store, "add", "--assembly", "GRCh38", "bad.vcf")


def test_pipe__is_read_by_whoever_has_it(store: Path, asked: Asked, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.vcf"
    os.mkfifo(pipe)
    text = (tmp_path / "one.vcf").read_text().replace("\ta\tb\n", "\td\te\n")
    opened = Thread(target=lambda: [pipe.write_text(text) for _ in range(1)])
    opened.start()
    with pytest.raises((GenomeError, InputFileError)):
        run("--store", store, "add", "--assembly", "GRCh38", pipe, tmp_path / "none.vcf")
    opened.join()
    assert asked.questions == []


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (("carriers", "rs123"), AlleleError),
        (("remove", "nobody"), GenomeError),
        (("frequencies", "--by-region"), GenomeError),
        (("frequencies", "--gene", "X"), GenomeError),
        (("add", "--assembly", "GRCh37", __file__), GenomeError),
    ],
)
def test_error__is_the_one_of_the_store(
    store: Path, asked: Asked, words: tuple[str, ...], kind: type[Exception]
) -> None:
    told = []
    for more in ((), ("--no-resident",)):
        with pytest.raises(kind) as raised:
            run("--store", store, *more, *words)
        told.append((type(raised.value), str(raised.value)))
    assert told[0] == told[1]
    assert len(asked.questions) == 1


@pytest.mark.parametrize(
    ("words", "answer"),
    [(("carriers", "chr1-10-A-C"), "a\thet"), (("stats",), "genomes\t")],
)
def test_question__loads_no_library_of_the_resident_process(
    store: Path, asked: Asked, words: tuple[str, ...], answer: str
) -> None:
    loaded = _loaded_for(store, words, answer)
    assert asked.questions
    assert loaded & (_HEAVY | {"numpy", "pyroaring", "cryptography"}) == set()


def test_counting__loads_neither_compiler_nor_database(store: Path, asked: Asked) -> None:
    loaded = _loaded_for(store, ("frequencies", "-r", "chr1"), "chr1\t10\tA\tC")
    assert "frequencies" in asked.questions
    assert loaded & _HEAVY == set()


_HEAVY = {"numba", "sqlalchemy", "pyarrow", "pysam", "isal", "rich", "cedarpy", "sqlite3"}


def _loaded_for(store: Path, words: tuple[str, ...], answer: str) -> set[str]:
    """Ask in a process of its own, and return the modules that it loaded."""
    asking = ["genomes", "--store", str(store), *words]
    script = (
        "import json, sys; from kerne.cli import kerne;"
        f"kerne({asking!r}, standalone_mode=False); print(json.dumps(sorted(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert answer in done.stdout
    return set(json.loads(done.stdout.splitlines()[-1]))
