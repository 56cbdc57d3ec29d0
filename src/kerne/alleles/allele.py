"""An allele: what stands at a position instead of the reference."""

import re
from dataclasses import dataclass

from kerne.alleles.assembly import Assembly
from kerne.errors import AlleleError, AssemblyError

_BASES = "[ACGTNRYSWKMBDHV]+"


@dataclass(frozen=True, slots=True, order=True)
class Allele:
    """A sequence change at a 0-based position, written as in VCF: an indel keeps an anchor base.

    `str` gives the name that gnomAD made common, which counts from 1.

    Examples
    --------
    >>> str(Allele("chr20", 12344, "A", "T"))
    'chr20-12345-A-T'
    """

    contig: str
    position: int
    reference: str
    alternative: str

    def __str__(self) -> str:
        return f"{self.contig}-{self.position + 1}-{self.reference}-{self.alternative}"

    @property
    def end(self) -> int:
        """End of the replaced reference bases."""
        return self.position + len(self.reference)

    @property
    def is_symbolic(self) -> bool:
        """Whether the alternative is a symbol or a join, as of structural variants, not bases."""
        return not self.alternative.isalpha()

    @property
    def is_snv(self) -> bool:
        """Whether one base replaces one other."""
        return len(self.reference) == len(self.alternative) == 1


def parse_allele(text: str, assembly: Assembly) -> Allele:
    """Read `chr20-12345-A-T`, `chr20:12345:A:T` or `chr20:12345A>T` (1-based).

    Raises
    ------
    AlleleError
        The text is not an allele, or changes nothing.
    AssemblyError
        The contig is unknown, or the allele goes past its end.

    Examples
    --------
    >>> from kerne.alleles.assembly import GRCH38
    >>> parse_allele("20:12345A>T", GRCH38)
    Allele(contig='chr20', position=12344, reference='A', alternative='T')
    """
    for pattern in _PATTERNS:
        match = pattern.fullmatch(text.strip())
        if match is not None:
            return _checked(text, match, assembly)
    raise AlleleError(
        f"variant `{text}` is malformed, expected `chr20-12345-A-T` or `chr20:12345A>T`"
    )


def _checked(text: str, match: re.Match[str], assembly: Assembly) -> Allele:
    contig = assembly.contig(match[1])
    allele = Allele(contig.name, int(match[2]) - 1, match[3].upper(), match[4].upper())
    if allele.position < 0 or allele.reference == allele.alternative:
        raise AlleleError(f"variant `{text}` changes nothing or lies before position 1")
    if contig.length_bp is not None and allele.end > contig.length_bp:
        raise AssemblyError(
            f"variant `{text}` goes past the end of `{contig.name}`, `{contig.length_bp}`"
        )
    return allele


_PATTERNS = tuple(
    re.compile(pattern, flags=re.IGNORECASE)
    for pattern in (
        rf"(.+)-([0-9]+)-({_BASES})-({_BASES})",
        rf"(.+):([0-9]+):({_BASES}):({_BASES})",
        rf"(.+):(?:g\.)?([0-9]+)({_BASES})>({_BASES})",
    )
)
