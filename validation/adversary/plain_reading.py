"""Read a VCF the plainest way, line by line, into what `naive` counts.

It measures the copies of X and Y too: by how calls are written, or by how many are heterozygous.
"""

import gzip
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Final

from adversary.naive import (
    CARRIED,
    PAIRED,
    PAR2,
    UNCLEAR,
    Call,
    Key,
    NaiveFile,
    haplotypes_of,
    normal,
    said_of,
)
from adversary.sequence import PAR_END, PAR_START, InventedSequence, Stretch
from adversary.writing import LENGTHS, SPELLINGS

CONTIG_OF: Final = {
    spelling.lower(): contig for contig, spellings in SPELLINGS.items() for spelling in spellings
}
ANY_ALLELES: Final = frozenset({"<NON_REF>", "<*>"})
ODDS_NEEDED: Final = 1000
LARGEST: Final = (1 << 31) - 1


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What a genotype of a gVCF must reach."""

    min_gq: float = 20
    min_dp: float = 8


def read_naively(
    path: Path,
    *,
    sequence: InventedSequence | None = None,
    bed: Sequence[Stretch] | None = None,
    is_gvcf: bool = False,
    thresholds: Thresholds | None = None,
) -> NaiveFile:
    """Read a VCF, plain or gzip, the plainest way."""
    lines = _text(path)
    header = next(line for line in lines if line.startswith("#CHROM"))
    file = NaiveFile(tuple(header.split("\t")[9:]))
    if is_gvcf:
        file.callable_in = [[] for _ in file.samples]
    elif bed is not None:
        file.callable_in = [list(bed)] * len(file.samples)
    for line in lines:
        if line and not line.startswith("#"):
            wanted = (thresholds or Thresholds()) if is_gvcf else None
            _take(file, line.split("\t"), sequence, wanted)
    file.copies = [_measured(_tally(file, sample)) for sample in range(len(file.samples))]
    return file


def looks_like_gvcf(path: Path) -> bool:
    """Say whether one of the first thousand records is a reference block."""
    lines = [line.split("\t") for line in _text(path) if line and not line.startswith("#")]
    return any(
        bool(ANY_ALLELES & set(columns[4].split(",")))
        or (columns[4] == "." and "END=" in columns[7])
        for columns in lines[:1000]
    )


def _text(path: Path) -> list[str]:
    raw = path.read_bytes()
    text = (gzip.decompress(raw) if raw.startswith(b"\x1f\x8b") else raw).decode()
    return [line.rstrip("\r") for line in text.split("\n")]


def _take(
    file: NaiveFile,
    columns: Sequence[str],
    sequence: InventedSequence | None,
    thresholds: Thresholds | None,
) -> None:
    contig = CONTIG_OF.get(columns[0].lower())
    if contig is None:
        return
    position, reference = int(columns[1]) - 1, columns[3].upper()
    alternatives = [] if columns[4] == "." else columns[4].split(",")
    for sample, values in enumerate(columns[9:]):
        # A key that stands twice is the last one, and what is left out at the end is missing.
        told = dict(zip_longest(columns[8].split(":"), values.split(":"), fillvalue="."))
        weak = False
        if thresholds is not None:
            weak = not _reaches(told, thresholds)
            if not weak and _speaks(alternatives, columns[7]):
                end = _end(columns[7], position + len(reference))
                assert file.callable_in is not None
                file.callable_in[sample].append(Stretch(contig, position, end))
        for number, text in enumerate(alternatives, start=1):
            alternative = text.upper()
            if text.isalpha() and alternative != reference:
                key = normal(contig, position, reference, alternative, sequence)
                call = _call(told, number, weak=weak)
                file.told.setdefault(key, [[] for _ in file.samples])[sample].append(call)


def _call(told: Mapping[str, str], number: int, *, weak: bool) -> Call:
    genotype = told.get("GT", ".")
    said = said_of(genotype, number)
    if weak:
        said = f"weak {said}" if said in CARRIED else "missing"
    depths = told.get("AD", ".").split(",")
    return Call(
        said,
        haplotypes_of(genotype, number),
        _number(told.get("DP", ".")),
        _number(told.get("GQ", ".")),
        _number(depths[0]),
        _number(depths[number]) if number < len(depths) else None,
    )


def _number(text: str) -> int | None:
    """Return a number; nothing where a file says none, or what is no number of reads."""
    try:
        number = float(text)
    except ValueError:
        return None
    return int(number) if 0 <= number <= LARGEST and "_" not in text else None


def _reaches(told: Mapping[str, str], thresholds: Thresholds) -> bool:
    genotype, quality = told.get("GT", "."), told.get("GQ", ".")
    depth = told.get("MIN_DP" if "MIN_DP" in told else "DP", ".")
    if "." in genotype:
        return False
    try:
        return float(quality) >= thresholds.min_gq and float(depth) >= thresholds.min_dp
    except ValueError:  # missing, or a value that nobody needed to read
        return False


def _speaks(alternatives: Sequence[str], info: str) -> bool:
    """Say whether a record speaks of its bases: a block, or bases instead of them."""
    is_block = bool(ANY_ALLELES & set(alternatives))
    is_bare = not alternatives and "END=" in info
    return is_block or is_bare or any(each.isalpha() for each in alternatives)


def _end(info: str, otherwise: int) -> int:
    for item in info.split(";"):
        if item.startswith("END=") and item[4:].isascii() and item[4:].isdigit():
            return int(item[4:])
    return otherwise


def _tally(file: NaiveFile, sample: int) -> dict[str, int]:
    """Count the calls that show how many copies of X and Y there are."""
    tally = dict.fromkeys(("haploid", "het", "hom", "y", "y het"), 0)
    for key in file.told:
        call = file.call(key, sample) if file.told[key][sample] else None
        if call is not None:
            _note(tally, file, key, call.said)
    return tally


def _note(tally: dict[str, int], file: NaiveFile, key: Key, said: str) -> None:
    """Note a call that shows how many copies of X and Y there are."""
    start, end = PAR2.get(key.contig, (0, 0))
    if key.contig not in PAR2 or PAR_START <= key.position < PAR_END:
        return
    if start <= key.position < end:
        return
    assert key.position < LENGTHS[key.contig], file.samples
    if key.contig == "chrY":
        tally["y"] += said in CARRIED
        tally["y het"] += said == "het"
    else:
        tally["haploid"] += said in {"hemi", "reference hemi"}
        tally["het"] += said == "het"
        tally["hom"] += said == "hom"


def _measured(tally: Mapping[str, int]) -> tuple[int, int]:
    """Measure the copies of X and Y: at odds of a thousand to one, or not at all."""
    x = UNCLEAR
    if tally["haploid"]:
        x = 1 if tally["haploid"] >= 10 * (tally["het"] + tally["hom"]) else UNCLEAR
    else:
        odds = (0.3 / 0.02) ** tally["het"] * (0.7 / 0.98) ** tally["hom"]
        if odds >= ODDS_NEEDED:
            x = PAIRED
        elif odds <= 1 / ODDS_NEEDED:
            x = 1
    if x == UNCLEAR:
        return UNCLEAR, UNCLEAR
    has_y = tally["y"] > 2 * tally["y het"]
    if x == PAIRED:
        return PAIRED, UNCLEAR if has_y else 0
    return 1, 1 if has_y else UNCLEAR
