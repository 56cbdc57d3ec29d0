"""Published patients with their features, diagnosis and causal variants, one JSON object a line."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kerne.errors import InputFileError
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
        `PMID:...`.
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


def read_cases(path: Path) -> Iterator[PublishedCase]:
    """Read published cases one by one, from JSON lines, plain or gzip.

    Raises
    ------
    InputFileError
        A line is not JSON or lacks what a case must have.
    """
    with open_text(path) as file:
        for number, line in enumerate(file, start=1):
            if line.strip():
                yield _case(line, number, path)


def _case(line: str, number: int, path: Path) -> PublishedCase:
    try:
        case = json.loads(line)
        return PublishedCase(
            identifier=case["id"],
            sex=case["sex"],
            observed=tuple(case["hpo"]),
            excluded=tuple(case["hpo_excluded"]),
            disease=case["disease"]["id"],
            disease_name=case["disease"]["label"],
            gene=case.get("gene") or "",
            variants=tuple(_variant(variant) for variant in case["variants"]),
            publication=case["pmid"],
        )
    except json.JSONDecodeError as error:
        raise InputFileError(path, f"not JSON: {error.msg.lower()}", number) from error
    except KeyError as error:
        raise InputFileError(path, f"a case without `{error.args[0]}`", number) from error
    except (TypeError, AttributeError, ValueError) as error:
        raise InputFileError(
            path, "not a case: expected an object with lists in it", number
        ) from error


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
