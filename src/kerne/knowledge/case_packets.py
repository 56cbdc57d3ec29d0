"""Cases in Phenopackets of version 2, as published collections and other centres give them.

References
----------
GA4GH Phenopacket Schema 2.0 (ISO 4454:2022).
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from kerne.errors import InputFileError

PUBLICATION: Final = re.compile(r"PMID[_:](\d+)")
VERSION: Final = "2"

Json = dict[str, Any]  # Any: JSON from outside; what is not as expected is named by the reader


def packet_files(folder: Path) -> list[Path]:
    """Give the JSON files of a folder and the folders in it, by name.

    Raises
    ------
    InputFileError
        There is none.
    """
    files = sorted(folder.rglob("*.json"))
    if not files:
        raise InputFileError(folder, "no phenopacket (`*.json`) in it")
    return files


def is_packet(case: object) -> bool:
    """Say whether a JSON value is a Phenopacket rather than a case of our own lines."""
    return isinstance(case, dict) and ("phenotypicFeatures" in case or "metaData" in case)


def case_of_packet(packet: Json, path: Path) -> Json:
    """Give a Phenopacket as a case of JSON lines; see `cases`.

    The publication is that of the first external reference with a PMID, else of the identifier.

    Raises
    ------
    InputFileError
        It is of another version of the schema.
    """
    about = packet.get("metaData") or {}
    stated = str(about.get("phenopacketSchemaVersion", ""))
    features = packet.get("phenotypicFeatures", [])
    if not stated.startswith(VERSION) or any("negated" in feature for feature in features):
        raise InputFileError(
            path, f"Phenopacket of version `{stated or 'not stated'}`, expected 2.0"
        )
    diagnosis = next(_diagnoses(packet), {})
    disease = diagnosis.get("disease") or {}
    causes = [
        each.get("variantInterpretation", {}).get("variationDescriptor", {})
        for each in diagnosis.get("genomicInterpretations", [])
    ]
    genes = [cause.get("geneContext", {}).get("symbol") for cause in causes]
    references = [str(each.get("id", "")) for each in about.get("externalReferences", [])]
    found = filter(None, map(PUBLICATION.search, (*references, str(packet["id"]))))
    return {
        "id": packet["id"],
        "sex": packet.get("subject", {}).get("sex", "UNKNOWN_SEX"),
        "hpo": [f["type"]["id"] for f in features if not f.get("excluded")],
        "hpo_excluded": [f["type"]["id"] for f in features if f.get("excluded")],
        "disease": {"id": disease.get("id", ""), "label": disease.get("label", "")},
        "gene": next(filter(None, genes), None),
        "variants": [variant for cause in causes if (variant := _variant(cause))],
        "pmid": next((f"PMID:{each[1]}" for each in found), ""),
    }


def _diagnoses(packet: Json) -> Iterator[Json]:
    for interpretation in packet.get("interpretations", []):
        if "diagnosis" in interpretation:
            yield interpretation["diagnosis"]


def _variant(cause: Json) -> Json:
    record = cause.get("vcfRecord")
    if not record:
        return {}
    names = {each.get("syntax"): each.get("value") for each in cause.get("expressions", [])}
    return {
        "gene": cause.get("geneContext", {}).get("symbol"),
        "build": record.get("genomeAssembly", ""),
        "chrom": record.get("chrom", ""),
        "pos": int(record["pos"]),
        "ref": record.get("ref", ""),
        "alt": record.get("alt", ""),
        "gt": cause.get("allelicState", {}).get("label", ""),
        "hgvs_c": names.get("hgvs.c", ""),
    }


def read_packet(path: Path) -> Json:
    """Read the JSON of one Phenopacket.

    Raises
    ------
    InputFileError
        The file is not JSON, or no object.
    """
    try:
        packet = json.loads(path.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise InputFileError(path, "not JSON") from error
    if not is_packet(packet):
        raise InputFileError(path, "no Phenopacket: expected `phenotypicFeatures`")
    return dict(packet)
