"""What a variant does, told from its coding name, its protein name and the exons: no sequence.

For lists of experts that give `NM_000152.4:c.1987delC` and, in words, `p.Gln663SerfsTer33`.
"""

import re
from dataclasses import dataclass

from kerne.alleles.allele import Allele
from kerne.alleles.transcript import Transcript
from kerne.interpretation.consequences.consequence import Consequence
from kerne.interpretation.criteria.subject import Subject

SPLICE_BP = 2
SPLICE_REGION_BP = 8
START_BP = 3
UNKNOWN = "N"

_NAME = re.compile(
    r"(?P<accession>N[MR]_\d+)(?:\.(?P<version>\d+))?(?:\((?P<gene>[^)]+)\))?:c\.(?P<change>\S+)"
)
_POSITION = r"(?P<{0}region>[-*]?)(?P<{0}base>\d+)(?P<{0}offset>[+-]\d+)?"
_CHANGE = re.compile(
    rf"{_POSITION.format('first_')}(?:_{_POSITION.format('last_')})?"
    r"(?P<kind>delins|del|dup|ins|inv|[ACGT]>[ACGT]|=)(?P<bases>[ACGT]*)$"
)
_PROTEIN = re.compile(
    r"\bp\.\(?(?P<first>[A-Z][a-z]{2})(?P<codon>\d+)(?P<rest>(?:_[A-Z][a-z]{2}\d+)?"
    r"(?:[A-Z][a-z]{2}fs(?:Ter|\*)\d+|fs|del|dup|=|[A-Z][a-z]{2}|\*)?)"
)
_SHORT = re.compile(r"\b(?:p\.\(?)?(?P<first>[A-Z])(?P<codon>\d+)(?P<last>[A-Z*])(?![\w])")
_NAMES = "AlaCysAspGluPheGlyHisIleLysLeuMetAsnProGlnArgSerThrValTrpTyrTerTer"
_LETTERS = {one: _NAMES[3 * at : 3 * at + 3] for at, one in enumerate("ACDEFGHIKLMNPQRSTVWYX*")}


@dataclass(frozen=True, slots=True)
class CodingName:
    """A parsed coding name.

    Parameters
    ----------
    region
        `-` before the start codon, `*` behind the stop codon, otherwise empty.
    base, last_base
        1-based, as the name has them.
    offset
        Into the intron, 0 in an exon.
    kind
        `>`, `del`, `dup`, `ins`, `delins`, `inv` or `=`.
    grows_bp
        How many bases more the variant has; `None` when the name does not tell.
    """

    accession: str
    gene: str
    region: str
    base: int
    last_base: int
    offset: int
    kind: str
    bases: str
    grows_bp: int | None

    @property
    def codon(self) -> int:
        """1-based codon of the first base, where it lies in the coding sequence."""
        return (self.base + 2) // 3


def parse_coding_name(text: str) -> CodingName | None:
    """Read a coding name; `None` when it is not one that this reads.

    Examples
    --------
    >>> name = parse_coding_name("NM_000152.4:c.1987delC")
    >>> name.accession, name.base, name.kind, name.grows_bp, name.codon
    ('NM_000152', 1987, 'del', -1, 663)
    >>> parse_coding_name("NM_000441.2(SLC26A4):c.1708-18T>A").offset
    -18
    """
    name = _NAME.match(text)
    change = None if name is None else _CHANGE.match(name["change"])
    if name is None or change is None:
        return None
    base = int(change["first_base"])
    last = int(change["last_base"] or base)
    kind = ">" if ">" in change["kind"] else change["kind"]
    return CodingName(
        accession=name["accession"],
        gene=name["gene"] or "",
        region=change["first_region"],
        base=base,
        last_base=last,
        offset=int(change["first_offset"] or 0),
        kind=kind,
        bases=change["kind"][2] if kind == ">" else change["bases"],
        grows_bp=_growth(kind, change["bases"], last - base + 1),
    )


