"""The coding names that `validation/criteria.py` reads, and what it tells from them."""

import pytest

from kerne.alleles.transcript import Transcript
from published_names.coding_names import parse_coding_name, protein_in, subject_of, terms_of

# Three exons; of 200 spliced bases the 180 from 10 on are coding.
EXONS = ((100, 140), (180, 240), (280, 380))
PLUS = Transcript("NM_1.1", "G1", "PLUS", "chr1", 1, EXONS, (110, 370), None)
MINUS = Transcript("NM_2.1", "G2", "MINUS", "chr1", -1, EXONS, (110, 370), None)


@pytest.mark.parametrize(
    ("change", "protein", "terms"),
    [
        ("c.34C>T", "p.(Gln12Ter)", ("stop_gained",)),
        ("c.35A>G", "p.(Gln12Arg)", ("missense",)),
        ("c.36A>G", "p.(Gln12=)", ("synonymous",)),
        ("c.35A>G", "p.?", ("coding_sequence",)),
        ("c.178T>C", "p.(Ter60Gln)", ("stop_lost",)),
        ("c.1A>G", "p.(Met1Val)", ("start_lost",)),
        ("c.34del", "p.?", ("frameshift",)),
        ("c.34_35dupAA", "p.?", ("frameshift",)),
        ("c.34_36del", "p.?", ("inframe_deletion",)),
        ("c.33_34insAAA", "p.?", ("inframe_insertion",)),
        ("c.34_36delinsT", "p.?", ("frameshift",)),
        ("c.34_36delins", "p.?", ("coding_sequence",)),
        ("c.34_35delinsCT", "p.(Gln12Leu)", ("missense",)),
        ("c.30+1G>A", "p.?", ("splice_donor",)),
        ("c.31-2A>G", "p.?", ("splice_acceptor",)),
        ("c.31-8A>G", "p.?", ("splice_region", "intron")),
        ("c.31-18T>A", "p.?", ("intron",)),
        ("c.-5A>G", "p.?", ("5_prime_utr",)),
        ("c.*5A>G", "p.?", ("3_prime_utr",)),
    ],
)
def test_coding_name__tells_what_the_variant_does(
    change: str, protein: str, terms: tuple[str, ...]
) -> None:
    name = parse_coding_name(f"NM_1.1(PLUS):{change}")
    assert name is not None
    assert terms_of(name, protein) == terms


@pytest.mark.parametrize("text", ["p.Arg97Cys", "NM_1.1:g.5A>T", "NM_1.1:c.5ins(12)"])
def test_name_of_another_kind__is_not_read(text: str) -> None:
    assert parse_coding_name(text) is None


@pytest.mark.parametrize(
    ("text", "protein"),
    [
        ("p.Arg12Gln, unlike p.Arg13Trp", "p.(Arg12Gln)"),
        ("p.Arg13Trp is known; p.(Arg12Gln) is not", "p.(Arg12Gln)"),
        ("called R12Q in the paper", "p.(Arg12Gln)"),
        ("p.Thr24Met in another transcript", "p.(Thr12Met)"),
        ("met PM1, PM2", "p.?"),
    ],
)
def test_protein__is_the_one_at_the_codon(text: str, protein: str) -> None:
    name = parse_coding_name("NM_1.1:c.35G>A")
    assert name is not None
    assert protein_in(text, name) == protein


@pytest.mark.parametrize(
    ("change", "plus", "minus"),
    [("c.1A>G", 110, 369), ("c.31-1G>A", 179, 340), ("c.*5A>G", 374, 105), ("c.-5A>G", 105, 374)],
)
def test_subject__lies_where_its_name_says(change: str, plus: int, minus: int) -> None:
    name = parse_coding_name(f"NM_1.1:{change}")
    assert name is not None
    assert subject_of(name, "p.?", PLUS).allele.position == plus
    assert subject_of(name, "p.?", MINUS).allele.position == minus
