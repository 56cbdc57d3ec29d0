"""Published frequencies, looked up by allele."""

import gzip
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerne.alleles.allele import Allele
from kerne.alleles.assembly import GRCH38
from kerne.errors import InputFileError
from kerne.knowledge.frequencies import PublishedFrequency, read_frequencies
from kerne.knowledge.loading.frequency_table import COLUMNS


def test_frequencies__are_found_by_allele_not_by_place(frequencies_file: Path) -> None:
    published = read_frequencies(frequencies_file, GRCH38)
    assert len(published) == 4
    asked = [Allele("chr1", 100, "A", alternative) for alternative in "GTC"]
    first, second, third = published.look_up(asked)
    assert first == PublishedFrequency(ac=3, an=200, homozygotes=1, heterozygotes=1)
    assert second is not None
    assert second.ac == 0
    assert third is None


def test_frequencies__of_nobody_called_have_no_share(frequencies_file: Path) -> None:
    published = read_frequencies(frequencies_file, GRCH38)
    first, second = published.look_up([Allele("chr2", 6, "AT", "A"), Allele("chr1", 49, "C", "G")])
    assert first is not None
    assert second is not None
    assert (first.af, second.af) == (None, 0.005)


def test_frequencies__of_another_contig_are_not_listed(frequencies_file: Path) -> None:
    published = read_frequencies(frequencies_file, GRCH38)
    assert published.look_up([Allele("chr9", 100, "A", "G")]) == [None]


def test_frequencies__may_be_gzip(frequencies_file: Path, tmp_path: Path) -> None:
    path = tmp_path / "x.tsv.gz"
    path.write_bytes(gzip.compress(frequencies_file.read_bytes()))
    assert len(read_frequencies(path, GRCH38)) == 4


HEADER = "\t".join(COLUMNS) + "\n"
ROW = "1\t101\tA\tG\t3\t200\t0.015\t1\t1\n"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "line 1: expected the header"),
        (ROW, "line 1: expected the header"),
        (HEADER + "1\t2\n", "line 2: expected 9 columns, found `2`"),
        (HEADER + ROW.replace("101", "x"), "line 2: expected whole numbers"),
        (
            HEADER + ROW.replace("200", "2"),
            "line 2: expected counts with 0 <= AC <= AN, found `3` and `2`",
        ),
        (HEADER + ROW.replace("101", "0"), "line 2: position `0` lies before 1"),
        (HEADER + ROW + "99\t1\tA\tG\t0\t0\t.\t0\t0\n", "line 3: contig `99` is unknown"),
        (HEADER + ROW + ROW, "line 3: this allele was listed before"),
        (HEADER + ROW.replace("A\tG", "A\t<DEL>"), "line 2: expected bases in `ref` and `alt`"),
        (HEADER + ROW.replace("A\tG", "A\tA"), "line 2: this allele changes nothing"),
        (HEADER + ROW.replace("101", "248956423"), "line 2: `chr1` ends at `248956422`, before"),
        (HEADER, "no allele in it"),
    ],
)
def test_frequencies__malformed_table_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "x.tsv"
    path.write_text(text)
    with pytest.raises(InputFileError, match=problem):
        read_frequencies(path, GRCH38)


alleles = st.builds(
    Allele,
    st.sampled_from(["chr1", "chr2"]),
    st.integers(0, 4),
    st.sampled_from(["A", "AC"]),
    st.sampled_from(["G", "GT"]),
)


@given(
    listed=st.dictionaries(alleles, st.integers(0, 9), min_size=1, max_size=12),
    asked=st.lists(alleles),
)
@settings(deadline=None, max_examples=40, derandomize=True)
def test_look_up__equals_a_dictionary(
    listed: dict[Allele, int], asked: list[Allele], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("frequencies") / "x.tsv"
    rows = [
        f"{a.contig}\t{a.position + 1}\t{a.reference}\t{a.alternative}\t{ac}\t9\t.\t0\t{ac}\n"
        for a, ac in listed.items()
    ]
    path.write_text(HEADER + "".join(rows))
    found = read_frequencies(path, GRCH38).look_up(asked)
    assert [None if each is None else each.ac for each in found] == [listed.get(a) for a in asked]
