"""Segments as Parquet files: written once, with a checksum each, verified on every read."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from kerne.alleles.assembly import Assembly
from kerne.durable import sync_directory, write_durably
from kerne.errors import DamagedStoreError
from kerne.genomes.manifest import SegmentEntry
from kerne.genomes.segment import (
    CallTable,
    Change,
    MentionTable,
    RowTable,
    Segment,
    SiteTable,
    StretchTable,
)

COMPRESSION: Final = "zstd"
Columns = dict[str, Any]  # Any: Arrow and numpy arrays alike


def write_segment(directory: Path, name: str, segment: Segment, assembly: Assembly) -> SegmentEntry:
    """Write a segment durably into `directory / name` and return its manifest entry."""
    place = directory / name
    place.mkdir()
    checksums = {}
    for table, columns in _columns(segment, assembly).items():
        content = _parquet(columns)
        write_durably(place / table, content)
        checksums[table] = sha256(content).hexdigest()
    sync_directory(place)
    sync_directory(directory)
    return SegmentEntry(
        name, len(segment.rows.ids), len(segment.sites), len(segment.calls), checksums
    )


def read_segment(directory: Path, entry: SegmentEntry, assembly: Assembly) -> Segment:
    """Read a segment and verify every file of it.

    Raises
    ------
    DamagedStoreError
        A file does not match its checksum.
    FileNotFoundError
        A file is not there: the caller knows whether the manifest has moved on.
    """
    tables = _Tables(directory / entry.name, entry.files)
    contigs = {contig.name: rank for rank, contig in enumerate(assembly.contigs)}
    return Segment(
        _rows(tables.read("rows.parquet")),
        _sites(tables.read("sites.parquet"), contigs),
        _calls(tables.read("calls.parquet")),
        _stretches(tables.read("stretches.parquet"), contigs),
        _mentions(tables.read("mentions.parquet")),
    )


def read_rows(directory: Path, entry: SegmentEntry) -> RowTable:
    """Read and verify the rows of a segment alone: who is in it.

    Raises
    ------
    DamagedStoreError
        The file does not match its checksum.
    FileNotFoundError
        The file is not there: the caller knows whether the manifest has moved on.
    """
    return _rows(_Tables(directory / entry.name, entry.files).read("rows.parquet"))


@dataclass(frozen=True, slots=True)
class _Tables:
    place: Path
    checksums: Mapping[str, str]

    def read(self, name: str) -> Columns:
        path = self.place / name
        content = path.read_bytes()
        if sha256(content).hexdigest() != self.checksums[name]:
            raise DamagedStoreError(f"`{path}` is damaged: its checksum does not match")
        table = pq.ParquetFile(pa.BufferReader(content)).read(use_threads=False)
        return {column: table.column(column).combine_chunks() for column in table.column_names}


def _parquet(columns: Columns) -> bytes:
    buffer = BytesIO()
    pq.write_table(pa.table(columns), buffer, compression=COMPRESSION)
    return buffer.getvalue()


def _columns(segment: Segment, assembly: Assembly) -> dict[str, Columns]:
    rows, sites, calls = segment.rows, segment.sites, segment.calls
    stretches, mentions = segment.stretches, segment.mentions
    names = [contig.name for contig in assembly.contigs]
    return {
        "rows.parquet": {
            "row": rows.ids,
            "sample": pa.array(rows.samples, pa.string()),
            "source": rows.sources,
            "declared_whole": rows.whole,
            "x_copies": rows.x_copies,
            "y_copies": rows.y_copies,
        },
        "sites.parquet": {
            "contig": _dictionary(sites.contig, names),
            "position": sites.position,
            "reference": _dictionary(sites.change, [change[0] for change in sites.changes]),
            "alternative": _dictionary(sites.change, [change[1] for change in sites.changes]),
        },
        "calls.parquet": {
            "site": calls.site,
            "row": calls.row,
            "code": calls.code,
            "depth_reads": calls.depth,
        },
        "stretches.parquet": {
            "row": stretches.row,
            "contig": _dictionary(stretches.contig, names),
            "start": stretches.start,
            "end": stretches.end,
        },
        "mentions.parquet": {"source": mentions.source, "site": mentions.site},
    }


def _dictionary(indices: NDArray[np.signedinteger], values: list[str]) -> Any:  # Any: Arrow
    array = pa.DictionaryArray.from_arrays(
        pa.array(indices.astype(np.int32)), pa.array(values, pa.string())
    )
    return array.cast(pa.string()).dictionary_encode()


def _numbers(column: Any) -> NDArray[Any]:  # Any: Arrow column of any number type
    numbers: NDArray[Any] = column.to_numpy(zero_copy_only=False)
    return numbers


def _ranks(column: Any, contigs: Mapping[str, int]) -> NDArray[np.int16]:  # Any: Arrow column
    encoded = column.dictionary_encode()
    ranks = np.array([contigs[name] for name in encoded.dictionary.to_pylist()], dtype=np.int16)
    chosen: NDArray[np.int16] = ranks[_numbers(encoded.indices)]
    return chosen


def _rows(columns: Columns) -> RowTable:
    return RowTable(
        _numbers(columns["row"]),
        tuple(columns["sample"].to_pylist()),
        _numbers(columns["source"]),
        _numbers(columns["declared_whole"]),
        _numbers(columns["x_copies"]),
        _numbers(columns["y_copies"]),
    )


def _sites(columns: Columns, contigs: Mapping[str, int]) -> SiteTable:
    references = columns["reference"].dictionary_encode()
    alternatives = columns["alternative"].dictionary_encode()
    width = len(alternatives.dictionary) + 1
    pairs = _numbers(references.indices).astype(np.int64) * width + _numbers(alternatives.indices)
    used, change = np.unique(pairs, return_inverse=True)
    from_, to = references.dictionary.to_pylist(), alternatives.dictionary.to_pylist()
    changes: list[Change] = [(from_[pair // width], to[pair % width]) for pair in used.tolist()]
    order = sorted(range(len(changes)), key=changes.__getitem__)
    rank = np.empty(len(order), dtype=np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    return SiteTable(
        _ranks(columns["contig"], contigs),
        _numbers(columns["position"]),
        rank[change],
        tuple(changes[at] for at in order),
    )


def _calls(columns: Columns) -> CallTable:
    return CallTable(
        _numbers(columns["site"]),
        _numbers(columns["row"]),
        _numbers(columns["code"]),
        _numbers(columns["depth_reads"]),
    )


def _stretches(columns: Columns, contigs: Mapping[str, int]) -> StretchTable:
    return StretchTable(
        _numbers(columns["row"]),
        _ranks(columns["contig"], contigs),
        _numbers(columns["start"]),
        _numbers(columns["end"]),
    )


def _mentions(columns: Columns) -> MentionTable:
    return MentionTable(_numbers(columns["source"]), _numbers(columns["site"]))
