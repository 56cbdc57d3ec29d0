import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerne.alleles.allele import Allele
from kerne.alleles.normalise import left_align
from kerne.alleles.transcript import Transcript
from kerne.errors import SyntheticError
from kerne.synthetic.causes import EFFECTS, Kind, draw_cause
from kerne.synthetic.country import Country
from kerne.synthetic.effect import effect_of
from kerne.synthetic.genome import Genome


class Source:
    """The invented sequence as `alleles` reads one."""

    def __init__(self, genome: Genome) -> None:
        self.genome = genome

    def fetch(self, contig: str, start: int, end: int) -> str:
        return self.genome.sequences[contig][start:end]

    def length(self, contig: str) -> int:
        return len(self.genome.sequences[contig])


@settings(deadline=None, max_examples=120, derandomize=True)
@given(data=st.data(), kind=st.sampled_from(Kind), seed=st.integers(0, 10**6))
def test_cause__does_what_its_kind_says_in_normal_form(
    country: Country, data: st.DataObject, kind: Kind, seed: int
) -> None:
    able = [t for t in country.genome.transcripts if len(t.exons) >= 3]
    transcript = data.draw(st.sampled_from(able))
    sequence = country.genome.sequences[transcript.contig]
    allele = draw_cause(np.random.default_rng(seed), kind, transcript, sequence)
    assert effect_of(allele, transcript, sequence) in EFFECTS[kind]
    assert sequence[allele.position : allele.end] == allele.reference
    assert left_align(allele, Source(country.genome)) == allele


def test_cause__leaves_all_other_residues_when_in_frame(country: Country) -> None:
    rng = np.random.default_rng(3)
    transcript = country.genome.transcripts[0]
    sequence = country.genome.sequences[transcript.contig]
    for _ in range(20):
        allele = draw_cause(rng, Kind.IN_FRAME, transcript, sequence)
        assert (len(allele.alternative) - len(allele.reference)) % 3 == 0


def single_exon(coding: str) -> tuple[Transcript, str]:
    contig = "C" * 20 + coding + "C" * 20
    span = (20, 20 + len(coding))
    return Transcript("T", "G", "GENE", "chr1", 1, ((10, len(contig) - 10),), span, None), contig


def test_splice_cause__is_refused_where_there_is_no_intron() -> None:
    transcript, contig = single_exon("ATG" + "AAA" * 30 + "TAA")
    with pytest.raises(SyntheticError, match="`GENE` has no place for a `splice` variant"):
        draw_cause(np.random.default_rng(1), Kind.SPLICE, transcript, contig)


def test_splice_cause__stays_out_of_introns_that_only_cut_untranslated_exons() -> None:
    contig = "C" * 10 + "GT" + "C" * 20 + "AG" + "CC" + "ATG" + "AAA" * 10 + "TAA" + "CC"
    transcript = Transcript("T", "G", "GENE", "chr1", 1, ((0, 10), (34, 74)), (36, 72), None)
    with pytest.raises(SyntheticError):
        draw_cause(np.random.default_rng(1), Kind.SPLICE, transcript, contig)


def test_start_loss_cause__replaces_one_base_of_the_start_codon() -> None:
    transcript, contig = single_exon("ATG" + "AAA" * 30 + "TAA")
    allele = draw_cause(np.random.default_rng(1), Kind.START_LOSS, transcript, contig)
    assert isinstance(allele, Allele)
    assert 20 <= allele.position < 23
