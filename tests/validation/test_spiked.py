import random
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerne.alleles.allele import Allele
from kerne.alleles.assembly import GRCH38
from kerne.alleles.rna_genes import rna_transcripts
from kerne.alleles.transcript import Transcript
from kerne.interpretation.candidate import Genotype
from kerne.knowledge.allele_facts import PublishedFrequency
from kerne.knowledge.genes import GeneModels, completed
from spiked.drawing import CHANCES, RNA_CHANCE, Genomes, Kind, Spectrum, coding_bp, invent
from spiked.geometry import coding_exons, coding_introns, consequences, terms_of

# Coding 110-140, 180-240, 280-370; introns between coding exons 140-180 and 240-280.
EXONS, CDS = ((100, 140), (180, 240), (280, 380)), (110, 370)
PLUS = Transcript("TX1.1", "G1", "PLUS", "chr1", 1, EXONS, CDS, None)
MINUS = replace(PLUS, identifier="TX2.1", symbol="MINUS", strand=-1)
RARE = PublishedFrequency(3, 5094, 0, 3)
SPECTRUM = Spectrum((RARE,), (1,))


@pytest.mark.parametrize(
    ("position", "change", "plus", "minus"),
    [
        (120, "C>T", "missense", "missense"),
        (111, "C>T", "start_lost", "missense"),
        (368, "C>T", "missense", "start_lost"),
        (138, "C>T", "missense&splice_region", "missense&splice_region"),
        (140, "C>T", "splice_donor", "splice_acceptor"),
        (179, "C>T", "splice_acceptor", "splice_donor"),
        (144, "C>T", "splice_donor_region&splice_region", "splice_region"),
        (147, "C>T", "splice_region", "splice_region"),
        (148, "C>T", "", "splice_polypyrimidine_tract&intron"),
        (170, "C>T", "splice_polypyrimidine_tract&intron", ""),
        (159, "C>T", "", ""),
        (105, "C>T", "", ""),
        (200, "CT>C", "frameshift", "frameshift"),
        (200, "CTAG>C", "inframe_deletion", "inframe_deletion"),
        (200, "C>CTAG", "inframe_insertion", "inframe_insertion"),
        (138, "CTAG>C", "splice_donor", "splice_acceptor"),
        (95, "C>CT", "", ""),
    ],
)
def test_geometry__says_what_the_place_of_exons_tells(
    position: int, change: str, plus: str, minus: str
) -> None:
    allele = Allele("chr1", position, *change.split(">"))
    assert ["&".join(terms_of(allele, each)) for each in (PLUS, MINUS)] == [plus, minus]


def test_consequences__are_of_every_transcript_that_is_touched() -> None:
    models = GeneModels([PLUS, MINUS, replace(PLUS, identifier="FAR.1", contig="chr2")])
    found = consequences(Allele("chr1", 120, "C", "T"), models)
    assert {each.transcript for each in found} == {"TX1.1", "TX2.1"}


def test_coding_parts__are_exons_clipped_and_what_lies_between() -> None:
    assert coding_exons(PLUS) == ((110, 140), (180, 240), (280, 370))
    assert coding_introns(PLUS) == ((140, 180), (240, 280))
    assert coding_exons(replace(PLUS, cds=None)) == ()
    assert coding_bp(PLUS) == 180


@settings(deadline=None)
@given(seed=st.integers(0, 10_000), kind=st.sampled_from(Kind))
def test_invented_allele__does_what_it_was_drawn_for(seed: int, kind: Kind) -> None:
    gene = PLUS if seed % 2 else MINUS
    terms = "&".join(terms_of(invent(random.Random(seed), gene, kind), gene))
    wanted = {
        Kind.MISSENSE: ("missense", "start_lost"),
        Kind.STOP: ("missense", "start_lost"),
        Kind.FRAMESHIFT: ("frameshift",),
        Kind.SPLICE: ("splice_donor", "splice_acceptor"),
        Kind.IN_FRAME: ("inframe_deletion", "splice_donor", "splice_acceptor"),
        Kind.NEAR_SPLICE: ("splice_region", "splice_donor_region"),
        Kind.TRACT: ("splice_polypyrimidine_tract",),
    }
    assert terms.startswith(wanted[kind])


def test_drawn_genome__is_the_same_for_a_seed_and_halved_on_a_mans_x() -> None:
    assert sum(CHANCES.values()) == pytest.approx(1)
    x = replace(PLUS, identifier="X.1", symbol="X", contig="chrX")
    genomes = Genomes(GeneModels([PLUS, x]), SPECTRUM, invent)

    def drawn(*, is_male: bool) -> list[tuple[str, Genotype]]:
        calls = [each.call for each in genomes.draw(random.Random(1), is_male=is_male)]
        return [(call.allele.contig, call.genotype) for call in calls]

    woman, man = drawn(is_male=False), drawn(is_male=True)
    assert woman == drawn(is_male=False)
    assert len(woman) == 250
    assert 150 < len(man) < 225
    assert {genotype for contig, genotype in man if contig == "chrX"} == {Genotype.HEMI}
    assert Genotype.HEMI not in {genotype for _, genotype in woman}


def test_wider_genome__has_alleles_around_introns_and_in_an_rna_gene_now_and_then() -> None:
    models = completed(GeneModels([PLUS]), GRCH38)
    genomes = Genomes(models, SPECTRUM, invent, is_wider=True)
    rng, contigs = random.Random(1), Counter[str]()
    for _ in range(200):
        contigs.update(each.call.allele.contig for each in genomes.draw(rng, is_male=False))
    assert contigs["chr1"] == 200 * (250 + 60 + 35)
    expected = 200 * RNA_CHANCE * sum(each.spliced_bp for each in rna_transcripts())
    assert 0.4 * expected < sum(contigs.values()) - contigs["chr1"] < 2 * expected


def test_change_of_an_rna_gene__is_seen_by_its_place() -> None:
    (gene,) = (each for each in rna_transcripts() if each.symbol == "RNU4-2")
    assert terms_of(Allele("chr12", 120291834, "G", "A"), gene) == ("non_coding",)
    assert terms_of(Allele("chr12", 120291904, "G", "A"), gene) == ()
