"""Chunks: what is in one, how they are cut, and what a file is refused for."""

import gzip
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pysam.bcftools
import pytest

from kerne.alleles.assembly import GRCH38, KERNIA1
from kerne.alleles.change import change_of
from kerne.errors import InputFileError
from kerne.genomes.calls import FIRST, SECOND, Code
from kerne.genomes.reading import bundles, hard, heads, text
from kerne.genomes.reading.chunk import Chunk
from kerne.genomes.reading.chunks import open_chunks
from kerne.genomes.reading.intake import GenomeFile, IntakeRules

WriteVcf = Callable[..., Path]
RULES = IntakeRules(KERNIA1, None, 20, 8)
HEADER = "##fileformat=VCFv4.2\n##contig=<ID=chr1>\n##contig=<ID=chr2>\n"
META = '##contig=<ID=chr1>\n##FORMAT=<ID=GT,Number=1,Type=String,Description="g">\n'
MANY = tuple(f"s{number}" for number in range(12))


def read(path: Path, bed: Path | None = None, rules: IntakeRules = RULES) -> list[Chunk]:
    with open_chunks(GenomeFile(path, bed), rules) as reading:
        return list(reading)


def told(chunk: Chunk) -> list[tuple[int, tuple[str, str], list[tuple[int, int]]]]:
    """Return position, change, and column and code of the calls, of each site."""
    found = []
    for at, (position, code) in enumerate(
        zip(chunk.position.tolist(), chunk.change.tolist(), strict=True)
    ):
        calls = slice(chunk.first[at], chunk.first[at + 1])
        pairs = zip(chunk.column[calls].tolist(), chunk.code[calls].tolist(), strict=True)
        found.append((position, change_of(code, chunk.long), list(pairs)))
    return found


def bgzip(path: Path, content: bytes) -> Path:
    with pysam.BGZFile(str(path), "wb", None) as stream:
        stream.write(content)
    return path


def test_chunk__holds_split_alleles_with_phase(tmp_path: Path, write_vcf: WriteVcf) -> None:
    fields = ["0|1", "1|0", "1|1", "1/2", "1|2", ".|1", "1", "./.", "0|0", "0/0", "0|.", "2|0"]
    file = write_vcf(tmp_path / "a.vcf", MANY, [("1", 5, "CA", "C,CT,*", fields)])
    (chunk,) = read(file)
    first, second = told(chunk)
    assert first[:2] == (4, ("CA", "C"))
    assert first[2] == [
        (0, Code.HET | SECOND),
        (1, Code.HET | FIRST),
        (2, Code.HOM | FIRST | SECOND),
        (3, Code.HET),
        (4, Code.HET | FIRST),
        (5, Code.HALF | SECOND),
        (6, Code.HEMI),
        (7, Code.MISSING),
        (10, Code.REFERENCE_HALF),
    ]
    assert second[:2] == (5, ("A", "T"))
    assert second[2] == [
        (3, Code.HET),
        (4, Code.HET | SECOND),
        (5, Code.REFERENCE_HALF),
        (6, Code.REFERENCE_HEMI),
        (7, Code.MISSING),
        (10, Code.REFERENCE_HALF),
        (11, Code.HET | FIRST),
    ]
    assert chunk.contig == 0
    assert chunk.fields is None
    assert not chunk.long


def test_fields__are_those_of_the_alternative_calls(tmp_path: Path, write_vcf: WriteVcf) -> None:
    rows = [
        ("1", 5, "C", "A", ["1/1", "./."]),
        ("1", 6, "C", "A,G", ["1/2:30:4,5,6:99.7", "./.:7:1,2,3:9"]),
        ("1", 7, "C", "A", ["0/1:1e1:4", "0/1"]),
        ("1", 8, "C", "A", ["0/1:.:.,3:.", "0/1:4:7:5"]),
    ]
    text_of = write_vcf(tmp_path / "a.vcf", ("a", "b"), rows, form="GT:DP:AD:GQ").read_text()
    text_of = text_of.replace("GT:DP:AD:GQ\t1/1\t./.", "GT\t1/1\t./.")
    (tmp_path / "a.vcf").write_text(text_of)
    (chunk,) = read(tmp_path / "a.vcf")
    assert chunk.fields is not None
    assert chunk.column.tolist() == [0, 1, 0, 1, 0, 1, 0, 1, 0, 1]
    assert chunk.fields.depth_reads.tolist() == [-1, -1, 30, -1, 30, -1, 10, -1, -1, 4]
    assert chunk.fields.reference_reads.tolist() == [-1, -1, 4, -1, 4, -1, 4, -1, -1, 7]
    assert chunk.fields.alternative_reads.tolist() == [-1, -1, 5, -1, 6, -1, -1, -1, 3, -1]
    assert chunk.fields.quality.tolist() == [-1, -1, 99, -1, 99, -1, -1, -1, -1, 5]


