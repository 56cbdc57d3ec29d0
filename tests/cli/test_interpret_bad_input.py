"""`kerne interpret` given what it cannot use: one sentence, exit code 4, nothing left behind."""

import gzip
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pysam
import pytest

from kerne.alleles.assembly import GRCH38
from kerne.cases import freestanding
from kerne.knowledge.release import Kind
from kerne.knowledge.releases import KnowledgeBase

Run = Callable[..., Any]  # Any: the outcome that tests/conftest.py defines
Change = Callable[[Path], tuple[str | Path, ...]]

# Gene ITPA by eye: UTR 10 | ATG, 9 x GCA | intron | 10 x CAA, 10 x TGG | intron | 29 x GAA, TAA.
INTRON = "GT" + "TC" * 18 + "AG"
BEFORE = "T" * 100 + "C" * 10 + "ATG" + "GCA" * 9 + INTRON
CHR1 = BEFORE + "CAA" * 10 + "TGG" * 10 + INTRON + "GAA" * 29 + "TAA" + "C" * 10 + "T" * 100
PARTS = ((101, 140, 111, 140), (181, 240, 181, 240), (281, 380, 281, 370))
HEAD = '##fileformat=VCFv4.2\n##FORMAT=<ID=GT,Number=1,Type=String,Description="x">\n'
COLUMNS = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tCHILD\n"
STOP = "1\t181\t.\tC\tT\t50\tPASS\t.\tGT\t1/1\n"
VCF = HEAD + COLUMNS + STOP
APOE = "19\t45411941\t.\tT\tC\t.\t.\t.\tGT\t0/1\n19\t45412079\t.\tC\tT\t.\t.\t.\tGT\t0/1\n"


def _packet(*terms: str, **more: object) -> str:
    features = [{"type": {"id": term}} for term in terms]
    subject = {"id": "CHILD", "sex": "MALE"}
    return json.dumps({"subject": subject, "phenotypicFeatures": features, **more})


def _gff3() -> str:
    about = "biotype=protein_coding"
    lines = [
        f"1\tk\tgene\t101\t380\t.\t+\t.\tID=gene:G1;Name=ITPA;{about};gene_id=G1",
        f"1\tk\tmRNA\t101\t380\t.\t+\t.\tID=transcript:T1;Parent=gene:G1;{about};transcript_id=T1",
    ]
    for start, end, first, last in PARTS:
        lines.append(f"1\tk\texon\t{start}\t{end}\t.\t+\t.\tParent=transcript:T1")
        lines.append(f"1\tk\tCDS\t{first}\t{last}\t.\t+\t0\tParent=transcript:T1")
    return "##gff-version 3\n" + "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("knowledge")
    fasta, gff3 = place / "r.fa", place / "g.gff3"
    fasta.write_text(f">1\n{CHR1}\n")
    gff3.write_text(_gff3())
    knowledge = KnowledgeBase(place / "base")
    for assembly in ("Kernia1", "GRCh38"):
        knowledge.add(Kind.REFERENCE, fasta, assembly=assembly, name=f"r-{assembly}")
        knowledge.add(Kind.GENES, gff3, assembly=assembly, name=f"g-{assembly}")
    return knowledge.path


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "patient.vcf").write_text(VCF)
    (tmp_path / "case.json").write_text(_packet("HP:0001250"))
    return tmp_path


def _words(base: Path, *more: str | Path) -> tuple[str | Path, ...]:
    given: dict[str, str | Path] = {
        "--phenopacket": "case.json",
        "--assembly": "Kernia1",
        "--knowledge": base,
        "--out": "out",
    }
    vcf, options = (more[0], more[1:]) if len(more) % 2 else ("patient.vcf", more)
    given |= dict(zip(map(str, options[::2]), options[1::2], strict=True))
    return ("interpret", vcf, *(word for pair in given.items() for word in pair))


def _vcf(text: str | bytes, name: str = "bad.vcf", *more: str) -> Change:
    def change(place: Path) -> tuple[str | Path, ...]:
        (place / name).write_bytes(text.encode() if isinstance(text, str) else text)
        return (name, *more)

    return change


def _file(option: str, text: str | bytes) -> Change:
    def change(place: Path) -> tuple[str | Path, ...]:
        (place / "given").write_bytes(text.encode() if isinstance(text, str) else text)
        return (option, "given")

    return change


def _truncated(place: Path) -> tuple[str | Path, ...]:
    pysam.tabix_compress(str(place / "patient.vcf"), str(place / "cut.vcf.gz"))
    whole = (place / "cut.vcf.gz").read_bytes()
    (place / "cut.vcf.gz").write_bytes(whole[:-40])
    return ("cut.vcf.gz",)


def _bcf(place: Path) -> tuple[str | Path, ...]:
    (place / "patient.bcf").write_bytes(gzip.compress(b"BCF\x02\x02" + b"\x00" * 20))
    return ("patient.bcf",)


