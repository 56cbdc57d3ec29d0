"""A store with no centre around it: the same answers, its own rules kept."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from kerne.alleles.assembly import KERNIA1
from kerne.alleles.interval import Interval
from kerne.errors import AlleleError, AssemblyError, GateError, GenomeError, InputFileError
from kerne.genomes.asking.personal import calls_stored
from kerne.genomes.freestanding import FreestandingGenomes
from kerne.genomes.keeping.new_store import create_store
from kerne.genomes.keeping.store import GenomeStore
from kerne.genomes.reader import open_freestanding
from kerne.genomes.reading.intake import GenomeFile, StoreRules

RULES = StoreRules("GRCh38")


@pytest.fixture
def one(tmp_path: Path, write_vcf: Callable[..., Path]) -> GenomeFile:
    rows = [("chr1", 10, "A", "C", ["0/1", "1/1"]), ("chr1", 20, "GTT", "G", ["./1", "0/0"])]
    return GenomeFile(write_vcf(tmp_path / "one.vcf", ("a", "b"), rows))


@pytest.fixture
def desk(tmp_path: Path, one: GenomeFile) -> FreestandingGenomes:
    made = FreestandingGenomes(tmp_path / "store")
    made.add([one], RULES)
    return made


def test_first_add__makes_the_store_with_its_rules(tmp_path: Path, one: GenomeFile) -> None:
    desk = FreestandingGenomes(tmp_path / "s")
    desk.add([one], StoreRules("hg38", min_gq=0, min_dp=3))
    stats = desk.stats()
    assert (stats.assembly, stats.min_gq, stats.min_dp) == ("GRCh38", 0, 3)
    assert (stats.genomes, stats.declared_whole, stats.alleles, stats.segments) == (2, 2, 2, 1)
    assert stats.calls == 3
    assert stats.normal_form == "trimmed, not shifted"


def test_genome__has_no_calls_on_a_contig_that_no_file_tells_of(
    desk: FreestandingGenomes,
) -> None:
    reader = open_freestanding(desk.path)
    row = reader.rows()["a"]
    assert len(reader.calls_of(row, Interval("chr1", 0, 100)).code) == 2
    assert len(reader.calls_of(row, Interval("chr2", 0, 100)).code) == 0


def test_calls_stored__are_the_sum_of_each_genome(
    tmp_path: Path, desk: FreestandingGenomes, write_vcf: Callable[..., Path]
) -> None:
    texts = ("0/1", "1", ".", "0|0", "./1", "1|2")
    rows = [("chr1", at, "A", "C,G", [texts[at % 6], texts[at // 6 % 6]]) for at in range(1, 99)]
    desk.add([GenomeFile(write_vcf(tmp_path / "more.vcf", ("c", "d"), rows))], RULES)
    snapshot = GenomeStore(tmp_path / "store").snapshot()
    sizes = [len(segment.rows) for segment in snapshot.segments]
    single = [
        [np.arange(size) == (row if here == at else -1) for here, size in enumerate(sizes)]
        for at, most in enumerate(sizes)
        for row in range(most)
    ]
    told = [calls_stored(snapshot, marks) for marks in single]
    assert min(told) > 0
    assert calls_stored(snapshot, [np.ones(size, np.bool_) for size in sizes]) == sum(told)


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        (StoreRules("GRCh37"), "was made with assembly `GRCh38`, not `GRCh37`"),
        (StoreRules("GRCh38", min_gq=21), "min-gq `20`"),
        (StoreRules("GRCh38", min_dp=0), "min-dp `8`"),
    ],
)
def test_other_rules__are_refused_later(
    desk: FreestandingGenomes, one: GenomeFile, rules: StoreRules, words: str
) -> None:
    with pytest.raises(GenomeError, match=words):
        desk.add([one], rules)


def test_unknown_assembly__makes_no_store(tmp_path: Path, one: GenomeFile) -> None:
    with pytest.raises(AssemblyError):
        FreestandingGenomes(tmp_path / "s").add([one], StoreRules("Mars1"))
    assert not (tmp_path / "s").exists()


def test_first_add_that_fails__leaves_an_empty_store(
    tmp_path: Path, write_vcf: Callable[..., Path]
) -> None:
    desk = FreestandingGenomes(tmp_path / "s")
    bad = GenomeFile(write_vcf(tmp_path / "bad.vcf", ("x",), [("chr1", 5, "A", "C", ["9"])]))
    with pytest.raises(Exception, match="line 3"):
        desk.add([bad], RULES)
    assert desk.stats().genomes == 0


def test_store_that_nothing_was_added_to__takes_the_rules_of_the_next_add(
    tmp_path: Path, write_vcf: Callable[..., Path], one: GenomeFile
) -> None:
    desk = FreestandingGenomes(tmp_path / "s")
    meta = "##contig=<ID=chr1,length=249250621>\n"
    path = write_vcf(tmp_path / "n.vcf", ("n",), [("chr1", 9, "A", "C", ["0/1"])], meta=meta)
    with pytest.raises(InputFileError, match="is that of `GRCh37`"):
        desk.add([GenomeFile(path)], RULES)
    assert [each.sample for each in desk.add([GenomeFile(path)], StoreRules("GRCh37"))] == ["n"]
    with pytest.raises(GenomeError, match="was made with assembly `GRCh37`"):
        desk.add([one], RULES)


def test_questions__are_asked_in_words(desk: FreestandingGenomes) -> None:
    assert [each.sample for each in desk.carriers("1:10A>C")] == ["a", "b"]
    assert [str(each.genotype) for each in desk.carriers("chr1-20-GTT-G")] == ["half"]
    assert [str(each.genotype) for each in desk.carriers("chr1-20-GTTA-GA")] == ["half"]
    assert desk.carriers("chr1-11-A-C") == []
    found = desk.frequencies("chr1:22-30", ["a"])
    assert (len(found), found.ac.tolist(), found.an.tolist()) == (1, [1], [1])
    assert len(desk.frequencies("chr2")) == 0
    with pytest.raises(AlleleError):
        desk.carriers("x")


def test_unknown_samples__are_named_up_to_a_few(desk: FreestandingGenomes) -> None:
    with pytest.raises(GenomeError, match=r"no sample `x` in the store"):
        desk.frequencies(samples=["a", "x"])
    with pytest.raises(GenomeError, match=r"`4` and 5 more"):
        desk.frequencies(samples=[str(number) for number in range(10)])


def test_removed_sample__is_gone(desk: FreestandingGenomes) -> None:
    assert desk.remove("a") == 0
    assert len(desk.frequencies()) == 2
    assert desk.remove("b") == 1
    assert len(desk.frequencies()) == 0


def test_alleles_never_seen__have_the_an_of_their_place(desk: FreestandingGenomes) -> None:
    reader = open_freestanding(desk.path)
    found = reader.frequencies(alleles=[])
    assert len(found) == 0
    with pytest.raises(GenomeError, match="no genome in row `7`"):
        reader.variants_of(7)


def test_centres_store__is_not_touched(tmp_path: Path, one: GenomeFile) -> None:
    create_store(tmp_path / "c", KERNIA1, kept_by_centre=True)
    desk = FreestandingGenomes(tmp_path / "c")
    for question in (
        desk.frequencies,
        desk.stats,
        lambda: desk.remove("a"),
        lambda: desk.carriers("chr1-1-A-C"),
        lambda: desk.add([one], StoreRules("Kernia1")),
    ):
        with pytest.raises(GateError, match="kept by a centre"):
            question()


def test_asked_indel__is_left_aligned_like_the_store(
    tmp_path: Path, write_vcf: Callable[..., Path]
) -> None:
    (tmp_path / "r.fa").write_text(">chr1\nGGCAAAAATT\n")
    desk = FreestandingGenomes(tmp_path / "s")
    file = write_vcf(tmp_path / "i.vcf", ("i",), [("chr1", 7, "AA", "A", ["0/1"])])
    desk.add([GenomeFile(file)], StoreRules("Kernia1", reference=tmp_path / "r.fa"))
    assert [each.sample for each in desk.carriers("chr1-6-AA-A")] == ["i"]
