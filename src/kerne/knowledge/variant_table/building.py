"""Write a table: sort the rows of each page, settle those of one allele, keep the columns."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kerne.alleles.change import reference_spans
from kerne.knowledge.variant_table.array_file import ArrayWriter, Reference
from kerne.knowledge.variant_table.column import Column, make_column
from kerne.knowledge.variant_table.gathering import Gathering, Place, Rows
from kerne.knowledge.variant_table.keys import BIN_BITS, bin_starts, is_aside, make_keys


@dataclass(frozen=True, slots=True, eq=False)
class Sorted:
    """The rows of a page in the order of the table, those of one allele next to each other.

    Parameters
    ----------
    firsts
        (alleles,): the first row of each allele.
    """

    contig: str
    rows: Rows
    firsts: NDArray[np.int64]


Settle = Callable[[Sorted], Mapping[str, NDArray[np.int64]]]
"""Gives the values of each allele, (alleles,) by field, where several rows may speak of one."""


def write_table(
    path: Path, gathering: Gathering, settle: Settle, facts: Callable[[], Mapping[str, str]]
) -> int:
    """Write a new table and give its number of alleles.

    Parameters
    ----------
    facts
        Says, once all is settled, what else is to be known about the table.
    """
    alleles = 0
    with ArrayWriter(path) as writer:
        pages = []
        for place in gathering.places():
            rows = _sorted(place, gathering.rows(place))
            alleles += rows.firsts.size
            pages.append(_page(writer, place, rows, settle(rows)))
        fields = [(each.name, each.form.value, each.digits) for each in gathering.fields]
        pool = _texts(writer, gathering.pool.texts, np.uint64)
        writer.finish({"fields": fields, "facts": dict(facts()), "pages": pages, "pool": pool})
    return alleles


def _sorted(place: Place, rows: Rows) -> Sorted:
    bins = (rows.positions >> BIN_BITS).astype(np.uint64)
    keys = make_keys(rows.positions, rows.codes)
    places = (bins << np.uint64(32)) | keys
    # Two long changes may have one number, so that texts part them.
    _, texts = np.unique(rows.texts, return_inverse=True)
    order = np.lexsort((rows.lines, rows.files, texts, rows.codes, places))
    places, codes, texts = places[order], rows.codes[order], texts[order]
    is_first = np.ones(len(order), dtype=np.bool_)
    is_first[1:] = (
        (places[1:] != places[:-1]) | (codes[1:] != codes[:-1]) | (texts[1:] != texts[:-1])
    )
    return Sorted(place[0], rows.taken(order), np.flatnonzero(is_first))


def _page(
    writer: ArrayWriter, place: Place, rows: Sorted, columns: Mapping[str, NDArray[np.int64]]
) -> dict[str, object]:
    alleles = rows.rows.taken(rows.firsts)
    keys = make_keys(alleles.positions, alleles.codes)
    aside = np.flatnonzero(is_aside(keys))
    return {
        "contig": place[0],
        "page": place[1],
        "reach_bp": _reach_bp(alleles),
        "keys": writer.add(keys),
        "starts": writer.add(bin_starts(alleles.positions)),
        "aside": (
            writer.add(aside.astype(np.uint32)),
            writer.add(alleles.codes[aside]),
            *_texts(writer, alleles.texts[aside].tolist(), np.uint32),
        ),
        "columns": {name: _column(writer, make_column(each)) for name, each in columns.items()},
    }


def _reach_bp(alleles: Rows) -> int:
    is_text = alleles.texts != ""
    spelled = reference_spans(alleles.codes[~is_text], {})
    texts: list[int] = [text.index(">") for text in alleles.texts[is_text].tolist()]
    return max(int(spelled.max(initial=0)), *texts, 0)


def _column(writer: ArrayWriter, column: Column) -> tuple[int, Reference, Reference, Reference]:
    return (
        column.base,
        writer.add(column.steps),
        writer.add(column.exception_rows),
        writer.add(column.exceptions),
    )


def _texts(
    writer: ArrayWriter, texts: list[str], width: type[np.unsignedinteger]
) -> tuple[Reference, Reference]:
    """Write texts one after the other: where each begins and the last ends, and their bytes."""
    encoded = [text.encode() for text in texts]
    starts = np.zeros(len(encoded) + 1, dtype=width)
    np.cumsum([len(each) for each in encoded], out=starts[1:])
    return writer.add(starts), writer.add(np.frombuffer(b"".join(encoded), dtype=np.uint8))
