"""The assemblies that Kerne knows: their contigs, the many spellings of them, and their lengths.

A position without its assembly means nothing, so everything that reads coordinates is given an
`Assembly` and asks it. The canonical name of a contig is the one with `chr`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from kerne.alleles.interval import Interval
from kerne.errors import AssemblyError


class ContigKind(StrEnum):
    """What decides how many copies of a contig a person has."""

    AUTOSOME = "autosome"
    X = "X"
    Y = "Y"
    MITOCHONDRION = "mitochondrion"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Contig:
    """One sequence of an assembly; `length_bp` is `None` where the assembly does not fix it."""

    name: str
    length_bp: int | None
    kind: ContigKind


@dataclass(frozen=True, slots=True)
class Assembly:
    """A named set of contigs in their order.

    `pseudo_autosomal` holds the parts of X and Y of which everyone has two copies.
    """

    name: str
    contigs: tuple[Contig, ...]
    pseudo_autosomal: tuple[Interval, ...] = ()

    def contig(self, name: str) -> Contig:
        """Find a contig by any of its spellings: `chr1`, `1`, `NC_000001.11`, `chrM`, `MT`.

        Raises
        ------
        AssemblyError
            The assembly has no such contig, or the accession is another assembly's.
        """
        accession_of = _ASSEMBLY_OF_ACCESSION.get(name, self.name)
        if accession_of != self.name:
            raise AssemblyError(f"contig `{name}` belongs to `{accession_of}`, not `{self.name}`")
        canonical = canonical_spelling(name)
        for contig in self.contigs:
            if contig.name == canonical:
                return contig
        raise AssemblyError(f"contig `{name}` is unknown to assembly `{self.name}`")

    def has_contig(self, name: str) -> bool:
        """Tell whether `contig` would find this spelling."""
        try:
            self.contig(name)
        except AssemblyError:
            return False
        return True

    def canonical_name(self, name: str) -> str:
        """Give the canonical spelling of a contig of this assembly.

        Raises
        ------
        AssemblyError
            As `contig`.
        """
        return self.contig(name).name

    def length_bp(self, name: str) -> int | None:
        """Give the length of a contig, `None` where the assembly does not fix it.

        Raises
        ------
        AssemblyError
            As `contig`.
        """
        return self.contig(name).length_bp

    def accession(self, name: str) -> str | None:
        """Give the RefSeq accession of a contig, `None` where the assembly is not in RefSeq.

        Raises
        ------
        AssemblyError
            As `contig`.

        Examples
        --------
        >>> GRCH38.accession("20"), GRCH37.accession("chrM"), KERNIA1.accession("chr1")
        ('NC_000020.11', 'NC_012920.1', None)
        """
        return _ACCESSIONS_OF_ASSEMBLY.get(self.name, {}).get(self.contig(name).name)

    def rank(self, name: str) -> int:
        """Give the place of a contig in the assembly's order, from 0: chr2 before chr10.

        Raises
        ------
        AssemblyError
            As `contig`.
        """
        return self.contigs.index(self.contig(name))

    def check_lengths(self, lengths: Mapping[str, int]) -> None:
        """Check the contig lengths that a file declares against this assembly.

        Contigs that the assembly does not have (alternates, decoys) are passed over, as long as
        there is one that it has.

        Raises
        ------
        AssemblyError
            A length differs (the message names the assembly that it fits, if there is one), an
            accession is another assembly's, or no contig is known.
        """
        ours = 0
        for name, length in lengths.items():
            contig = self.contig(name) if _is_ours(self, name) else None
            if contig is None:
                continue
            ours += 1
            _check_length(self, contig, length)
        if lengths and not ours:
            first = next(iter(lengths))
            raise AssemblyError(
                f"none of the {len(lengths)} contigs (the first is `{first}`) "
                f"belongs to assembly `{self.name}`"
            )


def canonical_spelling(name: str) -> str:
    """Give the canonical spelling of a contig's name, whatever the assembly.

    Names that are no spelling of a human chromosome come back as they are.

    Examples
    --------
    >>> canonical_spelling("20"), canonical_spelling("NC_012920.1"), canonical_spelling("MT")
    ('chr20', 'chrM', 'chrM')
    >>> canonical_spelling("chrUn_KI270302v1")
    'chrUn_KI270302v1'
    """
    if name in _CONTIG_OF_ACCESSION:
        return _CONTIG_OF_ACCESSION[name]
    match = re.fullmatch(r"(?:chr)?([1-9][0-9]?|X|Y|MT?)", name, flags=re.IGNORECASE)
    if match is None:
        return name
    short = match[1].upper()
    return MITOCHONDRION if short == "MT" else f"chr{short}"


def assembly_named(name: str) -> Assembly:
    """Find an assembly by name: `GRCh38`, `GRCh37`, or `Kernia1` of the synthetic country.

    Raises
    ------
    AssemblyError
        There is no assembly of that name.

    Examples
    --------
    >>> assembly_named("hg38").contig("NC_000020.11")
    Contig(name='chr20', length_bp=64444167, kind=<ContigKind.AUTOSOME: 'autosome'>)
    """
    known = _ASSEMBLIES.get(name.lower())
    if known is None:
        names = ", ".join(f"`{assembly.name}`" for assembly in (GRCH38, GRCH37, KERNIA1))
        raise AssemblyError(f"assembly `{name}` is unknown, expected one of {names}")
    return known


def _is_ours(assembly: Assembly, name: str) -> bool:
    # An accession of another build is ours to complain about: `contig` names that build.
    return name in _ASSEMBLY_OF_ACCESSION or assembly.has_contig(name)


def _check_length(assembly: Assembly, contig: Contig, length: int) -> None:
    if length == contig.length_bp:
        return
    fits = _assembly_of_length(contig.name, length)
    if contig.length_bp is None and fits is None:
        return
    expected = "another" if contig.length_bp is None else f"`{contig.length_bp}`"
    message = (
        f"contig `{contig.name}` has length `{length}`, "
        f"expected {expected} for assembly `{assembly.name}`"
    )
    raise AssemblyError(message + (f"; the length is that of `{fits}`" if fits else ""))


def _assembly_of_length(name: str, length: int) -> str | None:
    for assembly in (GRCH38, GRCH37):
        if assembly.has_contig(name) and assembly.length_bp(name) == length:
            return assembly.name
    return None


# Lengths and versions of the RefSeq accessions NC_000001 to NC_000024, chromosomes 1 to 22, X, Y.
# NCBI assembly reports GCF_000001405.40 (GRCh38.p14) and GCF_000001405.25 (GRCh37.p13).
_CHROMOSOMES = (*(str(number) for number in range(1, 23)), "X", "Y")
_LENGTHS_38 = (
    *(248956422, 242193529, 198295559, 190214555, 181538259, 170805979, 159345973, 145138636),
    *(138394717, 133797422, 135086622, 133275309, 114364328, 107043718, 101991189, 90338345),
    *(83257441, 80373285, 58617616, 64444167, 46709983, 50818468, 156040895, 57227415),
)
_LENGTHS_37 = (
    *(249250621, 243199373, 198022430, 191154276, 180915260, 171115067, 159138663, 146364022),
    *(141213431, 135534747, 135006516, 133851895, 115169878, 107349540, 102531392, 90354753),
    *(81195210, 78077248, 59128983, 63025520, 48129895, 51304566, 155270560, 59373566),
)
_VERSIONS_38 = (11, 12, 12, 12, 10, 12, 14, 11, 12, 11, 10, 12, 11, 9, 10, 10, 11, 10, 10, 11)
_VERSIONS_38_LAST = (9, 11, 11, 10)
_VERSIONS_37 = (10, 11, 11, 11, 9, 11, 13, 10, 11, 10, 9, 11, 10, 8, 9, 9, 10, 9, 9, 10)
_VERSIONS_37_LAST = (8, 10, 10, 9)
_MITOCHONDRIAL_BP = 16569
MITOCHONDRION: Final = "chrM"
MITOCHONDRIAL_ACCESSION: Final = "NC_012920.1"
"""The revised Cambridge reference sequence."""


def _kind(chromosome: str) -> ContigKind:
    return ContigKind(chromosome) if chromosome in {"X", "Y"} else ContigKind.AUTOSOME


def _human(name: str, lengths: tuple[int, ...], paired: tuple[Interval, ...]) -> Assembly:
    nuclear = (
        Contig(f"chr{chromosome}", length, _kind(chromosome))
        for chromosome, length in zip(_CHROMOSOMES, lengths, strict=True)
    )
    mitochondrial = Contig(MITOCHONDRION, _MITOCHONDRIAL_BP, ContigKind.MITOCHONDRION)
    return Assembly(name, (*nuclear, mitochondrial), paired)


def _accessions(versions: tuple[int, ...]) -> dict[str, str]:
    return {
        f"NC_{number:06}.{version}": f"chr{chromosome}"
        for number, (chromosome, version) in enumerate(
            zip(_CHROMOSOMES, versions, strict=True), start=1
        )
    }


GRCH38 = _human(
    "GRCh38",
    _LENGTHS_38,
    (
        Interval("chrX", 10_000, 2_781_479),
        Interval("chrX", 155_701_382, 156_030_895),
        Interval("chrY", 10_000, 2_781_479),
        Interval("chrY", 56_887_902, 57_217_415),
    ),
)
GRCH37 = _human(
    "GRCh37",
    _LENGTHS_37,
    (
        Interval("chrX", 60_000, 2_699_520),
        Interval("chrX", 154_931_043, 155_260_560),
        Interval("chrY", 10_000, 2_649_520),
        Interval("chrY", 59_034_049, 59_363_566),
    ),
)
KERNIA1 = Assembly(
    "Kernia1",
    (
        *(Contig(f"chr{number}", None, ContigKind.AUTOSOME) for number in range(1, 5)),
        Contig("chrX", None, ContigKind.X),
    ),
)
_ASSEMBLIES = {
    "grch38": GRCH38,
    "hg38": GRCH38,
    "grch37": GRCH37,
    "hg19": GRCH37,
    "kernia1": KERNIA1,
}
_ACCESSIONS_38 = _accessions(_VERSIONS_38 + _VERSIONS_38_LAST)
_ACCESSIONS_37 = _accessions(_VERSIONS_37 + _VERSIONS_37_LAST)
_CONTIG_OF_ACCESSION = {
    **_ACCESSIONS_37,
    **_ACCESSIONS_38,
    MITOCHONDRIAL_ACCESSION: MITOCHONDRION,
}
_ACCESSIONS_OF_ASSEMBLY = {
    assembly: {MITOCHONDRION: MITOCHONDRIAL_ACCESSION}
    | {contig: accession for accession, contig in nuclear.items()}
    for assembly, nuclear in (("GRCh38", _ACCESSIONS_38), ("GRCh37", _ACCESSIONS_37))
}
_ASSEMBLY_OF_ACCESSION = {
    **dict.fromkeys(_ACCESSIONS_37, "GRCh37"),
    **dict.fromkeys(_ACCESSIONS_38, "GRCh38"),
}
