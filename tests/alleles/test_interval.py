import gzip
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerne.alleles.assembly import GRCH38, KERNIA1
from kerne.alleles.interval import END_UNKNOWN, Interval, Intervals, parse_region, read_bed
from kerne.errors import AlleleError, AssemblyError, InputFileError

POSITIONS = st.integers(0, 40)
INTERVALS = st.lists(
    st.tuples(st.sampled_from(["chr1", "chr2"]), POSITIONS, POSITIONS).map(
        lambda drawn: Interval(drawn[0], min(drawn[1:]), max(drawn[1:]))
    ),
    max_size=12,
)


def naive_positions(intervals: list[Interval], contig: str) -> set[int]:
    return {
        position
        for interval in intervals
        if interval.contig == contig
        for position in range(interval.start, interval.end)
    }


@given(INTERVALS)
@settings(deadline=None, max_examples=60, derandomize=True)
def test_intervals__hold_exactly_the_positions_they_were_built_from(
    intervals: list[Interval],
) -> None:
    united = Intervals.build(intervals)
    everywhere = np.arange(45, dtype=np.int64)
    for contig in ("chr1", "chr2", "chr3"):
        inside = united.contains(contig, everywhere)
        assert set(everywhere[inside].tolist()) == naive_positions(intervals, contig)
        starts, ends = united.ranges(contig)
        assert (starts < ends).all()
        assert (starts[1:] > ends[:-1]).all()
    assert united.span_bp == sum(len(naive_positions(intervals, name)) for name in united.contigs)


@given(INTERVALS, INTERVALS.filter(bool))
@settings(deadline=None, max_examples=60, derandomize=True)
def test_intervals__cover_and_leave_gaps_as_counted_one_by_one(
    intervals: list[Interval], asked: list[Interval]
) -> None:
    united, target = Intervals.build(intervals), asked[0]
    held = naive_positions(intervals, target.contig)
    wanted = naive_positions([target], target.contig)
    assert united.covers(target) == len(held & wanted)
    gaps = list(united.gaps(target))
    assert naive_positions(gaps, target.contig) == wanted - held
    assert gaps == sorted(gaps)


def test_intervals__know_the_contigs_they_touch() -> None:
    united = Intervals.build([Interval("chr2", 5, 5), Interval("chr1", 0, 2)])
    assert united.contigs == ("chr1",)


def test_interval__that_runs_backwards_is_refused() -> None:
    with pytest.raises(AlleleError, match="expected 0 <= start <= end"):
        Interval("chr1", 5, 4)


def test_interval__is_shown_as_people_write_it() -> None:
    assert str(Interval("chr20", 0, 100)) == "chr20:1-100"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("chr20:1-100", Interval("chr20", 0, 100)),
        ("20:1,000-2,000", Interval("chr20", 999, 2000)),
        ("chr20:7", Interval("chr20", 6, 7)),
        ("chr20:7-", Interval("chr20", 6, 64444167)),
        ("chr20", Interval("chr20", 0, 64444167)),
        ("NC_000020.11:5-5", Interval("chr20", 4, 5)),
    ],
)
def test_region__is_1_based_and_inclusive(text: str, expected: Interval) -> None:
    assert parse_region(text, GRCH38) == expected


def test_region__of_a_contig_without_a_fixed_length_has_the_sentinel_end() -> None:
    assert parse_region("chr1", KERNIA1) == Interval("chr1", 0, END_UNKNOWN)


@pytest.mark.parametrize("text", ["", "chr20:", "chr20:a-b", "chr20:0-5", "chr20:9-3", "a b"])
def test_malformed_region__is_refused(text: str) -> None:
    with pytest.raises(AlleleError, match="region"):
        parse_region(text, GRCH38)


def test_region_past_the_end__is_refused_with_the_end() -> None:
    with pytest.raises(AssemblyError, match="goes past the end of `chr20`, `64444167`"):
        parse_region("chr20:1-64444168", GRCH38)


BED = "track name=x\n# made by hand\n\n20\t10\t20\tname\nchr20\t15\t30\nchr21\t0\t0\n"


@pytest.mark.parametrize("compressed", [False, True])
def test_bed__is_read_plain_or_gzipped(tmp_path: Path, compressed: bool) -> None:
    path = tmp_path / ("a.bed.gz" if compressed else "a.bed")
    path.write_bytes(gzip.compress(BED.encode()) if compressed else BED.encode())
    found = read_bed(path, GRCH38)
    assert found.contigs == ("chr20",)
    assert [array.tolist() for array in found.ranges("chr20")] == [[10], [30]]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("chr20\t5", "expected a contig, a start and an end"),
        ("chr20\t-5\t7", "expected a contig, a start and an end"),
        ("chr20\t9\t7", "expected 0 <= start <= end"),
        ("chr99\t5\t7", "contig `chr99` is unknown"),
        ("chr20\t5\t64444168", "past the end of `chr20`"),
    ],
)
def test_bed_with_a_bad_line__names_the_line(tmp_path: Path, line: str, problem: str) -> None:
    path = tmp_path / "bad.bed"
    path.write_text(f"chr20\t1\t2\n{line}\n")
    with pytest.raises(InputFileError, match=f"line 2: .*{problem}"):
        read_bed(path, GRCH38)


def test_truncated_bed__is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cut.bed.gz"
    path.write_bytes(gzip.compress(BED.encode() * 50)[:-12])
    with pytest.raises(InputFileError, match="cannot be read as BED"):
        read_bed(path, GRCH38)
    with pytest.raises(InputFileError, match="no such file"):
        read_bed(tmp_path / "none.bed", GRCH38)