def _out_is_a_file(place: Path) -> tuple[str | Path, ...]:
    (place / "taken").touch()
    return ("--out", "taken")


def _out_in_a_file(place: Path) -> tuple[str | Path, ...]:
    (place / "taken").touch()
    return ("--out", "taken/out")


def _other_length() -> str:
    assert GRCH38.length_bp("chr1") == 248_956_422
    return HEAD + "##contig=<ID=1,length=249250621>\n" + COLUMNS + STOP


GRCH38_ASKED = ("--assembly", "GRCh38")
FAMILY = "F CHILD DAD MUM 1 2\nF DAD 0 0 1 1\n"
UNUSABLE: dict[str, tuple[Change, tuple[str, ...]]] = {
    "truncated bgzip": (_truncated, ("`cut.vcf.gz`: truncated",)),
    "gzip": (_vcf(gzip.compress(VCF.encode()), "g.vcf.gz"), ("`g.vcf.gz`", "expected bgzip")),
    "BCF": (_bcf, ("`patient.bcf`: is BCF, expected VCF", "`bcftools view -Oz`")),
    "not a VCF": (_vcf("hello\n"), ("line 1: not a VCF: expected `##fileformat=VCF",)),
    "empty VCF": (_vcf(""), ("line 1: not a VCF",)),
    "binary": (_vcf(b"\xff\xfe\x00"), ("`bad.vcf`",)),
    "no column line": (_vcf(HEAD + STOP), ("line 3: expected the line `#CHROM",)),
    "too few columns": (_vcf(HEAD + COLUMNS + "1\t190\n"), ("line 4: found `2` columns",)),
    "no genotypes": (_vcf(VCF.replace("\tGT\t", "\tDP\t")), ("line 4: expected a genotype",)),
    "not a genotype": (_vcf(VCF.replace("1/1", "het")), ("line 4: expected a genotype such as",)),
    "GRCh37 lengths": (
        _vcf(_other_length(), "37.vcf", *GRCH38_ASKED),
        ("`37.vcf`: is not of assembly `GRCh38`", "`249250621`", "that of `GRCh37`"),
    ),
    "GRCh37 by well-known variants": (
        _vcf(HEAD + COLUMNS + APOE, "37.vcf", *GRCH38_ASKED),
        ("`37.vcf`: looks like GRCh37, expected `GRCh38`: 2 well-known variants",),
    ),
    "two samples": (
        _vcf(VCF.replace("CHILD", "A\tB").replace("1/1", "1/1\t0/1")),
        ("cannot tell the patient's sample: it holds `A`, `B`; name one of them",),
    ),
    "other reference base": (
        _vcf(VCF.replace("\tC\tT", "\tG\tT")),
        ("line 4: not of assembly `Kernia1`", "chr1-181-G-T", "which has `C` there"),
    ),
    "no VCF": (lambda _: ("none.vcf",), ("`none.vcf`",)),
    "directory as VCF": (lambda place: (place,), ("cannot be read",)),
    "no packet": (lambda _: ("--phenopacket", "none.json"), ("`none.json`: no such file",)),
    "directory as packet": (lambda place: ("--phenopacket", place), ("is a directory",)),
    "no pedigree": (lambda _: ("--ped", "none.ped"), ("`none.ped`: no such file",)),
    "no panel": (lambda _: ("--panel", "none.txt"), ("`none.txt`: no such file",)),
    "no BED": (lambda _: ("--callable", "none.bed"), ("`none.bed`: no such file",)),
    "unknown term": (
        _file("--phenopacket", _packet("HP:0001250", "HP:9999999")),
        ("`given`: feature `2`: no HPO term `HP:9999999`",),
    ),
    "no feature": (_file("--phenopacket", _packet()), ("expected at least one",)),
    "features all excluded": (
        _file("--phenopacket", _packet("HP:0001250").replace('"}}', '"}, "excluded": true}')),
        ("no observed phenotypic feature",),
    ),
    "invalid JSON": (
        _file("--phenopacket", '{"id": "x",\n "subject": {\n "id" "y"}}'),
        ("`given`, line 3: not JSON",),
    ),
    "JSON list": (_file("--phenopacket", "[]"), ("expected the file to hold a JSON object",)),
    "binary packet": (_file("--phenopacket", b"\xff\xfe"), ("not text, expected UTF-8",)),
    "pedigree circle": (
        _file("--ped", "F CHILD DAD MUM 1 2\nF DAD CHILD 0 1 1\n"),
        ("`given`, line 1: `CHILD` is an ancestor of itself",),
    ),
    "unknown sex": (_file("--ped", FAMILY + "F M 0 0 x 1\n"), ("line 3: sex `x` is unknown",)),
    "unknown disease status": (
        _file("--ped", "F CHILD 0 0 1 yes\n"),
        ("line 1: disease status `yes` is unknown, expected `1` (unaffected)",),
    ),
    "too few columns in pedigree": (
        _file("--ped", "F CHILD 0 0 1\n"),
        ("line 1: expected 6 columns", "found 5"),
    ),
    "patient not in pedigree": (
        _file("--ped", "F OTHER 0 0 1 2\n"),
        ("`given`: the pedigree has no sample `CHILD`; it has `OTHER`",),
    ),
    "empty panel": (_file("--panel", "# none yet\n"), ("`given`: holds no gene",)),
    "panel that is a JSON list": (_file("--panel", "[]"), ("is not a PanelApp panel",)),
    "panel of broken JSON": (_file("--panel", '{\n"genes": }'), ("`given`, line 2: not JSON",)),
    "BED backwards": (
        _file("--callable", "1\t0\t100\n1\t100\t50\n"),
        ("`given`, line 2", "expected 0 <= start <= end"),
    ),
    "BED of two columns": (_file("--callable", "1\t5\n"), ("`given`, line 1: expected a contig",)),
    "unknown assembly": (lambda _: ("--assembly", "hg99"), ("`hg99` is unknown",)),
    "no such sample": (lambda _: ("--sample", "MUM"), ("sample `MUM`", "`CHILD`")),
    "no knowledge": (
        lambda _: ("--knowledge", "nothing"),
        ("`kerne knowledge add reference FASTA --assembly Kernia1`",),
    ),
    "out is a file": (_out_is_a_file, ("`taken` is a file, expected a directory",)),
    "out in a file": (_out_in_a_file, ("`taken/out` cannot be made", "taken` is a file")),
}


