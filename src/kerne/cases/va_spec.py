"""Classifications as GA4GH VA-Spec statements, for any program that exchanges such knowledge.

References
----------
GA4GH Variant Annotation Specification 1.0, profile of ACMG 2015 (`VariantPathogenicityStatement`).
The variant is a VRS 2 allele in full, so that a reader needs no other source.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from kerne.alleles.vrs import VrsAllele
from kerne.cases.answers.inheritance_terms import INHERITANCE
from kerne.cases.statement import OF_A_FAMILY, WITHHELD, SharedClassification
from kerne.interpretation.candidate import Classification, Evidence, Met, Strength

Json = dict[str, Any]  # Any: values of a JSON object

_SYSTEM: Final = "ACMG Guidelines, 2015"
_METHOD: Final[Json] = {
    "type": "Method",
    "name": _SYSTEM,
    "methodType": "guideline",
    "reportedIn": {
        "type": "Document",
        "name": "Richards et al., 2015, Genet Med.",
        "doi": "10.1038/gim.2015.30",
        "pmid": "25741868",
    },
}
_SAYS: Final[Mapping[Classification, tuple[str, str | None]]] = {
    Classification.PATHOGENIC: ("supports", "definitive"),
    Classification.LIKELY_PATHOGENIC: ("supports", "likely"),
    Classification.UNCERTAIN: ("neutral", None),
    Classification.LIKELY_BENIGN: ("disputes", "likely"),
    Classification.BENIGN: ("disputes", "definitive"),
}
_STRENGTH: Final[Mapping[Strength, str]] = {
    Strength.SUPPORTING: "supporting",
    Strength.MODERATE: "moderate",
    Strength.STRONG: "strong",
    Strength.VERY_STRONG: "very strong",
    Strength.STAND_ALONE: "standalone",
}
_USUAL: Final[Mapping[str, Strength]] = {
    "PVS": Strength.VERY_STRONG,
    "PS": Strength.STRONG,
    "PM": Strength.MODERATE,
    "PP": Strength.SUPPORTING,
    "BA": Strength.STAND_ALONE,
    "BS": Strength.STRONG,
    "BP": Strength.SUPPORTING,
}
"""The strength that a criterion's name states; another is written behind it."""


@dataclass(frozen=True, slots=True)
class Statements:
    """Statements, and how many classifications have no VRS allele to be stated of."""

    content: tuple[Json, ...]
    left_out: int


def statements_of(said: Sequence[SharedClassification]) -> Statements:
    """Return classifications as statements, in their order."""
    made = tuple(_statement(each, each.vrs) for each in said if each.vrs is not None)
    return Statements(made, len(said) - len(made))


def _statement(said: SharedClassification, vrs: VrsAllele) -> Json:
    direction, strength = _SAYS[said.classification]
    proposition = _proposition(said, vrs)
    statement: Json = {
        "type": "Statement",
        "proposition": proposition,
        "direction": direction,
        "score": said.points,
        "classification": _acmg(said.classification.value),
        "specifiedBy": _METHOD,
        "contributions": [
            {
                "type": "Contribution",
                "activityType": "classified",
                "date": said.at,
                "contributor": {
                    "type": "Agent",
                    "name": said.organisation,
                    "agentType": "organization",
                },
            }
        ],
        "hasEvidenceLines": [_line(each) for each in said.evidence if _is_stated(each)],
    }
    if strength is not None:
        statement["strength"] = _acmg(strength)
    return statement


def _proposition(said: SharedClassification, vrs: VrsAllele) -> Json:
    proposition: Json = {
        "type": "VariantPathogenicityProposition",
        "subjectVariant": vrs.document,
        "predicate": "isCausalFor",
        "objectCondition": _disease(said),
        "geneContextQualifier": {"conceptType": "Gene", "name": said.gene},
        "alleleOriginQualifier": {"name": "germline"},
    }
    inheritance = INHERITANCE.get(said.mode)
    if inheritance is not None:
        code, name = inheritance
        proposition["modeOfInheritanceQualifier"] = {
            "name": name,
            "primaryCoding": {"system": "http://human-phenotype-ontology.org", "code": code},
        }
    return proposition


def _disease(said: SharedClassification) -> Json:
    if not said.disease:
        return {"conceptType": "Disease", "name": f"a disease of {said.gene}"}
    prefix, _, number = said.disease.partition(":")
    return {
        "conceptType": "Disease",
        "name": said.disease_name,
        "primaryCoding": {"system": prefix, "code": number},
    }


def _is_stated(evidence: Evidence) -> bool:
    """Say whether the guideline knows the criterion and it was judged."""
    return evidence.met is not Met.NOT_JUDGED and evidence.criterion[:-1] in _USUAL


def _line(evidence: Evidence) -> Json:
    is_met = evidence.met is Met.MET
    line: Json = {
        "type": "EvidenceLine",
        "directionOfEvidenceProvided": "neutral",
        "scoreOfEvidenceProvided": evidence.points,
        "evidenceOutcome": _acmg(_outcome(evidence)),
        "specifiedBy": _METHOD | {"methodType": evidence.criterion},
        "description": WITHHELD if evidence.criterion in OF_A_FAMILY else evidence.data,
    }
    if is_met:
        is_for = evidence.criterion.startswith("P")
        line["directionOfEvidenceProvided"] = "supports" if is_for else "disputes"
        line["strengthOfEvidenceProvided"] = _acmg(_STRENGTH[evidence.strength])
    return line


def _outcome(evidence: Evidence) -> str:
    """Return the criterion as the guideline's users write it: `PM2_supporting`, `PP3_not_met`."""
    if evidence.met is not Met.MET:
        return f"{evidence.criterion}_not_met"
    if evidence.strength is _USUAL[evidence.criterion[:-1]]:
        return evidence.criterion
    return f"{evidence.criterion}_{_STRENGTH[evidence.strength].replace(' ', '_')}"


def _acmg(code: str) -> Json:
    return {"primaryCoding": {"system": _SYSTEM, "code": code}}
