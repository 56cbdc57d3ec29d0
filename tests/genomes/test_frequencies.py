"""The table of frequencies as a file."""

import math
from pathlib import Path

import numpy as np
import pytest

from kerne.alleles.allele import Allele
from kerne.alleles.assembly import GRCH38
from kerne.errors import GenomeError
from kerne.genomes.allele_list import listed
from kerne.genomes.exporting.export_format import FrequencyFormat
from kerne.genomes.exporting.frequency_files import save_frequencies
from kerne.genomes.frequencies import Frequencies


def column(*values: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array(values, dtype=np.int64)


FOUND = Frequencies(
    listed([Allele("chr1", 9, "A", "C"), Allele("chrX", 19, "G", "GT")], ["chr1", "chrX"]),
    column(1, 0),
    column(3, 0),
    column(0, 0),
    column(1, 0),
    column(0, 0),
)


def save(path: Path) -> None:
    save_frequencies(path, FrequencyFormat.TSV, GRCH38, [FOUND])


def test_table__counts_from_one_and_has_a_dot_where_nobody_was_called(tmp_path: Path) -> None:
    path = tmp_path / "f.tsv"
    save(path)
    assert path.read_text() == (
        "chrom\tpos\tref\talt\tAC\tAN\tAF\thom\thet\n"
        "chr1\t10\tA\tC\t1\t3\t0.333333\t0\t1\n"
        "chrX\t20\tG\tGT\t0\t0\t.\t0\t0\n"
    )
    assert [each.name for each in tmp_path.iterdir()] == ["f.tsv"]


def test_frequencies__give_alleles_and_af() -> None:
    assert len(FOUND) == 2
    assert FOUND.allele(1) == Allele("chrX", 19, "G", "GT")
    assert FOUND.af[0] == pytest.approx(1 / 3)
    assert math.isnan(FOUND.af[1])


def test_table__that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(GenomeError, match="cannot be written"):
        save(tmp_path / "none" / "f.tsv")


def test_link_or_device__is_written_to_and_not_replaced(tmp_path: Path) -> None:
    target, link, table = tmp_path / "target", tmp_path / "link", tmp_path / "table"
    link.symlink_to(target)
    save(link)
    save(table)
    save(Path("/dev/null"))
    assert link.is_symlink()
    assert target.read_text() == table.read_text()
    assert not Path("/dev/null").is_file()
    assert {path.name for path in tmp_path.iterdir()} == {"target", "link", "table"}
