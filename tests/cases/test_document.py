import hashlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerne.alleles.allele import Allele
from kerne.cases.answers.document import canonical_json, digest_of, read_document
from kerne.errors import CaseError
from kerne.interpretation.candidate import Interpretation


def test_interpretation__comes_back_from_its_document_as_it_was(found: Interpretation) -> None:
    assert read_document(canonical_json(found), Interpretation) == found


def test_canonical_json__does_not_depend_on_the_order_of_keys() -> None:
    assert canonical_json({"b": 1, "a": 2}) == canonical_json({"a": 2, "b": 1}) == b'{"a":2,"b":1}'
    assert canonical_json("Åse").decode() == '"Åse"'


@settings(deadline=None, max_examples=60, derandomize=True)
@given(
    st.text(alphabet="abcXYZ0123456789-_.", min_size=1),
    st.integers(0, 2**31),
    st.text(alphabet="ACGTN", min_size=1),
    st.text(alphabet="ACGTN", min_size=1),
)
def test_alleles__come_back_from_their_names_whatever_the_contig(
    contig: str, position: int, reference: str, alternative: str
) -> None:
    allele = Allele(contig, position, reference, alternative)
    name = json.loads(canonical_json(allele))
    contig_text, position_1based, *bases = name.rsplit("-", 3)
    assert (contig_text, int(position_1based) - 1, *bases) == (
        contig,
        position,
        reference,
        alternative,
    )


def test_canonical_json__rounds_so_that_machines_agree() -> None:
    assert canonical_json([0.1 + 0.2, 1 / 3]) == b"[0.3,0.333333]"


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_canonical_json__refuses_a_number_that_is_not_finite(number: float) -> None:
    with pytest.raises(CaseError, match="not finite"):
        canonical_json({"odds": number})


def test_digest_of__is_sha256() -> None:
    assert digest_of(b"answer") == hashlib.sha256(b"answer").hexdigest()
