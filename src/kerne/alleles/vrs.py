"""GA4GH VRS 2: an allele as it stands on its sequence, and the identifier computed from that.

The identifier is a digest of the content alone, so that two laboratories that write the same change
differently get the same one. Before it is taken the allele is fully justified: bases that reference
and alternative share are taken off, and a pure deletion or insertion is stretched over all the
places that it could stand at. What the reference repeats there is written by its length.

References
----------
GA4GH Variation Representation Specification 2.0, Computed Identifiers and Allele Normalization;
NCBI's VOCA, doi:10.1093/bioinformatics/btz856.
"""

import hashlib
import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from kerne.alleles.allele import Allele
from kerne.alleles.assembly import GRCH38, Assembly
from kerne.alleles.normalise import Edit, edit_of, shift_left, shift_right
from kerne.alleles.sequence import SequenceSource
from kerne.errors import AlleleError

Json = dict[str, Any]  # Any: values of a JSON object
_DIGEST_BYTES: Final = 24
_PIECE_BP: Final = 1 << 22

_INHERENT: Final[Mapping[str, tuple[str, ...]]] = {
    "SequenceReference": ("refgetAccession",),
    "LengthExpression": ("length",),
    "LiteralSequenceExpression": ("sequence",),
    "ReferenceLengthExpression": ("length", "repeatSubunitLength"),
    "SequenceLocation": ("end", "sequenceReference", "start"),
    "Allele": ("location", "state"),
    "CisPhasedBlock": ("members",),
    "Adjacency": ("adjoinedSequences", "linker"),
    "Terminus": ("location",),
    "TraversalBlock": ("component", "orientation"),
    "DerivativeMolecule": ("components",),
    "CopyNumberCount": ("copies", "location"),
    "CopyNumberChange": ("copyChange", "location"),
}
"""The properties of each class that make it what it is; `type` is one of every class."""

_PREFIX: Final[Mapping[str, str]] = {
    "SequenceLocation": "SL",
    "Allele": "VA",
    "CisPhasedBlock": "CPB",
    "Adjacency": "AJ",
    "Terminus": "TM",
    "DerivativeMolecule": "DM",
    "CopyNumberCount": "CN",
    "CopyNumberChange": "CX",
}
"""Classes that have an identifier, and stand by their digest within another."""

_SETS: Final = frozenset({"members"})


@dataclass(frozen=True, slots=True)
class VrsAllele:
    """An allele as VRS 2 has it.

    Parameters
    ----------
    refget
        Accession of the sequence, `SQ.` and its digest.
    start, end
        Of the replaced bases on that sequence, 0-based and half-open (VRS: inter-residue).
    sequence
        The bases that stand there instead.
    repeat_bp
        Length of the unit that the reference repeats there and from which `sequence` follows;
        `None` when it is written in full.
    """

    refget: str
    start: int
    end: int
    sequence: str
    repeat_bp: int | None = None

    @property
    def identifier(self) -> str:
        """The computed identifier, `ga4gh:VA.` and a digest."""
        return identify(self.content)

    @property
    def content(self) -> Json:
        """The allele without identifiers."""
        return {
            "type": "Allele",
            "location": {
                "type": "SequenceLocation",
                "sequenceReference": {
                    "type": "SequenceReference",
                    "refgetAccession": self.refget,
                },
                "start": self.start,
                "end": self.end,
            },
            "state": self._state,
        }

    @property
    def document(self) -> Json:
        """The allele as it is exchanged, with its identifiers."""
        content = self.content
        content["location"] = {"id": identify(content["location"]), **content["location"]}
        return {"id": self.identifier, **content}

    @property
    def _state(self) -> Json:
        if self.repeat_bp is None:
            return {"type": "LiteralSequenceExpression", "sequence": self.sequence}
        return {
            "type": "ReferenceLengthExpression",
            "length": len(self.sequence),
            "repeatSubunitLength": self.repeat_bp,
            "sequence": self.sequence,
        }


def sha512t24u(content: bytes) -> str:
    """Return the first 24 bytes of the SHA-512 of `content` in URL-safe base64.

    Examples
    --------
    >>> sha512t24u(b"ACGT")
    'aKF498dAxcJAqme6QYQ7EZ07-fiw8Kw2'
    """
    return urlsafe_b64encode(hashlib.sha512(content).digest()[:_DIGEST_BYTES]).decode()


