"""The report as FHIR R4: a bundle after HL7's Genomics Reporting guide, for the hospital's record.

A `DiagnosticReport` gathers an overall interpretation, one `Observation` for each variant that was
judged and was not rejected, what it means for the patient, and one for each gene whose coverage was
measured. Identifiers are made from the content, so that the same report is the same bundle.

References
----------
FHIR 4.0.1; HL7 Genomics Reporting Implementation Guide 3.0.0 (STU3), profiles `genomic-report`,
`overall-interpretation`, `variant`, `diagnostic-implication`, `region-studied`. Codes are LOINC's.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from kerne.alleles.assembly import GRCH37, GRCH38
from kerne.cases.answers.document import canonical_json, digest_of, report_record
from kerne.cases.answers.inheritance_terms import INHERITANCE
from kerne.cases.answers.page import headline, percent
from kerne.cases.answers.report import NOT_EXCLUDED, PRINTS, Finding, Report, explaining
from kerne.cases.events import Bearing
from kerne.interpretation.candidate import Classification, Evidence, GeneCoverage, Genotype, Met
from kerne.phenotype.phenopacket import Sex

Json = dict[str, Any]  # Any: values of a JSON object

_GUIDE: Final = "http://hl7.org/fhir/uv/genomics-reporting"
_GUIDE_CODES: Final = f"{_GUIDE}/CodeSystem/tbd-codes-cs"
_LOINC: Final = "http://loinc.org"
_HPO: Final = "http://human-phenotype-ontology.org"
_HGVS: Final = "http://varnomen.hgvs.org"
_GENE: Final = "http://www.genenames.org/geneId"
_SEQUENCE_ONTOLOGY: Final = "http://www.sequenceontology.org"
_HL7: Final = "http://terminology.hl7.org/CodeSystem"
_DISEASES: Final[Mapping[str, str]] = {
    "OMIM": "http://www.omim.org",
    "ORPHA": "http://www.orpha.net",
    "MONDO": "http://purl.obolibrary.org/obo/mondo.owl",
}
_OURS: Final = "urn:kerne"

_SEX: Final[Mapping[Sex, str]] = {
    Sex.FEMALE: "female",
    Sex.MALE: "male",
    Sex.OTHER: "other",
    Sex.UNKNOWN: "unknown",
}
_CLASS: Final[Mapping[Classification, tuple[str, str]]] = {
    Classification.PATHOGENIC: ("LA6668-3", "Pathogenic"),
    Classification.LIKELY_PATHOGENIC: ("LA26332-9", "Likely pathogenic"),
    Classification.UNCERTAIN: ("LA26333-7", "Uncertain significance"),
    Classification.LIKELY_BENIGN: ("LA26334-5", "Likely benign"),
    Classification.BENIGN: ("LA6675-8", "Benign"),
}
_STATE: Final[Mapping[Genotype, tuple[str, str]]] = {
    Genotype.HET: ("LA6706-1", "Heterozygous"),
    Genotype.HOM: ("LA6705-3", "Homozygous"),
    Genotype.HEMI: ("LA6707-9", "Hemizygous"),
}
_ASSEMBLY: Final[Mapping[str, tuple[str, str]]] = {
    GRCH37.name: ("LA14029-5", "GRCh37"),
    GRCH38.name: ("LA26806-2", "GRCh38"),
}
_POSITIVE: Final = ("LA6576-8", "Positive")
_NEGATIVE: Final = ("LA6577-6", "Negative")
_INCONCLUSIVE: Final = ("LA9663-1", "Inconclusive")


def bundle_record(report: Report, sex: Sex) -> bytes:
    """Return the bundle of a report as canonical JSON."""
    return canonical_json(bundle_json(report, sex))


def bundle_json(report: Report, sex: Sex) -> Json:
    """Return the bundle of a report.

    A report that nobody judged is `preliminary`, and holds no variant: a program's ranking is no
    finding.
    """
    return _Bundle(report, sex).content()


class _Bundle:
    """Builds the resources of one report, each with a name from its content."""

    def __init__(self, report: Report, sex: Sex) -> None:
        self._report = report
        self._sex = sex
        self._seed = digest_of(report_record(report))
        conclusion = report.conclusion
        findings = () if conclusion is None else conclusion.findings
        self._findings = [one for one in findings if one.bearing is not Bearing.REJECTED]
        self._is_judged = conclusion is not None

    def content(self) -> Json:
        resources = [self._patient(), self._specimen()]
        if self._report.conclusion is not None:
            resources.append(self._organization(self._report.conclusion.organisation))
        results = list(self._results())
        resources += [self._diagnostic_report(results), *results]
        return {
            "resourceType": "Bundle",
            "id": self._name("bundle"),
            "type": "collection",
            "timestamp": _instant(self._report.made_at),
            "entry": [
                {"fullUrl": f"urn:uuid:{each['id']}", "resource": each} for each in resources
            ],
        }

    def _patient(self) -> Json:
        return {
            "resourceType": "Patient",
            "id": self._name("patient"),
            "identifier": [{"system": f"{_OURS}:person", "value": self._report.subject}],
            "gender": _SEX[self._sex],
        }

    def _specimen(self) -> Json:
        return {
            "resourceType": "Specimen",
            "id": self._name("specimen"),
            "identifier": [
                {"system": f"{_OURS}:sample", "value": self._report.interpretation.sample}
            ],
            "subject": self._to("patient"),
        }

    def _organization(self, name: str) -> Json:
        return {"resourceType": "Organization", "id": self._name("organization"), "name": name}

    def _diagnostic_report(self, results: Sequence[Json]) -> Json:
        report = self._report
        resource = {
            "resourceType": "DiagnosticReport",
            "id": self._name("report"),
            "meta": {"profile": [f"{_GUIDE}/StructureDefinition/genomic-report"]},
            "status": "final" if self._is_judged else "preliminary",
            "category": [_concept(f"{_HL7}/v2-0074", "GE", "Genetics")],
            "code": _concept(_LOINC, "51969-4", "Genetic analysis report"),
            "subject": self._to("patient"),
            "specimen": [self._to("specimen")],
            "effectiveDateTime": _instant(report.made_at),
            "issued": _instant(report.made_at),
            "result": [{"reference": f"urn:uuid:{each['id']}"} for each in results],
            "conclusion": self._conclusion(),
            "presentedForm": [
                {"contentType": "application/pdf", "language": language.value, "url": name}
                for language, name in PRINTS.items()
            ],
        }
        if self._is_judged:
            resource["performer"] = [self._to("organization")]
        return resource

    def _conclusion(self) -> str:
        report = self._report
        said = [] if report.conclusion is None else [headline(report.conclusion)]
        limits = "; ".join(report.interpretation.not_examined)
        return " ".join((*report.warnings, *said, NOT_EXCLUDED, f"Not examined: {limits}."))

    def _results(self) -> Iterator[Json]:
        if self._is_judged:
            yield self._overall()
        for number, finding in enumerate(self._findings, start=1):
            yield self._variant(finding, number)
            yield self._implication(finding, number)
        for gene in self._report.interpretation.coverage:
            yield self._region(gene)

    def _overall(self) -> Json:
        answer = _NEGATIVE
        if self._findings:
            answer = _POSITIVE if explaining(self._findings) else _INCONCLUSIVE
        code = _loinc("51968-6", "Genetic disease analysis overall interpretation")
        return self._observation("overall", "overall-interpretation", code) | {
            "valueCodeableConcept": _loinc(*answer)
        }

    def _variant(self, finding: Finding, number: int) -> Json:
        code = _loinc("69548-6", "Genetic variant assessment")
        return self._observation(f"variant-{number}", "variant", code) | {
            "valueCodeableConcept": _loinc("LA9633-4", "Present"),
            "component": list(self._variant_parts(finding)),
        }

    def _variant_parts(self, finding: Finding) -> Iterator[Json]:
        variant = finding.variant
        allele = variant.allele
        assembly = self._report.interpretation.assembly
        known = _ASSEMBLY.get(assembly)
        yield _part("48018-6", "Gene studied [ID]", _gene(finding.gene, finding.hgnc))
        yield _part(
            "62374-4",
            "Human reference sequence assembly version",
            {"text": assembly} if known is None else _loinc(*known),
        )
        if variant.coding_name:
            yield _part("48004-6", "DNA change (c.HGVS)", _hgvs(variant.coding_name))
        if variant.protein_name:
            yield _part("48005-3", "Amino acid change (pHGVS)", _hgvs(variant.protein_name))
        yield _part("51958-7", "Transcript reference sequence [ID]", {"text": variant.transcript})
        yield _part("48000-4", "Chromosome", {"text": allele.contig})
        yield _value("69547-8", "Genomic ref allele [ID]", {"valueString": allele.reference})
        yield _value("69551-0", "Genomic alt allele [ID]", {"valueString": allele.alternative})
        yield _part(
            "92822-6",
            "Genomic coord system",
            _loinc("LA30102-0", "1-based character counting"),
        )
        place = {"low": {"value": allele.position + 1}, "high": {"value": allele.end}}
        yield _value("81254-5", "Genomic allele start-end", {"valueRange": place})
        yield _part("53034-5", "Allelic state", _loinc(*_STATE[variant.genotype]))
        yield _part("48002-0", "Genomic source class [Type]", _loinc("LA6683-2", "Germline"))
        for term in variant.consequence.split("&"):
            code = _guide("molecular-consequence", "Molecular Consequence")
            yield {
                "code": code,
                "valueCodeableConcept": {
                    "coding": [{"system": _SEQUENCE_ONTOLOGY, "display": term}],
                    "text": term,
                },
            }
        if finding.vrs is not None:
            identifier = finding.vrs.identifier
            yield _part(
                "81252-9",
                "Discrete genetic variant",
                {"coding": [{"system": "https://vrs.ga4gh.org", "code": identifier}]},
            )

    def _implication(self, finding: Finding, number: int) -> Json:
        code = _guide("diagnostic-implication", "Diagnostic Implication")
        name = f"implication-{number}"
        parts = [
            _part(
                "53037-8",
                "Genetic variation clinical significance [Imp]",
                _loinc(*_CLASS[finding.classification]),
            )
        ]
        if finding.disease:
            parts.append(_part("81259-4", "Associated phenotype", _disease(finding)))
        inheritance = INHERITANCE.get(finding.mode)
        if inheritance is not None:
            parts.append(
                {
                    "code": _guide("condition-inheritance", "Condition Inheritance"),
                    "valueCodeableConcept": _concept(_HPO, *inheritance),
                }
            )
        notes = [f"for this patient: {finding.bearing}"]
        notes += [_note(each) for each in finding.variant.evidence]
        notes += [finding.reason] if finding.reason else []
        return self._observation(name, "diagnostic-implication", code) | {
            "derivedFrom": [self._to(f"variant-{number}")],
            "component": parts,
            "note": [{"text": note} for note in notes],
        }

    def _region(self, gene: GeneCoverage) -> Json:
        code = _loinc("53041-0", "DNA region of interest panel")
        if gene.callable_fraction is None:
            words = "how much of its coding bases was callable is not known"
        else:
            words = f"{percent(gene.callable_fraction)} of its coding bases were callable"
        parts = [_part("48018-6", "Gene studied [ID]", _gene(gene.gene, gene.hgnc))]
        if gene.gaps:
            parts.append(
                {
                    "code": _guide("uncallable-regions", "Uncallable Regions"),
                    "valueString": ", ".join(gene.gaps),
                }
            )
        return self._observation(f"region-{gene.gene}", "region-studied", code) | {
            "component": parts,
            "note": [{"text": f"{gene.gene}: {words}"}],
        }

    def _observation(self, name: str, profile: str, code: Json) -> Json:
        return {
            "resourceType": "Observation",
            "id": self._name(name),
            "meta": {"profile": [f"{_GUIDE}/StructureDefinition/{profile}"]},
            "status": "final" if self._is_judged else "preliminary",
            "category": [
                _concept(f"{_HL7}/observation-category", "laboratory", "Laboratory"),
                _concept(f"{_HL7}/v2-0074", "GE", "Genetics"),
            ],
            "code": code,
            "subject": self._to("patient"),
            "specimen": self._to("specimen"),
            "effectiveDateTime": _instant(self._report.made_at),
        }

    def _name(self, name: str) -> str:
        return str(uuid5(NAMESPACE_URL, f"{_OURS}:{self._seed}:{name}"))

    def _to(self, name: str) -> Json:
        return {"reference": f"urn:uuid:{self._name(name)}"}


def _concept(system: str, code: str, display: str) -> Json:
    return {"coding": [{"system": system, "code": code, "display": display}]}


def _loinc(code: str, display: str) -> Json:
    return _concept(_LOINC, code, display)


def _guide(code: str, display: str) -> Json:
    return _concept(_GUIDE_CODES, code, display)


def _hgvs(name: str) -> Json:
    return {"coding": [{"system": _HGVS, "code": name, "display": name}]}


def _gene(symbol: str, hgnc: str) -> Json:
    """Return a gene by its number at HGNC, or in words only where no release says it."""
    coding = {"system": _GENE, "code": hgnc, "display": symbol}
    return {"coding": [coding], "text": symbol} if hgnc else {"text": symbol}


def _note(evidence: Evidence) -> str:
    if evidence.copy_points is None or evidence.met is not Met.MET:
        return f"{evidence.criterion}: {evidence.data}"
    return f"{evidence.criterion} {evidence.copy_points:+.2f}: {evidence.data}"


def _disease(finding: Finding) -> Json:
    prefix, _, number = finding.disease.partition(":")
    coding = {
        "system": _DISEASES.get(prefix, f"{_OURS}:disease"),
        "code": number or finding.disease,
        "display": finding.disease_name,
    }
    return {"coding": [coding], "text": finding.disease_name}


def _part(code: str, display: str, concept: Json) -> Json:
    return _value(code, display, {"valueCodeableConcept": concept})


def _value(code: str, display: str, value: Json) -> Json:
    return {"code": _loinc(code, display), **value}


def _instant(iso: str) -> str:
    """Return a moment to the second, as FHIR's `instant` wants it; the report states minutes."""
    return f"{iso[:16]}:00{iso[16:]}" if len(iso) in {17, 22} else iso
