"""A table answers as a dictionary of alleles does, whatever the order, the place and the bases."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerne.alleles import change
from kerne.alleles.allele import Allele
from kerne.alleles.change import LONG, change_code
from kerne.alleles.interval import Interval
from kerne.errors import AlleleError, KnowledgeError
from kerne.knowledge.variant_table import gathering as gathering_module
from kerne.knowledge.variant_table import table as table_module
from kerne.knowledge.variant_table.fields import MISSING, Field, Form
from kerne.knowledge.variant_table.table import NOT_LISTED, VariantTable

MakeTable = Callable[..., VariantTable]

EDGES = (0, 1, 4095, 4096, (1 << 24) - 1, 1 << 24, (1 << 24) + 4095, 5 << 24)
bases = st.one_of(
    st.text("ACGT", min_size=1, max_size=3),
    st.text("ACGTN", min_size=1, max_size=8),
    st.sampled_from(["A" * 30, "A" * 31, "CR"]),
)
alleles = st.builds(
    Allele, st.sampled_from(["chr1", "chrX"]), st.one_of(st.sampled_from(EDGES)), bases, bases
)
some = {"deadline": None, "max_examples": 60, "derandomize": True}


@given(st.dictionaries(alleles, st.integers(0, 1 << 40), max_size=30), st.lists(alleles))
@settings(**some)  # type: ignore[arg-type]  # values of many types
def test_table__answers_as_a_dictionary_does(
    make_table: MakeTable, listed: dict[Allele, int], others: list[Allele]
) -> None:
    table = make_table([(allele, (count,)) for allele, count in listed.items()], rows_in_memory=7)
    asked = [*others, *listed, *others[::-1]]
    rows = table.find(asked)
    counts = table.whole("count", rows)
    found = [None if row < 0 else int(n) for row, n in zip(rows, counts, strict=True)]
    assert found == [listed.get(allele) for allele in asked]
    assert len(table) == len(listed)
    assert sorted(map(table.allele, range(len(table)))) == sorted(listed)


@given(
    st.lists(alleles, max_size=30, unique=True),
    st.sampled_from(EDGES),
    st.integers(1, 5000),
)
@settings(**some)  # type: ignore[arg-type]  # values of many types
def test_table__gives_what_replaces_a_base_of_a_stretch(
    make_table: MakeTable, listed: list[Allele], start: int, size: int
) -> None:
    table = make_table([(allele, (1,)) for allele in listed])
    asked = Interval("chr1", max(0, start - 20), start + size)
    expected = [
        each
        for each in listed
        if each.contig == "chr1" and each.position < asked.end and each.end > asked.start
    ]
    found = [table.allele(row) for row in table.overlapping(asked).tolist()]
    assert sorted(found) == sorted(expected)
    assert [each.position for each in found] == sorted(each.position for each in found)


@given(st.dictionaries(alleles, st.integers(0, 9), max_size=20))
@settings(**some)  # type: ignore[arg-type]  # values of many types
def test_table_asked_by_arrays__answers_as_when_asked_by_alleles(
    make_table: MakeTable, listed: dict[Allele, int]
) -> None:
    table = make_table([(allele, (count,)) for allele, count in listed.items()])
    ours = [each for each in listed if each.contig == "chrX"]
    changes = [(each.reference, each.alternative) for each in ours]
    codes = [change_code(*each) for each in changes]
    rows = table.find_on(
        "chrX",
        np.array([each.position for each in ours], dtype=np.int64),
        np.array(codes, dtype=np.uint64),
        {code: each for code, each in zip(codes, changes, strict=True) if code & LONG},
    )
    assert rows.tolist() == table.find(ours).tolist()
    assert NOT_LISTED not in rows


def test_long_changes_of_one_number__are_told_apart_by_their_bases(
    make_table: MakeTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    def one_for_all(reference: str, alternative: str) -> int:
        code = change.change_code(reference, alternative)
        return LONG | 5 if code & LONG else code

    monkeypatch.setattr(gathering_module, "change_code", one_for_all)
    monkeypatch.setattr(table_module, "change_code", one_for_all)
    listed = [Allele("chr1", 9, "A" * size, "A") for size in range(25, 35)]
    never = Allele("chr1", 9, "A" * 40, "A")
    table = make_table([(each, (len(each.reference),)) for each in listed])
    rows = table.find([*listed, never])
    assert rows[-1] == NOT_LISTED
    assert table.whole("count", rows[:-1]).tolist() == list(range(25, 35))


def test_long_change_asked_by_number__needs_its_bases(make_table: MakeTable) -> None:
    allele = Allele("chr1", 9, "A" * 40, "A")
    table = make_table([(allele, (1,))])
    code = np.array([change_code(allele.reference, "A")], dtype=np.uint64)
    with pytest.raises(AlleleError, match="no bases are kept"):
        table.find_on("chr1", np.array([9]), code, {})


def test_fields__keep_decimals_exactly_and_know_what_is_missing(make_table: MakeTable) -> None:
    fields = [Field("w", Form.WHOLE), Field("d", Form.DECIMAL, 3), Field("r", Form.SHARE)]
    fields.append(Field("t", Form.TEXT))
    at = [Allele("chr1", number, "A", "C") for number in range(3)]
    rows = [(at[0], (7, 0.644, 1.23e-5, "æ|;")), (at[1], (None,) * 4), (at[2], (0, 0, 0, ""))]
    table = make_table(rows, fields)
    found = table.find(at)
    assert table.whole("w", found).tolist() == [7, MISSING, 0]
    decimals, shares = table.number("d", found), table.number("r", found)
    assert decimals[[0, 2]].tolist() == [0.644, 0.0]
    assert shares[[0, 2]].tolist() == [1.23e-5, 0.0]
    assert np.isnan([decimals[1], shares[1]]).all()
    assert table.text("t", found) == ["æ|;", "", ""]
    assert (table.contigs, dict(table.facts)) == (frozenset({"chr1"}), {"of": "tests"})


def test_table_without_an_allele__lists_none(make_table: MakeTable) -> None:
    table = make_table([])
    assert len(table) == 0
    assert table.find([Allele("chr1", 0, "A", "C")]).tolist() == [NOT_LISTED]
    assert table.overlapping(Interval("chr1", 0, 9)).tolist() == []


@pytest.mark.parametrize("cut", [1, 8, 30, 200])
def test_table_that_is_cut__is_damaged(make_table: MakeTable, tmp_path: Path, cut: int) -> None:
    whole = make_table([(Allele("chr1", 0, "A", "C"), (1,))])
    path = tmp_path / "cut.table"
    path.write_bytes(whole.path.read_bytes()[:-cut])
    with pytest.raises(KnowledgeError, match="is damaged: remove its release and add it again"):
        VariantTable(path)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (b'"|u1"', b'"|O8"'),
        (b'"<u4"', b'"<u8"'),
        (b'"pages"', b'"rages"'),
        (b'"whole"', b'"hole!"'),
    ],
)
def test_table_whose_description_lies__is_damaged(
    make_table: MakeTable, tmp_path: Path, ours: bytes, theirs: bytes
) -> None:
    whole = make_table([(Allele("chr1", 0, "A", "C"), (1,))])
    path = tmp_path / "lies.table"
    path.write_bytes(whole.path.read_bytes().replace(ours, theirs))
    with pytest.raises(KnowledgeError, match="is damaged"):
        VariantTable(path)


@pytest.mark.parametrize("content", [b"", b"x" * 100])
def test_file_that_is_no_table__is_damaged(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.table"
    path.write_bytes(content)
    with pytest.raises(KnowledgeError, match="is damaged"):
        VariantTable(path)


def test_table_that_is_not_there__is_named(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match=r"no table `.*x\.table`"):
        VariantTable(tmp_path / "x.table")
