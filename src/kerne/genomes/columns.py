"""The genotypes of many samples in one record, decoded as arrays instead of one by one.

Nearly all genotypes of a large file are `0/0`; they are found by comparison and left out. Records
whose FORMAT is GT alone and whose genotypes are diploid with one digit an allele have four bytes a
sample (`0|1` and a tab): many of them are decoded at once. Of other records each is decoded from
the first four bytes of its samples, and what does not fit there is read the slow and general way.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kerne.alleles.vcf import VcfRecord, parse_genotype
from kerne.genomes.calls import PLOIDY_MOST, Code

MISSING_ALLELE: Final = -1
ALLELES_MOST: Final = np.iinfo(np.int16).max
NO_ALLELE: Final = -2
"""The second allele of a haploid genotype."""

_TAB, _COLON, _SLASH, _BAR, _DOT, _ZERO, _NINE = (ord(mark) for mark in "\t:/|.09")
_WIDTH: Final = 4
_REFERENCE_WORD: Final = np.uint32(0x09300030)
"""`0?0` and a tab, least byte first, under the mask that leaves the separator out."""
_REFERENCE_MASK: Final = np.uint32(0xFFFF00FF)

# States of one allele against the wanted one: missing, another, the wanted, none (haploid).
_MISSING, _OTHER, _WANTED, _NONE = range(4)


def _codes() -> NDArray[np.uint8]:
    table = np.zeros((4, 4), dtype=np.uint8)
    haploid = {_MISSING: Code.MISSING, _OTHER: Code.REFERENCE_HEMI, _WANTED: Code.HEMI}
    for state, code in haploid.items():
        table[state, _NONE] = code
    diploid = {
        (_MISSING, _MISSING): Code.MISSING,
        (_MISSING, _OTHER): Code.REFERENCE_HALF,
        (_MISSING, _WANTED): Code.HALF,
        (_OTHER, _WANTED): Code.HET,
        (_WANTED, _WANTED): Code.HOM,
    }
    for (first, second), code in diploid.items():
        table[first, second] = table[second, first] = code
    return table


_CODES: Final = _codes()


@dataclass(frozen=True, slots=True, eq=False)
class Genotypes:
    """Genotypes that are not called `0/0`, of one record or of several.

    (found,) each: the record's place among those decoded, the sample's column, and the two
    alleles, `MISSING_ALLELE` where missing; the second is `NO_ALLELE` in a haploid genotype.
    """

    record: NDArray[np.int64]
    sample: NDArray[np.int64]
    first: NDArray[np.int16]
    second: NDArray[np.int16]

    def codes(self, allele: int) -> NDArray[np.uint8]:
        """Return the `calls.Code` of each genotype for ALT number `allele`, (found,)."""
        return _CODES[_states(self.first, allele), _states(self.second, allele)]

    def only(self, chosen: NDArray[np.bool_]) -> "Genotypes":
        """Return some of the genotypes."""
        return Genotypes(
            self.record[chosen], self.sample[chosen], self.first[chosen], self.second[chosen]
        )

    @property
    def highest(self) -> NDArray[np.int16]:
        """The highest allele number of each genotype, (found,); negative when it has none."""
        return np.maximum(self.first, self.second)


def is_fixed_width(record: VcfRecord, samples: int) -> bool:
    """Say whether the samples of a record may be four bytes each; `decode_fixed` makes sure."""
    return record.format_text == "GT" and len(record.samples_text) == _WIDTH * samples - 1


def decode_fixed(records: Sequence[VcfRecord], samples: int) -> Genotypes | None:
    """Decode records of four bytes a sample; `None` when one of them is not so after all."""
    text = "".join(f"{record.samples_text}\t" for record in records).encode()
    if len(text) != _WIDTH * samples * len(records):
        return None
    words = np.frombuffer(text, dtype="<u4")
    marks = np.frombuffer(text, dtype=np.uint8).reshape(-1, _WIDTH)
    if not _is_separator(marks[:, 1]).all():
        return None
    found = np.flatnonzero((words & _REFERENCE_MASK) != _REFERENCE_WORD)
    marks = marks[found]
    if not ((marks[:, 3] == _TAB) & _is_allele(marks[:, 0]) & _is_allele(marks[:, 2])).all():
        return None
    return Genotypes(
        found // samples, found % samples, _alleles(marks[:, 0]), _alleles(marks[:, 2])
    )


def decode_genotypes(record: VcfRecord, samples: int) -> Genotypes:
    """Decode every genotype of one record that is not `0/0`.

    A record without GT is missing in every sample.

    Raises
    ------
    ValueError
        A genotype is malformed or has more than two alleles.
    """
    if record.format_text.partition(":")[0] != "GT":
        missing = np.full(samples, MISSING_ALLELE, dtype=np.int16)
        return Genotypes(np.zeros(samples, dtype=np.int64), np.arange(samples), missing, missing)
    text = record.samples_text.encode() + b"\t" * _WIDTH
    raw = np.frombuffer(text, dtype=np.uint8)
    starts = np.zeros(samples, dtype=np.int64)
    starts[1:] = np.flatnonzero(raw[: 1 - _WIDTH] == _TAB)[: samples - 1] + 1
    marks = raw[starts[:, None] + np.arange(_WIDTH)]
    ends = (marks[:, 3] == _TAB) | (marks[:, 3] == _COLON)
    separated = _is_separator(marks[:, 1]) & ends
    found = np.flatnonzero(~((marks[:, 0] == _ZERO) & (marks[:, 2] == _ZERO) & separated))
    return _decode(record, marks[found], separated[found], found)


def _decode(
    record: VcfRecord,
    marks: NDArray[np.uint8],
    separated: NDArray[np.bool_],
    columns: NDArray[np.intp],
) -> Genotypes:
    """Decode from the first four bytes of each sample found, (found, 4)."""
    diploid = separated & _is_allele(marks[:, 0]) & _is_allele(marks[:, 2])
    ends = (marks[:, 1] == _TAB) | (marks[:, 1] == _COLON)
    haploid = ends & _is_allele(marks[:, 0])
    first, second = _alleles(marks[:, 0]), _alleles(marks[:, 2])
    second[haploid] = NO_ALLELE
    odd = np.flatnonzero(~(diploid | haploid))
    if odd.size:
        fields = record.sample_fields
        for at in odd.tolist():
            first[at], second[at] = _parse(fields[int(columns[at])])
    return Genotypes(np.zeros(len(columns), dtype=np.int64), columns, first, second)


def _states(alleles: NDArray[np.int16], wanted: int) -> NDArray[np.int8]:
    states = np.full(len(alleles), _OTHER, dtype=np.int8)
    states[alleles == wanted] = _WANTED
    states[alleles == MISSING_ALLELE] = _MISSING
    states[alleles == NO_ALLELE] = _NONE
    return states


def _is_separator(marks: NDArray[np.uint8]) -> NDArray[np.bool_]:
    separator: NDArray[np.bool_] = (marks == _SLASH) | (marks == _BAR)
    return separator


def _is_allele(marks: NDArray[np.uint8]) -> NDArray[np.bool_]:
    allele: NDArray[np.bool_] = ((marks >= _ZERO) & (marks <= _NINE)) | (marks == _DOT)
    return allele


def _alleles(marks: NDArray[np.uint8]) -> NDArray[np.int16]:
    numbers = marks.astype(np.int16) - np.int16(_ZERO)
    numbers[marks == _DOT] = MISSING_ALLELE
    return numbers


def _parse(field: str) -> tuple[int, int]:
    text = field.partition(":")[0]
    codes = [MISSING_ALLELE if code is None else code for code in parse_genotype(text)[0]]
    if len(codes) > PLOIDY_MOST or max(codes) > ALLELES_MOST:
        raise ValueError(text)
    return (codes[0], NO_ALLELE) if len(codes) == 1 else (codes[0], codes[1])
