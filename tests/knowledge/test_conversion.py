"""Releases of alleles: converted once, whole or not at all, checksummed, never changed."""

from datetime import date
from pathlib import Path

import pytest

from kerne.errors import InputFileError, KnowledgeError
from kerne.knowledge.actions import add_release, kinds, needs_assembly
from kerne.knowledge.release import TABLE, Kind, checksum, verify
from kerne.knowledge.releases import KnowledgeBase
from kerne.knowledge.shelf import DESCRIPTION
from kerne.knowledge.text import LINES_A_REPORT
from kerne.knowledge.variant_table.table import VariantTable


@pytest.fixture
def base(tmp_path: Path) -> KnowledgeBase:
    return KnowledgeBase(tmp_path / "knowledge")


def test_table_of_frequencies__is_converted_and_not_kept(
    base: KnowledgeBase, frequencies_file: Path
) -> None:
    release = base.add(Kind.FREQUENCIES, frequencies_file, assembly="hg38")
    folder = base.path / "frequencies" / "published"
    assert release.path == folder / TABLE
    assert {path.name for path in folder.iterdir()} == {TABLE, DESCRIPTION}
    assert release.sha256 == checksum(frequencies_file)
    assert release.size_bytes == sum(path.stat().st_size for path in folder.iterdir())
    assert release.facts["alleles"] == "4"
    assert len(VariantTable(release.path)) == 4
    assert base.add(Kind.FREQUENCIES, frequencies_file, assembly="hg38") == release
    verify(release)


def test_converted_release__that_changed_is_found(
    base: KnowledgeBase, frequencies_file: Path
) -> None:
    release = base.add(Kind.FREQUENCIES, frequencies_file, assembly="hg38")
    content = bytearray(release.path.read_bytes())
    content[70] ^= 1
    release.path.write_bytes(content)
    with pytest.raises(KnowledgeError, match="has changed: its checksum is"):
        verify(release)
    release.path.unlink()
    with pytest.raises(KnowledgeError, match="is damaged, no file"):
        verify(release)


def test_malformed_table__leaves_nothing_behind(
    base: KnowledgeBase, frequencies_file: Path
) -> None:
    frequencies_file.write_text(frequencies_file.read_text() + "1\t2\n")
    with pytest.raises(InputFileError, match="line 6: expected 9 columns"):
        base.add(Kind.FREQUENCIES, frequencies_file, assembly="hg38")
    assert [r.kind for r in base.releases()] == [Kind.HPO]
    assert list((base.path / "frequencies").iterdir()) == []


def test_other_content_under_a_name__is_refused_before_it_is_converted(
    base: KnowledgeBase, frequencies_file: Path
) -> None:
    base.add(Kind.FREQUENCIES, frequencies_file, assembly="hg38")
    frequencies_file.write_text("not even a table")
    with pytest.raises(KnowledgeError, match="exists with other content"):
        base.add(Kind.FREQUENCIES, frequencies_file, assembly="hg38")


def test_several_files__make_one_release_of_some_kinds_only(
    base: KnowledgeBase, frequencies_file: Path, cases_file: Path, tmp_path: Path
) -> None:
    header, *rows = frequencies_file.read_text().splitlines(keepends=True)
    first, second = tmp_path / "first.tsv", tmp_path / "second.tsv"
    first.write_text(header + rows[0])
    second.write_text(header + "".join(rows[1:]))
    release = base.add(Kind.FREQUENCIES, first, second, assembly="hg38", name="both")
    assert (release.facts["alleles"], release.source) == ("4", "first.tsv and 1 more")
    second.write_text(header + rows[0])
    with pytest.raises(InputFileError, match=r"second.tsv`, line 2: another file lists this"):
        base.add(Kind.FREQUENCIES, first, second, assembly="hg38")
    with pytest.raises(KnowledgeError, match="`cases` is of one file, found `2`"):
        base.add(Kind.CASES, cases_file, first)
    with pytest.raises(KnowledgeError, match="two of the files have the same name"):
        base.add(Kind.FREQUENCIES, first, first, assembly="hg38")


def test_dosage_of_genes_and_regions__is_one_release_of_two_files(
    base: KnowledgeBase, tmp_path: Path
) -> None:
    head = "#x\n#14 Nov,2023\n"
    columns = "Genomic Location\tHaploinsufficiency Score\tTriplosensitivity Score"
    row = "chr1:11-20\t3\t0\t2023-01-25\n"
    genes, regions = tmp_path / "genes.tsv", tmp_path / "regions.tsv"
    genes.write_text(f"{head}#Gene Symbol\tGene ID\t{columns}\tDate Last Evaluated\nAAA\t7\t{row}")
    regions.write_text(
        f"{head}#ISCA ID\tISCA Region Name\t{columns}\tDate Last Evaluated\nI-1\tr\t{row}"
    )
    release = base.add(Kind.DOSAGE, genes, regions, assembly="GRCh38")
    assert release.date == date(2023, 11, 14)
    assert [file.name for file in release.files] == ["genes.tsv", "regions.tsv"]
    assert base.get(Kind.DOSAGE, "genes") == release
    verify(release)
    release.files[1].write_text("changed")
    with pytest.raises(KnowledgeError, match="has changed"):
        verify(release)


def test_release__is_added_while_one_of_another_kind_is_being_converted(
    base: KnowledgeBase, frequencies_file: Path, cases_file: Path
) -> None:
    during = []

    def add_cases(_: int) -> None:
        during.append(base.add(Kind.CASES, cases_file))

    rows = "".join(f"1\t{n + 1}\tA\tG\t0\t9\t0\t0\t0\n" for n in range(LINES_A_REPORT))
    frequencies_file.write_text(frequencies_file.read_text().splitlines(keepends=True)[0] + rows)
    release = base.add(Kind.FREQUENCIES, frequencies_file, assembly="hg38", report=add_cases)
    assert [each.kind for each in during] == [Kind.CASES]
    assert release.facts["alleles"] == f"{LINES_A_REPORT:,}"


def test_release__may_be_dated_and_looked_for_as_of_a_day(
    base: KnowledgeBase, frequencies_file: Path
) -> None:
    for year in (2024, 2025):
        add_release(
            base.path,
            "frequencies",
            frequencies_file,
            assembly="hg38",
            name=f"of-{year}",
            date=date(year, 1, 1),
        )
    newest = [base.newest(Kind.FREQUENCIES, as_of=date(year, 6, 1)) for year in (2023, 2024, 2026)]
    assert [each and each.name for each in newest] == [None, "of-2024", "of-2025"]


def test_kinds__that_hold_coordinates_need_an_assembly(
    base: KnowledgeBase, frequencies_file: Path
) -> None:
    assert {kind for kind in kinds() if not needs_assembly(kind)} == {
        "hpo",
        "cases",
        "constraint",
        "hgnc",
        "validity",
        "mondo",
        "panels",
        "specifications",
    }
    with pytest.raises(KnowledgeError, match="kind `gnomad` needs an assembly"):
        base.add(Kind.GNOMAD, frequencies_file)
