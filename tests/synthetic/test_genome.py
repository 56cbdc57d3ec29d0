from itertools import pairwise

import numpy as np
import pytest

from kerne.alleles.assembly import assembly_named
from kerne.alleles.sequence import reverse_complement, translate
from kerne.alleles.transcript import Transcript
from kerne.synthetic.country import Country
from kerne.synthetic.effect import coding_sequence
from kerne.synthetic.genome import ASSEMBLY, CONTIGS, Genome, X, invent_genome
from kerne.synthetic.profile import Heredity, Medicine


def oriented(genome: Genome, transcript: Transcript, start: int, end: int) -> str:
    bases = genome.sequences[transcript.contig][start:end]
    return bases if transcript.strand == 1 else reverse_complement(bases)


def test_assembly__is_the_one_that_kerne_knows() -> None:
    assert tuple(contig.name for contig in assembly_named(ASSEMBLY).contigs) == CONTIGS


def test_genome__is_compact_and_holds_at_least_a_thousand_genes(country: Country) -> None:
    assert len(country.genome.transcripts) >= 1_000
    assert country.genome.length_bp < 8_000_000
    assert len({t.symbol for t in country.genome.transcripts}) == len(country.genome.transcripts)
    assert {base for s in country.genome.sequences.values() for base in s} == set("ACGT")


def test_genes__code_for_a_protein_from_start_to_stop(country: Country) -> None:
    for transcript in country.genome.transcripts:
        protein = translate(
            coding_sequence(transcript, country.genome.sequences[transcript.contig])
        )
        assert protein.startswith("M")
        assert protein.endswith("*")
        assert "*" not in protein[:-1]


def test_genes__have_untranslated_ends(country: Country) -> None:
    for transcript in country.genome.transcripts:
        assert transcript.cds is not None
        assert transcript.start < transcript.cds[0]
        assert transcript.cds[1] < transcript.end


def test_introns__open_with_gt_and_close_with_ag(country: Country) -> None:
    introns = 0
    for transcript in country.genome.transcripts:
        exons = transcript.exons
        for (_, opens), (closes, _) in pairwise(exons):
            intron = oriented(country.genome, transcript, opens, closes)
            assert (intron[:2], intron[-2:]) == ("GT", "AG")
            introns += 1
    assert introns > 3_000


def test_genes__lie_on_both_strands_of_every_contig(country: Country) -> None:
    found = {(t.contig, t.strand) for t in country.genome.transcripts}
    assert found == {(contig, strand) for contig in CONTIGS for strand in (1, -1)}


def test_x_linked_genes__are_on_x_and_only_they(country: Country, medicine: Medicine) -> None:
    for transcript in country.genome.transcripts:
        is_x_linked = medicine.heredity_of(transcript.symbol) == {Heredity.X_LINKED}
        assert is_x_linked == (transcript.contig == X)


@pytest.mark.parametrize("seed", [1, 2])
def test_invented_genome__is_the_same_for_the_same_stream(seed: int) -> None:
    made = [invent_genome(np.random.default_rng(seed), ["AAA", "BBB"], ["CCC"]) for _ in range(2)]
    assert made[0] == made[1]
    assert {t.symbol for t in made[0].transcripts if t.contig == X} == {"CCC"}
