"""Patients with their features, diagnosis and causal variants: published, or solved in a centre."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kerne.errors import InputFileError
from kerne.knowledge.case_packets import case_of_packet, is_packet, packet_files, read_packet
from kerne.knowledge.text import open_text


@dataclass(frozen=True, slots=True)
class PublishedVariant:
    """A causal variant as published.

    Parameters
    ----------
    contig, position, reference, alternative
        As a VCF has them but 0-based; `None` and empty for one without sequence (a deletion of
        exons, say), which `words` then names.
    build
        Assembly of the position, `hg38`; empty without one.
    genotype
        `heterozygous`, `homozygous` or `hemizygous`.
    """

    gene: str
    contig: str
    position: int | None
    reference: str
    alternative: str
    build: str
    genotype: str
    coding_name: str
    words: str


@dataclass(frozen=True, slots=True)
class PublishedCase:
    """A published patient.

    Parameters
    ----------
    observed, excluded
        HPO identifiers as published. Excluded ones often list what relatives had and leak the
        diagnosis; they do not belong into a score.
    gene
        Symbol; empty when the cause is larger than a gene.
    publication
        `PMID:...`; empty for a case that was not published.
    family
        What the cases of one family have in common and no others; empty when not known.
    """

    identifier: str
    sex: str
    observed: tuple[str, ...]
    excluded: tuple[str, ...]
    disease: str
    disease_name: str
    gene: str
    variants: tuple[PublishedVariant, ...]
    publication: str
    family: str = ""


def read_cases(path: Path, *, diagnosed: bool = True) -> Iterator[PublishedCase]:
    """Read cases one by one: JSON lines, plain or gzip, or Phenopackets.

    Parameters
    ----------
    path
        A file of JSON lines, each a case or a Phenopacket; one Phenopacket; or a folder of them.
    diagnosed
        Cases are to be evidence, so that each needs a disease; not so those that are to be ranked.

    Raises
    ------
    InputFileError
        A case is not JSON, lacks what it must have, or is a Phenopacket of another version.
    """
    if path.is_dir():
        for packet in packet_files(path):
            yield _case(read_packet(packet), None, packet, diagnosed=diagnosed)
        return
    with open_text(path) as file:
        first = file.readline()
    if first.strip() in {"{", ""} and first:
        yield _case(read_packet(path), None, path, diagnosed=diagnosed)
        return
    with open_text(path) as file:
        for number, line in enumerate(file, start=1):
            if line.strip():
                yield _case(_parsed(line, number, path), number, path, diagnosed=diagnosed)


def as_json_lines(path: Path) -> Iterator[str]:
    """Give the cases of a folder of Phenopackets as JSON lines, each checked.

    Raises
    ------
    InputFileError
        As `read_cases`.
    """
    for file in packet_files(path):
        packet = read_packet(file)
        _case(packet, None, file, diagnosed=True)
        yield json.dumps(case_of_packet(packet, file)) + "\n"


def _parsed(line: str, number: int, path: Path) -> Any:  # Any: JSON, checked by use
    try:
        return json.loads(line)
    except json.JSONDecodeError as error:
        raise InputFileError(path, f"not JSON: {error.msg.lower()}", number) from error


# Any: JSON, checked by use
def _case(found: Any, number: int | None, path: Path, *, diagnosed: bool) -> PublishedCase:
    try:
        case = case_of_packet(found, path) if is_packet(found) else found
        disease = case["disease"] if diagnosed else case.get("disease") or {}
        read = PublishedCase(
            identifier=str(case["id"]),
            sex=case.get("sex") or "UNKNOWN_SEX",
            observed=_terms(case["hpo"]),
            excluded=_terms(case.get("hpo_excluded") or []),
            disease=disease["id"] if diagnosed else disease.get("id") or "",
            disease_name=disease["label"] if diagnosed else disease.get("label") or "",
            gene=case.get("gene") or "",
            variants=tuple(_variant(variant) for variant in case.get("variants") or ()),
            publication=case.get("pmid") or "",
            family=case.get("family") or "",
        )
    except KeyError as error:
        raise InputFileError(path, f"a case without `{error.args[0]}`", number) from error
    except (TypeError, AttributeError, ValueError) as error:
        problem = "not a case: expected an object with lists in it"
        raise InputFileError(path, problem, number) from error
    if diagnosed and not read.disease:
        raise InputFileError(path, f"case `{read.identifier}` has no diagnosed disease", number)
    return read


def _terms(identifiers: Any) -> tuple[str, ...]:  # Any: JSON, checked here
    if not isinstance(identifiers, list) or not all(isinstance(e, str) for e in identifiers):
        raise TypeError("expected a list of HPO identifiers")
    return tuple(identifiers)


def _variant(variant: dict[str, Any]) -> PublishedVariant:  # Any: JSON, checked by use
    position_1based = variant.get("pos")
    return PublishedVariant(
        gene=variant.get("gene") or "",
        contig=variant.get("chrom") or "",
        position=None if position_1based is None else int(position_1based) - 1,
        reference=variant.get("ref") or "",
        alternative=variant.get("alt") or "",
        build=variant.get("build") or "",
        genotype=variant.get("gt") or "",
        coding_name=variant.get("hgvs_c") or "",
        words=variant.get("label") or "",
    )
