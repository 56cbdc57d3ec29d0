"""Frequencies in forms that other programs read: the same numbers in each."""

import io
import random
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pysam
import pysam.bcftools
import pytest

from adversary.comparing import table_of
from adversary.naive import Counts, Key
from adversary.studies import Study, invent_study
from adversary.writing import Container
from kerne.alleles.assembly import GRCH38
from kerne.errors import GenomeError
from kerne.genomes.exporting.export_format import FrequencyFormat
from kerne.genomes.exporting.frequency_files import save_frequencies, write_frequency_stream
from kerne.genomes.frequencies import write_table_1based


@pytest.fixture
def study(tmp_path: Path) -> Study:
    rng = random.Random(3)
    made = invent_study(rng, tmp_path, (Container.PLAIN,), files=4)
    made.add_all(rng)
    return made


def save(study: Study, path: Path, form: FrequencyFormat) -> Path:
    save_frequencies(path, form, GRCH38, study.genomes.each_frequencies())
    return path


def from_arrow(table: pa.Table) -> dict[Key, Counts]:
    return {
        Key(row["chrom"], row["pos"] - 1, row["ref"], row["alt"]): Counts(
            row["AC"], row["AN"], row["hom"], row["het"], row["hemi"]
        )
        for row in table.to_pylist()
    }


def test_arrow_and_parquet__hold_the_table(study: Study, tmp_path: Path) -> None:
    meant = table_of(study.genomes.frequencies())
    assert len(meant) > 1
    assert from_arrow(study.genomes.frequencies().table()) == meant
    arrow = save(study, tmp_path / "f.arrow", FrequencyFormat.ARROW)
    with pa.ipc.open_stream(arrow) as reader:
        assert from_arrow(reader.read_all()) == meant
    parquet = pq.read_table(save(study, tmp_path / "f.parquet", FrequencyFormat.PARQUET))
    assert from_arrow(parquet) == meant
    for row in parquet.to_pylist():
        meant_af = row["AC"] / row["AN"] if row["AN"] else None
        assert row["AF"] == meant_af


@pytest.mark.parametrize("name", ["f.vcf", "f.vcf.gz"])
def test_vcf__is_read_by_bcftools(study: Study, tmp_path: Path, name: str) -> None:
    path = save(study, tmp_path / name, FrequencyFormat.VCF)
    assert (path.read_bytes()[:2] == b"\x1f\x8b") is name.endswith(".gz")
    form = "%CHROM %POS %REF %ALT %AC %AN %AC_Hom %AC_Het %AC_Hemi\\n"
    found = {}
    for line in str(pysam.bcftools.query("-f", form, str(path))).splitlines():
        contig, position, reference, other, *counts = line.split()
        ac, an, hom, het, hemi = map(int, counts)
        key = Key(contig, int(position) - 1, reference, other)
        found[key] = Counts(ac, an, hom // 2, het, hemi)
    assert found == table_of(study.genomes.frequencies())


def test_table_in_parts__is_the_table(study: Study) -> None:
    stream, text = io.BytesIO(), io.StringIO(newline="")
    write_frequency_stream(stream, FrequencyFormat.TSV, GRCH38, study.genomes.each_frequencies())
    write_table_1based(study.genomes.frequencies(), text)
    assert stream.getvalue().decode() == text.getvalue()


@pytest.mark.parametrize("form", list(FrequencyFormat))
def test_nothing_counted__is_a_file_of_its_form(tmp_path: Path, form: FrequencyFormat) -> None:
    path = tmp_path / "f"
    save_frequencies(path, form, GRCH38, [])
    match form:
        case FrequencyFormat.TSV:
            assert len(path.read_text().splitlines()) == 1
        case FrequencyFormat.VCF:
            with pysam.VariantFile(str(path)) as file:
                assert not list(file)
        case FrequencyFormat.ARROW:
            with pa.ipc.open_stream(path) as reader:
                assert reader.read_all().num_rows == 0
        case FrequencyFormat.PARQUET:
            assert pq.read_table(path).num_rows == 0


@pytest.mark.parametrize("form", list(FrequencyFormat))
def test_file_that_cannot_be_written__is_said_and_not_there(
    study: Study, tmp_path: Path, form: FrequencyFormat
) -> None:
    with pytest.raises(GenomeError, match="cannot be written"):
        save(study, tmp_path / "no" / "f", form)
    assert not (tmp_path / "no").exists()
