"""Reading VCF: what is given, and what is said of files that are not what they should be."""

import gzip
import tempfile
from collections.abc import Callable
from pathlib import Path

import pysam
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerne.alleles.bgzip import BGZF_END
from kerne.alleles.vcf import (
    VcfRecord,
    is_sequence,
    open_vcf,
    parse_genotype,
    parse_info,
    split_genotype,
)
from kerne.errors import InputFileError

HEAD = "##fileformat=VCFv4.2\n"
COLUMNS = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO"
SAMPLES = f"{COLUMNS}\tFORMAT\tone\ttwo\n"
RECORD = "chr1\t10\t.\ta\tc,<DEL>,*\t.\tq10;s50\tDP=3;DB\tGT:DP\t0/1:7\t./.\n"


def written(directory: Path, text: str, name: str = "a.vcf") -> Path:
    path = directory / name
    path.write_text(text)
    return path


def bgzipped(directory: Path, text: str, name: str = "a.vcf.gz") -> Path:
    path = directory / name
    with pysam.BGZFile(str(path), "wb", None) as stream:
        stream.write(text.encode())
    return path


def records(path: Path) -> list[VcfRecord]:
    with open_vcf(path) as file:
        return list(file)


def problem(path: Path) -> InputFileError:
    with pytest.raises(InputFileError) as caught:
        records(path)
    return caught.value


def test_record__gives_every_column_as_it_stands(tmp_path: Path) -> None:
    (record,) = records(written(tmp_path, HEAD + SAMPLES + RECORD))
    assert (record.line, record.contig_text, record.position) == (3, "chr1", 9)
    assert (record.reference, record.alternatives) == ("A", ("C", "<DEL>", "*"))
    assert record.filters == ("q10", "s50")
    assert record.info == {"DP": "3", "DB": ""}
    assert record.format_keys == ("GT", "DP")
    assert record.sample_fields == ["0/1:7", "./."]
    assert record.end == 10


def test_record__without_alternatives_filters_or_samples(tmp_path: Path) -> None:
    text = HEAD + COLUMNS + "\nchr1\t10\t.\tACG\t.\t.\t.\t.\n"
    (record,) = records(written(tmp_path, text))
    assert (record.alternatives, record.filters, record.info) == ((), (), {})
    assert (record.format_keys, record.sample_fields, record.end) == ((), [], 12)


def test_record__columns_after_info_are_passed_over_without_samples(tmp_path: Path) -> None:
    text = HEAD + COLUMNS + "\tFORMAT\nchr1\t10\t.\tA\tC\t.\t.\t.\tGT\n"
    (record,) = records(written(tmp_path, text))
    assert record.format_text == ""


@pytest.mark.parametrize(
    ("info", "end"),
    [
        ("END=25", 25),
        ("DP=1;END=25;X", 25),
        ("CIEND=3", 10),
        ("END=x", 10),
        ("END=99999999999", 2147483647),
        ("END=" + "9" * 5000, 2147483647),
    ],
)
def test_record__ends_where_info_says(tmp_path: Path, info: str, end: int) -> None:
    text = f"{HEAD}{COLUMNS}\nchr1\t10\t.\tA\t<NON_REF>\t.\t.\t{info}\n"
    assert records(written(tmp_path, text))[0].end == end


def test_header__holds_contigs_samples_and_lines(tmp_path: Path) -> None:
    meta = '##contig=<ID=chr1,length=100>\n##contig=<ID=x,note="a,b">\n##contig=<length=1>\n'
    with open_vcf(written(tmp_path, HEAD + meta + SAMPLES)) as file:
        assert file.header.contig_lengths == {"chr1": 100, "x": None}
        assert file.header.samples == ("one", "two")
        assert file.header.meta[0] == "fileformat=VCFv4.2"
        assert list(file) == []


@pytest.mark.parametrize("length", ["\N{SUPERSCRIPT TWO}", "9" * 5000, "-1", "1e3"])
def test_header_with_a_length_that_is_none__says_none(tmp_path: Path, length: str) -> None:
    meta = f"##contig=<ID=chr1,length={length}>\n"
    with open_vcf(written(tmp_path, HEAD + meta + SAMPLES)) as file:
        assert file.header.contig_lengths == {"chr1": None}


def test_letters_of_iupac__are_bases(tmp_path: Path) -> None:
    text = HEAD + SAMPLES + RECORD.replace("\ta\tc", "\tn\trYm")
    (record,) = records(written(tmp_path, text))
    assert (record.reference, record.alternatives[0]) == ("N", "RYM")


def test_windows_line_ends__are_read(tmp_path: Path) -> None:
    text = (HEAD + SAMPLES + RECORD).replace("\n", "\r\n")
    assert records(written(tmp_path, text))[0].sample_fields == ["0/1:7", "./."]


