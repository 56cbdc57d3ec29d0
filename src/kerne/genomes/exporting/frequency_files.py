"""Frequencies as files that other programs read, written a part of the genome at a time.

In every form positions count from 1 and an AF is missing where AN is 0.

References
----------
VCF 4.4 §1.6.1 (AC, AN, AF); AC_Hom, AC_Het and AC_Hemi as `bcftools +fill-tags` writes them.
"""

import io
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np

from kerne.alleles.assembly import Assembly
from kerne.genomes.allele_list import listed
from kerne.genomes.exporting.export_format import FrequencyFormat
from kerne.genomes.exporting.vcf_head import FIXED, contig_lines, head_lines, open_bgzip
from kerne.genomes.frequencies import Frequencies, path_to_write, write_table_1based

VCF_GZ: Final = ".gz"


Parts = Iterable[Frequencies]


def save_frequencies(path: Path, form: FrequencyFormat, assembly: Assembly, parts: Parts) -> None:
    """Write a file, which appears whole or not at all; a VCF named `.gz` is bgzipped.

    Raises
    ------
    GenomeError
        The file cannot be written.
    """
    with path_to_write(path) as place:
        if form is FrequencyFormat.VCF and path.suffix == VCF_GZ:
            with open_bgzip(place) as file:
                for text in _vcf_1based(assembly, parts):
                    file.write(text.encode())
            return
        with place.open("wb") as stream:
            write_frequency_stream(stream, form, assembly, parts)


def write_frequency_stream(
    stream: BinaryIO, form: FrequencyFormat, assembly: Assembly, parts: Parts
) -> None:
    """Write frequencies into a stream that is open."""
    _WRITERS[form](stream, assembly, parts)


def _write_tsv(stream: BinaryIO, assembly: Assembly, parts: Parts) -> None:
    text = io.TextIOWrapper(stream, encoding="utf-8", newline="")
    write_table_1based(_none(assembly), text)
    for part in parts:
        write_table_1based(part, text, has_header=False)
    text.flush()
    text.detach()  # else the stream would be closed with it


def _write_vcf(stream: BinaryIO, assembly: Assembly, parts: Parts) -> None:
    stream.writelines(text.encode() for text in _vcf_1based(assembly, parts))


def _write_arrow(stream: BinaryIO, assembly: Assembly, parts: Parts) -> None:
    import pyarrow as pa  # noqa: PLC0415  not every command needs it

    with pa.ipc.new_stream(stream, _none(assembly).table().schema) as writer:
        _write_tables(writer, parts)


def _write_parquet(stream: BinaryIO, assembly: Assembly, parts: Parts) -> None:
    import pyarrow.parquet as pq  # noqa: PLC0415  not every command needs it

    schema = _none(assembly).table().schema
    with pq.ParquetWriter(stream, schema, compression="zstd") as writer:
        _write_tables(writer, parts)


_WRITERS: Final[dict[FrequencyFormat, Callable[[BinaryIO, Assembly, Parts], None]]] = {
    FrequencyFormat.TSV: _write_tsv,
    FrequencyFormat.VCF: _write_vcf,
    FrequencyFormat.ARROW: _write_arrow,
    FrequencyFormat.PARQUET: _write_parquet,
}


def _write_tables(writer: Any, parts: Parts) -> None:  # Any: pyarrow's own, imported late
    for part in parts:
        if len(part):
            writer.write_table(part.table())


def _none(assembly: Assembly) -> Frequencies:
    """Return frequencies of no allele."""
    none = np.empty(0, dtype=np.int64)
    names = [each.name for each in assembly.contigs]
    return Frequencies(listed([], names), none, none, none, none, none)


def _vcf_1based(assembly: Assembly, parts: Parts) -> Iterator[str]:
    lines = [
        *head_lines(),
        '##INFO=<ID=AC,Number=A,Type=Integer,Description="Alternative alleles called">',
        '##INFO=<ID=AN,Number=1,Type=Integer,Description="Alleles called">',
        '##INFO=<ID=AF,Number=A,Type=Float,Description="AC/AN">',
        '##INFO=<ID=AC_Hom,Number=A,Type=Integer,Description="Alleles in homozygous genotypes">',
        '##INFO=<ID=AC_Het,Number=A,Type=Integer,Description="Alleles in heterozygous genotypes">',
        '##INFO=<ID=AC_Hemi,Number=A,Type=Integer,Description="Alleles in haploid genotypes">',
        *contig_lines(assembly),
        FIXED,
    ]
    yield "".join(f"{line}\n" for line in lines)
    for part in parts:
        yield "".join(_records_1based(part))


def _records_1based(found: Frequencies) -> Iterator[str]:
    texts = (found.contig, found.position, found.reference, found.alternative)
    counts = (found.ac, found.an, found.hom, found.het, found.hemi)
    columns = (column.tolist() for column in (*texts, *counts))
    for contig, position, reference, other, ac, an, hom, het, hemi in zip(*columns, strict=True):
        af = f"AF={ac / an:.6g};" if an else ""
        info = f"AC={ac};AN={an};{af}AC_Hom={2 * hom};AC_Het={het};AC_Hemi={hemi}"
        yield f"{contig}\t{position + 1}\t.\t{reference}\t{other}\t.\t.\t{info}\n"
