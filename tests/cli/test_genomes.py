"""`kerne genomes` on a free-standing store, and what it wants of a centre."""

import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import numpy as np
import pysam
import pytest
from click.testing import CliRunner, Result

from kerne.alleles.allele import Allele
from kerne.alleles.assembly import GRCH38
from kerne.alleles.interval import Interval
from kerne.cli import desk, upkeep
from kerne.cli import genomes as commands
from kerne.cli.genomes import genomes
from kerne.cli.options import Asker
from kerne.errors import (
    AlleleError,
    DamagedStoreError,
    GenomeError,
    InputFileError,
    RefusedError,
    SettingsError,
)
from kerne.genomes.allele_list import listed
from kerne.genomes.asking import ray_engine
from kerne.genomes.asking.engine import ThreadEngine
from kerne.genomes.asking.engine_choice import EngineChoice, EngineKind
from kerne.genomes.check_actions import DuplicateSearch
from kerne.genomes.checking.identity import ComplementCheck, IdentityCheck, Verdict
from kerne.genomes.checking.likeness import ComparedGenomes
from kerne.genomes.complement import Karyotype
from kerne.genomes.disk.manifest import NormalForm
from kerne.genomes.disk.segment_keys import FileSegmentKeys
from kerne.genomes.frequencies import Frequencies
from kerne.genomes.genotypes import AddedGenome, Carrier, StoreStatistics, Zygosity
from kerne.genomes.keeping.new_store import create_store
from kerne.genomes.keeping.store import GenomeStore
from kerne.genomes.reading.intake import GenomeFile
from kerne.genomes.strata import Strata, StratifiedFrequencies
from kerne.people.asking import Identity, Refusal
from kerne.people.counted import Relatives, WhoCounted
from kerne.settings import Settings

VCF = (
    "##fileformat=VCFv4.2\n"
    "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t{name}\n"
    "chr20\t101\t.\tA\tC\t.\t.\t.\tGT\t{genotype}\n"
)


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / "a.vcf", tmp_path / "b.vcf.gz"]
    paths[0].write_text(VCF.format(name="a", genotype="0/1"))
    with pysam.BGZFile(str(paths[1]), "wb", None) as stream:
        stream.write(VCF.format(name="b", genotype="1/1").encode())
    return paths


