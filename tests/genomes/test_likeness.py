"""A genome that is filed under two persons is found, and nobody else is."""

import gzip
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerne.alleles.allele import Allele
from kerne.alleles.assembly import GRCH38
from kerne.genomes.allele_list import listed
from kerne.genomes.checking import likeness
from kerne.genomes.checking.identity import LEAST_COMPARED, LEAST_EQUAL
from kerne.genomes.checking.likeness import Fingerprints, Likeness, common_places
from kerne.genomes.freestanding import FreestandingGenomes
from kerne.genomes.frequencies import Frequencies
from kerne.genomes.reading.intake import GenomeFile, StoreRules

SNPS = Path(__file__).parents[3] / "shared/data/genotypes" / "1000G.1004snps.3202.GRCh38.vcf.gz"


@settings(deadline=None, max_examples=40, derandomize=True)
@given(st.integers(0, 2**32), st.integers(2, 9), st.integers(1, 4), st.integers(0, 30))
def test_alike_rows__are_those_of_the_naive_comparison(
    seed: int, rows: int, block: int, wrong: int
) -> None:
    rng = np.random.default_rng(seed)
    copies = rng.binomial(2, 0.5, (rows, 120))
    copies[-1] = copies[0]
    copies[-1, rng.choice(120, wrong, replace=False)] = 1
    numbers = np.sort(rng.choice(1000, rows, replace=False)).astype(np.uint32)
    naive = []
    prints = Fingerprints(numbers, copies == 1, copies == 2)
    for one, other in combinations(range(rows), 2):
        both = [(a, b) for a, b in zip(copies[one], copies[other], strict=True) if a and b]
        equal = sum(a == b for a, b in both)
        found = Likeness(int(numbers[one]), int(numbers[other]), equal, len(both))
        assert prints.compare(found.row, found.other) == found
        if len(both) >= LEAST_COMPARED and equal >= LEAST_EQUAL * len(both):
            naive.append(found)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(likeness, "BLOCK", block)
        assert prints.alike() == naive


def test_places__are_common_single_letters_of_autosomes_and_apart() -> None:
    table = [
        ("chr1", 10, "A", "C", 50, 100),
        ("chr1", 20, "A", "C", 40, 100),  # as good a place is near
        ("chr1", 30, "A", "AT", 50, 100),  # no single letter
        ("chr1", 100_000, "A", "C", 10, 100),  # rare
        ("chr1", 300_000, "A", "C", 30, 60),  # called in few
        ("chr2", 10, "G", "T", 79, 100),
        ("chrX", 10_000_000, "A", "C", 50, 100),
    ]
    alleles = [Allele(*place[:4]) for place in table]
    ac, an = (np.array([counts[at] for counts in table], dtype=np.int64) for at in (4, 5))
    nothing = np.zeros(len(table), dtype=np.int64)
    names = [contig.name for contig in GRCH38.contigs]
    found = Frequencies(listed(alleles, names), ac, an, nothing, nothing, nothing)
    assert [str(each) for each in common_places(found, GRCH38)] == ["chr1-11-A-C", "chr2-11-G-T"]
    empty = found.only(np.zeros(len(table), dtype=np.bool_))
    assert common_places(empty, GRCH38) == []


@pytest.mark.skipif(not SNPS.exists(), reason=f"{SNPS.name} is not at hand")
def test_real_genome_filed_twice__is_found_and_no_relative_is(tmp_path: Path) -> None:
    """150 people of 1000 Genomes, the first filed again; `validation/likeness.py` takes all."""
    with gzip.open(SNPS, "rt") as stream:
        lines = [line.rstrip("\n").split("\t")[:159] for line in stream]
    once, again = tmp_path / "once.vcf", tmp_path / "again.vcf"
    once.write_text("".join("\t".join(fields) + "\n" for fields in lines))
    twice = [
        fields[:9] + [each.replace("HG", "again-") for each in fields[9:10]] for fields in lines
    ]
    again.write_text("".join("\t".join(fields) + "\n" for fields in twice))
    store = FreestandingGenomes(tmp_path / "store")
    store.add([GenomeFile(once), GenomeFile(again)], StoreRules("GRCh38"))
    (found,) = store.find_duplicates()
    assert (found.sample, found.equal) == (lines_of_header(lines)[9], found.compared)
    assert found.other.startswith("again-")
    assert found.compared > 3 * LEAST_COMPARED


def lines_of_header(lines: list[list[str]]) -> list[str]:
    return next(fields for fields in lines if fields[0] == "#CHROM")
