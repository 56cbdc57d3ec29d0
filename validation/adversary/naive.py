"""The genome database as plainly as it can be written: a dictionary, and rules one by one.

It knows nothing of Kerne. It writes each allele its one normal way, and keeps what every sample of
a file says of it (`plain_reading`); where a sample says nothing it asks whether the place was
callable. Nothing is fast, and nothing is clever.

References
----------
Tan A, Abecasis GR, Kang HM, 2015, doi:10.1093/bioinformatics/btv112 (normal form).
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple, TypeVar

from adversary.sequence import PAR_END, PAR_START, InventedSequence, Stretch
from adversary.writing import LENGTHS

RANK: Final = ("hom", "het", "hemi", "half", "weak hom", "weak het", "weak hemi", "weak half")
RANKED: Final = (*RANK, "missing", "reference half", "reference hemi", "reference")
"""Of two calls of one allele in one file the first of these stays."""

CARRIED: Final = ("hom", "het", "hemi", "half")
PAR2: Final = {"chrX": (155_701_382, 156_030_895), "chrY": (56_887_902, 57_217_415)}
UNCLEAR: Final = -1
PAIRED: Final = 2

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
    if is_shifted and sequence is not None and reference[0] == alternative[0]:
        # An anchor is the sequence's, whatever letter a file has for an N of it.
        anchor = sequence.fetch(contig, position, position + 1)
        reference, alternative = anchor + reference[1:], anchor + alternative[1:]
    return Key(contig, position, reference, alternative)