def run(*arguments: str | Path) -> Result:
    assert {"compact", "verify"} <= set(genomes.commands), upkeep.__doc__
    result = CliRunner().invoke(genomes, [str(each) for each in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.fixture
def store(tmp_path: Path, files: list[Path]) -> Path:
    place = tmp_path / "store"
    result = run("--store", place, "add", "--assembly", "GRCh38", *files)
    assert result.stdout.splitlines() == [
        "sample\trow\tvariants\tcallable\tstructural",
        "a\t0\t1\tdeclared whole\t0",
        "b\t1\t1\tdeclared whole\t0",
    ]
    assert "no people, choices or audit behind it" in result.stderr
    return place


def test_frequencies_command__writes_the_table(store: Path, tmp_path: Path) -> None:
    table = tmp_path / "f.tsv"
    assert run("--store", store, "frequencies", "-o", table).stdout == ""
    lines = table.read_text().splitlines()
    assert lines == [
        "chrom\tpos\tref\talt\tAC\tAN\tAF\thom\thet",
        "chr20\t101\tA\tC\t3\t4\t0.75\t1\t1",
    ]
    assert run("--store", store, "frequencies").stdout.splitlines() == lines


def test_frequencies_command__takes_a_region_and_samples(store: Path, tmp_path: Path) -> None:
    listed = tmp_path / "samples.txt"
    listed.write_text("b\nb\n")
    found = run("--store", store, "frequencies", "-S", listed, "-r", "20:101").stdout
    assert found.splitlines()[1] == "chr20\t101\tA\tC\t2\t2\t1\t1\t0"
    assert len(run("--store", store, "frequencies", "-r", "chr21").stdout.splitlines()) == 1
    with pytest.raises(InputFileError, match="no such file"):
        run("--store", store, "frequencies", "-S", tmp_path / "none.txt")


def test_frequencies_command__writes_other_forms_and_counts_named_variants(
    store: Path, tmp_path: Path
) -> None:
    listed = tmp_path / "variants.txt"
    listed.write_text("20-101-A-C\n\nchr20-101-A-G\n")
    named = run("--store", store, "frequencies", "-v", listed).stdout.splitlines()
    assert named[1:] == ["chr20\t101\tA\tC\t3\t4\t0.75\t1\t1", "chr20\t101\tA\tG\t0\t4\t0\t0\t0"]
    shown = run("--store", store, "frequencies", "-O", "vcf").stdout.splitlines()
    assert shown[-1].endswith("AC=3;AN=4;AF=0.75;AC_Hom=2;AC_Het=1;AC_Hemi=0")
    out = tmp_path / "f.vcf.gz"
    run("--store", store, "frequencies", "-O", "vcf", "-o", out)
    with pysam.VariantFile(str(out)) as file:
        assert [record.info["AC"] for record in file] == [(3,)]


def test_frequencies_command__refuses_what_does_not_go_together(
    store: Path, tmp_path: Path
) -> None:
    listed = tmp_path / "variants.txt"
    listed.write_text("chr20-101-A-C\nrs123\n")
    with pytest.raises(InputFileError, match="line 2"):
        run("--store", store, "frequencies", "-v", listed)
    listed.write_text("\n")
    with pytest.raises(InputFileError, match="names no variant"):
        run("--store", store, "frequencies", "-v", listed)
    assert "give one of" in run("--store", store, "frequencies", "-v", listed, "-r", "1").stderr
    wrong = run("--store", store, "frequencies", "--by-sex", "-O", "vcf")
    assert "into a `tsv`" in wrong.stderr
    with pytest.raises(GenomeError, match="no gene models"):
        run("--store", store, "frequencies", "--gene", "BRCA2")


def test_variants_and_first_seen_commands__tell_of_genomes(store: Path, tmp_path: Path) -> None:
    shown = run("--store", store, "variants", "a").stdout.splitlines()
    assert shown[-1].startswith("chr20\t101\t.\tA\tC\t.\tPASS\t.\tGT:DP:AD:GQ\t0/1:")
    out = tmp_path / "b.tsv"
    assert run("--store", store, "variants", "b", "-O", "tsv", "-o", out).stdout == ""
    assert out.read_text().splitlines()[1].startswith("chr20\t101\tA\tC\t1/1\tyes")
    seen = run("--store", store, "first-seen", "chr20-101-A-C", "20-5-A-T").stdout.splitlines()
    assert seen[0] == "variant\tfirst_seen"
    assert seen[1].startswith("chr20-101-A-C\t20")
    assert seen[2] == "20-5-A-T\t."


def test_samples_file__may_hold_spaces_and_must_hold_a_name(tmp_path: Path) -> None:
    file, listed = tmp_path / "a.vcf", tmp_path / "samples.txt"
    file.write_text(VCF.format(name="blåbær 1\tb", genotype="0/1\t1/1"))
    run("--store", tmp_path / "s", "add", "--assembly", "GRCh38", file)
    listed.write_bytes("\ufeffblåbær 1 \r\n\r\n".encode())
    found = run("--store", tmp_path / "s", "frequencies", "-S", listed).stdout
    assert found.splitlines()[1] == "chr20\t101\tA\tC\t1\t2\t0.5\t0\t1"
    listed.write_text("\n")
    with pytest.raises(InputFileError, match="names no sample"):
        run("--store", tmp_path / "s", "frequencies", "-S", listed)


@pytest.mark.parametrize("form", ["vcf", "bcf"])
def test_export_command__writes_genotypes(store: Path, tmp_path: Path, form: str) -> None:
    out, listed = tmp_path / "out", tmp_path / "samples.txt"
    listed.write_text("b\n")
    result = run("--store", store, "export", out, "--format", form, "-r", "chr20", "-S", listed)
    assert result.stdout == ""
    with pysam.VariantFile(str(out)) as file:
        (record,) = file
        assert (record.chrom, record.pos, record.alleles) == ("chr20", 101, ("A", "C"))
        assert {name: call["GT"] for name, call in record.samples.items()} == {"b": (1, 1)}
    with pytest.raises(GenomeError, match="replaces nothing"):
        run("--store", store, "export", out)


@pytest.mark.usefixtures("centre")
def test_centre__exports_no_genotypes(tmp_path: Path) -> None:
    result = run("export", tmp_path / "out")
    assert result.exit_code == 2
    assert "kerne citizen download" in result.stderr.replace("\n", " ")


def test_carriers_command__says_nothing_before_a_bad_variant(store: Path) -> None:
    with pytest.raises(AlleleError):
        run("--store", store, "carriers", "rs123")


def test_carriers_remove_and_stats_commands__say_what_they_found(store: Path) -> None:
    carriers = run("--store", store, "carriers", "chr20-101-A-C").stdout
    assert carriers == "sample\tgenotype\na\thet\nb\thom\n"
    assert run("--store", store, "remove", "a").stdout.startswith("removed `a`, row 0")
    stats = dict(line.split("\t") for line in run("--store", store, "stats").stdout.splitlines())
    assert (stats["genomes"], stats["alleles"], stats["assembly"]) == ("1", "1", "GRCh38")
    assert stats["alleles are"] == "trimmed, not shifted"


def test_add_command__pairs_beds_with_files(tmp_path: Path, files: list[Path]) -> None:
    bed = tmp_path / "c.bed"
    bed.write_text("chr20\t0\t10\n")
    place = tmp_path / "s"
    start = ("--store", place, "add", "--assembly", "GRCh38", "--callable", bed)
    added = run(*start, "--min-gq", "30", "--min-dp", "10", *files)
    assert added.stdout.count("as given") == 2
    wrong = run(*start, "--callable", bed, files[0])
    assert wrong.exit_code == 2
    assert "once for each file" in wrong.stderr


def test_duplicate_sample__is_one_clear_sentence(store: Path, files: list[Path]) -> None:
    with pytest.raises(GenomeError, match="sample `a` is in the store"):
        run("--store", store, "add", "--assembly", "GRCh38", files[0])


def test_home_and_store__exclude_each_other(store: Path) -> None:
    assert run("--home", store, "--store", store, "stats").exit_code == 2


def test_store__goes_before_a_home_from_the_environment(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KERNE_HOME", str(store))
    assert "genomes\t2" in run("--store", store, "stats").stdout


def test_neither_home_nor_store__is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KERNE_HOME", raising=False)
    with pytest.raises(SettingsError, match="--home DIR"):
        run("stats")


class RecordingGenomes:
    """The genome actions of a centre that remember what they were asked."""

    def __init__(self, answers: dict[str, object]) -> None:
        self.answers = answers
        self.asked: list[tuple[str, tuple[object, ...], dict[str, object]]] = []
        self.engines: list[EngineKind] = []

    def counting_with(self, choice: EngineChoice) -> AbstractContextManager[None]:
        self.engines.append(choice.kind)
        return nullcontext()

    def __getattr__(self, name: str) -> Callable[..., object]:
        def answer(*arguments: object, **options: object) -> object:
            self.asked.append((name, arguments, options))
            return self.answers[name]

        return answer


WHO = Identity("doctor-1", frozenset())
STATISTICS = StoreStatistics("GRCh38", NormalForm.TRIMMED_NOT_SHIFTED, 20, 8, 1, 1, 1, 1, 1)


def column(*values: object) -> Any:  # Any: an array of whatever the column holds
    return np.array(values)


@pytest.fixture
def centre(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> RecordingGenomes:
    one = column(1)
    found = Frequencies(listed([Allele("chr20", 1, "A", "C")], ["chr20"]), one, one, one, one, one)
    actions = RecordingGenomes(
        {
            "add": [AddedGenome("S1", 0, 1, False)],
            "frequencies": found,
            "carriers": [Carrier("S1", 0, Zygosity.HEMI)],
            "remove": 3,
            "stats": STATISTICS,
            "first_seen": [None],
        }
    )
    gene = Interval("chr20", 0, 9)
    opened = SimpleNamespace(
        settings=Settings(tmp_path),
        genomes=actions,
        research=SimpleNamespace(region_of_gene=lambda _gene: gene),
    )
    for module in (desk, commands):
        monkeypatch.setattr(module, "centre_from", lambda _ctx: opened)
        monkeypatch.setattr(
            module,
            "asker_from",
            lambda _centre, said: Asker(WHO, said.purpose, said.project, said.reason),
        )
    return actions


ASKING = ("--as", "doctor-1", "--purpose", "own-treatment", "--project", "p", "--reason", "r")


def test_centre__is_asked_by_a_person_for_a_purpose(
    centre: RecordingGenomes, tmp_path: Path
) -> None:
    file = tmp_path / "a.vcf"
    added = run("add", "--assembly", "hg38", file, *ASKING).stdout
    assert added.endswith("S1\t0\t1\tas given\t0\n")
    table = run("frequencies", "-r", "chr20:5-9", *ASKING).stdout
    assert table.endswith("chr20\t2\tA\tC\t1\t1\t1\t1\t1\n")
    assert "S1\themi" in run("carriers", "20-3-A-C", *ASKING).stdout
    assert "row 3" in run("remove", "S1", *ASKING).stdout
    assert "genomes\t1" in run("stats", *ASKING).stdout
    assert run("first-seen", "20-3-A-C", *ASKING).stdout.endswith("20-3-A-C\t.\n")
    assert [name for name, _, _ in centre.asked] == list(centre.answers)
    assert all(given[:2] == (WHO, "own-treatment") for _, given, _ in centre.asked)
    assert all(options["reason"] == "r" for _, _, options in centre.asked)
    assert centre.asked[0][1][2] == [GenomeFile(file)]
    assert str(centre.asked[1][2]["region"]) == "chr20:5-9"
    assert centre.asked[2][1][2] == Allele("chr20", 2, "A", "C")


def test_centre__counts_in_a_gene_that_it_knows(centre: RecordingGenomes) -> None:
    run("frequencies", "--gene", "G", *ASKING)
    assert centre.asked[0][2]["region"] == Interval("chr20", 0, 9)


def test_centre__that_refuses_says_why(centre: RecordingGenomes) -> None:
    centre.answers["stats"] = Refusal(("no word for it",))
    with pytest.raises(RefusedError, match="refused: no word for it"):
        run("stats", *ASKING)


@pytest.mark.usefixtures("centre")
def test_centre__wants_to_know_who_asks_and_why() -> None:
    result = run("stats", "--as", "doctor-1")
    assert result.exit_code == 2
    assert "--purpose PURPOSE" in result.stderr


@pytest.mark.usefixtures("centre")
def test_centre__keeps_its_own_rules(tmp_path: Path) -> None:
    file = tmp_path / "a.vcf"
    with pytest.raises(GenomeError, match="assembly is `GRCh38`, not `GRCh37`"):
        run("add", "--assembly", "GRCh37", file, *ASKING)
    with pytest.raises(GenomeError, match="were fixed"):
        run("add", "--assembly", "GRCh38", "--min-gq", "1", file, *ASKING)


def test_scrub__names_what_is_damaged_and_takes_it_from_a_copy(store: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(store, tmp_path / "copy")
    assert run("--store", store, "scrub").stdout.startswith("files\t")
    damaged = next((store / "segments").rglob("rows"))
    damaged.write_bytes(damaged.read_bytes()[:-1])
    name = damaged.relative_to(store)
    with pytest.raises(DamagedStoreError, match=f"`1` of `[0-9]+` files of `{store}` are damaged"):
        run("--store", store, "scrub")
    said = run("--store", store, "scrub", "--repair-from", copy).stdout
    assert f"repaired\t{name}\t" in said
    assert "damaged" not in run("--store", store, "scrub").stdout


def test_scrub__of_a_centre_asks_nobody_and_takes_files_from_its_backup(
    tmp_path: Path, files: list[Path]
) -> None:
    home, backup = tmp_path / "home", tmp_path / "backup"
    create_store(home / "genomes", GRCH38, kept_by_centre=True)
    held = GenomeStore(home / "genomes", keys=FileSegmentKeys(home))
    held.add([GenomeFile(path) for path in files])
    shutil.copytree(home / "genomes", backup / "genomes")
    damaged = next((held.path / "segments").rglob("rows"))
    damaged.unlink()
    for copy in (backup, backup / "genomes"):
        said = run("--home", home, "scrub", "--repair-from", copy).stdout
        assert f"repaired\t{damaged.relative_to(held.path)}\t" in said
        damaged.write_bytes(b"")
    with pytest.raises(SettingsError, match="name the centre"):
        run("scrub")


def test_frequencies_command__counts_an_expression_and_strata(store: Path, tmp_path: Path) -> None:
    for name, samples in {"both": "a\nb\n", "second": "b\n"}.items():
        (tmp_path / name).write_text(samples)
    cohorts = [f"--cohort={name}={tmp_path / name}" for name in ("both", "second")]
    found = run("--store", store, "frequencies", *cohorts, "--among", "both & ~second").stdout
    assert found.splitlines()[1] == "chr20\t101\tA\tC\t1\t2\t0.5\t0\t1"
    table = tmp_path / "t.tsv"
    stratum = f"--stratum=second={tmp_path / 'second'}"
    run("--store", store, "frequencies", stratum, "--by-sex", "-o", table)
    line = dict(zip(*(row.split("\t") for row in table.read_text().splitlines()), strict=True))
    assert (line["AC"], line["AN"], line["AC_second"], line["AN_other"]) == ("3", "4", "2", "4")


@pytest.mark.parametrize(
    "options",
    [
        ["--cohort", "a=x.txt"],
        ["--among", "a", "-S", "x.txt"],
        ["--among", "a", "--cohort", "x.txt"],
        ["--stratum", "a="],
    ],
)
def test_frequencies_command__says_how_cohorts_are_given(store: Path, options: list[str]) -> None:
    assert run("--store", store, "frequencies", *options).exit_code == 2


def test_centre__says_who_was_counted_and_counts_relatives_when_told(
    centre: RecordingGenomes,
) -> None:
    table = centre.answers["frequencies"]
    assert isinstance(table, Frequencies)
    found = replace(table, counted=WhoCounted(7, relatives=2))
    centre.answers["frequencies"] = found
    centre.answers["frequencies_by"] = StratifiedFrequencies(found, {"East": found})
    assert "counted: 7 genomes" in run("frequencies", *ASKING).stderr
    assert (
        "7 genomes" in run("frequencies", "--all", "--by-region", "--engine", "ray", *ASKING).stderr
    )
    (_, _, first), (_, given, second) = centre.asked
    assert first["relatives"] is Relatives.LEFT_OUT
    assert second["relatives"] is Relatives.COUNTED
    assert centre.engines == [EngineKind.THREADS, EngineKind.RAY]
    assert given[2] == Strata(by_region=True)


def test_checks__are_printed_for_the_laboratory(centre: RecordingGenomes, store: Path) -> None:
    alike = ComparedGenomes("S1", "S2", 99, 100, are_twins=True)
    centre.answers["find_duplicates"] = DuplicateSearch(2, (alike,))
    found = run("duplicates", *ASKING).stdout
    assert found.splitlines() == [
        "sample\tother\tequal\tcompared\tone genome\tdeclared twins",
        "S1\tS2\t99\t100\tyes\tyes",
    ]
    assert run("--store", store, "duplicates").stdout.count("\n") == 1
    check = ComplementCheck("S1", Karyotype.XX, Verdict.AS_EXPECTED)
    centre.answers["identity_check"] = IdentityCheck((check,), ())
    said = run("identity-check", "P-000001", *ASKING).stdout
    assert "S1\tXX\tas expected" in said.splitlines()
    assert centre.asked[-1][1] == (WHO, "own-treatment", "P-000001")


def test_publish_command__copies_and_what_it_copied_is_read(store: Path, tmp_path: Path) -> None:
    target = tmp_path / "published"
    table = run("--store", store, "frequencies").stdout
    files = sum(1 for each in (store / "segments").rglob("*") if each.is_file())
    told = run("--store", store, "publish", target).stdout
    assert told == f"files copied\t{files}\nthere already\t0\n"
    assert run("--store", target, "frequencies").stdout == table
    run("--store", store, "publish", "memory://published/store")
    assert run("--store", "memory://published/store", "frequencies").stdout == table
    for command in (["publish", target], ["scrub"], ["remove", "a"]):
        with pytest.raises(GenomeError, match="publish"):
            run("--store", "memory://published/store", *command)


def test_publish_command__of_a_centre_asks_nobody_and_takes_no_keys(tmp_path: Path) -> None:
    home = tmp_path / "home"
    create_store(home / "genomes", GRCH38, kept_by_centre=True)
    run("--home", home, "publish", tmp_path / "published")
    assert [each.name for each in (tmp_path / "published").iterdir()] == ["manifest.json"]


def test_frequencies_command__counts_with_the_engine_that_is_named(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Cluster(ThreadEngine):
        said: ClassVar[list[tuple[str | None, str | None]]] = []

        def __init__(self, address: str | None, *, copy: str | None) -> None:
            super().__init__(2)
            self.said.append((address, copy))

        def close(self) -> None:
            self.workers = 0

    monkeypatch.setattr(ray_engine, "RayEngine", Cluster)
    table = run("--store", store, "frequencies", "--engine", "threads").stdout
    ray = ("--engine", "ray", "--ray-address", "ray.example:6379", "--ray-copy", "s3://bucket/s")
    assert run("--store", store, "frequencies", *ray).stdout == table
    assert run("--store", store, "frequencies", "--by-sex", *ray).exit_code == 0
    assert Cluster.said == [("ray.example:6379", "s3://bucket/s")] * 2


def test_upkeep__rewrites_what_holds_a_removed_genome_and_says_that_all_agrees(store: Path) -> None:
    assert run("--store", store, "compact").stdout == "from\tto\n"
    run("--store", store, "remove", "a")
    said = run("--store", store, "compact", "--forgotten").stdout.splitlines()
    assert len(said) == 2
    assert said[1].split("\t")[1] in {each.name for each in (store / "segments").iterdir()}
    assert "agree" in run("--store", store, "verify").stdout


def test_verify__names_what_contradicts_itself(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kerne.genomes.keeping.verifying.calls_checksum", lambda _calls: -1)
    with pytest.raises(DamagedStoreError, match="contradict themselves"):
        run("--store", store, "verify")
