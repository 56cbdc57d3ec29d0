"""Genotypes decoded as arrays equal genotypes read one by one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerne.alleles.vcf import VcfRecord
from kerne.genomes.calls import Code, code_of
from kerne.genomes.columns import decode_fixed, decode_genotypes, is_fixed_width

fixed = st.sampled_from(["0/0", "0|0", "0|1", "1/1", "./.", "./1", "2|1", ".|0"])
any_genotype = st.one_of(fixed, st.sampled_from(["0", "1", ".", "12/1", "0/10", "10", "0/."]))


def record(genotypes: list[str], form: str = "GT", rest: str = "") -> VcfRecord:
    samples = "\t".join(f"{genotype}{rest}" for genotype in genotypes)
    return VcfRecord(1, "chr1", 9, "A", ("C", "G"), (), ".", form, samples)


def slow(genotypes: list[str], allele: int) -> list[Code]:
    return [code_of(genotype, allele) for genotype in genotypes]


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.lists(any_genotype, min_size=1, max_size=40), st.booleans(), st.integers(1, 3))
def test_decoding_one_record__equals_reading_one_by_one(
    genotypes: list[str], alone: bool, allele: int
) -> None:
    given_ = record(genotypes) if alone else record(genotypes, "GT:DP", ":9")
    found = decode_genotypes(given_, len(genotypes))
    codes = np.full(len(genotypes), Code.REFERENCE, dtype=np.uint8)
    codes[found.sample] = found.codes(allele)
    assert codes.tolist() == slow(genotypes, allele)


@settings(max_examples=80, deadline=None, derandomize=True)
@given(st.integers(1, 12), st.data(), st.integers(1, 2))
def test_decoding_many_records__equals_reading_one_by_one(
    samples: int, data: st.DataObject, allele: int
) -> None:
    rows = data.draw(
        st.lists(st.lists(fixed, min_size=samples, max_size=samples), min_size=1, max_size=9)
    )
    records = [record(row) for row in rows]
    assert all(is_fixed_width(each, samples) for each in records)
    found = decode_fixed(records, samples)
    assert found is not None
    codes = np.full((len(rows), samples), Code.REFERENCE, dtype=np.uint8)
    codes[found.record, found.sample] = found.codes(allele)
    assert codes.tolist() == [slow(row, allele) for row in rows]


def test_highest__is_the_largest_allele_number_of_each() -> None:
    found = decode_genotypes(record(["0/0", "0/10", "2/1", "./."]), 4)
    assert found.highest.tolist() == [10, 2, -1]


@pytest.mark.parametrize("genotypes", [["0", "10/10", "0/1"], ["0", "0", "0|1:9.\t"], ["0x0"]])
def test_decoding_many__declines_what_only_looks_like_four_bytes(genotypes: list[str]) -> None:
    given_ = record(genotypes)
    assert decode_fixed([given_], (len(given_.samples_text) + 1) // 4) is None


def test_decoding_many__declines_letters_and_odd_lengths() -> None:
    assert decode_fixed([record(["a/b"])], 1) is None
    assert decode_fixed([record(["0/11"])], 1) is None
    assert decode_fixed([record(["0/1:"])], 1) is None


def test_record_without_genotypes__is_missing_everywhere() -> None:
    found = decode_genotypes(record(["9", "8"], "DP"), 2)
    assert found.codes(1).tolist() == [Code.MISSING, Code.MISSING]
    assert decode_genotypes(record(["9"], "GTX"), 1).codes(1).tolist() == [Code.MISSING]


@pytest.mark.parametrize("genotype", ["0/0/1", "a/b", "0/", "00/x"])
def test_malformed_genotype__is_refused_in_arrays_too(genotype: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        decode_genotypes(record(["0/0", genotype]), 2)