def protein_in(text: str, name: CodingName) -> str:
    """Find the protein change that a text gives a variant; `p.?` when it gives none.

    A text names other variants too: one at the codon of the coding name is meant. Where none is,
    the first is taken, at that codon: proteins of other transcripts are counted otherwise.

    Examples
    --------
    >>> shift = parse_coding_name("NM_000152.4:c.1987delC")
    >>> protein_in("Gene: GAA; p.Gln663SerfsTer33; From", shift), protein_in("PTEN", shift)
    ('p.(Gln663SerfsTer33)', 'p.?')
    >>> protein_in("with R408W and G272X", parse_coding_name("NM_000277.1:c.814G>T"))
    'p.(Gly272Ter)'
    """
    long = list(_PROTEIN.finditer(text))
    for found in long:
        if int(found["codon"]) == name.codon:
            return _spelled(found["first"], name.codon, found["rest"])
    for short in _SHORT.finditer(text):
        if int(short["codon"]) == name.codon and short["first"] in _LETTERS:
            last = _LETTERS.get(short["last"], "")
            return _spelled(_LETTERS[short["first"]], name.codon, last) if last else "p.?"
    if not long or name.kind != ">":
        return "p.?"
    return _spelled(long[0]["first"], name.codon, long[0]["rest"])


def _spelled(first: str, codon: int, rest: str) -> str:
    return f"p.({first}{codon}{rest.replace('*', 'Ter')})"


def terms_of(name: CodingName, protein: str) -> tuple[str, ...]:
    """Say what it does, as `bcftools csq` would; `coding_sequence` when the names don't tell."""
    if name.offset:
        return _intronic(name.offset)
    if name.region:
        return ("5_prime_utr",) if name.region == "-" else ("3_prime_utr",)
    if name.base <= START_BP and not protein.startswith("p.(Met1="):
        return ("start_lost",)
    return _coding(name.grows_bp, protein)


def _coding(grows_bp: int | None, protein: str) -> tuple[str, ...]:
    if grows_bp is None:
        return ("coding_sequence",)
    if grows_bp % 3:
        return ("frameshift",)
    if grows_bp:
        return ("inframe_deletion",) if grows_bp < 0 else ("inframe_insertion",)
    return _substitution(protein)


def subject_of(name: CodingName, protein: str, transcript: Transcript) -> Subject:
    """Make the subject that the criteria look at; bases that the names do not give are `N`."""
    span = transcript.coding_span
    if span is None:
        raise ValueError(f"{transcript.identifier} codes for nothing")
    start = {"": span[0] - 1, "-": span[0], "*": span[1] - 1}[name.region]
    step = -name.base if name.region == "-" else name.base
    inside = min(max(start + step, 0), transcript.spliced_bp - 1)
    position = transcript.genomic(inside) + transcript.strand * name.offset
    allele = Allele(transcript.contig, position, UNKNOWN, name.bases or UNKNOWN * 2)
    terms = terms_of(name, protein)
    consequence = Consequence(allele, transcript.identifier, transcript.symbol, terms)
    coding = f"{transcript.identifier}:c.{name.region}{name.base}"
    offset = f"{name.offset:+}" if name.offset else ""
    named = f"{coding}{offset}{name.kind}{name.bases}"
    return Subject(allele, consequence, transcript, named, protein)


def _growth(kind: str, bases: str, span: int) -> int | None:
    if kind in (">", "inv", "="):
        return 0
    if kind in ("del", "dup"):
        return -span if kind == "del" else span
    if not bases:
        return None
    return len(bases) if kind == "ins" else len(bases) - span


def _intronic(offset: int) -> tuple[str, ...]:
    if abs(offset) <= SPLICE_BP:
        return ("splice_donor",) if offset > 0 else ("splice_acceptor",)
    return ("splice_region", "intron") if abs(offset) <= SPLICE_REGION_BP else ("intron",)


def _substitution(protein: str) -> tuple[str, ...]:
    if protein == "p.?":
        return ("coding_sequence",)
    if protein.endswith("=)"):
        return ("synonymous",)
    if protein.startswith("p.(Ter"):
        return ("stop_lost",)
    return ("stop_gained",) if protein.endswith("Ter)") else ("missense",)
