"""Residues that a protein name speaks of."""

import re
from dataclasses import dataclass

_SUBSTITUTION = re.compile(r"p\.\(?([A-Z][a-z]{2})(\d+)([A-Z][a-z]{2})\)?$")


@dataclass(frozen=True, slots=True)
class Substitution:
    """One residue in place of another; `codon` is 1-based."""

    codon: int
    before: str
    after: str


def substitution_of(protein_name: str) -> Substitution | None:
    """Read a substitution from a protein name; `None` when it names another kind of change.

    Examples
    --------
    >>> substitution_of("NP_1.1:p.(Arg97Cys)")
    Substitution(codon=97, before='Arg', after='Cys')
    >>> substitution_of("p.(Arg97ProfsTer23)") is None, substitution_of("p.(Gln39Ter)") is None
    (True, True)
    """
    found = _SUBSTITUTION.search(protein_name)
    if found is None or found[3] == "Ter":
        return None
    return Substitution(int(found[2]), found[1], found[3])
