"""Read transcripts from Ensembl's dialect of GFF3.

Genes are `ID=gene:...`, transcripts `ID=transcript:...;Parent=gene:...`, and their exons and coding
stretches name them as `Parent`. Parts may come in any order, so everything is gathered first.
"""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import unquote

from kerne.alleles.assembly import Assembly
from kerne.alleles.transcript import Transcript
from kerne.errors import AlleleError, InputFileError
from kerne.knowledge.tags import INCOMPLETE_START, NONSENSE_MEDIATED_DECAY
from kerne.knowledge.text import open_text

COLUMNS: Final = 9
GENE: Final = "gene:"
TRANSCRIPT: Final = "transcript:"


@dataclass(slots=True)
class _Parts:
    """What has been read of one transcript."""

    line: int = 0
    contig: str = ""
    strand: str = ""
    about: dict[str, str] = field(default_factory=dict)
    exons: list[tuple[int, int]] = field(default_factory=list)
    coding: list[tuple[int, int, str]] = field(default_factory=list)
    protein_id: str | None = None


def read_gff3(path: Path, assembly: Assembly) -> tuple[list[Transcript], dict[str, int]]:
    """Give the transcripts on contigs of the assembly, and how many were left out by contig.

    Raises
    ------
    InputFileError
        A line is malformed, or there is no transcript in Ensembl's dialect.
    """
    symbols: dict[str, str] = {}
    gathered: dict[str, _Parts] = {}
    with open_text(path) as file:
        for number, line in enumerate(file, start=1):
            if not line.startswith("#") and line.strip():
                _take(line, number, path, symbols, gathered)
    found = {name: parts for name, parts in gathered.items() if parts.line}
    if not found:
        raise InputFileError(path, "no `ID=transcript:...;Parent=gene:...`, expected Ensembl GFF3")
    contigs = {parts.contig for parts in found.values()}
    names = {c: assembly.canonical_name(c) for c in contigs if assembly.has_contig(c)}
    left_out = Counter(p.contig for p in found.values() if p.contig not in names)
    transcripts = [
        _transcript(parts, path, symbols, names[parts.contig])
        for parts in found.values()
        if parts.contig in names
    ]
    return transcripts, dict(left_out)


def _take(
    line: str, number: int, path: Path, symbols: dict[str, str], gathered: dict[str, _Parts]
) -> None:
    columns = line.rstrip("\n").split("\t")
    if len(columns) != COLUMNS:
        problem = f"expected {COLUMNS} columns, found `{len(columns)}`"
        raise InputFileError(path, problem, number)
    kind, attributes = columns[2], columns[8]
    if kind in {"exon", "CDS"}:
        _take_part(columns, _span(columns, path, number), gathered)
    elif attributes.startswith(f"ID={GENE}"):
        about = _attributes(attributes)
        identifier = about["ID"].removeprefix(GENE)
        symbols[identifier] = about.get("Name", identifier)
    elif attributes.startswith(f"ID={TRANSCRIPT}"):
        about = _attributes(attributes)
        parts = gathered.setdefault(about["ID"].removeprefix(TRANSCRIPT), _Parts())
        parts.line, parts.contig, parts.strand = number, columns[0], columns[6]
        parts.about = about


def _take_part(columns: list[str], span: tuple[int, int], gathered: dict[str, _Parts]) -> None:
    """Add an exon or coding stretch to each transcript that it is part of."""
    about = _attributes(columns[8])
    for parent in about.get("Parent", "").split(","):
        parts = gathered.setdefault(parent.removeprefix(TRANSCRIPT), _Parts())
        if columns[2] == "exon":
            parts.exons.append(span)
        else:
            parts.coding.append((*span, columns[7]))
            parts.protein_id = about.get("protein_id")


def _attributes(text: str) -> dict[str, str]:
    pairs = (pair.partition("=") for pair in text.split(";") if pair)
    return {key: unquote(value) if "%" in value else value for key, _, value in pairs}


def _span(columns: list[str], path: Path, number: int) -> tuple[int, int]:
    first_1based, last_1based = columns[3], columns[4]
    if not (first_1based.isdigit() and last_1based.isdigit()):
        problem = f"expected a start and an end, found `{first_1based}` and `{last_1based}`"
        raise InputFileError(path, problem, number)
    return int(first_1based) - 1, int(last_1based)


def _transcript(parts: _Parts, path: Path, symbols: dict[str, str], contig: str) -> Transcript:
    gene_id = parts.about.get("Parent", "").removeprefix(GENE)
    coding = sorted(parts.coding)
    try:
        return Transcript(
            identifier=_identifier(parts.about),
            gene_id=gene_id,
            symbol=symbols.get(gene_id, gene_id),
            contig=contig,
            strand=-1 if parts.strand == "-" else 1,
            exons=tuple(sorted(parts.exons)),
            cds=(coding[0][0], max(end for _, end, _ in coding)) if coding else None,
            protein_id=parts.protein_id,
            tags=_tags(parts),
        )
    except AlleleError as error:
        raise InputFileError(path, f"malformed transcript: {error}", parts.line) from error


def _identifier(about: dict[str, str]) -> str:
    name = about["ID"].removeprefix(TRANSCRIPT)
    version = about.get("version")
    return name if version is None or "." in name else f"{name}.{version}"


def _tags(parts: _Parts) -> frozenset[str]:
    tags = {tag for tag in parts.about.get("tag", "").split(",") if tag}
    if parts.about.get("biotype") == NONSENSE_MEDIATED_DECAY:
        tags.add(NONSENSE_MEDIATED_DECAY)
    if parts.coding and _first_phase(parts) in {"1", "2"}:
        tags.add(INCOMPLETE_START)
    return frozenset(tags)


def _first_phase(parts: _Parts) -> str:
    """Give the phase where the coding sequence begins; not 0 when its start was not found."""
    ordered = sorted(parts.coding)
    return (ordered[-1] if parts.strand == "-" else ordered[0])[2]
