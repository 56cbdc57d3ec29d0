"""Read a patient's phenotype from a GA4GH Phenopacket, and write one with an interpretation.

References
----------
GA4GH Phenopacket Schema 2.0 (ISO 4454:2022); version 1.0 is read too.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from kerne.alleles.allele import Allele
from kerne.alleles.text import read_text
from kerne.errors import InputFileError, PhenotypeError
from kerne.phenotype.ontology import Ontology, ResolvedTerm

Json = dict[str, Any]  # Any: JSON from outside; every value is checked where it is read
SCHEMA_VERSION = "2.0"


class Sex(StrEnum):
    """Sex as Phenopackets code it."""

    UNKNOWN = "UNKNOWN_SEX"
    FEMALE = "FEMALE"
    MALE = "MALE"
    OTHER = "OTHER_SEX"


class Zygosity(StrEnum):
    """How many copies of an allele a patient has; the value is the term's label in GENO."""

    HETEROZYGOUS = "heterozygous"
    HOMOZYGOUS = "homozygous"
    HEMIZYGOUS = "hemizygous"


class Significance(StrEnum):
    """Class of a variant as Phenopackets code it."""

    BENIGN = "BENIGN"
    LIKELY_BENIGN = "LIKELY_BENIGN"
    UNCERTAIN = "UNCERTAIN_SIGNIFICANCE"
    LIKELY_PATHOGENIC = "LIKELY_PATHOGENIC"
    PATHOGENIC = "PATHOGENIC"


class Status(StrEnum):
    """What a variant is to a diagnosis."""

    CANDIDATE = "CANDIDATE"
    CONTRIBUTORY = "CONTRIBUTORY"
    CAUSATIVE = "CAUSATIVE"


class Progress(StrEnum):
    """How far an interpretation has come."""

    IN_PROGRESS = "IN_PROGRESS"
    SOLVED = "SOLVED"
    UNSOLVED = "UNSOLVED"


@dataclass(frozen=True, slots=True)
class Phenotype:
    """What a patient shows and does not show.

    Parameters
    ----------
    subject
        Identifier of the patient in the packet.
    sex
        Sex as stated.
    observed, excluded
        HPO identifiers in force, without repeats, in the order of the packet.
    notes
        What a reader must know of how the packet was read, in words.
    family
        Mark of the patient's family: profiles that bear it are not used. Empty when not known.
    """

    subject: str
    sex: Sex
    observed: tuple[str, ...]
    excluded: tuple[str, ...]
    notes: tuple[str, ...] = ()
    family: str = ""


@dataclass(frozen=True, slots=True)
class PacketVariant:
    """A variant of a diagnosis, as it is to be written.

    Parameters
    ----------
    gene_id, gene
        Identifier of the gene (`HGNC:4827`, `ENSG00000244734`; its symbol if nothing else is
        known) and its symbol.
    coding_name, protein_name
        HGVS names; empty ones are not written.
    vrs
        Computed identifier of GA4GH VRS 2; empty when it is not known.
    """

    allele: Allele
    zygosity: Zygosity
    gene_id: str
    gene: str
    coding_name: str
    protein_name: str
    significance: Significance
    status: Status
    vrs: str = ""


@dataclass(frozen=True, slots=True)
class PacketDiagnosis:
    """A disease and the variants that would explain it."""

    disease: str
    disease_name: str
    progress: Progress
    variants: tuple[PacketVariant, ...]


@dataclass(frozen=True, slots=True)
class PacketFacts:
    """Where a packet comes from: its identifier, assembly, when and by what it was made."""

    identifier: str
    assembly: str
    created: datetime
    created_by: str


def read_phenopacket(path: Path, ontology: Ontology) -> Phenotype:
    """Read the phenotype of one patient from a Phenopacket in JSON.

    Obsolete and merged terms are replaced, and version 1 is read as version 2; both are noted. Of a
    family packet the proband is read. A term that is excluded though it, or a kind of it, is
    observed is taken as observed.

    Raises
    ------
    InputFileError
        The file is not such JSON, has no observed feature, or names a term that is unknown or
        withdrawn.
    """
    packet = _object(_document(path), path, "the file")
    notes: list[str] = []
    if "proband" in packet:
        notes.append("a family packet: the phenotype of its proband was read")
        packet = _object(packet["proband"], path, "`proband`")
    if _is_version_1(packet):
        notes.append("Phenopacket version 1: read as version 2, `negated` as `excluded`")
    observed, excluded = _features(packet, ontology, path, notes)
    if not observed:
        raise InputFileError(path, "no observed phenotypic feature, expected at least one")
    return Phenotype(
        subject=_subject(packet),
        sex=_sex(packet, path),
        observed=tuple(observed),
        excluded=_uncontradicted(observed, excluded, ontology, notes),
        notes=tuple(notes),
    )


