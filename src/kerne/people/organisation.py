"""Hospitals, laboratories and universities: where an identity is appointed."""

from dataclasses import dataclass
from enum import StrEnum


class OrganisationKind(StrEnum):
    """What an organisation is."""

    HOSPITAL = "hospital"
    LABORATORY = "laboratory"
    UNIVERSITY = "university"
    AUTHORITY = "authority"


@dataclass(frozen=True, slots=True)
class Organisation:
    """One organisation; `region` is `None` where it serves the whole country."""

    identifier: str
    name: str
    kind: OrganisationKind
    region: str | None = None
