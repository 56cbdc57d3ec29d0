from kerne.alleles.allele import Allele
from kerne.interpretation.consequences.consequence import (
    NEIGHBOURHOOD_BP,
    Consequence,
    neighbourhood,
)
from kerne.knowledge.genes import GeneModels


def test_severity__is_that_of_the_worst_term() -> None:
    def severity(*terms: str) -> int:
        return Consequence(Allele("chr1", 1, "A", "C"), "T", "G", terms).severity

    assert severity("splice_region", "stop_gained") < severity("missense") < severity("intron")
    assert severity("of another kind") > severity("intron")


def test_neighbourhood__is_the_exons_with_a_margin(genes: GeneModels) -> None:
    starts, ends = neighbourhood(genes).ranges("chr1")
    assert starts.tolist() == [100 - NEIGHBOURHOOD_BP, 280 - NEIGHBOURHOOD_BP] or starts[0] == 80
    assert ends[-1] == 380 + NEIGHBOURHOOD_BP
