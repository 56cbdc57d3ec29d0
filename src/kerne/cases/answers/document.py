"""Interpretations and reports as canonical JSON: the bytes that are digested, signed and kept.

Canonical means: keys sorted, no spaces, UTF-8, numbers rounded to six decimals, so that the same
content always has the same digest. Alleles are written as gnomAD names them (1-based).
"""

import hashlib
import json
import math
from typing import Any, Final, TypeVar

from cattrs.preconf.json import make_converter

from kerne.alleles.allele import Allele
from kerne.cases.answers.report import Report
from kerne.errors import CaseError

T = TypeVar("T")

_DECIMALS: Final = 6


def canonical_json(value: object) -> bytes:
    """Return `value`, a dataclass or what JSON knows, as canonical JSON.

    Raises
    ------
    CaseError
        A number in it is not finite.

    Examples
    --------
    >>> canonical_json({"b": 0.30000000000000004, "a": [Allele("chr1", 9, "A", "T")]})
    b'{"a":["chr1-10-A-T"],"b":0.3}'
    """
    plain = _CONVERTER.unstructure(value)
    return json.dumps(
        plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()


def report_record(report: Report) -> bytes:
    """Return the report as canonical JSON, the bytes that are signed."""
    return canonical_json(report)


def digest_of(content: bytes) -> str:
    """Return the SHA-256 of `content` in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def read_document(content: bytes, kind: type[T]) -> T:
    """Return the value of this kind that `canonical_json` wrote."""
    return _CONVERTER.structure(json.loads(content), kind)


def _round(number: float) -> float:
    if not math.isfinite(number):
        raise CaseError("a report cannot hold a number that is not finite")
    return round(number, _DECIMALS)


def read_allele(name: str) -> Allele:
    """Read an allele back as documents and events name it, `str` of it; a symbolic one too."""
    # `parse_allele` wants an assembly, and bases: what is read here was written by the program.
    contig, position_1based, reference, alternative = name.rsplit("-", 3)
    return Allele(contig, int(position_1based) - 1, reference, alternative)


def _structure_allele(name: Any, _kind: type[Allele]) -> Allele:  # Any: cattrs hands JSON over
    return read_allele(str(name))


_CONVERTER: Final = make_converter()
_CONVERTER.register_unstructure_hook(float, _round)
_CONVERTER.register_unstructure_hook(Allele, str)
_CONVERTER.register_structure_hook(Allele, _structure_allele)
