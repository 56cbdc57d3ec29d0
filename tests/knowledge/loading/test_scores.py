"""Scores as their makers publish them; the most harmful of an allele is kept."""

from collections.abc import Callable

import pytest

from kerne.alleles.allele import Allele
from kerne.alleles.assembly import GRCH37, KERNIA1
from kerne.errors import InputFileError
from kerne.knowledge.release import Kind
from kerne.knowledge.variant_table.table import VariantTable

Convert = Callable[..., VariantTable]

REVEL = (
    "chr,hg19_pos,grch38_pos,ref,alt,aaref,aaalt,REVEL,Ensembl_transcriptid\n"
    "1,35142,45142,G,A,T,M,0.027,ENST00000417324\n"
    "1,35142,45142,G,A,T,K,0.644,ENST00000417325;ENST00000417326\n"
    "1,35143,.,T,A,T,S,0.932,ENST00000417324\n"
)
ALPHAMISSENSE = (
    "# Copyright 2023 DeepMind Technologies Limited\n"
    "#CHROM\tPOS\tREF\tALT\tgenome\tuniprot_id\ttranscript_id\tprotein_variant"
    "\tam_pathogenicity\tam_class\n"
    "chr1\t69094\tG\tT\thg38\tQ8NH21\tENST00000335137.4\tV2L\t0.2937\tlikely_benign\n"
    "chr1\t69094\tG\tT\thg38\tQ8NH22\tENST00000335138.4\tV2L\t0.2001\tlikely_benign\n"
)
SPLICE = (
    "##fileformat=VCFv4.2\n"
    '##INFO=<ID=SpliceAI,Number=.,Type=String,Description="x">\n'
    "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"
    "1\t69091\t.\tA\tC\t.\t.\tSpliceAI=C|OR4F5|0.01|0.00|0.31|0.00|42|25|24|2\n"
    "1\t69091\t.\tA\tC\t.\t.\tSpliceAI=C|OTHER|0.02|0.91|0.00|0.00|42|25|24|2\n"
    "1\t69092\t.\tTA\tT\t.\t.\tSpliceAI=T|OR4F5|.|.|.|.|.|.|.|.\n"
)


def _scores(table: VariantTable, name: str, *alleles: Allele) -> list[float | None]:
    rows = table.find(alleles)
    values = table.number(name, rows).tolist()
    return [None if row < 0 else value for row, value in zip(rows, values, strict=True)]


def test_revel__keeps_the_worst_of_an_allele_at_its_place_on_the_assembly(
    to_table: Convert,
) -> None:
    table = to_table(Kind.REVEL, REVEL)
    there, elsewhere = Allele("chr1", 45141, "G", "A"), Allele("chr1", 35141, "G", "A")
    assert _scores(table, "revel", there, elsewhere) == [0.644, None]
    assert len(table) == 1


def test_revel__of_the_older_assembly_has_its_own_places(to_table: Convert) -> None:
    table = to_table(Kind.REVEL, REVEL, assembly=GRCH37)
    asked = (Allele("chr1", 35141, "G", "A"), Allele("chr1", 35142, "T", "A"))
    assert _scores(table, "revel", *asked) == [0.644, 0.932]


def test_alphamissense__is_read_below_its_licence(to_table: Convert) -> None:
    table = to_table(Kind.ALPHAMISSENSE, ALPHAMISSENSE)
    assert _scores(table, "alphamissense", Allele("chr1", 69093, "G", "T")) == [0.2937]


def test_splice__keeps_the_greatest_delta_of_all_genes(to_table: Convert) -> None:
    table = to_table(Kind.SPLICEAI, SPLICE)
    asked = (Allele("chr1", 69090, "A", "C"), Allele("chr1", 69091, "TA", "T"))
    assert _scores(table, "splice", *asked) == [0.91, None]


@pytest.mark.parametrize(
    ("kind", "text", "problem"),
    [
        (Kind.REVEL, "", "line 1: expected a header with the columns `chr`, `grch38_pos`"),
        (Kind.REVEL, "chr,ref\n", "line 1: expected a header with the columns `grch38_pos`, `alt`"),
        (Kind.REVEL, REVEL + "1,2\n", "line 5: expected 9 columns, found `2`"),
        (Kind.REVEL, REVEL.replace("0.644", "1.2"), "line 3: expected a score from 0 to 1, found"),
        (Kind.REVEL, REVEL.replace("0.644", "nan"), "line 3: expected a score from 0 to 1, found"),
        (Kind.REVEL, REVEL.replace("45142", "-5"), "line 2: expected a position in `grch38_pos`"),
        (Kind.REVEL, REVEL.replace("G,A,T,M", "GG,A,T,M"), "line 2: expected one base in each"),
        (Kind.ALPHAMISSENSE, ALPHAMISSENSE.replace("hg38\tQ8NH22", "hg19\tQ"), "expected `hg38`"),
        (Kind.ALPHAMISSENSE, REVEL, "line 1: expected a header with the columns `#CHROM`, `POS`"),
        (Kind.SPLICEAI, SPLICE.replace("SpliceAI,", "Other,"), "not SpliceAI's: expected the INFO"),
        (Kind.SPLICEAI, SPLICE.replace("|24|2\n", "\n"), "line 4: expected `SpliceAI` of 10 parts"),
        (Kind.SPLICEAI, SPLICE.replace("=C|OR", "=G|OR"), "line 4: expected `SpliceAI` of 10"),
    ],
)
def test_malformed_scores__are_refused_with_their_line(
    to_table: Convert, kind: Kind, text: str, problem: str
) -> None:
    with pytest.raises(InputFileError, match=problem):
        to_table(kind, text)


def test_revel__has_no_places_on_an_invented_assembly(to_table: Convert) -> None:
    with pytest.raises(InputFileError, match="position of this assembly"):
        to_table(Kind.REVEL, REVEL, assembly=KERNIA1)