def test_long_change__keeps_its_bases(tmp_path: Path, write_vcf: WriteVcf) -> None:
    inserted = "C" + "ACGT" * 9
    rows = [("1", 5, "C", f"{inserted},G", ["1/2"]), ("1", 9, "C", inserted, ["1/1"])]
    (chunk,) = read(write_vcf(tmp_path / "a.vcf", ("a",), rows))
    assert [change for _, change, _ in told(chunk)] == [
        ("C", inserted),
        ("C", "G"),
        ("C", inserted),
    ]
    assert len(chunk.long) == 1


def test_gvcf__gives_the_stretches_that_pass_and_weak_calls(
    tmp_path: Path, write_vcf: WriteVcf
) -> None:
    rows = [
        ("chr1", 1, "A", "<NON_REF>;END=10", ["0/0:30:9"]),
        ("chr1", 11, "A", "<NON_REF>;END=20", ["0/0:30:9"]),
        ("chr1", 21, "A", "<NON_REF>;END=30", ["0/0:19:9"]),
        ("chr1", 31, "A", "C,<NON_REF>", ["0|1:30:9"]),
        ("chr1", 32, "A", "C,<NON_REF>", ["0|1:30:7"]),
        ("chr1", 33, "A", "C,<NON_REF>", ["0/0:30:7"]),
        ("chr1", 34, "A", "C,<NON_REF>", ["0/0:30:8"]),
    ]
    (chunk,) = read(write_vcf(tmp_path / "a.vcf", ("a",), rows, form="GT:GQ:DP"))
    stretches = chunk.stretches
    pairs = zip(stretches.start.tolist(), stretches.end.tolist(), strict=True)
    assert list(pairs) == [(0, 20), (30, 31), (33, 34)]
    assert [calls for _, _, calls in told(chunk)] == [
        [(0, Code.HET | SECOND)],
        [(0, Code.WEAK_HET | SECOND)],
        [(0, Code.MISSING)],
        [],
    ]
    assert chunk.fields is not None
    assert chunk.fields.quality.tolist() == [30, 30, -1]


@pytest.mark.parametrize("samples", [("a", "b"), MANY])
def test_bed__makes_plain_reference_a_call_where_silence_says_nothing(
    tmp_path: Path, write_vcf: WriteVcf, samples: Sequence[str]
) -> None:
    (tmp_path / "a.bed").write_text("chr1\t40\t70\n")
    silent = ["0/0"] * (len(samples) - 1)
    rows = [("chr1", at, "A", "C", ["0/1", *silent]) for at in (40, 41, 70, 71)]
    (chunk,) = read(write_vcf(tmp_path / "a.vcf", samples, rows), tmp_path / "a.bed")
    everyone = [(0, Code.HET), *((at, Code.REFERENCE) for at in range(1, len(samples)))]
    alone = [(0, Code.HET)]
    assert [calls for _, _, calls in told(chunk)] == [everyone, alone, alone, everyone]


def test_chunks__are_of_one_contig_each_in_the_files_order(
    tmp_path: Path, write_vcf: WriteVcf
) -> None:
    rows = [(name, 5, "A", "C", ["0/1"]) for name in ("1", "chr1", "chr1_alt", "2", "chrX", "1")]
    found = read(write_vcf(tmp_path / "a.vcf", ("a",), rows))
    assert [chunk.contig for chunk in found] == [0, 0, 1, 4, 0]


