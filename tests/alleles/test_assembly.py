from collections.abc import Callable

import pytest

from kerne.alleles.assembly import (
    GRCH37,
    GRCH38,
    KERNIA1,
    Assembly,
    ContigKind,
    assembly_named,
    canonical_spelling,
)
from kerne.errors import AssemblyError

Golden = Callable[[str], list[dict[str, str]]]


def test_assembly__resolves_every_spelling_of_a_contig(golden: Golden) -> None:
    for row in golden("contigs.tsv"):
        contig = assembly_named(row["assembly"]).contig(row["spelling"])
        found = (contig.name, str(contig.length_bp), contig.kind.value)
        assert found == (row["name"], row["length_bp"], row["kind"])


@pytest.mark.parametrize("assembly", [GRCH38, GRCH37])
def test_human_assembly__has_as_much_pseudo_autosome_on_x_as_on_y(assembly: Assembly) -> None:
    assert len(assembly.contigs) == 25
    spans = [
        sum(region.span_bp for region in assembly.pseudo_autosomal if region.contig == name)
        for name in ("chrX", "chrY")
    ]
    assert spans[0] == spans[1] > 2_900_000


@pytest.mark.parametrize("name", ["grch38", "HG38", "hg19", "kernia1"])
def test_assembly__is_found_by_its_names_in_any_case(name: str) -> None:
    assert assembly_named(name) in {GRCH38, GRCH37, KERNIA1}


def test_unknown_assembly__is_refused_with_the_known_ones() -> None:
    with pytest.raises(AssemblyError, match=r"`T2T` is unknown, expected one of `GRCh38`"):
        assembly_named("T2T")


def test_unknown_contig__is_refused_by_name() -> None:
    assert not GRCH38.has_contig("chrUn_KI270302v1")
    with pytest.raises(AssemblyError, match="contig `chr23` is unknown to assembly `GRCh38`"):
        GRCH38.contig("chr23")


def test_accession_of_another_build__is_refused_with_that_build() -> None:
    with pytest.raises(AssemblyError, match=r"`NC_000020.10` belongs to `GRCh37`, not `GRCh38`"):
        GRCH38.contig("NC_000020.10")


def test_contigs__rank_by_number_not_by_letters() -> None:
    names = sorted(["chrX", "chr10", "chr2", "chrM"], key=GRCH38.rank)
    assert names == ["chr2", "chr10", "chrX", "chrM"]


def test_spelling__of_an_alternate_contig_stays() -> None:
    assert canonical_spelling("chr1_KI270706v1_random") == "chr1_KI270706v1_random"
    assert canonical_spelling("MTOR") == "MTOR"


def test_right_lengths__pass_with_alternates_beside_them() -> None:
    GRCH38.check_lengths({"20": 64444167, "chrUn_KI270302v1": 2274})
    GRCH38.check_lengths({})


def test_wrong_length__names_contig_lengths_and_the_build_that_fits() -> None:
    expected = (
        "contig `chr20` has length `63025520`, expected `64444167` for assembly `GRCh38`; "
        "the length is that of `GRCh37`"
    )
    with pytest.raises(AssemblyError, match=expected):
        GRCH38.check_lengths({"20": 63025520})


def test_wrong_length_of_no_build__names_what_was_expected() -> None:
    with pytest.raises(AssemblyError, match=r"expected `64444167` for assembly `GRCh38`$"):
        GRCH38.check_lengths({"chr20": 1000})


def test_foreign_accession_among_lengths__is_refused() -> None:
    with pytest.raises(AssemblyError, match="belongs to `GRCh37`"):
        GRCH38.check_lengths({"NC_000001.10": 249250621})


def test_lengths_of_unknown_contigs_only__are_refused() -> None:
    with pytest.raises(AssemblyError, match="none of the 2 contigs"):
        GRCH38.check_lengths({"scaffold_1": 5, "scaffold_2": 6})


def test_synthetic_assembly__takes_any_length_but_that_of_a_human_contig() -> None:
    assert KERNIA1.contig("X").kind is ContigKind.X
    KERNIA1.check_lengths({"chr1": 1_500_000})
    with pytest.raises(AssemblyError, match=r"expected another for assembly `Kernia1`; .*`GRCh38`"):
        KERNIA1.check_lengths({"chr1": 248956422})
