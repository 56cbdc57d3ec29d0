import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerne.alleles.transcript import Transcript
from kerne.interpretation.candidate import Genotype
from kerne.interpretation.reading.structural import Breakend, StructuralCall, StructuralKind
from kerne.interpretation.structural.overlap import (
    ABLATION,
    AMPLIFICATION,
    BROKEN,
    DESTROYING,
    EXON_LOSS,
    IN_FRAME_EXON_LOSS,
    INSERTED,
    INTERNAL_DUPLICATION,
    PARTIAL_DUPLICATION,
    effect_on,
)

# Gene PLUS: exons 100-140, 180-240, 280-380; coding 110-370: 30, 60 and 90 bases.


def _call(kind: str, start: int, end: int, size_bp: int = 0) -> StructuralCall:
    return StructuralCall(StructuralKind(kind), "chr1", start, end, Genotype.HET, size_bp)


def _term(call: StructuralCall, transcript: Transcript) -> str | None:
    effect = effect_on(call, transcript)
    return None if effect is None else effect.term


@pytest.mark.parametrize(
    ("kind", "start", "end", "expected"),
    [
        ("DEL", 50, 500, ABLATION),
        ("DEL", 110, 370, ABLATION),
        ("DEL", 50, 200, EXON_LOSS),
        ("DEL", 150, 260, IN_FRAME_EXON_LOSS),
        ("DEL", 150, 220, EXON_LOSS),
        ("DEL", 190, 220, IN_FRAME_EXON_LOSS),
        ("DEL", 190, 221, EXON_LOSS),
        ("DEL", 260, 400, EXON_LOSS),
        ("DEL", 145, 175, None),
        ("DEL", 50, 110, None),
        ("DEL", 370, 500, None),
        ("DUP", 50, 500, AMPLIFICATION),
        ("DUP", 150, 260, INTERNAL_DUPLICATION),
        ("DUP", 50, 260, PARTIAL_DUPLICATION),
        ("DUP", 260, 500, PARTIAL_DUPLICATION),
        ("DUP", 145, 175, None),
        ("INV", 150, 500, BROKEN),
        ("INV", 50, 150, BROKEN),
        ("INV", 50, 500, None),
        ("INV", 145, 175, None),
        ("INV", 150, 260, BROKEN),
        ("INV", 50, 105, None),
        ("INS", 200, 200, INSERTED),
        ("INS", 160, 160, None),
        ("INS", 105, 105, None),
        ("BND", 200, 200, BROKEN),
        ("BND", 150, 150, BROKEN),
        ("BND", 105, 105, None),
        ("BND", 375, 375, None),
    ],
)
def test_effect__is_told_by_overlap(
    plus: Transcript, kind: str, start: int, end: int, expected: str | None
) -> None:
    assert _term(_call(kind, start, end), plus) == expected


def test_words__name_the_exons_and_the_bases(plus: Transcript) -> None:
    def words(*call: object) -> str:
        effect = effect_on(_call(*call), plus)  # type: ignore[arg-type]  # as `_call`
        return "" if effect is None else effect.words

    assert words("DEL", 150, 260) == "exon 2 of 3 lost in frame (60 coding bases)"
    assert words("DEL", 150, 400) == "exons 2 to 3 of 3 lost (150 coding bases)"
    assert words("DUP", 150, 260) == "exon 2 of 3 repeated within the gene"
    assert words("INS", 200, 200, 312) == "312 bases inserted into exon 2 of 3"
    assert words("INS", 200, 200).startswith("bases of unknown number")


def test_other_end_of_a_join__breaks_the_gene_there(plus: Transcript) -> None:
    into = Breakend("chr1", 200, "N[chr1:201[")
    call = StructuralCall(StructuralKind.BREAKEND, "chr4", 9, 9, Genotype.HET, mate=into)
    assert _term(call, plus) == BROKEN


@pytest.mark.parametrize(
    ("kind", "start", "end", "expected", "words"),
    [
        ("DEL", 0, 900, ABLATION, "the whole RNA is lost"),
        ("DEL", 250, 280, EXON_LOSS, "exon 1 of 2 lost (30 bases of the RNA)"),
        ("DEL", 120, 180, None, ""),
        ("DUP", 0, 900, AMPLIFICATION, "the whole gene is repeated"),
        ("INS", 250, 250, INSERTED, "bases of unknown number inserted into exon 1 of 2"),
        ("BND", 250, 250, BROKEN, "broken by a join with another place"),
        ("BND", 50, 50, None, ""),
    ],
)
def test_gene_of_an_rna__is_hit_where_its_exons_are(
    kind: str, start: int, end: int, expected: str | None, words: str
) -> None:
    bare = Transcript("T", "G", "G", "chr1", -1, ((100, 120), (200, 300)), None, None)
    effect = effect_on(_call(kind, start, end), bare)
    found = (None, "") if effect is None else (effect.term, effect.words)
    assert found == (expected, words)


@settings(deadline=None, derandomize=True, max_examples=200)
@given(st.integers(0, 450), st.integers(1, 450))
def test_deletion__destroys_or_shortens_exactly_when_it_takes_a_coding_base(
    start: int, size: int
) -> None:
    exons, cds = ((100, 140), (180, 240), (280, 380)), (110, 370)
    plus = Transcript("TX1.1", "GENE1", "PLUS", "chr1", 1, exons, cds, "PX1.1")
    coding = {at for s, e in exons for at in range(max(s, cds[0]), min(e, cds[1]))}
    taken = coding & set(range(start, start + size))
    term = _term(_call("DEL", start, start + size), plus)
    assert (term is not None) is bool(taken)
    assert (term == ABLATION) is (taken == coding)
    if term == IN_FRAME_EXON_LOSS:
        assert len(taken) % 3 == 0
    elif term is not None:
        assert term in DESTROYING
