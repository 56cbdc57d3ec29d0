"""Structural records as a database kept them are read as those of a file are."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerne.alleles.assembly import GRCH38
from kerne.interpretation.reading.call_file import read_calls
from kerne.interpretation.reading.structural_gathering import read_kept_structural

HEAD = (
    "##fileformat=VCFv4.3\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tS\n"
    "chr1\t5\t.\tA\tC\t.\t.\t.\tGT\t0/0\n"
)
GOOD = "chr1\t1000\t.\tN\t<DEL>\t9\tPASS\tEND=5000\tGT:DR:DV\t0/1:10:12"


def _line(drawn: tuple[str, int, str, str, str, str]) -> str:
    contig, position, alternative, passed, info, cell = drawn
    return f"{contig}\t{position}\t.\tN\t{alternative}\t.\t{passed}\t{info}\tGT:CN:DV\t{cell}"


LINES = st.lists(
    st.tuples(
        st.sampled_from(["chr1", "chrX", "unplaced_1"]),
        st.integers(1, 90_000),
        st.sampled_from(["<DEL>", "<DUP>", "<CNV>", "<INS>", "<XYZ>", "N[chr2:700[", "<CN0>"]),
        st.sampled_from(["PASS", ".", "LowQual"]),
        st.sampled_from([".", "END=95000", "SVLEN=-400", "END=9;CIPOS=-5,5", "END=999999999"]),
        st.sampled_from(["0/1:.:3", "1/1:0:9", "./.:1:0", "1:1:4", "0/1:3:4", "./.:2:."]),
    ).map(_line),
    max_size=9,
)


@given(LINES)
@settings(deadline=None)
def test_kept_records__mean_what_the_same_lines_of_a_file_mean(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str]
) -> None:
    path = tmp_path_factory.mktemp("a") / "a.vcf"
    path.write_text(HEAD + "".join(f"{line}\n" for line in lines))
    (genome,) = read_calls(path, GRCH38)
    kept = read_kept_structural(lines, GRCH38)
    assert kept.calls == genome.structural
    told = {note.partition(": ")[2].replace(" or genotypes", "") for note in genome.notes}
    # Genotypes that call nothing are not kept.
    told = {note for note in told if "(`./.`)" not in note}
    assert {note.replace("structural records", "records") for note in kept.notes} == told


def test_record_that_cannot_be_read__is_counted_and_stops_nothing() -> None:
    bad = [GOOD.replace("0/1:10", "0/x:10"), GOOD.replace("GT:DR", "XX:DR"), "chr1\t0"]
    kept = read_kept_structural([*bad, GOOD], GRCH38)
    (call,) = kept.calls
    assert (call.start, call.end, call.reads.alternative) == (1000, 5000, 12)
    (note,) = kept.notes
    assert note.startswith("`structural variants`: 3 bad records passed over: line 1: ")


def test_record_that_did_not_pass__is_told_apart_and_counted() -> None:
    filtered = GOOD.replace("PASS", "LowQual")
    kept = read_kept_structural([filtered, filtered.replace("GT:DR", "XX:DR")], GRCH38)
    assert kept.calls == ()
    assert [(call.start, call.end) for call in kept.doubtful] == [(1000, 5000)]
    assert kept.notes == (
        "2 structural records that did not pass the caller's filters were not read",
    )
