"""The consequence that the name of a changed protein tells, in the terms of `bcftools csq`."""

import re
from typing import Final

from kerne.alleles.protein import START_LOST, UNKNOWN

CODON_BP: Final = 3
_EXTENSION = re.compile(r"extTer(\d+)")


def effect_of(protein: str, added_bp: int) -> str:
    """Give the term for a protein name; empty for `p.?`, which tells none.

    Parameters
    ----------
    added_bp
        By how many bases the message becomes longer.

    Examples
    --------
    >>> effect_of("p.(Arg97ProfsTer23)", -1), effect_of("p.(Gln39Ter)", 0), effect_of("p.?", 0)
    ('frameshift', 'stop_gained', '')
    """
    in_order = (
        (protein == UNKNOWN, ""),
        (protein == START_LOST, "start_lost"),
        (_adds_before_the_stop(protein, added_bp), "inframe_insertion"),
        ("ext" in protein, "stop_lost"),
        (protein.startswith("p.(Ter") and "=" in protein, "stop_retained"),
        ("=" in protein, "synonymous"),
        (bool(added_bp % CODON_BP) or "fs" in protein, "frameshift"),
        ("Ter" in protein, "stop_gained"),
        (added_bp > 0, "inframe_insertion"),
        (added_bp < 0, "inframe_deletion"),
    )
    return next((term for holds, term in in_order if holds), "missense")


def _adds_before_the_stop(protein: str, added_bp: int) -> bool:
    """Say whether an extension is whole codons inserted before a stop codon that stays."""
    extension = _EXTENSION.search(protein)
    return extension is not None and int(extension[1]) * CODON_BP == added_bp