def phenopacket_json(
    phenotype: Phenotype,
    diagnoses: Sequence[PacketDiagnosis],
    facts: PacketFacts,
    ontology: Ontology,
) -> Json:
    """Build a Phenopacket v2 as a JSON object, ready for `json.dumps`.

    Raises
    ------
    PhenotypeError
        A term of the phenotype does not resolve.
    """
    features = [(term, False) for term in phenotype.observed]
    features += [(term, True) for term in phenotype.excluded]
    packet: Json = {
        "id": facts.identifier,
        "subject": {"id": phenotype.subject, "sex": phenotype.sex.value},
        "phenotypicFeatures": [_feature_json(ontology, *feature) for feature in features],
        "metaData": _meta_data(facts, ontology),
    }
    if diagnoses:
        packet["interpretations"] = [
            _interpretation_json(f"{facts.identifier}-{number}", diagnosis, phenotype, facts)
            for number, diagnosis in enumerate(diagnoses, start=1)
        ]
    return packet


def _document(path: Path) -> object:
    try:
        return json.loads(read_text(path))
    except json.JSONDecodeError as error:
        raise InputFileError(path, f"not JSON: {error.msg.lower()}", error.lineno) from error


def _object(value: object, path: Path, where: str) -> Json:
    if not isinstance(value, dict):
        raise InputFileError(path, f"not a Phenopacket: expected {where} to hold a JSON object")
    return value


def _either(values: Mapping[str, Any], camel: str, snake: str) -> Any:  # Any: checked by the caller
    """Protocol buffers allow both spellings in JSON."""
    return values.get(camel, values.get(snake))


def _is_version_1(packet: Json) -> bool:
    meta_data = _either(packet, "metaData", "meta_data")
    stated = (
        _either(meta_data, "phenopacketSchemaVersion", "phenopacket_schema_version")
        if isinstance(meta_data, dict)
        else None
    )
    if stated is not None:
        return str(stated).startswith("1")
    features = _either(packet, "phenotypicFeatures", "phenotypic_features")
    given = features if isinstance(features, list) else []
    return any(isinstance(feature, dict) and "negated" in feature for feature in given)


def _features(
    packet: Json, ontology: Ontology, path: Path, notes: list[str]
) -> tuple[list[str], list[str]]:
    """Give observed and excluded terms without repeats; notes are added to `notes`."""
    features = _either(packet, "phenotypicFeatures", "phenotypic_features")
    if not isinstance(features, list) or not features:
        raise InputFileError(path, "no `phenotypicFeatures`, expected at least one")
    observed: dict[str, None] = {}
    excluded: dict[str, None] = {}
    for number, feature in enumerate(features, start=1):
        term = _term(feature, number, ontology, path)
        if term.replaced is not None:
            notes.append(
                f"feature {number}: `{term.replaced}` is obsolete or merged, "
                f"replaced by `{term.identifier}` ({term.name})"
            )
        if term.identifier not in ontology.index:
            notes.append(
                f"feature {number}: `{term.identifier}` ({term.name}) is not a phenotypic "
                "abnormality, left out"
            )
            continue
        is_excluded = feature.get("excluded") is True or feature.get("negated") is True
        (excluded if is_excluded else observed)[term.identifier] = None
    return list(observed), list(excluded)


def _term(feature: object, number: int, ontology: Ontology, path: Path) -> ResolvedTerm:
    kind = feature.get("type") if isinstance(feature, dict) else None
    identifier = kind.get("id") if isinstance(kind, dict) else None
    if not isinstance(identifier, str):
        raise InputFileError(path, f"feature `{number}` has no `type.id`, expected an HPO term")
    try:
        return ontology.resolve(identifier)
    except PhenotypeError as error:
        raise InputFileError(path, f"feature `{number}`: {error}") from error


