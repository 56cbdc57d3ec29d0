"""Convert files of a kind to a table, once, when they are added."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kerne.alleles.assembly import Assembly
from kerne.alleles.sequence import SequenceSource
from kerne.errors import AssemblyError, InputFileError
from kerne.knowledge.loading import clinvar, frequency_table, gnomad, scores
from kerne.knowledge.loading.reception import Reception, Report
from kerne.knowledge.loading.settling import best_by, greatest, once
from kerne.knowledge.release import TABLE, Kind
from kerne.knowledge.variant_table.building import Sorted, write_table
from kerne.knowledge.variant_table.fields import Field
from kerne.knowledge.variant_table.gathering import Gathering

Settled = Mapping[str, NDArray[np.int64]]


@dataclass(frozen=True, slots=True)
class Conversion:
    """How files of a kind become a table: what to keep, how to read it, what of several lines."""

    fields: tuple[Field, ...]
    gather: Callable[[Reception, Report], None]
    settle: Callable[[Sorted, Reception], Settled]


def _once(rows: Sorted, reception: Reception) -> Settled:
    return once(rows, reception.files)


def _greatest(rows: Sorted, _: Reception) -> Settled:
    return greatest(rows)


def _best_reviewed(rows: Sorted, _: Reception) -> Settled:
    return best_by(rows, "stars")


CONVERSIONS: Final[Mapping[Kind, Conversion]] = {
    Kind.FREQUENCIES: Conversion(gnomad.FREQUENCY_FIELDS, frequency_table.gather, _once),
    Kind.GNOMAD: Conversion(gnomad.FREQUENCY_FIELDS, gnomad.gather, gnomad.settle),
    Kind.CLINVAR: Conversion(clinvar.CLINVAR_FIELDS, clinvar.gather, _best_reviewed),
    Kind.REVEL: Conversion((scores.REVEL_FIELD,), scores.gather_revel, _greatest),
    Kind.ALPHAMISSENSE: Conversion(
        (scores.ALPHAMISSENSE_FIELD,), scores.gather_alphamissense, _greatest
    ),
    Kind.SPLICEAI: Conversion((scores.SPLICE_FIELD,), scores.gather_splice, _greatest),
}
"""By kind; the files of other kinds are kept as they are."""


def convert(
    kind: Kind,
    files: Sequence[Path],
    folder: Path,
    assembly: Assembly,
    sequence: SequenceSource | None,
    report: Report,
) -> Mapping[str, str]:
    """Write the table of files into a folder, and give the facts of it in words.

    Raises
    ------
    InputFileError, AssemblyError
        The files cannot be used.
    """
    conversion = CONVERSIONS[kind]
    with Gathering(conversion.fields, folder) as gathering:
        reception = Reception(gathering, files, assembly, sequence)
        try:
            conversion.gather(reception, report)
            reception.check()
        except AssemblyError as error:
            raise InputFileError(files[0], str(error)) from error
        alleles = write_table(
            folder / TABLE,
            gathering,
            lambda rows: conversion.settle(rows, reception),
            reception.facts,
        )
    if not alleles:
        raise InputFileError(files[0], "no allele in it")
    return {"alleles": f"{alleles:,}", **reception.facts()}
