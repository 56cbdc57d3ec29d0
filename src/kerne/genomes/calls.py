"""How one genotype at one allele is coded, and what each code counts for.

A call is one byte. It says what the file said (`HET`, `HALF`, `MISSING`, ...), and, in the bit
`SILENT`, whether the genome is callable there by its own intervals, so that what is counted for a
genome that says nothing can be taken back where it does say something.

What a call counts for depends on the *rule* of its place: as written on autosomes and
pseudo-autosomal regions, and by the measured number of copies on X and Y. This is the one table
of it; everything that counts looks it up here.

References
----------
VCF 4.4 §1.6.1 (AC, AN) and §1.6.2 (GT); half-calls as `bcftools view` counts them.
"""

from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kerne.alleles.vcf import parse_genotype, split_genotype
from kerne.genomes.genotypes import Phase, Zygosity

SILENT: Final = 0x80
"""Set where the genome's own intervals call the place."""

FIRST: Final = 0x20
"""Set in a phased call whose allele is on the first haplotype, as in `1|0`; with `SECOND`: both."""

SECOND: Final = 0x40
"""Set in a phased call whose allele is on the second haplotype, as in `0|1`."""

CODE_MASK: Final = 0x0F
PLOIDY_MOST: Final = 2


class Code(IntEnum):
    """What a file says about one allele in one genome.

    The `WEAK` codes are alternative calls of a gVCF below its thresholds: kept for the clinic,
    never counted. When a file says two things about one allele, the lowest `PRIORITY` stays.
    """

    REFERENCE = 0
    HET = 1
    HOM = 2
    HEMI = 3
    HALF = 4
    REFERENCE_HEMI = 5
    REFERENCE_HALF = 6
    MISSING = 7
    WEAK_HET = 8
    WEAK_HOM = 9
    WEAK_HEMI = 10
    WEAK_HALF = 11


WEAK_OFFSET: Final = Code.WEAK_HET - Code.HET
FIRST_CARRIED: Final = Code.HET
LAST_CARRIED: Final = Code.HALF


class Rule(IntEnum):
    """How calls count at a place, for one genome."""

    AS_WRITTEN = 0
    HAPLOID = 1
    MITOCHONDRIAL = 2
    ABSENT = 3


class Place(IntEnum):
    """What kind of place a site is, as far as the number of copies goes."""

    PAIRED = 0
    X = 1
    Y = 2
    MITOCHONDRIAL = 3


class Worth(IntEnum):
    """What a call adds to: columns of `WORTH`."""

    AN = 0
    HET = 1
    HOM = 2
    HEMI = 3
    HALF = 4


_AS_WRITTEN: Final[dict[Code, tuple[int, int, int, int, int]]] = {
    Code.REFERENCE: (2, 0, 0, 0, 0),
    Code.HET: (2, 1, 0, 0, 0),
    Code.HOM: (2, 0, 1, 0, 0),
    Code.HEMI: (1, 0, 0, 1, 0),
    Code.HALF: (1, 0, 0, 0, 1),
    Code.REFERENCE_HEMI: (1, 0, 0, 0, 0),
    Code.REFERENCE_HALF: (1, 0, 0, 0, 0),
}
_HAPLOID: Final[dict[Code, tuple[int, int, int, int, int]]] = {
    Code.REFERENCE: (1, 0, 0, 0, 0),
    Code.HOM: (1, 0, 0, 1, 0),
    Code.HEMI: (1, 0, 0, 1, 0),
    Code.HALF: (1, 0, 0, 1, 0),
    Code.REFERENCE_HEMI: (1, 0, 0, 0, 0),
    Code.REFERENCE_HALF: (1, 0, 0, 0, 0),
}
_MITOCHONDRIAL: Final = _HAPLOID | {Code.HET: (1, 0, 0, 1, 0)}