def _uncontradicted(
    observed: Sequence[str], excluded: Sequence[str], ontology: Ontology, notes: list[str]
) -> tuple[str, ...]:
    implied = {
        ontology.ids[ancestor]
        for term in ontology.indices(observed)
        for ancestor in ontology.ancestors(term)
    }
    notes.extend(
        f"`{term}` is both observed and excluded, taken as observed"
        for term in excluded
        if term in implied
    )
    return tuple(term for term in excluded if term not in implied)


def _subject(packet: Json) -> str:
    subject = packet.get("subject")
    identifier = subject.get("id") if isinstance(subject, dict) else None
    return str(identifier or packet.get("id") or "unnamed")


def _sex(packet: Json, path: Path) -> Sex:
    subject = packet.get("subject")
    stated = subject.get("sex", Sex.UNKNOWN) if isinstance(subject, dict) else Sex.UNKNOWN
    # Protocol buffers allow an enumeration's number in place of its name.
    if isinstance(stated, int) and 0 <= stated < len(Sex):
        return list(Sex)[stated]
    if stated in list(Sex):
        return Sex(stated)
    expected = ", ".join(f"`{sex}`" for sex in Sex)
    raise InputFileError(path, f"sex `{stated}` is unknown, expected one of {expected}")


def _feature_json(ontology: Ontology, identifier: str, excluded: bool) -> Json:  # noqa: FBT001
    term = ontology.resolve(identifier)
    feature: Json = {"type": {"id": term.identifier, "label": term.name}}
    return feature | {"excluded": True} if excluded else feature


def _interpretation_json(
    identifier: str, diagnosis: PacketDiagnosis, phenotype: Phenotype, facts: PacketFacts
) -> Json:
    return {
        "id": identifier,
        "progressStatus": diagnosis.progress.value,
        "diagnosis": {
            "disease": {"id": diagnosis.disease, "label": diagnosis.disease_name},
            "genomicInterpretations": [
                {
                    "subjectOrBiosampleId": phenotype.subject,
                    "interpretationStatus": variant.status.value,
                    "variantInterpretation": {
                        "acmgPathogenicityClassification": variant.significance.value,
                        "therapeuticActionability": "UNKNOWN_ACTIONABILITY",
                        "variationDescriptor": _variation_json(variant, facts),
                    },
                }
                for variant in diagnosis.variants
            ],
        },
    }


def _variation_json(variant: PacketVariant, facts: PacketFacts) -> Json:
    names = (("hgvs.c", variant.coding_name), ("hgvs.p", variant.protein_name))
    known = {"xrefs": [variant.vrs]} if variant.vrs else {}
    return known | {
        "id": str(variant.allele),
        "geneContext": {"valueId": variant.gene_id, "symbol": variant.gene},
        "expressions": [{"syntax": syntax, "value": name} for syntax, name in names if name],
        "vcfRecord": {
            "genomeAssembly": facts.assembly,
            "chrom": variant.allele.contig,
            # 64-bit integers are strings in the JSON of protocol buffers.
            "pos": str(variant.allele.position + 1),
            "ref": variant.allele.reference,
            "alt": variant.allele.alternative,
        },
        "moleculeContext": "genomic",
        "allelicState": {"id": _GENOTYPE_TERMS[variant.zygosity], "label": variant.zygosity.value},
    }


def _meta_data(facts: PacketFacts, ontology: Ontology) -> Json:
    created = facts.created.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return {
        "created": created,
        "createdBy": facts.created_by,
        "resources": [
            _resource("hp", "Human Phenotype Ontology", ontology.release),
            _resource("geno", "Genotype Ontology", "unversioned"),
        ],
        "phenopacketSchemaVersion": SCHEMA_VERSION,
    }


def _resource(identifier: str, name: str, version: str) -> Json:
    base = "http://purl.obolibrary.org/obo"
    return {
        "id": identifier,
        "name": name,
        "url": f"{base}/{identifier}.owl",
        "version": version,
        "namespacePrefix": identifier.upper(),
        "iriPrefix": f"{base}/{identifier.upper()}_",
    }


_GENOTYPE_TERMS = {
    Zygosity.HETEROZYGOUS: "GENO:0000135",
    Zygosity.HOMOZYGOUS: "GENO:0000136",
    Zygosity.HEMIZYGOUS: "GENO:0000134",
}
