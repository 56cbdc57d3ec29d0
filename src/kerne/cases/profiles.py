"""Solved cases as profiles: what patients with a disease look like, and no patient's name.

A profile holds the terms that a patient shows, the diagnosis and the gene; no variant, no day and
no hospital. Its identifier and the mark of the family are keyed digests, which only this centre can
make: so that a case is never ranked by the profile of its own family.
"""

import hmac
from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from kerne.cases.answers.document import canonical_json
from kerne.cases.answers.report import Finding, Report, explaining
from kerne.cases.events import Bearing
from kerne.phenotype.phenopacket import Sex

Json = dict[str, Any]  # Any: values of a JSON object
_MARK_LETTERS: Final = 24


@dataclass(frozen=True, slots=True)
class ProfileMarks:
    """Makes marks of cases and families under a key of the centre; they tell nobody a number."""

    key: bytes

    def case(self, number: str) -> str:
        """Return the mark of a case."""
        return self._mark(f"case {number}")

    def family(self, persons: Collection[str]) -> str:
        """Return the mark of a family, the same for each of its members."""
        return self._mark(f"family {min(persons)}")

    def _mark(self, of: str) -> str:
        return hmac.new(self.key, of.encode(), sha256).hexdigest()[:_MARK_LETTERS]


@dataclass(frozen=True, slots=True)
class SolvedProfile:
    """What a solved case looks like.

    Parameters
    ----------
    identifier, family
        Marks.
    observed, excluded
        HPO identifiers.
    gene
        Symbol.
    """

    identifier: str
    family: str
    sex: Sex
    observed: tuple[str, ...]
    excluded: tuple[str, ...]
    disease: str
    disease_name: str
    gene: str

    @property
    def line(self) -> bytes:
        """The profile as a line of a `cases` release."""
        content: Json = {
            "id": self.identifier,
            "family": self.family,
            "sex": self.sex.value,
            "hpo": list(self.observed),
            "hpo_excluded": list(self.excluded),
            "disease": {"id": self.disease, "label": self.disease_name},
            "gene": self.gene,
            "variants": [],
            "pmid": "",
        }
        return canonical_json(content) + b"\n"


def profile_of(report: Report, sex: Sex, identifier: str, family: str) -> SolvedProfile | None:
    """Return the profile of a signed report; `None` unless it explains the patient by one disease.

    A contributory or a candidate variant explains too little to teach from.
    """
    cause = _cause(report)
    found = report.interpretation
    if cause is None or not found.observed:
        return None
    return SolvedProfile(
        identifier=identifier,
        family=family,
        sex=sex,
        observed=tuple(term.identifier for term in found.observed),
        excluded=tuple(term.identifier for term in found.excluded),
        disease=cause.disease,
        disease_name=cause.disease_name,
        gene=cause.gene,
    )


def _cause(report: Report) -> Finding | None:
    if report.conclusion is None:
        return None
    causes = [
        one
        for one in explaining(report.conclusion.findings)
        if one.bearing is Bearing.CAUSATIVE and one.disease
    ]
    diseases = {(one.gene, one.disease) for one in causes}
    return causes[0] if len(diseases) == 1 else None