def identify(content: Json) -> str:
    """Return the computed identifier of an object of VRS 2: a location, an allele, a molecule.

    Raises
    ------
    AlleleError
        Objects of this class have no identifier.
    """
    prefix = _PREFIX.get(str(content.get("type")))
    if prefix is None:
        raise AlleleError(f"a `{content.get('type')}` of VRS has no computed identifier")
    return f"ga4gh:{prefix}.{sha512t24u(serialise(content))}"


def serialise(content: Json) -> bytes:
    """Return the bytes of which the digest is taken: canonical JSON of what is inherent.

    What is inherent and absent is written as `null`.

    Examples
    --------
    >>> serialise({"type": "LiteralSequenceExpression", "sequence": "ACGT", "id": "x"})
    b'{"sequence":"ACGT","type":"LiteralSequenceExpression"}'
    """
    whole = {"type": content["type"]}
    for name in _INHERENT[content["type"]]:
        inner = _inner(content.get(name))
        whole[name] = sorted(inner) if name in _SETS else inner
    return json.dumps(whole, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def refget_accession(
    contig: str, assembly: Assembly, sequence: SequenceSource | None
) -> str | None:
    """Return the refget accession of a contig; `None` when it cannot be told.

    Those of GRCh38 are known. Others are computed from the sequence, which has to be the whole
    contig: a slice of one has another digest, and is not named.
    """
    known = _grch38().get(contig) if assembly.name == GRCH38.name else None
    if known is not None or sequence is None:
        return known
    length = sequence.length(contig)
    if assembly.length_bp(contig) not in {None, length}:
        return None
    digest = hashlib.sha512()
    for start in range(0, length, _PIECE_BP):
        digest.update(sequence.fetch(contig, start, min(start + _PIECE_BP, length)).encode())
    return f"SQ.{urlsafe_b64encode(digest.digest()[:_DIGEST_BYTES]).decode()}"


def vrs_allele(allele: Allele, refget: str, sequence: SequenceSource) -> VrsAllele:
    """Return an allele fully justified on its contig, whose refget accession is given.

    Raises
    ------
    AlleleError
        The allele changes nothing.
    AssemblyError
        The sequence does not hold its place.
    """
    edit = edit_of(allele)
    if not (edit.deleted or edit.inserted):
        raise AlleleError(f"variant `{allele}` changes nothing")
    if not edit.is_shiftable:
        return VrsAllele(refget, edit.start, edit.end, edit.inserted)
    start = shift_left(edit, allele.contig, sequence).start
    end = shift_right(edit, allele.contig, sequence).end
    around = sequence.fetch(allele.contig, start, end)
    before, after = around[: edit.start - start], around[edit.end - start :]
    stretched = before + edit.inserted + after
    return VrsAllele(refget, start, end, stretched, _repeat(edit, around, stretched))


def _repeat(edit: Edit, around: str, stretched: str) -> int | None:
    if edit.deleted:
        return len(edit.deleted)
    size = len(edit.inserted)
    for unit in range(min(size, len(around)), 0, -1):
        if size % unit == 0 and _repeats(stretched, unit, len(around)):
            return unit
    return None


def _repeats(stretched: str, unit: int, known: int) -> bool:
    """Say whether everything past the first `known` bases follows from the `unit` before it."""
    return all(stretched[at] == stretched[at - unit] for at in range(known, len(stretched)))


def _inner(value: Any) -> Any:  # Any: values of a JSON object
    if isinstance(value, list):
        return [_inner(each) for each in value]
    if not isinstance(value, dict):
        return value
    typed = {"type": "SequenceReference", **value}  # the one class that may go without its name
    if typed["type"] in _PREFIX:
        return sha512t24u(serialise(typed))
    return json.loads(serialise(typed))


@cache
def _grch38() -> Mapping[str, str]:
    text = files("kerne.alleles").joinpath("refget_grch38.tsv").read_text(encoding="utf-8")
    lines = (line.split("\t") for line in text.splitlines() if not line.startswith("#"))
    return dict(lines)