def _worth() -> NDArray[np.int64]:
    table = np.zeros((len(Rule), len(Code), len(Worth)), dtype=np.int64)
    rules = {
        Rule.AS_WRITTEN: _AS_WRITTEN,
        Rule.HAPLOID: _HAPLOID,
        Rule.MITOCHONDRIAL: _MITOCHONDRIAL,
    }
    for rule, worths in rules.items():
        for code, worth in worths.items():
            table[rule, code] = worth
    return table


WORTH: Final = _worth()
"""(rules, codes, worths): what one call adds. A het call on a single X is an artefact: nothing."""

RULE_OF: Final = np.array(
    [
        [Rule.AS_WRITTEN] * 4,
        [Rule.ABSENT, Rule.ABSENT, Rule.HAPLOID, Rule.AS_WRITTEN],
        [Rule.ABSENT, Rule.ABSENT, Rule.HAPLOID, Rule.AS_WRITTEN],
        [Rule.MITOCHONDRIAL] * 4,
    ],
    dtype=np.int64,
)
"""(places, copies + 1): the rule of a place for a genome with -1 (unclear), 0, 1 or 2 copies."""

SILENT_COPIES: Final = np.array(
    [[2, 2, 2, 2], [0, 0, 1, 2], [0, 0, 1, 2], [1, 1, 1, 1]], dtype=np.int64
)
"""(places, copies + 1): AN of a genome that is callable and says nothing."""

PRIORITY: Final = np.array([11, 1, 0, 2, 3, 10, 9, 8, 5, 4, 6, 7], dtype=np.int64)
"""(codes,): which of two calls of one allele in one file stays, lowest first.

What is carried stays before what is not, and the plain reference last: in many places nobody
writes it down, and what stays must not depend on that.
"""

_DIPLOID: Final = {
    (0, 0): Code.REFERENCE,
    (0, 1): Code.HET,
    (1, 1): Code.HOM,
    (None, 1): Code.HALF,
    (None, 0): Code.REFERENCE_HALF,
    (None, None): Code.MISSING,
}
_HAPLOID_CODES: Final = {0: Code.REFERENCE_HEMI, 1: Code.HEMI, None: Code.MISSING}


def code_of(genotype_text: str, allele: int) -> Code:
    """Return the code of a GT value for ALT number `allele` (1-based).

    Raises
    ------
    ValueError
        It is not a genotype, or has more than two alleles.

    Examples
    --------
    >>> code_of("1/2", 2).name, code_of("./1", 1).name, code_of("0", 1).name
    ('HET', 'HALF', 'REFERENCE_HEMI')
    """
    codes = split_genotype(parse_genotype(genotype_text)[0], allele)
    if len(codes) > PLOIDY_MOST:
        raise ValueError(genotype_text)
    if len(codes) == 1:
        return _HAPLOID_CODES[codes[0]]
    first, second = sorted(codes, key=lambda code: -1 if code is None else code)
    return _DIPLOID[first, second]


def is_carried(codes: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Say of each code, any shape, whether it is a counted alternative call."""
    bare = codes & CODE_MASK
    carried: NDArray[np.bool_] = (bare >= FIRST_CARRIED) & (bare <= LAST_CARRIED)
    return carried


_ZYGOSITY: Final = {
    Code.HET: Zygosity.HET,
    Code.HOM: Zygosity.HOM,
    Code.HEMI: Zygosity.HEMI,
    Code.HALF: Zygosity.HALF,
}


def zygosity_of(code: int) -> Zygosity:
    """Return the zygosity that a carried code, weak or not, was written with."""
    bare = code & CODE_MASK
    return _ZYGOSITY[Code(bare - WEAK_OFFSET if bare >= Code.WEAK_HET else bare)]


_PHASE: Final = {
    0: Phase.NONE,
    FIRST: Phase.FIRST,
    SECOND: Phase.SECOND,
    FIRST | SECOND: Phase.BOTH,
}


def phase_of(code: int) -> Phase:
    """Return where a carried call is phased to."""
    return _PHASE[code & (FIRST | SECOND)]
