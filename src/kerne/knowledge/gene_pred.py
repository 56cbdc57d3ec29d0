"""Read transcripts from bigGenePred BED, as UCSC defines it and MANE extends it."""

from collections import Counter
from pathlib import Path
from typing import Final

from kerne.alleles.assembly import Assembly
from kerne.alleles.transcript import Transcript
from kerne.errors import AlleleError, InputFileError
from kerne.knowledge.text import open_text

# UCSC bigGenePred has 20 columns. MANE adds Ensembl protein, RefSeq transcript, GeneID, RefSeq
# protein and MANE status.
COLUMNS: Final = 20
MANE_COLUMNS: Final = 25


def read_big_gene_pred(path: Path, assembly: Assembly) -> tuple[list[Transcript], dict[str, int]]:
    """Give the transcripts on contigs of the assembly, and how many were left out by contig.

    MANE transcripts are named by their RefSeq accession.

    Raises
    ------
    InputFileError
        A line is malformed.
    """
    transcripts: list[Transcript] = []
    left_out: Counter[str] = Counter()
    names: dict[str, str | None] = {}
    with open_text(path) as file:
        for number, line in enumerate(file, start=1):
            if line.startswith(("#", "track")):
                continue
            fields = line.rstrip("\n").split("\t")
            if len(fields) < COLUMNS:
                problem = f"expected {COLUMNS} columns or more, found `{len(fields)}`"
                raise InputFileError(path, problem, number)
            contig = _canonical(fields[0], assembly, names)
            if contig is None:
                left_out[fields[0]] += 1
                continue
            try:
                transcripts.append(_transcript(fields, contig))
            except (ValueError, AlleleError) as error:
                raise InputFileError(path, f"malformed transcript: {error}", number) from error
    return transcripts, dict(left_out)


def _canonical(name: str, assembly: Assembly, names: dict[str, str | None]) -> str | None:
    """Resolve a contig once; `None` if the assembly does not have it."""
    if name not in names:
        names[name] = assembly.canonical_name(name) if assembly.has_contig(name) else None
    return names[name]


def _transcript(fields: list[str], contig: str) -> Transcript:
    start = int(fields[1])
    sizes = [int(size) for size in fields[10].rstrip(",").split(",")]
    starts = [start + int(offset) for offset in fields[11].rstrip(",").split(",")]
    if not len(sizes) == len(starts) == int(fields[9]):
        problem = (
            f"expected `{fields[9]}` blocks, found `{len(sizes)}` sizes, `{len(starts)}` starts"
        )
        raise ValueError(problem)
    coding = (int(fields[6]), int(fields[7]))
    is_mane = len(fields) >= MANE_COLUMNS
    return Transcript(
        identifier=fields[21] if is_mane else fields[3],
        gene_id=fields[17],
        symbol=fields[18] or fields[17],
        contig=contig,
        strand=-1 if fields[5] == "-" else 1,
        exons=tuple((at, at + size) for at, size in zip(starts, sizes, strict=True)),
        cds=coding if coding[0] < coding[1] else None,
        protein_id=fields[23] if is_mane else None,
        tags=frozenset({fields[24].replace(" ", "_")}) if is_mane else frozenset(),
    )
