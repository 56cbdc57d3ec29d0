"""Classifications as ClinVar takes them: the JSON of its submission API.

One record for each variant and disease, by the newest word. A variant with a RefSeq name is given
by it, another by its coordinates. ClinVar takes variants of GRCh38 and GRCh37 alone, so what is of
another assembly is left out and counted; so are classifications without a disease.

References
----------
ClinVar Submission API, `germlineSubmission`; the classification follows Richards 2015 (PubMed
25741868), which is named as the criteria.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from kerne.alleles.assembly import GRCH37, GRCH38
from kerne.cases.answers.document import digest_of
from kerne.cases.statement import OF_A_FAMILY, SharedClassification
from kerne.interpretation.candidate import Evidence, Met, Mode

Json = dict[str, Any]  # Any: values of a JSON object

CRITERIA: Final = {"db": "PubMed", "id": "25741868"}

_ASSEMBLIES: Final = frozenset({GRCH37.name, GRCH38.name})
_DATABASES: Final[Mapping[str, str]] = {"OMIM": "OMIM", "ORPHA": "Orphanet", "MONDO": "MONDO"}
_INHERITANCE: Final[Mapping[Mode, str]] = {
    Mode.DOMINANT: "Autosomal dominant inheritance",
    Mode.DE_NOVO: "Autosomal dominant inheritance",
    Mode.RECESSIVE_HOMOZYGOUS: "Autosomal recessive inheritance",
    Mode.RECESSIVE_COMPOUND: "Autosomal recessive inheritance",
    Mode.RECESSIVE_ONE_ALLELE: "Autosomal recessive inheritance",
    Mode.X_LINKED: "X-linked inheritance",
    Mode.MITOCHONDRIAL: "Mitochondrial inheritance",
}


@dataclass(frozen=True, slots=True)
class ClinVarSubmission:
    """A submission, and how many classifications ClinVar cannot take."""

    content: Json
    records: int
    left_out: int


def clinvar_submission(name: str, said: Sequence[SharedClassification]) -> ClinVarSubmission:
    """Return the submission of a hospital's classifications, under a name of its own."""
    fit = [each for each in said if each.assembly in _ASSEMBLIES and each.disease]
    # Its criteria and its coordinates are those of small variants.
    fit = [each for each in fit if not each.allele.is_symbolic]
    content = {
        "submissionName": name,
        "clinvarSubmissionReleaseStatus": "public",
        "assertionCriteria": CRITERIA,
        "germlineSubmission": [_record(each) for each in fit],
    }
    return ClinVarSubmission(content, len(fit), len(said) - len(fit))


def criteria_in_words(evidence: Sequence[Evidence]) -> str:
    """Say which criteria were met, with what; of those about the family only the weight."""
    met = [each for each in evidence if each.met is Met.MET]
    words = [
        f"{each.criterion} ({each.weight})"
        + ("" if each.criterion in OF_A_FAMILY else f": {each.data}")
        for each in met
    ]
    return "; ".join(words) or "no criterion was met"


def _record(said: SharedClassification) -> Json:
    classification: Json = {
        "germlineClassificationDescription": said.classification.capitalize(),
        "dateLastEvaluated": said.day,
        "comment": f"ACMG/AMP criteria: {criteria_in_words(said.evidence)}.",
        "customClassificationScore": said.points,
    }
    inheritance = _INHERITANCE.get(said.mode)
    if inheritance is not None:
        classification["modeOfInheritance"] = inheritance
    return {
        "localID": _local(said),
        "recordStatus": "novel",
        "variantSet": {"variant": [_variant(said)]},
        "conditionSet": {"condition": [_condition(said)]},
        "germlineClassification": classification,
        "observedIn": [
            {
                "alleleOrigin": "germline",
                "affectedStatus": "yes",
                "collectionMethod": "clinical testing",
                "numberOfIndividuals": 1,
            }
        ],
    }


def _local(said: SharedClassification) -> str:
    """Return the record's identifier: the same for the same variant, disease and hospital."""
    parts = (*said.about, said.disease, said.organisation)
    return f"kerne-{digest_of('|'.join(parts).encode())[:20]}"


def _variant(said: SharedClassification) -> Json:
    gene = [{"symbol": said.gene}]
    if said.coding_name.startswith("NM_"):
        return {"hgvs": said.coding_name, "gene": gene}
    allele = said.allele
    chromosome = allele.contig.removeprefix("chr")
    return {
        "chromosomeCoordinates": {
            "assembly": said.assembly,
            "chromosome": "MT" if chromosome == "M" else chromosome,
            "start": allele.position + 1,
            "stop": allele.end,
            "referenceAllele": allele.reference,
            "alternateAllele": allele.alternative,
        },
        "gene": gene,
    }


def _condition(said: SharedClassification) -> Json:
    prefix, _, number = said.disease.partition(":")
    database = _DATABASES.get(prefix)
    if database is None:
        return {"name": said.disease_name or said.disease}
    written = {"OMIM": number, "ORPHA": f"ORPHA{number}"}.get(prefix, said.disease)
    return {"db": database, "id": written}
