"""Structural variants: what they are, where, how they are carried and how they are named.

A place is 0-based half-open as everywhere; an insertion lies between two bases, so that it starts
where it ends. As an `Allele` a structural variant is written as VCF's symbolic alleles are, with
the one thing that REF and ALT cannot hold there, its length or its other end, put into the ALT:
`chr7-1000-N-<DEL:48213>`. Two variants are one allele exactly if their kind, place and end agree.

References
----------
VCF 4.4 §1.4.5, §5 (structural variants); HGVS nomenclature 21.1, DNA; ISCN 2020 §14.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from kerne.alleles.allele import Allele
from kerne.alleles.assembly import Assembly
from kerne.alleles.interval import Interval
from kerne.errors import AlleleError
from kerne.interpretation.candidate import Genotype
from kerne.interpretation.reading.reads import Reads

ALIKE = 0.7
"""Share of both that two variants of one kind overlap by when they are taken as the same."""
NEAR_BP = 200
"""So near to each other the ends of two insertions or joins are taken as the same."""
LOOKED_BACK = 20
"""Calls that describe one variant stand so near to each other in a file, at most."""
USUAL_COPIES = 2
UNKNOWN_BASE = "N"

_SYMBOL = re.compile(r"<(DEL|DUP|INS|INV|CNV):([0-9]+)>")
_JOIN = re.compile(r"N?[\[\]](.+):([0-9]+)[\[\]]N?")
NOT_TOLD = Reads()


class StructuralKind(StrEnum):
    """What a structural variant does; the value is VCF's symbol."""

    DELETION = "DEL"
    DUPLICATION = "DUP"
    INSERTION = "INS"
    INVERSION = "INV"
    COPY_NUMBER = "CNV"
    BREAKEND = "BND"


@dataclass(frozen=True, slots=True)
class Breakend:
    """The other side of a join, and how the join is written in VCF (`N[chr9:130713881[`)."""

    contig: str
    position: int
    written: str


@dataclass(frozen=True, slots=True)
class StructuralCall:
    """A structural variant that a genome carries.

    Parameters
    ----------
    size_bp
        Bases that are inserted; else the length of the stretch; 0 when not known.
    copies
        How many copies of the stretch the caller counted; `None` when it did not say.
    start_within, end_within
        How far either border may lie off, as (least, greatest) bases: VCF's CIPOS and CIEND.
    """

    kind: StructuralKind
    contig: str
    start: int
    end: int
    genotype: Genotype
    size_bp: int = 0
    copies: int | None = None
    mate: Breakend | None = None
    reads: Reads = NOT_TOLD
    start_within: tuple[int, int] = (0, 0)
    end_within: tuple[int, int] = (0, 0)

    @property
    def interval(self) -> Interval:
        """The bases that it takes in; empty for an insertion or a join."""
        return Interval(self.contig, self.start, self.end)

    @property
    def allele(self) -> Allele:
        """The variant as a symbolic allele, at the base before it."""
        written = f"<{self.kind}:{self.size_bp}>" if self.mate is None else self.mate.written
        return Allele(self.contig, max(0, self.start - 1), UNKNOWN_BASE, written)

    def is_like(self, other: "StructuralCall") -> bool:
        """Say whether two calls describe one variant, as callers place them differently."""
        if (self.kind, self.contig) != (other.kind, other.contig):
            return False
        if self.mate is not None and other.mate is not None:
            same = self.mate.contig == other.mate.contig
            near = abs(self.mate.position - other.mate.position) <= NEAR_BP
            return same and near and abs(self.start - other.start) <= NEAR_BP
        if self.start == self.end:
            return abs(self.start - other.start) <= NEAR_BP
        shared = min(self.end, other.end) - max(self.start, other.start)
        longest = max(self.end - self.start, other.end - other.start)
        return shared >= ALIKE * longest