def test_last_line__may_lack_its_end(tmp_path: Path) -> None:
    assert len(records(written(tmp_path, (HEAD + SAMPLES + RECORD).rstrip()))) == 1


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 1, "not a VCF"),
        ("chr1\t10\n", 1, "not a VCF"),
        (HEAD, 1, "expected the line `#CHROM"),
        (HEAD + "chr1\t10\n", 2, "expected the line `#CHROM"),
        (HEAD + COLUMNS + "\tFORMAT\tone\tone\n", 2, "stands twice"),
        (HEAD + SAMPLES + "\n", 3, "empty line"),
        (HEAD + SAMPLES + "chr1\t10\t.\tA\n", 3, "found `4` columns, expected at least `10`"),
        (HEAD + SAMPLES + RECORD.replace("\t./.", ""), 3, "found `1` sample columns"),
        (HEAD + SAMPLES + RECORD.replace("\t10\t", "\tten\t"), 3, "POS is not a number"),
        (HEAD + SAMPLES + RECORD.replace("\t10\t", "\t0\t"), 3, "POS is not a number"),
        (HEAD + SAMPLES + RECORD.replace("\ta\t", "\t<x>\t"), 3, "REF is not bases"),
        (HEAD + SAMPLES + RECORD.replace("\t10\t", "\t4294967296\t"), 3, "from 1 to 2147483647"),
        (HEAD + SAMPLES + RECORD.replace("c,<DEL>", "c,,t"), 3, "ALT has an empty allele"),
        (HEAD + SAMPLES + RECORD.replace("\ta\t", "\tO\t"), 3, "REF is not bases"),
        (HEAD + SAMPLES + RECORD.replace("c,<DEL>", "cO,<DEL>"), 3, "ALT has letters"),
        (
            HEAD + SAMPLES + RECORD.replace("c,<DEL>", "\N{LATIN SMALL LETTER E WITH ACUTE}"),
            3,
            "ALT has",
        ),
        (HEAD + SAMPLES + RECORD.replace("\t10\t", f"\t{'1' * 5000}\t"), 3, "POS is not"),
    ],
)
def test_malformed_file__is_named_with_its_line(
    tmp_path: Path, text: str, line: int, words: str
) -> None:
    error = problem(written(tmp_path, text))
    assert error.line == line
    assert words in str(error)


def test_bytes_that_are_no_text__are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.vcf"
    path.write_bytes(HEAD.encode() + b"##\xff\xfe\n")
    assert "not text" in str(problem(path))


def test_missing_file__is_said(tmp_path: Path) -> None:
    assert "cannot be read" in str(problem(tmp_path / "none.vcf"))


def test_bgzip__reads_like_plain(tmp_path: Path) -> None:
    text = HEAD + SAMPLES + RECORD
    assert records(bgzipped(tmp_path, text)) == records(written(tmp_path, text))


def test_gzip_that_is_not_bgzip__is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.vcf.gz"
    path.write_bytes(gzip.compress((HEAD + SAMPLES).encode()))
    assert "compressed by gzip, expected bgzip" in str(problem(path))


def test_truncated_bgzip__is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = bgzipped(tmp_path, HEAD + SAMPLES + RECORD)
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(InputFileError, match="truncated"):
        open_vcf(path)


@pytest.mark.parametrize("damage", ["cut", "flip"])
def test_damaged_bgzip__is_refused_where_it_breaks(tmp_path: Path, damage: str) -> None:
    path = bgzipped(tmp_path, HEAD + SAMPLES + RECORD * 5000)
    content = path.read_bytes()
    middle = len(content) // 2
    changed = bytes([content[middle] ^ 255])
    rest = {"cut": BGZF_END, "flip": changed + content[middle + 1 :]}[damage]
    path.write_bytes(content[:middle] + rest)
    error = problem(path)
    assert "damaged or end too early" in str(error) or "columns" in str(error)


def test_genotype__is_parsed_by_the_specification() -> None:
    assert parse_genotype("0/1") == ((0, 1), False)
    assert parse_genotype("10|.") == ((10, None), True)
    assert parse_genotype("1") == ((1,), False)
    assert parse_genotype("0/1/1") == ((0, 1, 1), False)


@pytest.mark.parametrize("text", ["", "a/b", "0/", "0//1", "-1/0", "²/0", "0:1"])
def test_genotype__that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse_genotype(text)


def test_split_genotype__counts_other_alleles_as_the_reference() -> None:
    assert split_genotype((1, 2), 1) == (1, 0)
    assert split_genotype((None, 2), 1) == (None, 0)


def test_sequence__is_bases_only() -> None:
    assert is_sequence("ACGTN")
    assert not any(map(is_sequence, ("<DEL>", "*", ".", "A[chr2:3[", "")))


def test_info__missing_is_empty() -> None:
    assert parse_info(".") == {}
    assert parse_info("=1;A=b=c") == {"A": "b=c"}


bases = st.text("ACGT", min_size=1, max_size=4)


@settings(max_examples=30, deadline=None, derandomize=True)
@given(
    st.lists(
        st.tuples(
            st.integers(1, 2**31 - 1),
            bases,
            st.lists(bases, max_size=3),
            st.lists(st.sampled_from(["0/0", "0|1", "./.", "1"]), min_size=2, max_size=2),
        ),
        max_size=20,
    )
)
def test_records__come_back_as_written_plain_and_bgzip(
    rows: list[tuple[int, str, list[str], list[str]]],
) -> None:
    lines = [
        f"chr2\t{position}\t.\t{reference}\t{','.join(alternatives) or '.'}\t.\tPASS\t.\tGT\t"
        + "\t".join(genotypes)
        for position, reference, alternatives, genotypes in rows
    ]
    text = HEAD + SAMPLES + "".join(f"{line}\n" for line in lines)
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        found = records(written(directory, text))
        assert found == records(bgzipped(directory, text))
    assert [
        (each.position + 1, each.reference, list(each.alternatives), each.sample_fields)
        for each in found
    ] == rows


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_bcf__is_refused_with_the_command_that_helps(
    tmp_path: Path, pack: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / "people.bcf"
    path.write_bytes(pack(b"BCF\x02\x02" + bytes(20)))
    with pytest.raises(InputFileError, match="is BCF, expected VCF: convert it with `bcftools"):
        open_vcf(path)


def test_broken_gzip__is_not_taken_for_bcf(tmp_path: Path) -> None:
    path = tmp_path / "broken.vcf.gz"
    path.write_bytes(b"\x1f\x8bno")
    with pytest.raises(InputFileError, match="compressed by gzip, expected bgzip"):
        open_vcf(path)
