"""The kernels of bases beside the plain functions that they stand for."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerne.alleles.allele import Allele
from kerne.alleles.change import LONG, change_code
from kerne.alleles.kernel import NO_BASES, Bases, base_at, normalise, spelled, whole
from kerne.alleles.normalise import left_align, trim
from kerne.errors import AlleleError, AssemblyError

LETTERS = "ACGNTR"


class Sequence:
    """One contig in memory."""

    def __init__(self, bases: str) -> None:
        self.bases = bases

    def fetch(self, contig: str, start: int, end: int) -> str:
        if not 0 <= start <= end <= len(self.bases):
            raise AssemblyError(f"`{contig}` ends before `{end}`")
        return self.bases[start:end]

    def length(self, contig: str) -> int:
        assert contig
        return len(self.bases)


def array_of(text: str) -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
    return np.frombuffer(bytearray(text.encode()), dtype=np.uint8)


def normal(position: int, reference: str, alternative: str, bases: Bases) -> object:
    """Return what the kernel makes of an allele; nothing when it is not of the sequence."""
    out = np.zeros(len(reference) + len(alternative) + 2, dtype=np.uint8)
    sizes = (len(reference), len(alternative))
    at, kept, changed = normalise(array_of(reference + alternative), sizes, position, bases, out)
    text = out.tobytes().decode()
    return None if at < 0 else (at, text[:kept], text[kept : kept + changed])


def expected(position: int, reference: str, alternative: str, sequence: Sequence) -> object:
    try:
        allele = left_align(Allele("chr1", position, reference, alternative), sequence)
    except AlleleError:
        return None
    return allele.position, allele.reference, allele.alternative


@settings(deadline=None, max_examples=300)
@given(
    bases=st.text("ACNR", min_size=1, max_size=25) | st.text("AC", min_size=5, max_size=25),
    at=st.integers(0, 24),
    size=st.integers(1, 6),
    inserted=st.text("AC", min_size=1, max_size=8),
    line_bases=st.integers(1, 30),
)
def test_normalise__gives_what_left_align_gives(
    bases: str, at: int, size: int, inserted: str, line_bases: int
) -> None:
    at = min(at, len(bases) - 1)
    reference = bases[at : at + size]
    for alternative in (inserted, reference + inserted, reference[0] + inserted, reference[0]):
        if alternative == reference:
            continue
        wanted = expected(at, reference, alternative, Sequence(bases))
        assert normal(at, reference, alternative, whole(bases.lower().encode())) == wanted
        lines = [bases[start : start + line_bases] for start in range(0, len(bases), line_bases)]
        folded = Bases(
            array_of(">x\n" + "\n".join(lines)), 3, line_bases, line_bases + 1, len(bases)
        )
        assert normal(at, reference, alternative, folded) == wanted
        assert normal(at, reference, alternative, NO_BASES) == trim(at, reference, alternative)


@settings(deadline=None)
@given(
    bases=st.text("ACGT", min_size=3, max_size=9), wrong=st.text("ACGTN", min_size=1, max_size=4)
)
def test_normalise__refuses_what_the_sequence_does_not_have(bases: str, wrong: str) -> None:
    alternative = "A" if wrong != "A" else "C"
    wanted = expected(1, wrong, alternative, Sequence(bases))
    assert normal(1, wrong, alternative, whole(bases.encode())) == wanted


def test_normalise__refuses_a_contig_without_a_base_to_anchor_on() -> None:
    assert normal(0, "AC", "C", whole(b"AC")) == (0, "AC", "C")
    assert normal(0, "AA", "AAA", whole(b"AA")) == (0, "A", "AA")
    assert normal(0, "A", "AA", whole(b"")) is None


@settings(deadline=None)
@given(
    reference=st.text(LETTERS, min_size=1, max_size=22),
    alternative=st.text(LETTERS, min_size=1, max_size=22),
)
def test_spelled_change__is_the_number_of_the_change(reference: str, alternative: str) -> None:
    code = change_code(reference, alternative)
    found = spelled(array_of(reference + alternative), (len(reference), len(alternative)))
    assert int(found) == (min(LONG, code))


@pytest.mark.parametrize(("at", "base"), [(0, "A"), (3, "T"), (4, "N")])
def test_base__is_upper_case(at: int, base: str) -> None:
    assert base_at(whole(b"acgtn"), at) == ord(base)
