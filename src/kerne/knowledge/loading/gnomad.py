"""Read gnomAD's VCF files of sites: exomes, genomes, both joined, and the mitochondrial genome.

Files of one release are joined allele by allele. Counts of exomes and genomes are added; those of
a file that doubts the call count only where no other file lists the allele without doubt.

References
----------
Karczewski et al. 2020, doi:10.1038/s41586-020-2308-7; Chen et al. 2024,
doi:10.1038/s41586-023-06045-0; Laricchia et al. 2022, doi:10.1101/gr.276013.121 (mitochondrial).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kerne.alleles.assembly import Contig, ContigKind
from kerne.alleles.vcf import VcfFile, VcfRecord, is_sequence, open_vcf
from kerne.errors import AssemblyError, InputFileError
from kerne.knowledge.loading.reception import Reception, Report, watched
from kerne.knowledge.loading.settling import groups
from kerne.knowledge.variant_table.building import Sorted
from kerne.knowledge.variant_table.fields import MISSING, Field, Form, Value

FREQUENCY_FIELDS: Final = (
    Field("ac", Form.WHOLE),
    Field("an", Form.WHOLE),
    Field("homozygotes", Form.WHOLE),
    Field("heterozygotes_beyond", Form.WHOLE),
    Field("hemizygotes", Form.WHOLE),
    Field("greatest_af", Form.SHARE),
    Field("is_filtered", Form.WHOLE),
)
"""Heterozygotes are kept as how many there are beyond what the other counts leave: mostly none."""

GREATEST: Final = (
    "fafmax_faf95_max_joint",
    "fafmax_faf95_max",
    "faf95_popmax",
    "faf_hapmax_hom",
    "AF_grpmax_joint",
    "AF_grpmax",
    "AF_popmax",
)
"""The greatest frequency of a group, the filtering frequency before the plain one."""

_FILTERING_OF_GROUP: Final = re.compile(r"faf95_(?:afr|amr|eas|nfe|sas)")
"""gnomAD 2.1 states it for each group and names no greatest one."""

_ID: Final = re.compile(r"INFO=<ID=([^,>]+)")
_UNFILTERED: Final = frozenset({"PASS", "EXOMES_FILTERED", "GENOMES_FILTERED"})
"""A joint file marks which half it doubts; only both together are a doubt of the whole."""

REPEATED: Final = "of an allele that the same file lists with a greater count"
_COUNTS: Final = ("ac", "an", "homozygotes", "heterozygotes_beyond", "hemizygotes")


@dataclass(frozen=True, slots=True)
class _Keys:
    """The names that INFO has in one file; empty where it does not have the fact."""

    ac: str
    an: str
    homozygotes: str
    heteroplasmic: str
    xy: str
    greatest: tuple[str, ...]
    wanted: frozenset[str]


def gather(reception: Reception, report: Report) -> None:
    """Take in all files.

    Raises
    ------
    InputFileError, AssemblyError
        A file is not gnomAD's, of another assembly, or a record is malformed.
    """
    for number, path in enumerate(reception.files):
        with open_vcf(path, may_be_gzip=True) as vcf:
            check_contigs(vcf, reception)
            sites = _Sites(number, _keys(vcf), reception)
            for record in watched(vcf, report):
                sites.take(record)


def settle(rows: Sorted, reception: Reception) -> Mapping[str, NDArray[np.int64]]:
    """Join the files of each allele.

    Of a file that lists an allele twice, perhaps spelled in two ways, the greater count is taken.
    """
    rows = _once_a_file(rows, reception)
    kept, firsts, group = rows.rows.columns, rows.firsts, groups(rows)
    is_sure = kept["is_filtered"] == 0
    has_sure = np.maximum.reduceat(is_sure, firsts)
    counts = is_sure | ~has_sure[group]
    settled = {name: np.add.reduceat(np.where(counts, kept[name], 0), firsts) for name in _COUNTS}
    # Shares are kept in their order, and a missing one below all.
    stated = np.where(counts, kept["greatest_af"], MISSING)
    settled["greatest_af"] = np.maximum.reduceat(stated, firsts)
    settled["is_filtered"] = (~has_sure).astype(np.int64)
    return settled


def _once_a_file(rows: Sorted, reception: Reception) -> Sorted:
    """Leave one row of each file for an allele, and count the others."""
    group, files = groups(rows), rows.rows.files
    order = np.lexsort((-rows.rows.columns["ac"], files, group))
    group, files = group[order], files[order]
    is_first = np.ones(len(order), dtype=np.bool_)
    is_first[1:] = (group[1:] != group[:-1]) | (files[1:] != files[:-1])
    if is_first.all():
        return rows
    reception.passed_over[REPEATED] += int((~is_first).sum())
    _, firsts = np.unique(group[is_first], return_index=True)
    return Sorted(rows.contig, rows.rows.taken(order[is_first]), firsts)


def kept_counts(  # noqa: PLR0913  the counts of an allele
    ac: int,
    an: int,
    homozygotes: int,
    heterozygotes: int,
    hemizygotes: int,
    greatest_af: float | None = None,
    *,
    is_filtered: bool = False,
) -> tuple[Value, ...]:
    """Give the values of `FREQUENCY_FIELDS`."""
    beyond = heterozygotes - (ac - 2 * homozygotes - hemizygotes)
    return ac, an, homozygotes, beyond, hemizygotes, greatest_af, int(is_filtered)


def check_contigs(vcf: VcfFile, reception: Reception) -> None:
    """Check that the contigs that a file declares are those of the assembly.

    Raises
    ------
    InputFileError
        They are not.
    """
    lengths = {name: n for name, n in vcf.header.contig_lengths.items() if n is not None}
    try:
        reception.assembly.check_lengths(lengths)
    except AssemblyError as error:
        raise InputFileError(vcf.path, str(error)) from error


def _keys(vcf: VcfFile) -> _Keys:
    ids = {found[1] for line in vcf.header.meta if (found := _ID.match(line))}
    ac = _first(("AC", "AC_joint", "AC_hom"), ids)
    an = _first(("AN", "AN_joint"), ids)
    if not (ac and an):
        problem = "not gnomAD's: expected INFO fields `AC` and `AN`, `AC_joint` or `AC_hom`"
        raise InputFileError(vcf.path, problem)
    by_group = tuple(sorted(name for name in ids if _FILTERING_OF_GROUP.fullmatch(name)))
    first = _first(GREATEST[:4], ids)
    greatest = (first,) if first else by_group or (_first(GREATEST[4:], ids),)
    keys = {
        "homozygotes": _first(("nhomalt", "nhomalt_joint", "AC_hom"), ids),
        "heteroplasmic": "AC_het" if ac == "AC_hom" else "",
        "xy": _first(("AC_XY", "AC_XY_joint", "AC_joint_XY", "AC_male"), ids),
    }
    wanted = frozenset({ac, an, *keys.values(), *greatest} - {""})
    return _Keys(ac=ac, an=an, **keys, greatest=tuple(filter(None, greatest)), wanted=wanted)


def _first(names: Iterable[str], ids: set[str]) -> str:
    return next((name for name in names if name in ids), "")


class _Sites:
    """Takes in the records of one file."""

    def __init__(self, number: int, keys: _Keys, reception: Reception) -> None:
        self._number = number
        self._keys = keys
        self._reception = reception
        self._single: dict[str, Contig | None] = {}

    def take(self, record: VcfRecord) -> None:
        """Take in the alleles of one record."""
        keys, info = self._keys, info_values(record.info_text, self._keys.wanted)
        is_filtered = not _UNFILTERED.issuperset(record.filters)
        place, source = (record.contig_text, record.position), (self._number, record.line)
        for number, alternative in enumerate(record.alternatives):
            if not is_sequence(alternative):
                continue
            try:
                counts = _counts(info, number, keys, is_hemizygous=self._is_single(record))
                greatest = _greatest(info, number, keys)
            except (ValueError, IndexError, KeyError) as error:
                problem = f"expected numbers for each allele in {_named(keys.wanted)}"
                raise self._error(record, problem) from error
            if not 0 <= counts[0] <= counts[1] or min(counts) < 0:
                problem = f"expected 0 <= AC <= AN, found `{counts[0]}` and `{counts[1]}`"
                raise self._error(record, problem)
            if greatest is not None and not 0 <= greatest <= 1:
                raise self._error(record, f"expected a frequency, found `{greatest}`")
            kept = kept_counts(*counts, greatest, is_filtered=is_filtered)
            self._reception.take(source, place, (record.reference, alternative), kept)

    def _is_single(self, record: VcfRecord) -> bool:
        """Say whether a person with one X and one Y has one copy of the place."""
        name, assembly = record.contig_text, self._reception.assembly
        if name not in self._single:
            contig = assembly.contig(name) if assembly.has_contig(name) else None
            is_one = contig is not None and contig.kind in {ContigKind.X, ContigKind.Y}
            self._single[name] = contig if is_one else None
        contig = self._single[name]
        return contig is not None and not any(
            paired.contig == contig.name and paired.start <= record.position < paired.end
            for paired in assembly.pseudo_autosomal
        )

    def _error(self, record: VcfRecord, problem: str) -> InputFileError:
        return InputFileError(self._reception.files[self._number], problem, record.line)


def info_values(text: str, names: Iterable[str]) -> dict[str, str]:
    """Give some values of an INFO column, which may have many hundred others.

    Examples
    --------
    >>> info_values("AC=1;AF=0.5;AN=2", ["AN", "AC", "nhomalt"])
    {'AN': '2', 'AC': '1'}
    """
    text = f";{text};"
    found = {}
    for name in names:
        at = text.find(f";{name}=")
        if at >= 0:
            start = at + len(name) + 2
            found[name] = text[start : text.index(";", start)]
    return found


def _named(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))


def _counts(
    info: Mapping[str, str], number: int, keys: _Keys, *, is_hemizygous: bool
) -> tuple[int, int, int, int, int]:
    """Give AC, AN, people with two copies, those with one of two, and those with one of one."""
    ac = int(info[keys.ac].split(",")[number])
    an = int(info[keys.an].split(",")[0])
    homozygotes = _count(info, keys.homozygotes, number)
    if keys.heteroplasmic:
        return ac, an, homozygotes, _count(info, keys.heteroplasmic, number), 0
    hemizygotes = _count(info, keys.xy, number) if is_hemizygous else 0
    return ac, an, homozygotes, max(0, ac - 2 * homozygotes - hemizygotes), hemizygotes


def _count(info: Mapping[str, str], key: str, number: int) -> int:
    text = info[key].split(",")[number] if key in info else "."
    return 0 if text == "." else int(text)


def _greatest(info: Mapping[str, str], number: int, keys: _Keys) -> float | None:
    """Give the greatest frequency; a file that has the field and does not state it means zero."""
    if not keys.greatest:
        return None
    texts = [info[key].split(",")[number] for key in keys.greatest if key in info]
    return max((float(text) for text in texts if text != "."), default=0.0)
