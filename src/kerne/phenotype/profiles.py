"""Patients whose diagnosis is known, as evidence of what their disease looks like."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class CaseProfile:
    """One diagnosed patient.

    Parameters
    ----------
    identifier
        Of the case; names no person.
    disease, disease_name
        The diagnosis.
    genes
        Symbols of the genes that caused it; empty when the cause is larger than a gene.
    observed, excluded
        Indices of phenotype terms that the patient shows, and that were looked for in vain.
    publication
        Where the case was published, `PMID:31675180`; empty for one that was not.
    family
        What the cases of one family have in common and no others; empty when not known.
    """

    identifier: str
    disease: str
    disease_name: str
    genes: tuple[str, ...]
    observed: tuple[int, ...]
    excluded: tuple[int, ...] = ()
    publication: str = ""
    family: str = ""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Evidence that one case must not be ranked by: its own.

    Parameters
    ----------
    publication, family
        Profiles of this publication and of this family are not used; empty leaves none out.
    annotations
        Annotations that cite the publication are not used either.
    """

    publication: str = ""
    family: str = ""
    annotations: bool = False

    def leaves_out(self, profile: CaseProfile) -> bool:
        """Say whether a profile is the case's own."""
        is_published = bool(self.publication) and profile.publication == self.publication
        return is_published or (bool(self.family) and profile.family == self.family)

    def leaves_out_source(self, source: str) -> bool:
        """Say whether an annotation with this source (several joined by `;`) is not used."""
        return self.annotations and bool(self.publication) and self.publication in source.split(";")


NOTHING = LeftOut()


def by_disease(profiles: Iterable[CaseProfile]) -> Mapping[str, tuple[CaseProfile, ...]]:
    """Sort profiles by their disease; those without an observed term say nothing."""
    sorted_: dict[str, list[CaseProfile]] = {}
    for profile in profiles:
        if profile.observed:
            sorted_.setdefault(profile.disease, []).append(profile)
    return MappingProxyType({disease: tuple(found) for disease, found in sorted_.items()})
