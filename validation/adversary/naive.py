"""The genome database as plainly as it can be written: a dictionary, and rules one by one.

It knows nothing of Kerne. It reads a file line by line, writes each allele its one normal way, and
keeps what every sample says of it; where a sample says nothing it asks whether the place was
callable. Nothing is fast, and nothing is clever.

References
----------
Tan A, Abecasis GR, Kang HM, 2015, doi:10.1093/bioinformatics/btv112 (normal form).
"""

import gzip
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path
from typing import Final, NamedTuple, TypeVar

from adversary.sequence import PAR_END, PAR_START, InventedSequence, Stretch
from adversary.writing import LENGTHS, SPELLINGS

CONTIG_OF: Final = {
    spelling.lower(): contig for contig, spellings in SPELLINGS.items() for spelling in spellings
}
RANK: Final = ("hom", "het", "hemi", "half", "weak hom", "weak het", "weak hemi", "weak half")
RANKED: Final = (*RANK, "missing", "reference half", "reference hemi", "reference")
"""Of two calls of one allele in one file the first of these stays."""

CARRIED: Final = ("hom", "het", "hemi", "half")
PAR2: Final = {"chrX": (155_701_382, 156_030_895), "chrY": (56_887_902, 57_217_415)}
UNCLEAR: Final = -1
ANY_ALLELES: Final = frozenset({"<NON_REF>", "<*>"})
PAIRED: Final = 2
ODDS_NEEDED: Final = 1000
LARGEST: Final = (1 << 31) - 1

T = TypeVar("T")


class Key(NamedTuple):
    """An allele in its normal form; the position counts from 0."""

    contig: str
    position: int
    reference: str
    alternative: str


class Call(NamedTuple):
    """What one record says of one allele in one sample; numbers are `None` when it does not.

    `haplotypes` holds where a phased genotype has the allele: 1, 2, both, or nowhere.
    """

    said: str
    haplotypes: tuple[int, ...] = ()
    depth: int | None = None
    quality: int | None = None
    depth_reference: int | None = None
    depth_alternative: int | None = None


class Counts(NamedTuple):
    """What some genomes add up to."""

    ac: int
    an: int
    hom: int
    het: int
    hemi: int


@dataclass
class NaiveFile:
    """A file as it was read; samples are numbered by column.

    Parameters
    ----------
    told
        What each allele was said to be, (samples,) lists of calls.
    callable_in
        Where silence says reference, a list for each sample; `None` for everywhere.
    copies
        Copies of X and Y of each sample.
    """

    samples: tuple[str, ...]
    told: dict[Key, list[list[Call]]] = field(default_factory=dict)
    callable_in: list[list[Stretch]] | None = None
    copies: list[tuple[int, int]] = field(default_factory=list)
    _united: dict[int, dict[str, list[tuple[int, int]]]] = field(default_factory=dict)

    def call(self, key: Key, sample: int) -> Call | None:
        """Return what stays of the calls of an allele; `None` when the file does not have it."""
        if key not in self.told:
            return None
        return min(self.told[key][sample], key=lambda call: RANKED.index(call.said))

    def is_callable(self, sample: int, contig: str, position: int) -> bool:
        """Say whether silence of a sample says reference at a position."""
        if self.callable_in is None:
            return True
        ranges = self.united(sample).get(contig, [])
        at = bisect_right(ranges, (position, LENGTHS[contig])) - 1
        return at >= 0 and position < ranges[at][1]

    def united(self, sample: int) -> dict[str, list[tuple[int, int]]]:
        """Return where a sample is callable, by contig, in order and without overlap."""
        assert self.callable_in is not None
        if sample not in self._united:
            found = self._united[sample] = dict[str, list[tuple[int, int]]]()
            for each in sorted(self.callable_in[sample], key=lambda each: each.start):
                ranges = found.setdefault(each.contig, [])
                if ranges and each.start <= ranges[-1][1]:
                    ranges[-1] = (ranges[-1][0], max(ranges[-1][1], each.end))
                elif each.start < each.end:
                    ranges.append((each.start, each.end))
        return self._united[sample]

    def copies_at(self, sample: int, contig: str, position: int) -> int:
        """Return the copies of a place in a sample, -1 when unclear."""
        if contig == "chrM":
            return 1
        if contig not in PAR2 or PAR_START <= position < PAR_END:
            return PAIRED
        start, end = PAR2[contig]
        if start <= position < end:
            return PAIRED
        return self.copies[sample][0 if contig == "chrX" else 1]

    def without(self, sample: str) -> "NaiveFile":
        """Return the file as if a sample had never been in it; its alleles stay mentioned."""
        at = self.samples.index(sample)

        def rest(columns: Sequence[T]) -> list[T]:
            return [column for number, column in enumerate(columns) if number != at]

        return NaiveFile(
            tuple(rest(self.samples)),
            {key: rest(calls) for key, calls in self.told.items()},
            None if self.callable_in is None else rest(self.callable_in),
            rest(self.copies),
        )

    def worth(self, key: Key, sample: int) -> Counts:
        """Return what a sample adds to the counts of an allele."""
        copies = self.copies_at(sample, key.contig, key.position)
        call = self.call(key, sample)
        if call is not None:
            return worth_of(call.said, key.contig, copies)
        if self.is_callable(sample, key.contig, key.position):
            return Counts(0, max(copies, 0), 0, 0, 0)
        return Counts(0, 0, 0, 0, 0)


