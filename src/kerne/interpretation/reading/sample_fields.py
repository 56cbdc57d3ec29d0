"""The fields of one sample in one record of a VCF, in the dialects of the callers.

References
----------
VCF 4.4 §1.6.2 (GT, DP, GQ, AD, PS); FreeBayes writes `RO` and `AO`, others `AF` or `VAF`.
"""

from collections.abc import Sequence
from functools import cached_property, lru_cache

from kerne.alleles.vcf import parse_genotype
from kerne.interpretation.candidate import Genotype
from kerne.interpretation.reading.reads import Reads

SHARE_KEYS = ("AF", "VAF", "HF")
"""How callers name the share of reads of each alternative; `HF` is heteroplasmy."""

_parsed = lru_cache(maxsize=4096)(parse_genotype)


class SampleFields:
    """The fields of one sample in one record, taken apart when asked for.

    Raises
    ------
    ValueError
        Its genotype is none.
    """

    __slots__ = ("__dict__", "_keys", "_text", "codes", "is_phased")

    def __init__(self, keys: Sequence[str], text: str) -> None:
        self._keys, self._text = keys, text
        genotype = text.partition(":")[0] if keys[0] == "GT" else self.fields.get("GT", ".")
        self.codes, self.is_phased = _parsed(genotype)

    @cached_property
    def fields(self) -> dict[str, str]:
        """Values by key; those left out at the end are not there."""
        return dict(zip(self._keys, self._text.split(":"), strict=False))

    @property
    def is_missing(self) -> bool:
        """Whether no allele was called."""
        return all(code is None for code in self.codes)

    @property
    def is_complete(self) -> bool:
        """Whether every allele was called."""
        return None not in self.codes

    def has(self, number: int) -> bool:
        """Say whether the alternative of that number (1-based) is called."""
        return number in self.codes

    def genotype(self, number: int) -> Genotype:
        """Say how an alternative that is called is carried."""
        if len(self.codes) == 1:
            return Genotype.HEMI
        return Genotype.HOM if set(self.codes) == {number} else Genotype.HET

    def haplotype(self, number: int) -> tuple[str, int] | None:
        """Give phase set and haplotype of a heterozygous alternative, if it is phased."""
        if not self.is_phased or self.genotype(number) is not Genotype.HET:
            return None
        return self.fields.get("PS", ""), self.codes.index(number)

    def reads(self, number: int) -> Reads:
        """Give the reads at an alternative (1-based), whether it is called or not."""
        by_allele = self._by_allele()
        alternative = by_allele[number] if number < len(by_allele) else None
        depth = self.number("DP")
        if depth is None and by_allele and None not in by_allele:
            depth = sum(each or 0 for each in by_allele)
        if alternative is None and depth is not None:
            share = self._share(number)
            alternative = None if share is None else round(share * depth)
        return Reads(depth, alternative, self.number("GQ"))

    def number(self, key: str) -> int | None:
        """Give the whole number of a field; `None` when it is not there."""
        return _whole(self.fields.get(key, ""))

    def _by_allele(self) -> list[int | None]:
        """Give the reads of each allele, the reference first; empty when they are not told."""
        if "AD" in self.fields:
            return [_whole(each) for each in self.fields["AD"].split(",")]
        if "AO" in self.fields:
            texts = [self.fields.get("RO", ""), *self.fields["AO"].split(",")]
            return [_whole(each) for each in texts]
        return []

    def _share(self, number: int) -> float | None:
        for key in SHARE_KEYS:
            values = self.fields.get(key, "").split(",")
            text = values[number - 1] if number <= len(values) else ""
            try:
                share = float(text)
            except ValueError:
                continue
            if 0 <= share <= 1:
                return share
        return None


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() else None