def test_small_rooms__cut_a_file_into_more_chunks_of_the_same(
    tmp_path: Path, write_vcf: WriteVcf, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = ["0/1:30:9", "1/2:30:9", "./.:30:9"]
    rows = [("1", at, "C", "A,CTG,CAAAAAAAAAAAAAAAAAAAAAAAAAAAA", other) for at in range(1, 60)]
    rows += [("1", at, "C", "A", ["0/1:3e1:9"] * 3) for at in range(60, 70)]
    rows += [("1", at, "C", "<NON_REF>", ["0/0:30:9"] * 3) for at in range(90, 99, 2)]
    file = write_vcf(tmp_path / "a.vcf", ("a", "b", "c"), rows, form="GT:GQ:DP")
    whole = read(file)
    monkeypatch.setattr(bundles, "CALLS_MOST", 7)
    monkeypatch.setattr(bundles, "LONG_MOST", 2)
    monkeypatch.setattr(bundles, "SITES_MOST", 5)
    monkeypatch.setattr(bundles, "STRETCHES_MOST", 4)
    cut = read(file)
    assert len(cut) > len(whole) == 1
    assert [site for chunk in cut for site in told(chunk)] == told(whole[0])
    for name in ("column", "start", "end"):
        parts = [getattr(chunk.stretches, name) for chunk in cut]
        assert np.concatenate(parts).tolist() == getattr(whole[0].stretches, name).tolist()


def test_small_blocks__change_nothing(
    tmp_path: Path, write_vcf: WriteVcf, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [("1", at, "C", "A" * (1 + at % 70), ["0/1"]) for at in range(1, 90)]
    file = write_vcf(tmp_path / "a.vcf", ("a",), rows)
    whole = [site for chunk in read(file) for site in told(chunk)]
    monkeypatch.setattr(text.read_blocks, "__defaults__", (48, text.LINE_BYTES_MOST))
    assert [site for chunk in read(file) for site in told(chunk)] == whole


def as_bcf(file: Path, *, is_packed: bool) -> Path:
    """Write a VCF as BCF beside it."""
    binary = file.with_suffix(".bcf")
    pysam.bcftools.view("-Ob", "-o", str(binary), str(file), catch_stdout=False)
    if not is_packed:
        binary.write_bytes(gzip.decompress(binary.read_bytes()))
    return binary


@pytest.mark.parametrize("is_packed", [False, True])
def test_bcf__says_what_the_vcf_says(tmp_path: Path, write_vcf: WriteVcf, is_packed: bool) -> None:
    rows = [("chr1", at, "C", "A,G", ["0|1", "1/2"]) for at in (5, 9)]
    file = write_vcf(tmp_path / "a.vcf", ("a", "b"), rows, meta=META)
    binary = as_bcf(file, is_packed=is_packed)
    assert [told(chunk) for chunk in read(binary)] == [told(chunk) for chunk in read(file)]


def test_damaged_bcf__is_refused_by_record(tmp_path: Path, write_vcf: WriteVcf) -> None:
    rows = [("chr1", at, "C", "A", ["0|1"]) for at in (5, 9)]
    file = write_vcf(tmp_path / "a.vcf", ("a",), rows, meta=META)
    binary = as_bcf(file, is_packed=False)
    binary.write_bytes(binary.read_bytes()[:-3])
    with pytest.raises(
        InputFileError, match=r"a\.bcf`: BCF cannot be read, at record `1` or later: "
    ):
        read(binary)
    binary.write_bytes(binary.read_bytes()[:40])
    with pytest.raises(
        InputFileError, match=r"a\.bcf`: BCF cannot be read, at record `1` or later: "
    ):
        read(binary)


def test_wrong_genotype_in_bcf__is_told_by_record(tmp_path: Path, write_vcf: WriteVcf) -> None:
    rows = [("chr1", 5, "C", "A", ["0/1"]), ("chr1", 9, "C", "A", ["0/1/1"])]
    file = write_vcf(tmp_path / "a.vcf", ("a",), rows, meta=META)
    binary = as_bcf(file, is_packed=True)
    with pytest.raises(InputFileError, match=r"a\.bcf`: record `2`: a genotype"):
        read(binary)


def test_damaged_block__is_refused_after_the_lines_before_it(tmp_path: Path) -> None:
    line = "chr1\t5\t.\tA\tC\t.\t.\tDP=1\tGT\t0/1\n"
    columns = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ta\n"
    file = bgzip(tmp_path / "a.vcf.gz", (HEADER + columns + line * 90_000).encode())
    content = bytearray(file.read_bytes())
    content[-60] ^= 0xFF
    file.write_bytes(content)
    with pytest.raises(InputFileError, match=r"line [0-9]{5}: compressed data are damaged"):
        read(file)


def test_truncated_and_gzip_files__are_refused_on_opening(tmp_path: Path) -> None:
    file = bgzip(tmp_path / "a.vcf.gz", HEADER.encode())
    file.write_bytes(file.read_bytes()[:-28])
    with pytest.raises(InputFileError, match="truncated: the end-of-file block"):
        read(file)
    file.write_bytes(gzip.compress(HEADER.encode()))
    with pytest.raises(InputFileError, match="compressed by gzip, expected bgzip"):
        read(file)
    with pytest.raises(InputFileError, match="cannot be read"):
        read(tmp_path / "no.vcf")


@pytest.mark.parametrize("content", ["", "##fileformat=VCFv4.2\n", "##fileformat=VCFv4.2"])
def test_file_without_a_header__is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "a.vcf").write_text(content)
    with pytest.raises(InputFileError, match="line 1: "):
        read(tmp_path / "a.vcf")


def test_huge_lines__are_refused_by_number(
    tmp_path: Path, write_vcf: WriteVcf, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [("1", 5, "C", "A", ["0/1"]), ("1", 5, "C", "A," * 600 + "T", ["0/1"])]
    file = write_vcf(tmp_path / "a.vcf", ("a",), rows)
    monkeypatch.setattr(text.read_blocks, "__defaults__", (256, 512))
    with pytest.raises(InputFileError, match=r"line 4: a line is longer than `[0-9]+` bytes"):
        read(file)


def test_a_million_alternatives__are_refused_by_number(tmp_path: Path, write_vcf: WriteVcf) -> None:
    rows = [("1", 5, "C", "A," * 1_000_000 + "T", ["0/1"])]
    with pytest.raises(InputFileError, match=r"line 3: has more than `1000000` ALT alleles"):
        read(write_vcf(tmp_path / "a.vcf", ("a",), rows))
    rows = [("1", 5, "C" * 70_000, "A," * 4_000 + "T", ["0/1"])]
    with pytest.raises(InputFileError, match=r"line 3: ALT alleles times bases of REF"):
        read(write_vcf(tmp_path / "a.vcf", ("a",), rows))


@pytest.mark.parametrize(("at", "name"), [(6, "FILTER"), (8, "FORMAT")])
def test_huge_columns__are_refused_by_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int, name: str
) -> None:
    monkeypatch.setattr(hard, "COLUMN_BYTES_MOST", 1000)
    columns = ["chr1", "5", ".", "A", "C", ".", ".", ".", "GT", "0/x"]
    columns[at] = "x:" * 501
    head = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ta\n"
    (tmp_path / "a.vcf").write_text(HEADER + head + "\t".join(columns) + "\n")
    with pytest.raises(InputFileError, match=rf"line 5: {name} is longer than `1000` bytes"):
        read(tmp_path / "a.vcf")


@pytest.mark.parametrize("limit", ["HEADER_BYTES_MOST", "HEADER_LINES_MOST"])
def test_endless_header__is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    monkeypatch.setattr(heads, limit, 40)
    (tmp_path / "a.vcf").write_text("##fileformat=VCFv4.2\n" + "##x\n" * 50)
    with pytest.raises(InputFileError, match=r"line [0-9]+: the header has more than `"):
        read(tmp_path / "a.vcf")


def test_other_assembly__is_refused_on_opening(tmp_path: Path, write_vcf: WriteVcf) -> None:
    meta = "##contig=<ID=1,length=249250621>\n"
    file = write_vcf(tmp_path / "a.vcf", ("a",), [("1", 5, "C", "A", ["0/1"])], meta=meta)
    with pytest.raises(InputFileError, match=r"is not of assembly `GRCh38`.*`GRCh37`"):
        open_chunks(GenomeFile(file), IntakeRules(GRCH38, None, 20, 8))


def test_watch__is_told_every_byte(tmp_path: Path, write_vcf: WriteVcf) -> None:
    rows = [("1", at, "C", "A", ["0/1"]) for at in range(1, 900)]
    for name in ("a.vcf", "a.vcf.gz"):
        file = write_vcf(tmp_path / name, ("a",), rows)
        seen: list[int] = []
        with open_chunks(GenomeFile(file), RULES, seen.append) as reading:
            list(reading)
        assert sum(seen) == file.stat().st_size


def test_reading__may_be_left_at_any_time(tmp_path: Path, write_vcf: WriteVcf) -> None:
    rows = [(name, 5, "C", "A", ["0/1"]) for name in ("1", "2")]
    with open_chunks(GenomeFile(write_vcf(tmp_path / "a.vcf", ("a",), rows)), RULES) as reading:
        assert next(iter(reading)).contig == 0