def worth_of(said: str, contig: str, copies: int) -> Counts:
    """Return what a call counts for where a genome has so many copies."""
    if copies <= 0 or said.startswith("weak") or said == "missing":
        return Counts(0, 0, 0, 0, 0)
    if said.startswith("reference"):
        return Counts(0, min(copies, PAIRED if said == "reference" else 1), 0, 0, 0)
    if copies == 1:
        if said == "het" and contig != "chrM":
            return Counts(0, 0, 0, 0, 0)  # an artefact: there is no second copy
        return Counts(1, 1, 0, 0, 1)
    return as_written(said)


def as_written(said: str) -> Counts:
    """Return what a call counts for where a genome has two copies."""
    return {
        "hom": Counts(2, 2, 1, 0, 0),
        "het": Counts(1, 2, 0, 1, 0),
        "hemi": Counts(1, 1, 0, 0, 1),
        "half": Counts(1, 1, 0, 0, 0),
        "reference": Counts(0, 2, 0, 0, 0),
        "reference hemi": Counts(0, 1, 0, 0, 0),
        "reference half": Counts(0, 1, 0, 0, 0),
    }.get(said, Counts(0, 0, 0, 0, 0))


def count(files: Sequence[NaiveFile], key: Key, chosen: frozenset[str]) -> Counts:
    """Add up what the chosen samples of all files say of an allele."""
    worths = [
        file.worth(key, at)
        for file in files
        for at, sample in enumerate(file.samples)
        if sample in chosen
    ]
    return summed(worths)


def summed(counts: Sequence[Counts]) -> Counts:
    """Add counts up."""
    return Counts(*(sum(column) for column in zip(*counts, Counts(0, 0, 0, 0, 0), strict=True)))


def said_of(genotype: str, number: int) -> str:
    """Say what a GT value says of ALT number `number` (from 1)."""
    texts = genotype.replace("|", "/").split("/")
    alleles = [None if text == "." else int(text) for text in texts]
    wanted, missing = alleles.count(number), alleles.count(None)
    if len(alleles) > PAIRED:
        raise ValueError(genotype)
    if missing == len(alleles):
        return "missing"
    if len(alleles) == 1:
        return "hemi" if wanted else "reference hemi"
    if missing:
        return "half" if wanted else "reference half"
    return ("reference", "het", "hom")[wanted]


def haplotypes_of(genotype: str, number: int) -> tuple[int, ...]:
    """Return the haplotypes (1 and 2) that a phased GT value puts ALT number `number` on."""
    if "|" not in genotype:
        return ()
    texts = enumerate(genotype.replace("|", "/").split("/"), start=1)
    return tuple(at for at, text in texts if text != "." and int(text) == number)


def normal(
    contig: str, position: int, reference: str, alternative: str, sequence: InventedSequence | None
) -> Key:
    """Write an allele its one normal way; trimmed only when there is no sequence."""
    is_shifted = sequence is not None and reference != alternative
    while True:
        shares = reference[-1:] == alternative[-1:] and min(len(reference), len(alternative)) > 0
        least = 1 if is_shifted else PAIRED
        if shares and min(len(reference), len(alternative)) >= least:
            reference, alternative = reference[:-1], alternative[:-1]
        elif is_shifted and sequence is not None and not (reference and alternative):
            if position == 0:
                after = sequence.fetch(contig, len(reference), len(reference) + 1)
                return Key(contig, 0, reference + after, alternative + after)
            position -= 1
            before = sequence.fetch(contig, position, position + 1)
            reference, alternative = before + reference, before + alternative
        else:
            break
    while min(len(reference), len(alternative)) >= PAIRED and reference[0] == alternative[0]:
        position, reference, alternative = position + 1, reference[1:], alternative[1:]
    return Key(contig, position, reference, alternative)


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
