"""Tell somebody how far the reading of a file has come."""

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from kerne.alleles.vcf import VcfFile, VcfRecord

RECORDS_BETWEEN: Final = 2000

Watch = Callable[[int], None]
"""Told now and then how many bytes of a file were read since it was last told."""


def unwatched(_bytes: int) -> None:
    """Tell nobody."""


def watched(vcf: VcfFile, records: Iterable[VcfRecord], watch: Watch) -> Iterator[VcfRecord]:
    """Yield the records of a file and tell how far it is read; every byte is told at its end."""
    told = 0
    for number, record in enumerate(records):
        yield record
        if number % RECORDS_BETWEEN == 0:
            watch(vcf.bytes_read - told)
            told = vcf.bytes_read
    watch(vcf.bytes_read - told)
