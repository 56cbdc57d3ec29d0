"""Consequences on an invented mitochondrion, and on the real one by what MITOMAP says."""

from pathlib import Path

import pytest

from kerne.alleles.allele import Allele, parse_allele
from kerne.alleles.assembly import GRCH38
from kerne.alleles.sequence import ReferenceSequence
from kerne.alleles.transcript import Transcript
from kerne.interpretation.consequences.mitochondrial import predict_mitochondrial
from kerne.knowledge.genes import GeneModels, completed

# ATA start, TGA tryptophan, AAA lysine, AGA stop; behind it a tRNA of ten bases.
GENE = "ATATGAAAAAGA"
GENOME = "GG" + GENE + "CCCCCCCCCC" + "GG"
MODELS = GeneModels(
    [
        Transcript("P", "g1", "MT-P", "chrM", 1, ((2, 14),), (2, 14), None),
        Transcript("T", "g2", "MT-T", "chrM", -1, ((14, 24),), None, None),
    ]
)


@pytest.mark.parametrize(
    ("pos_1based", "change", "symbol", "term"),
    [
        (3, "A>C", "MT-P", "start_lost"),
        (5, "A>G", "MT-P", "synonymous"),
        (8, "A>G", "MT-P", "synonymous"),
        (7, "G>T", "MT-P", "missense"),
        (9, "A>T", "MT-P", "stop_gained"),
        (9, "A>AC", "MT-P", "frameshift"),
        (8, "AAAA>A", "MT-P", "inframe_deletion"),
        (8, "A>AAAC", "MT-P", "inframe_insertion"),
        (13, "G>C", "MT-P", "stop_lost"),
        (14, "A>G", "MT-P", "stop_retained"),
        (13, "GACC>G", "MT-P", "coding_sequence"),
        (13, "GACC>G", "MT-T", "non_coding"),
        (16, "C>T", "MT-T", "non_coding"),
    ],
)
def test_allele_of_the_mitochondrion__is_read_by_its_own_code(
    tmp_path: Path, pos_1based: int, change: str, symbol: str, term: str
) -> None:
    path = tmp_path / "chrM.fa"
    path.write_text(f">chrM\n{GENOME}\n")
    reference, alternative = change.split(">")
    allele = Allele("chrM", pos_1based - 1, reference, alternative)
    found = predict_mitochondrial([allele], MODELS, ReferenceSequence(path))[allele]
    assert [each.terms for each in found if each.symbol == symbol] == [(term,)]


def test_insertion_behind_the_last_base_of_a_gene__touches_the_next_too(tmp_path: Path) -> None:
    path = tmp_path / "chrM.fa"
    path.write_text(f">chrM\n{GENOME}\n")
    allele = Allele("chrM", 13, "A", "AT")
    (found,) = predict_mitochondrial([allele], MODELS, ReferenceSequence(path)).values()
    assert [each.symbol for each in found] == ["MT-P", "MT-T"]


@pytest.mark.parametrize(
    ("allele", "terms"),
    [
        ("chrM-11778-G-A", {"MT-ND4": "missense"}),
        ("chrM-3243-A-G", {"MT-TL1": "non_coding"}),
        ("chrM-8993-T-G", {"MT-ATP6": "missense"}),
        ("chrM-8528-T-C", {"MT-ATP8": "missense", "MT-ATP6": "start_lost"}),
        ("chrM-9191-T-TC", {"MT-ATP6": "frameshift"}),
        ("chrM-15990-C-T", {"MT-TP": "non_coding"}),
        ("chrM-16093-T-C", {}),
    ],
)
def test_known_variants_of_the_mitochondrion__have_the_consequence_of_mitomap(
    allele: str, terms: dict[str, str]
) -> None:
    path = Path(__file__).parents[3] / "shared/data/reference/rCRS.fa"
    if not path.exists():
        pytest.skip("../shared/data is absent: real data are not checked")
    models = completed(GeneModels([]), GRCH38)
    one = parse_allele(allele, GRCH38)
    found = predict_mitochondrial([one], models, ReferenceSequence(path))[one]
    assert {each.symbol: each.terms[0] for each in found} == terms
