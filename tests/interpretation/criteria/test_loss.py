from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerne.alleles.transcript import Transcript
from kerne.interpretation.candidate import Strength
from kerne.interpretation.criteria.loss import escapes_decay, judge_loss, stop_codon_of

STOP = frozenset({"stop_gained"})
SPLICED = frozenset({"splice_donor"})
# Three exons; of 200 spliced bases the 180 from 10 on are coding.
PLUS = Transcript(
    "TX1.1", "G1", "PLUS", "chr1", 1, ((100, 140), (180, 240), (280, 380)), (110, 370), None
)


def transcript(
    exons: tuple[tuple[int, int], ...],
    cds: tuple[int, int] | None,
    *,
    strand: Literal[1, -1] = 1,
) -> Transcript:
    return Transcript("TX.1", "G", "GENE", "chr1", strand, exons, cds, None)


@pytest.mark.parametrize(
    ("codon", "strength"),
    [
        # PLUS has 40 + 60 + 100 spliced bases; its coding sequence starts at 10, ends at 190.
        (2, Strength.VERY_STRONG),
        # codon 14 starts at 49, codon 15 at 52; the last junction is at 100, 50 before it is 50.
        (14, Strength.VERY_STRONG),
        (15, Strength.STRONG),
        # of 180 coding bases 10 % are 18: codon 54 starts at 169, codon 55 at 172.
        (54, Strength.STRONG),
        (55, Strength.MODERATE),
    ],
)
def test_premature_stop__is_weighed_by_decay_and_lost_share(codon: int, strength: Strength) -> None:
    loss = judge_loss(STOP, PLUS, 0, f"p.(Gln{codon}Ter)")
    assert loss is not None
    assert loss.strength is strength
    assert f"codon {codon}" in loss.words


def test_frameshift__is_weighed_at_its_new_stop() -> None:
    decays = judge_loss(frozenset({"frameshift"}), PLUS, 0, "p.(Ala2GlyfsTer4)")
    assert decays is not None
    assert decays.strength is Strength.VERY_STRONG
    assert "codon 5" in decays.words


@pytest.mark.parametrize(
    ("protein", "strength", "share"),
    [
        # The new stop lies behind the old one: what counts is how much is no longer its own.
        ("p.(Ala2GlyfsTer60)", Strength.STRONG, "98%"),
        ("p.(Ala59GlyfsTer9)", Strength.MODERATE, "3%"),
        ("p.(Ala2GlyfsTer?)", Strength.STRONG, "98%"),
    ],
)
def test_frameshift_that_escapes_decay__is_weighed_by_the_altered_share(
    protein: str, strength: Strength, share: str
) -> None:
    loss = judge_loss(frozenset({"frameshift"}), PLUS, 0, protein)
    assert loss is not None
    assert loss.strength is strength
    assert share in loss.words


def test_truncation_at_an_unknown_codon__is_moderate() -> None:
    loss = judge_loss(frozenset({"frameshift"}), PLUS, 0, "p.?")
    assert loss is not None
    assert loss.strength is Strength.MODERATE


def test_gene_of_one_exon__knows_no_decay() -> None:
    single = transcript(((0, 300),), (0, 300))
    loss = judge_loss(STOP, single, 0, "p.(Gln2Ter)")
    assert loss is not None
    assert loss.strength is Strength.STRONG


def test_start_loss__is_supporting_while_nobody_looked_for_pathogenic_variants_behind_it() -> None:
    loss = judge_loss(frozenset({"start_lost"}), PLUS, 110, "p.(Met1?)")
    assert loss is not None
    assert loss.strength is Strength.SUPPORTING


def test_splice_site__is_weighed_by_the_exon_that_it_loses() -> None:
    in_frame = judge_loss(SPLICED, PLUS, 240, "p.?")
    assert in_frame is not None
    # exon 2 has 60 of 180 coding bases and keeps the frame
    assert in_frame.strength is Strength.STRONG
    assert "keeps the frame" in in_frame.words
    exons = ((0, 40), (100, 161), (200, 260), (300, 400))
    breaks = judge_loss(SPLICED, transcript(exons, (10, 390)), 161, "p.?")
    assert breaks is not None
    assert breaks.strength is Strength.VERY_STRONG


def test_frame_broken_into_the_last_exon__escapes_decay() -> None:
    # Skipping the last but one exon leads straight into the last, where no stop meets decay.
    exons = ((0, 40), (100, 200), (300, 361), (400, 500))
    last_but_one = judge_loss(SPLICED, transcript(exons, (10, 490)), 361, "p.?")
    assert last_but_one is not None
    assert last_but_one.strength is Strength.STRONG
    # The exon in between is short: all of it is near the last junction.
    exons = ((0, 40), (100, 161), (200, 250), (300, 400))
    near = judge_loss(SPLICED, transcript(exons, (10, 390)), 161, "p.?")
    assert near is not None
    assert near.strength is Strength.STRONG


def test_splice_site_of_the_last_exon__escapes_decay() -> None:
    last = judge_loss(SPLICED, transcript(((0, 40), (100, 161)), (10, 159)), 99, "p.?")
    assert last is not None
    assert last.strength is Strength.STRONG
    assert "near the 3' end" in last.words


def test_splice_site_of_an_untranslated_exon__has_no_branch_in_the_figure() -> None:
    loss = judge_loss(SPLICED, transcript(((0, 40), (100, 200)), (110, 190)), 40, "p.?")
    assert loss is not None
    assert loss.strength is Strength.NONE


def test_other_variant__is_no_loss_of_function() -> None:
    assert judge_loss(frozenset({"missense"}), PLUS, 120, "p.(Ala4Gly)") is None
    assert judge_loss(STOP, transcript(((0, 40),), None), 5, "p.?") is None


@settings(deadline=None, derandomize=True, max_examples=100)
@given(st.lists(st.integers(1, 120), min_size=1, max_size=5), st.integers(0, 600))
def test_decay__is_escaped_behind_the_last_junction_and_50_bases_before_it(
    lengths: list[int], base: int
) -> None:
    for strand in (1, -1):
        starts = [sum(lengths[:i]) + 10 * i for i in range(len(lengths))]
        exons = tuple((s, s + n) for s, n in zip(starts, lengths, strict=True))
        model = transcript(exons, None, strand=1 if strand == 1 else -1)
        in_order = lengths if strand == 1 else lengths[::-1]
        junction = sum(in_order) - in_order[-1]
        naive = len(lengths) == 1 or not (base < junction and junction - base > 50)
        assert escapes_decay(model, base) is naive


def test_new_stop__is_read_from_the_protein_name() -> None:
    assert stop_codon_of("p.(Arg97ProfsTer23)") == 119
    assert stop_codon_of("p.(Gln39Ter)") == 39
    assert stop_codon_of("p.(Arg97ProfsTer?)") is None
    assert stop_codon_of("p.?") is None
