"""VCF Zarr: read as the VCF that it stands for, and refused by name when it is none."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pysam
import pytest
import zarr

from kerne.alleles.assembly import GRCH38
from kerne.errors import InputFileError
from kerne.genomes.freestanding import FreestandingGenomes
from kerne.genomes.reading import zarr_text
from kerne.genomes.reading.chunks import open_chunks
from kerne.genomes.reading.intake import GenomeFile, IntakeRules, StoreRules
from kerne.genomes.reading.zarr_text import ZarrTextError, write_text

WriteVcf = Callable[..., Path]
RULES = IntakeRules(GRCH38, None, 20, 8)
FORMATS = (
    '##FORMAT=<ID=GT,Number=1,Type=String,Description="g">\n'
    '##FORMAT=<ID=DP,Number=1,Type=Integer,Description="d">\n'
    '##FORMAT=<ID=AD,Number=R,Type=Integer,Description="a">\n'
    '##FORMAT=<ID=GQ,Number=1,Type=Integer,Description="q">\n'
    '##INFO=<ID=END,Number=1,Type=Integer,Description="e">\n'
    '##ALT=<ID=NON_REF,Description="any">\n'
    "##contig=<ID=chr1,length=248956422>\n##contig=<ID=chr2>\n"
)
ROWS = [
    ("chr1", 5, "CA", "C,CT", ["0|1:30:1,2,3:40", "1/2:31:.:41", "2|0:.:0,1,2:.", "./.:1:.:."]),
    ("chr1", 9, "A", "G", ["1:9:0,9:50", "0:8:8,0:51", ".|1:7:3,4:52", "0/.:6:6,0:53"]),
    ("chr2", 7, "T", "C", ["0/0:5:5,0:54", "1|1:4:0,4:55", "0/1:3:2,1:56", "1|0:2:1,1:57"]),
]
SAMPLES = ("a", "b", "c d", "e")


def as_zarr(source: Path, out: Path, zarr_format: int = 2, chunk: int = 2) -> Path:
    """Write a VCF as VCF Zarr, by htslib and as plainly as can be."""
    with pysam.VariantFile(str(source)) as vcf:
        samples, contigs = list(vcf.header.samples), list(vcf.header.contigs)
        records = list(vcf)
        group = zarr.open_group(str(out), mode="w", zarr_format=zarr_format)  # type: ignore[arg-type]  # a literal
        group.attrs["vcf_zarr_version"] = "0.4"
        width = max(len(record.alleles or ()) for record in records)
        shape = (len(records), len(samples))
        arrays: dict[str, Any] = {
            "contig_id": np.array(contigs, dtype=np.dtypes.StringDType()),
            "sample_id": np.array(samples, dtype=np.dtypes.StringDType()),
            "variant_contig": np.array([contigs.index(each.contig) for each in records]),
            "variant_position": np.array([each.pos for each in records], dtype=np.int32),
            "variant_length": np.array([each.rlen for each in records], dtype=np.int32),
            "variant_allele": np.array(
                [[*(r.alleles or ()), *[""] * (width - len(r.alleles or ()))] for r in records],
                dtype=np.dtypes.StringDType(),
            ),
            "call_genotype": np.full((*shape, 2), -2, dtype=np.int8),
            "call_genotype_phased": np.zeros(shape, dtype=np.bool_),
            "call_DP": np.full(shape, -1, dtype=np.int32),
            "call_GQ": np.full(shape, -1, dtype=np.int32),
            "call_AD": np.full((*shape, width), -2, dtype=np.int32),
        }
        for at, record in enumerate(records):
            for column, call in enumerate(record.samples.values()):
                alleles = [-1 if each is None else each for each in call["GT"]]
                arrays["call_genotype"][at, column, : len(alleles)] = alleles
                arrays["call_genotype_phased"][at, column] = call.phased and len(alleles) > 1
                for name in ("DP", "GQ"):
                    value = call[name]
                    arrays[f"call_{name}"][at, column] = -1 if value is None else value
                reads = [-1 if each is None else each for each in call["AD"]]
                arrays["call_AD"][at, column, : len(reads)] = reads
        for name, values in arrays.items():
            chunks = (min(chunk, len(values)), *values.shape[1:])
            dtype = str if values.dtype.kind == "T" else values.dtype
            made = group.create_array(name, shape=values.shape, dtype=dtype, chunks=chunks)
            made[...] = values
    return out


@pytest.fixture
def vcf(tmp_path: Path, write_vcf: WriteVcf) -> Path:
    return write_vcf(tmp_path / "a.vcf", SAMPLES, ROWS, form="GT:DP:AD:GQ", meta=FORMATS)


def calls_of(path: Path) -> tuple[tuple[str, ...], bool, list[tuple[object, ...]]]:
    """Return samples, whether it is a gVCF, and every call and stretch of a file."""
    found: list[tuple[object, ...]] = []
    with open_chunks(GenomeFile(path), RULES) as reading:
        for chunk in reading:
            site = np.repeat(np.arange(len(chunk.position)), np.diff(chunk.first))
            fields = chunk.fields
            columns: list[Any] = [chunk.position[site], chunk.change[site]]
            columns += [chunk.column, chunk.code]
            if fields is not None:
                columns += [fields.depth_reads, fields.reference_reads]
                columns += [fields.alternative_reads, fields.quality]
            lists = (column.tolist() for column in columns)
            found += [(chunk.contig, *each) for each in zip(*lists, strict=True)]
            ends = chunk.stretches
            lists = (each.tolist() for each in (ends.column, ends.start, ends.end))
            found += [("callable", chunk.contig, *each) for each in zip(*lists, strict=True)]
        return reading.samples, reading.is_gvcf, found


@pytest.mark.parametrize("zarr_format", [2, 3])
def test_zarr__says_what_its_vcf_says(vcf: Path, tmp_path: Path, zarr_format: int) -> None:
    meant = calls_of(vcf)
    assert len(meant[2]) > 8
    assert calls_of(as_zarr(vcf, tmp_path / "a.vcz", zarr_format)) == meant


def test_zarr_of_a_gvcf__says_where_it_is_callable(tmp_path: Path, write_vcf: WriteVcf) -> None:
    rows = [
        ("chr1", 1, "A", "<NON_REF>;END=100", ["0/0:30:30,0:50"]),
        ("chr1", 101, "A", "C,<NON_REF>", ["0/1:30:14,16,0:50"]),
        ("chr1", 102, "G", "<NON_REF>;END=200", ["0/0:3:3,0:9"]),
    ]
    path = write_vcf(tmp_path / "g.vcf", ("a",), rows, form="GT:DP:AD:GQ", meta=FORMATS)
    meant = calls_of(path)
    assert meant[1]
    assert calls_of(as_zarr(path, tmp_path / "g.vcz")) == meant


def test_zarr_that_is_added__counts_as_its_vcf(vcf: Path, tmp_path: Path) -> None:
    tables = []
    for name, path in {"x": vcf, "y": as_zarr(vcf, tmp_path / "a.vcz")}.items():
        desk = FreestandingGenomes(tmp_path / name)
        desk.add([GenomeFile(path)], StoreRules("GRCh38"))
        tables.append(desk.frequencies().table())
    assert tables[0].num_rows == 4
    assert tables[0] == tables[1]


def changed(vcf: Path, out: Path, change: Callable[[Any], None]) -> Path:
    path = as_zarr(vcf, out)
    change(zarr.open_group(str(path), mode="r+"))
    return path


def put(name: str, at: object, value: object) -> Callable[[Any], None]:
    def change(group: Any) -> None:  # Any: zarr's own
        group[name][at] = value

    return change


def cut(name: str, *shape: int) -> Callable[[Any], None]:
    return lambda group: group[name].resize(shape)


BAD = {
    "no `vcf_zarr_version`": lambda group: group.attrs.update({"vcf_zarr_version": "9"}),
    "no array `variant_allele`": lambda group: group.__delitem__("variant_allele"),
    "ploidy of `3`": cut("call_genotype", 3, 4, 3),
    "`variant_position` does not have the shape": cut("variant_position", 2),
    "`call_DP` does not have the shape": cut("call_DP", 3, 2),
    "record `2` is on contig `7` of none": put("variant_contig", 1, 7),
    "is below `-2`": put("call_genotype", (0, 0, 0), -3),
    "a text of `variant_allele`": put("variant_allele", (1, 0), "A\n"),
    "a text of `sample_id`": put("sample_id", 0, "a\tb"),
}


@pytest.mark.parametrize("words", list(BAD))
def test_zarr_that_is_malformed__is_refused(vcf: Path, tmp_path: Path, words: str) -> None:
    path = changed(vcf, tmp_path / "bad.vcz", BAD[words])
    with pytest.raises(ZarrTextError, match=words):
        write_text(str(path), io.BytesIO())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (BAD["is below `-2`"], r"VCF Zarr cannot be read, at record `1` or later: .*below `-2`"),
        (put("call_genotype", (1, 0, 0), 5), "record `2`: "),
        (put("variant_position", 2, 0), "record `3`: "),
    ],
)
def test_refusal__names_the_record(
    vcf: Path, tmp_path: Path, change: Callable[[Any], None], words: str
) -> None:
    path = changed(vcf, tmp_path / "bad.vcz", change)
    with pytest.raises(InputFileError, match=words):
        calls_of(path)


def test_array_that_is_damaged__is_refused(vcf: Path, tmp_path: Path) -> None:
    path = as_zarr(vcf, tmp_path / "a.vcz")
    for each in (path / "call_genotype").iterdir():
        if not each.name.startswith("."):
            each.write_bytes(b"\x00" * 7)
    with pytest.raises(InputFileError, match="an array cannot be read"):
        calls_of(path)


def test_directory_without_zarr__is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match="holds no VCF Zarr"):
        calls_of(tmp_path)


def test_main__says_on_standard_error_what_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    limits: list[tuple[int, int]] = []
    monkeypatch.setattr("resource.setrlimit", lambda _what, pair: limits.append(pair))
    monkeypatch.setattr("sys.argv", ["zarr_text", str(tmp_path)])
    assert zarr_text.main() == 1
    assert capsys.readouterr().err.startswith("Error: ")
    assert limits == [(zarr_text.MEMORY_BYTES_MOST, zarr_text.MEMORY_BYTES_MOST)]
