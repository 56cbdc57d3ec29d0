"""Criteria that only a curator can judge, and those that are no longer used.

References
----------
Richards et al. 2015 (doi:10.1038/gim.2015.30); Biesecker and Harrison 2018
(doi:10.1038/gim.2018.42): PP5 and BP6 are retired.
"""

from typing import Final

from kerne.interpretation.candidate import Evidence
from kerne.interpretation.classification import not_judged, not_met

CURATED: Final = {
    "PS3": "functional studies are entered by a curator",
    "PS4": "how much commoner it is in patients is entered by a curator",
    "BS3": "functional studies are entered by a curator",
    "BS4": "that it does not run with the disease in a family is entered by a curator",
}
RETIRED: Final = ("PP5", "BP6")


def left_to_curators() -> tuple[Evidence, ...]:
    """List what no data at hand can settle, and what is retired."""
    return (
        *(not_judged(criterion, words) for criterion, words in CURATED.items()),
        *(not_met(criterion, "retired by ClinGen", "Biesecker 2018") for criterion in RETIRED),
    )