def each_once(calls: Iterable[StructuralCall]) -> tuple[StructuralCall, ...]:
    """Give calls by place, one of those that describe the same variant.

    Callers write a join twice, once from either side, and a merged file holds what several found.
    """
    kept: list[StructuralCall] = []
    joins: set[frozenset[tuple[str, int]]] = set()
    for call in sorted(calls, key=lambda each: (each.contig, each.start, each.end)):
        if call.mate is not None:
            ends = frozenset(
                {(call.contig, call.start - 1), (call.mate.contig, call.mate.position)}
            )
            if ends in joins:
                continue
            joins.add(ends)
        elif any(call.is_like(each) for each in kept[-LOOKED_BACK:]):
            continue
        kept.append(call)
    return tuple(kept)


def structural_of(allele: Allele) -> StructuralCall:
    """Read a symbolic allele back, as carried by one copy.

    Raises
    ------
    AlleleError
        It is not written as `StructuralCall.allele` writes it.
    """
    start = allele.position + 1
    symbol = _SYMBOL.fullmatch(allele.alternative)
    if symbol is not None:
        kind, size = StructuralKind(symbol[1]), int(symbol[2])
        end = start if kind is StructuralKind.INSERTION else start + size
        return StructuralCall(kind, allele.contig, start, end, Genotype.HET, size)
    join = _JOIN.fullmatch(allele.alternative)
    if join is None:
        raise AlleleError(f"`{allele}` is no structural variant, expected one such as `<DEL:5000>`")
    mate = Breakend(join[1], int(join[2]) - 1, allele.alternative)
    return StructuralCall(
        StructuralKind.BREAKEND, allele.contig, start, start, Genotype.HET, mate=mate
    )


def as_loss_or_gain(call: StructuralCall, *, is_single: bool) -> StructuralCall | None:
    """Give a copy number as the loss or gain that it is; `None` when it is the usual one."""
    if call.kind is not StructuralKind.COPY_NUMBER:
        return call
    usual = 1 if is_single else USUAL_COPIES
    if call.copies is None or call.copies == usual:
        return None
    is_lost = call.copies < usual
    genotype = Genotype.HOM if call.copies == 0 else Genotype.HET
    return replace(
        call,
        kind=StructuralKind.DELETION if is_lost else StructuralKind.DUPLICATION,
        genotype=Genotype.HEMI if is_single else genotype,
    )


def hgvs_name(call: StructuralCall, assembly: Assembly) -> str:
    """Name a variant in HGVS's words, with borders that are not sure in brackets.

    A join has no short name there: it is named by its two ends as VCF writes them.
    """
    reference = assembly.accession(call.contig) or call.contig
    if call.mate is not None:
        other = assembly.accession(call.mate.contig) or call.mate.contig
        return f"{reference}:g.{call.start}::{other}:g.{call.mate.position + 1}"
    if call.kind is StructuralKind.INSERTION:
        size = f"[({call.size_bp})]" if call.size_bp else "[?]"
        return f"{reference}:g.{call.start}_{call.start + 1}ins{size}"
    first = _border(call.start + 1, call.start_within)
    last = _border(call.end, call.end_within)
    change = {StructuralKind.COPY_NUMBER: f"[{call.copies}]"}.get(call.kind, call.kind.lower())
    return f"{reference}:g.{first}_{last}{change}"


def spoken_name(call: StructuralCall, assembly: Assembly) -> str:
    """Name a variant much as cytogeneticists do: `seq[GRCh38] del(X) NC_000023.11:g.…del`."""
    short = call.contig.removeprefix("chr")
    kind = call.kind.lower()
    if call.mate is not None:
        kind, short = "t", f"{short};{call.mate.contig.removeprefix('chr')}"
    return f"seq[{assembly.name}] {kind}({short}) {hgvs_name(call, assembly)}"


def _border(position_1based: int, within: tuple[int, int]) -> str:
    least, greatest = within
    if least == greatest == 0:
        return str(position_1based)
    return f"({max(1, position_1based + least)}_{position_1based + greatest})"
