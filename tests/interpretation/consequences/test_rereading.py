"""Indels near the borders of gene PLUS, whose sequence stands at the top of `conftest`."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest

from kerne.alleles.allele import Allele
from kerne.alleles.placement import placements
from kerne.alleles.sequence import ReferenceSequence, reverse_complement
from kerne.alleles.transcript import Transcript
from kerne.interpretation.candidate import Genotype
from kerne.interpretation.consequences.effect import effect_of
from kerne.interpretation.consequences.predicting import predict
from kerne.interpretation.reading.calls import Call
from kerne.knowledge.genes import GeneModels

MakeCall = Callable[..., Call]
# A gene whose borders repeat: exon 1 ends in CAG before GTCAG, exon 2 begins with AG behind CAG.
#   UTR 6 | ATG GCC CAG | GTCAGTTTTTTTTTTTTTTTTTTTTCAG | AGA CCC GGG TAA | UTR 6
LEADER, FIRST, INTRON, LAST, TAIL = (
    *("CCCCAT", "ATGGCCCAG", "GTCAG" + "T" * 20 + "CAG", "AGACCCGGGTAA", "GACTCC"),
)
CONTIG = "TTTTTTTTTT" + LEADER + FIRST + INTRON + LAST + TAIL + "TTTTTTTTTT"
EXON_1 = (10, 10 + len(LEADER + FIRST))
EXON_2 = (EXON_1[1] + len(INTRON), EXON_1[1] + len(INTRON + LAST + TAIL))
GENE = Transcript(
    *("TX9.1", "GENE9", "BORDERS", "chr1", 1, (EXON_1, EXON_2)),
    *((16, EXON_2[1] - len(TAIL)), None, frozenset({"MANE_Select"})),
)


def terms_of(tmp_path: Path, *alleles: Allele) -> list[tuple[str, ...]]:
    path = tmp_path / "borders.fa"
    path.write_text(f">chr1\n{CONTIG}\n")
    calls = [Call(allele, Genotype.HET) for allele in alleles]
    found = predict(calls, GeneModels([GENE]), ReferenceSequence(path))
    assert found.outside == ()
    return [found.by_allele[allele][0].terms for allele in alleles]


def allele_at(start: int, deleted: int, inserted: str = "") -> Allele:
    anchor = CONTIG[start - 1 : start + deleted]
    return Allele("chr1", start - 1, anchor, anchor[0] + inserted)


START, BORDER_1, BORDER_2, STOP = 16, EXON_1[1], EXON_2[0], EXON_2[1] - len(TAIL) - 3


@pytest.mark.parametrize(
    ("start", "deleted", "inserted", "expected"),
    [
        # AG|AG without two bases: the acceptor is still AG, and the exon has lost AG.
        (BORDER_2 - 2, 2, "", ("frameshift", "splice_region")),
        (BORDER_2 - 5, 3, "", ("splice_region",)),
        (BORDER_2 - 2, 1, "", ("splice_acceptor",)),
        # CAG|GT without a G: the donor stays GT; without the T it does not.
        (BORDER_1, 1, "", ("frameshift", "splice_region")),
        (BORDER_1 + 1, 1, "", ("splice_donor",)),
        # The last base of the exon doubled: G|GT becomes GG|GT.
        (BORDER_1, 0, "G", ("frameshift", "splice_region")),
        # A base before ATG doubled, which the 3' rule writes as c.1dup.
        (START, 0, "A", ("5_prime_utr",)),
        (START + 3, 0, "G", ("frameshift",)),
        # AT|ATG without AT is ATG.
        (START, 2, "", ("5_prime_utr",)),
        (START + 1, 1, "", ("start_lost",)),
        # Blocks of unequal length.
        (START + 4, 4, "AA", ("frameshift",)),
        (START + 3, 3, "TTTTTT", ("inframe_insertion",)),
        (START + 3, 6, "TTT", ("inframe_deletion",)),
        (STOP, 4, "", ("stop_lost",)),
        (STOP, 0, "CCC", ("inframe_insertion",)),
        (STOP + 3, 2, "", ("3_prime_utr",)),
    ],
)
def test_change_near_a_border__is_judged_by_all_its_placements(
    tmp_path: Path, start: int, deleted: int, inserted: str, expected: tuple[str, ...]
) -> None:
    (found,) = terms_of(tmp_path, allele_at(start, deleted, inserted))
    assert found[: len(expected)] == expected


# The intron of BORDERS is longer here, so that its zones lie apart.
LONG = INTRON[:5] + "ACTGGTCAAC" + INTRON[5:]
ZONES = [
    *((2, "splice_donor"), (3, "splice_donor_region"), (6, "splice_donor_region")),
    *((7, "splice_region"), (8, "splice_region"), (9, "intron")),
    *((-18, "intron"), (-17, "splice_polypyrimidine_tract"), (-9, "splice_polypyrimidine_tract")),
    *((-8, "splice_region"), (-3, "splice_region"), (-2, "splice_acceptor")),
]


@pytest.mark.parametrize("strand", [1, -1])
@pytest.mark.parametrize(("base", "term"), ZONES)
def test_base_of_an_intron__lies_in_the_zone_that_the_vep_draws(
    tmp_path: Path, base: int, term: str, strand: Literal[1, -1]
) -> None:
    contig = CONTIG.replace(INTRON, LONG)
    size, added = len(contig), len(LONG) - len(INTRON)
    last = (EXON_2[0] + added, EXON_2[1] + added)
    exons, cds = (EXON_1, last), (START, last[1] - len(TAIL))
    position = BORDER_1 + base - 1 if base > 0 else last[0] + base
    if strand == -1:
        contig, position = reverse_complement(contig), size - 1 - position
        exons = ((size - last[1], size - last[0]), (size - EXON_1[1], size - EXON_1[0]))
        cds = (size - cds[1], size - cds[0])
    path = tmp_path / "long.fa"
    path.write_text(f">chr1\n{contig}\n")
    gene = replace(GENE, strand=strand, exons=exons, cds=cds)
    here = contig[position]
    allele = Allele("chr1", position, here, "G" if here == "C" else "C")
    call = Call(allele, Genotype.HET)
    found = predict([call], GeneModels([gene]), ReferenceSequence(path))
    assert found.by_allele[allele][0].terms[0] == term


def test_indel_of_a_zone__is_in_it_only_if_it_is_wherever_it_is_placed(tmp_path: Path) -> None:
    # Of twenty T before CAG one can be deleted at any, far from the exon too.
    tract = BORDER_2 - len("T" * 8 + "CAG")
    assert terms_of(tmp_path, allele_at(tract, 1)) == [("intron",)]
    path = tmp_path / "mixed.fa"
    mixed = CONTIG.replace("T" * 20, "ACGTACGTACGGATTCATGA")
    path.write_text(f">chr1\n{mixed}\n")
    deleted = mixed[BORDER_2 - 13 : BORDER_2 - 10]
    allele = Allele("chr1", BORDER_2 - 13, deleted, deleted[0])
    call = Call(allele, Genotype.HET)
    found = predict([call], GeneModels([GENE]), ReferenceSequence(path))
    assert found.by_allele[allele][0].terms == ("splice_polypyrimidine_tract", "intron")


def test_start_codon_other_than_atg__is_lost_by_any_substitution(tmp_path: Path) -> None:
    path = tmp_path / "borders.fa"
    path.write_text(f">chr1\n{CONTIG}\n")
    gene = replace(GENE, cds=(START + 3, EXON_2[1] - len(TAIL)))
    alleles = [Allele("chr1", START + at, CONTIG[START + at], "T") for at in (2, 3, 5, 6)]
    calls = [Call(allele, Genotype.HET) for allele in alleles]
    found = predict(calls, GeneModels([gene]), ReferenceSequence(path)).by_allele
    assert [found[allele][0].terms[0] for allele in alleles] == [
        *("5_prime_utr", "start_lost", "start_lost", "stop_gained")
    ]


@pytest.mark.parametrize("strand", [1, -1])
def test_deletion_over_a_border__destroys_the_site_even_beside_untranslated_bases(
    tmp_path: Path, strand: Literal[1, -1]
) -> None:
    # The coding sequence lies in the last exon alone, so that the first is untranslated.
    contig = CONTIG if strand == 1 else reverse_complement(CONTIG)
    path = tmp_path / "untranslated.fa"
    path.write_text(f">chr1\n{contig}\n")
    size, bases = len(CONTIG), 5
    exons, cds = (EXON_1, EXON_2), (EXON_2[0] + 6, EXON_2[1] - len(TAIL))
    first = EXON_2[0] - 1
    if strand == -1:
        exons = ((size - EXON_2[1], size - EXON_2[0]), (size - EXON_1[1], size - EXON_1[0]))
        cds, first = (size - cds[1], size - cds[0]), size - first - bases
    gene = replace(GENE, strand=strand, exons=exons, cds=cds)
    deleted = contig[first - 1 : first + bases]
    allele = Allele("chr1", first - 1, deleted, deleted[0])
    call = Call(allele, Genotype.HET)
    found = predict([call], GeneModels([gene]), ReferenceSequence(path))
    assert "splice_acceptor" in found.by_allele[allele][0].terms


def test_consequence__does_not_hang_on_where_the_file_writes_it(tmp_path: Path) -> None:
    path = tmp_path / "borders.fa"
    path.write_text(f">chr1\n{CONTIG}\n")
    alleles, groups = list[Allele](), list[list[int]]()
    with ReferenceSequence(path) as sequence:
        for start in range(EXON_1[0] + 1, EXON_2[1] - 6):
            for deleted, inserted in ((1, ""), (2, ""), (3, ""), (0, "A"), (0, "AG"), (0, "G")):
                places = placements(allele_at(start, deleted, inserted), sequence)
                edits = [places.at(step) for step in range(places.steps + 1)]
                written = [allele_at(e.start, len(e.deleted), e.inserted) for e in edits]
                groups.append(list(range(len(alleles), len(alleles) + len(written))))
                alleles += written
    terms = dict(
        zip(dict.fromkeys(alleles), terms_of(tmp_path, *dict.fromkeys(alleles)), strict=True)
    )
    apart = [
        [(alleles[at], terms[alleles[at]]) for at in group]
        for group in groups
        if len({terms[alleles[at]][0] for at in group}) > 1
    ]
    assert apart == []


@pytest.mark.parametrize(
    ("protein", "added_bp", "term"),
    [
        ("p.?", 0, ""),
        ("p.(Met1?)", 0, "start_lost"),
        ("p.(Ter9GlnextTer17)", 0, "stop_lost"),
        ("p.(Ter9GlnextTer1)", 3, "inframe_insertion"),
        ("p.(Ter9GlnextTer?)", 3, "stop_lost"),
        ("p.(Asn82Ter)", 1, "frameshift"),
        ("p.(Val9AlafsTer2)", -6, "frameshift"),
        ("p.(Ter9=)", 0, "stop_retained"),
        ("p.(=)", 2, "synonymous"),
        ("p.(Arg5delinsSerTer)", 3, "stop_gained"),
        ("p.(Arg5dup)", 3, "inframe_insertion"),
        ("p.(Arg5del)", -3, "inframe_deletion"),
        ("p.(Arg5_Lys6delinsSerThr)", 0, "missense"),
    ],
)
def test_effect__is_what_the_name_of_the_protein_tells(
    protein: str, added_bp: int, term: str
) -> None:
    assert effect_of(protein, added_bp) == term