@pytest.mark.parametrize("problem", UNUSABLE)
def test_unusable_input__is_one_sentence_and_leaves_nothing(
    run: Run, base: Path, place: Path, problem: str
) -> None:
    change, expected = UNUSABLE[problem]
    words = _words(base, *change(place))
    before = sorted(place.iterdir())
    outcome = run(*words)
    assert outcome.code == 4, outcome.err
    assert not outcome.out
    (sentence,) = outcome.err.splitlines()
    assert sentence.startswith("kerne: ")
    assert all(part in sentence for part in expected), sentence
    assert "Errno" not in sentence
    assert sorted(place.iterdir()) == before


def test_what_was_unusable__does_not_stand_in_the_way_of_the_next_command(
    run: Run, base: Path, place: Path
) -> None:
    assert run(*_words(base, "--ped", "none.ped")).code == 4
    assert run(*_words(base)).code == 0
    written = {path.name for path in (place / "out").iterdir()}
    assert written >= {"phenopacket.json", "report.html", "report.json"}


@pytest.mark.parametrize(
    ("packet", "said"),
    [
        (
            _packet("HP:0001250", "HP:0000489"),
            "feature 2: `HP:0000489` is obsolete or merged, replaced by `HP:0012372`",
        ),
        (
            _packet("HP:0001250", metaData={"phenopacketSchemaVersion": "1.0.0"}),
            "Phenopacket version 1: read as version 2",
        ),
    ],
)
def test_what_was_read_otherwise_than_written__is_said_in_output_and_report(
    run: Run, base: Path, place: Path, packet: str, said: str
) -> None:
    (place / "case.json").write_text(packet)
    outcome = run(*_words(base))
    assert outcome.code == 0
    assert said in outcome.out
    report = json.loads((place / "out" / "report.json").read_text())
    assert any(said in note for note in report["interpretation"]["notes"])
    assert said.partition("`")[0] in (place / "out" / "report.html").read_text()


def test_one_bad_record__is_passed_over_and_said(run: Run, base: Path, place: Path) -> None:
    (place / "patient.vcf").write_text(VCF + "1\t190\n")
    outcome = run(*_words(base))
    assert outcome.code == 0
    assert "1. ITPA" in outcome.out
    said = "1 bad records passed over: line 5: found `2` columns, expected at least `10`"
    assert f"note: `patient.vcf`: {said}" in outcome.out
    report = json.loads((place / "out" / "report.json").read_text())
    assert any(said in note for note in report["interpretation"]["notes"])


def test_place_that_may_not_be_written__is_known_before_the_work(
    run: Run, base: Path, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda path, _mode: Path(path) != place)
    outcome = run(*_words(base))
    assert outcome.code == 4
    assert "is not writable" in outcome.err
    assert not (place / "out").exists()


def test_fault_while_writing__leaves_no_directory(
    run: Run, base: Path, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    outcome = run(*_words(base))
    assert (outcome.code, outcome.err) == (
        4,
        "kerne: `out` cannot be written: no space left on device\n",
    )
    assert sorted(path.name for path in place.iterdir()) == ["case.json", "patient.vcf"]


@pytest.mark.parametrize("moment", ["examine", "report_files"])
def test_interrupt__exits_130_and_leaves_nothing(
    run: Run, base: Path, place: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(freestanding, moment, interrupted)
    outcome = run(*_words(base))
    assert outcome.code == 130
    assert "interrupted" in outcome.err
    assert sorted(path.name for path in place.iterdir()) == ["case.json", "patient.vcf"]
