"""The report as a GA4GH Phenopacket: the phenotype that was used, and what was concluded."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Final

from kerne.cases.answers.document import canonical_json
from kerne.cases.answers.report import Finding, Report, explaining
from kerne.cases.events import Bearing
from kerne.interpretation.candidate import Classification, Genotype
from kerne.phenotype.ontology import Ontology
from kerne.phenotype.phenopacket import (
    PacketDiagnosis,
    PacketFacts,
    PacketVariant,
    Phenotype,
    Progress,
    Sex,
    Significance,
    Status,
    Zygosity,
    phenopacket_json,
)

_ZYGOSITY: Final[Mapping[Genotype, Zygosity]] = {
    Genotype.HET: Zygosity.HETEROZYGOUS,
    Genotype.HOM: Zygosity.HOMOZYGOUS,
    Genotype.HEMI: Zygosity.HEMIZYGOUS,
}
_SIGNIFICANCE: Final[Mapping[Classification, Significance]] = {
    Classification.PATHOGENIC: Significance.PATHOGENIC,
    Classification.LIKELY_PATHOGENIC: Significance.LIKELY_PATHOGENIC,
    Classification.UNCERTAIN: Significance.UNCERTAIN,
    Classification.LIKELY_BENIGN: Significance.LIKELY_BENIGN,
    Classification.BENIGN: Significance.BENIGN,
}
_STATUS: Final[Mapping[Bearing, Status]] = {
    Bearing.CAUSATIVE: Status.CAUSATIVE,
    Bearing.CONTRIBUTORY: Status.CONTRIBUTORY,
    Bearing.CANDIDATE: Status.CANDIDATE,
}


def packet_record(report: Report, sex: Sex, ontology: Ontology) -> bytes:
    """Return the Phenopacket of a report, as canonical JSON.

    Only what a geneticist judged is written as a diagnosis, and rejected variants are not: a
    program's ranking is no diagnosis.
    """
    found = report.interpretation
    phenotype = Phenotype(
        subject=report.subject,
        sex=sex,
        observed=tuple(term.identifier for term in found.observed),
        excluded=tuple(term.identifier for term in found.excluded),
    )
    facts = PacketFacts(
        identifier=f"{report.subject}-{found.sample}",
        assembly=found.assembly,
        created=datetime.fromisoformat(report.made_at),
        created_by=report.made_by,
    )
    return canonical_json(phenopacket_json(phenotype, diagnoses_of(report), facts, ontology))


def diagnoses_of(report: Report) -> tuple[PacketDiagnosis, ...]:
    """Return one diagnosis for each disease that the signed findings are about."""
    if report.conclusion is None:
        return ()
    reported = [one for one in report.conclusion.findings if one.bearing in _STATUS]
    reported.sort(key=_disease)
    return tuple(
        _diagnosis(disease, list(findings)) for disease, findings in groupby(reported, key=_disease)
    )


def _disease(finding: Finding) -> tuple[str, str]:
    return finding.disease or finding.gene, finding.disease_name or finding.gene


def _diagnosis(disease: tuple[str, str], findings: Sequence[Finding]) -> PacketDiagnosis:
    return PacketDiagnosis(
        disease=disease[0],
        disease_name=disease[1],
        progress=_progress(findings),
        variants=tuple(_variant(one) for one in findings),
    )


def _progress(findings: Sequence[Finding]) -> Progress:
    bearings = {one.bearing for one in explaining(findings)}
    return Progress.SOLVED if Bearing.CAUSATIVE in bearings else Progress.UNSOLVED


def _variant(finding: Finding) -> PacketVariant:
    return PacketVariant(
        allele=finding.variant.allele,
        zygosity=_ZYGOSITY[finding.variant.genotype],
        gene_id=finding.hgnc or finding.gene,
        gene=finding.gene,
        coding_name=finding.variant.coding_name,
        protein_name=finding.variant.protein_name,
        significance=_SIGNIFICANCE[finding.classification],
        status=_STATUS[finding.bearing],
        vrs="" if finding.vrs is None else finding.vrs.identifier,
    )
