from pathlib import Path
from typing import Any

import pytest
import yaml
from ga4gh.vrs.dataproxy import _DataProxy
from ga4gh.vrs.models import Allele as OracleAllele
from ga4gh.vrs.normalize import normalize
from hypothesis import given, settings
from hypothesis import strategies as st

from kerne.alleles.allele import Allele
from kerne.alleles.assembly import GRCH37, GRCH38, KERNIA1
from kerne.alleles.sequence import ReferenceSequence
from kerne.alleles.vrs import (
    VrsAllele,
    identify,
    refget_accession,
    serialise,
    sha512t24u,
    vrs_allele,
)
from kerne.errors import AlleleError
from tests.alleles.conftest import TextSequence

SQ = "SQ.IIB53T8CNeJJdUqzn9V_JnRtQadwWCbl"


class OracleSequence(_DataProxy):  # type: ignore[misc]  # the oracle's classes are untyped
    """The sequence as the reference implementation asks for it."""

    def __init__(self, bases: str) -> None:
        self.bases = bases

    def get_sequence(
        self, identifier: str, start: int | None = None, end: int | None = None
    ) -> str:
        assert identifier == f"ga4gh:{SQ}"
        return self.bases[start:end]

    def get_metadata(self, identifier: str) -> dict[str, Any]:
        return {"length": len(self.bases), "aliases": [identifier], "alphabet": "ACGT"}


def by_oracle(allele: Allele, bases: str) -> dict[str, Any]:
    written = VrsAllele(SQ, allele.position, allele.end, allele.alternative).content
    found = normalize(OracleAllele(**written), OracleSequence(bases), rle_seq_limit=None)
    content: dict[str, Any] = found.model_dump(exclude_none=True)
    return {"id": found.get_or_create_ga4gh_identifier(), "content": content}


def test_vrs__of_rs7412_is_what_the_specification_prints() -> None:
    allele = VrsAllele(SQ, 44_908_821, 44_908_822, "T")
    assert allele.identifier == "ga4gh:VA.0AePZIWZUNsUlQTamyLrjm2HWUw2opLt"
    assert allele.document["id"] == allele.identifier
    assert allele.document["location"]["id"] == "ga4gh:SL.wIlaGykfwHIpPY2Fcxtbx4TINbbODFVz"


@pytest.mark.parametrize(
    ("bases", "allele", "start", "end", "sequence", "repeat_bp"),
    [
        ("TTACGT", Allele("chr1", 2, "A", "G"), 2, 3, "G", None),
        ("TTACGT", Allele("chr1", 1, "TAC", "TGG"), 2, 4, "GG", None),
        ("TCAGCAGCAGCT", Allele("chr1", 0, "TCAG", "T"), 1, 11, "CAGCAGC", 3),
        ("TCAGCAGCAGCT", Allele("chr1", 0, "T", "TCAG"), 1, 11, "CAGCAGCAGCAGC", 3),
        ("TTACGT", Allele("chr1", 2, "A", "AGG"), 3, 3, "GG", None),
        ("TTACGT", Allele("chr1", 2, "AC", "A"), 3, 4, "", 1),
    ],
)
def test_vrs__stretches_an_indel_over_all_places_where_it_could_stand(
    bases: str, allele: Allele, start: int, end: int, sequence: str, repeat_bp: int | None
) -> None:
    found = vrs_allele(allele, SQ, TextSequence(bases))
    assert found == VrsAllele(SQ, start, end, sequence, repeat_bp)


@settings(deadline=None)
@given(
    bases=st.text("AC", min_size=3, max_size=24),
    place=st.integers(0, 23),
    deleted=st.integers(0, 6),
    inserted=st.text("AC", max_size=6),
)
def test_vrs__is_what_the_reference_implementation_says(
    bases: str, place: int, deleted: int, inserted: str
) -> None:
    start = place % len(bases)
    gone = bases[start : start + deleted]
    if gone == inserted:
        inserted += "G"
    allele = Allele("chr1", start, gone, inserted)
    found = vrs_allele(allele, SQ, TextSequence(bases))
    oracle = by_oracle(allele, bases)
    assert found.identifier == oracle["id"]
    assert found.content["state"].get("sequence") == oracle["content"]["state"].get("sequence", "")


def test_vrs__has_no_identifier_for_what_changes_nothing() -> None:
    with pytest.raises(AlleleError, match="changes nothing"):
        vrs_allele(Allele("chr1", 1, "CA", "CA"), SQ, TextSequence("ACAG"))


def test_vrs__identifies_only_what_the_specification_identifies() -> None:
    with pytest.raises(AlleleError, match="LiteralSequenceExpression"):
        identify({"type": "LiteralSequenceExpression", "sequence": "A"})


def test_refget__of_grch38_is_known_without_the_sequence() -> None:
    assert refget_accession("chr19", GRCH38, None) == SQ


def test_refget__of_another_assembly_comes_from_its_sequence() -> None:
    assert refget_accession("chr1", KERNIA1, TextSequence("ACGT")) == f"SQ.{sha512t24u(b'ACGT')}"
    assert refget_accession("chr1", KERNIA1, None) is None


def test_refget__of_a_slice_of_a_contig_is_not_told() -> None:
    assert refget_accession("chr1", GRCH37, TextSequence("ACGT")) is None


def test_refget__reads_a_long_contig_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kerne.alleles.vrs._PIECE_BP", 7)
    bases = "ACGGTCA" * 5 + "AC"
    assert refget_accession("chr2", KERNIA1, TextSequence(bases)) == (
        f"SQ.{sha512t24u(bases.encode())}"
    )


def test_refget__known_for_the_mitochondrion_is_that_of_its_sequence(
    shared_data: Path, tmp_path: Path
) -> None:
    path = tmp_path / "rCRS.fa"
    path.write_bytes((shared_data / "reference" / "rCRS.fa").read_bytes())
    with ReferenceSequence(path) as sequence:
        computed = refget_accession("chrM", GRCH37, sequence)
    assert computed == refget_accession("chrM", GRCH38, None)


def test_vrs__digests_as_the_specification_tests(shared_data: Path) -> None:
    functions = yaml.safe_load((shared_data / "standards/vrs/functions.yaml").read_text())
    for case in functions["sha512t24u"]:
        assert sha512t24u(case["in"]["blob"].encode()) == case["out"]


def test_vrs__serialises_and_identifies_as_the_specification_tests(shared_data: Path) -> None:
    models = yaml.safe_load((shared_data / "standards/vrs/models.yaml").read_text())
    checked = 0
    for case in (case for cases in models.values() for case in cases):
        written, expected = case["in"], case["out"]
        if expected.get("ga4gh_serialize"):
            assert serialise(written).decode() == expected["ga4gh_serialize"], case
            checked += 1
        if expected.get("ga4gh_identify"):
            assert identify(written) == expected["ga4gh_identify"], case
            assert identify(written).endswith(f".{expected['ga4gh_digest']}"), case
    assert checked >= len(models)
