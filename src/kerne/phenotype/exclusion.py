"""What a feature that was looked for and not found says against a disease.

Only what nearly every patient of the disease shows at the patient's age speaks against it, and
never by more than a factor of ten: doctors overlook, and annotators generalise. What nobody
recorded is not absent. Published tables list under *excluded* what relatives had, and leak the
diagnosis: give only what a doctor examined.
"""

from collections.abc import Iterable, Mapping, Sequence
from math import log10
from types import MappingProxyType
from typing import Final

import numpy as np

from kerne.phenotype.annotations import Annotation, Annotations
from kerne.phenotype.ontology import Ontology

NEARLY_ALL = 0.9
LEAST_PATIENTS = 10
"""Fewer patients cannot show that nearly all have a feature; a stated percentage can."""
FOUND = 0.8
"""Share of a disease's features that are found when they are looked for."""
CAP = -1.0
"""log10 of the smallest ratio of one excluded term."""

SETTLED_YEARS: Final[Mapping[str, float]] = MappingProxyType(
    {
        "HP:0030674": 0.0,  # antenatal
        "HP:0003577": 0.0,  # congenital
        "HP:0003623": 28 / 365,  # neonatal
        "HP:0003593": 1.0,  # infantile
        "HP:0011463": 5.0,  # childhood
        "HP:0003621": 16.0,  # juvenile
        "HP:0003581": 40.0,  # adult, may be as late as middle age
        "HP:0011462": 40.0,  # young adult
        "HP:0003596": 60.0,  # middle age
        "HP:0003584": 90.0,  # late
    }
)
"""Age at which a feature of this onset would have shown itself."""


class Exclusions:
    """The features of all diseases whose absence says something, found once."""

    def __init__(self, ontology: Ontology, annotations: Annotations) -> None:
        self._ontology = ontology
        self._rows: dict[int, list[tuple[int, Annotation]]] = {}
        telling_rows = np.flatnonzero(
            ~annotations.negated & (annotations.frequencies >= NEARLY_ALL)
        )
        diseases = np.searchsorted(annotations.offsets, telling_rows, side="right") - 1
        for disease, number in zip(diseases.tolist(), telling_rows.tolist(), strict=True):
            self._take(disease, annotations.row(number))

    def _take(self, disease: int, row: Annotation) -> None:
        if row.patients is None or row.patients >= LEAST_PATIENTS:
            for term in self._ontology.ancestors(row.term).tolist():
                self._rows.setdefault(term, []).append((disease, row))

    def against(self, term: int, age_years: float | None) -> dict[int, tuple[float, Annotation]]:
        """Give log10 ratio and feature by disease that an excluded term speaks against.

        Parameters
        ----------
        age_years
            Of the patient; `None` when not known, and then only what shows at birth counts.
        """
        found: dict[int, tuple[float, Annotation]] = {}
        for disease, row in self._rows.get(term, ()):
            if is_due(row, age_years):
                ratio = max(log10(1 - FOUND * (row.frequency or 0.0)), CAP)
                found[disease] = min(found.get(disease, (0.0, row)), (ratio, row), key=_ratio)
        return found


def is_due(row: Annotation, age_years: float | None) -> bool:
    """Say whether a feature would have shown itself by an age; one of unstated onset would."""
    if not row.onset:
        return True
    return SETTLED_YEARS.get(row.onset, float("inf")) <= (age_years or 0.0)


def telling(excluded: Iterable[int], observed: Iterable[int], ontology: Ontology) -> Sequence[int]:
    """Give the excluded terms that are neither implied by others nor observed after all; ascending.

    A more general excluded term implies the others; what is observed, or implied by that, was not
    absent.
    """
    shown = {int(above) for term in observed for above in ontology.ancestors(term)}
    chosen = set(excluded) - shown
    return sorted(
        term for term in chosen if not chosen & set(ontology.ancestors(term)[:-1].tolist())
    )


def _ratio(found: tuple[float, Annotation]) -> float:
    return found[0]
