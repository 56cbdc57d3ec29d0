import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kerne.cases.actions import PatientFiles, interpret_file
from kerne.cases.freestanding import choose_sample
from kerne.errors import InputFileError
from kerne.interpretation.at_hand import Knowledge
from kerne.interpretation.candidate import Mode
from kerne.knowledge.panels import read_panel

from .conftest import STOP

NOW = datetime(2026, 3, 12, 9, 30, tzinfo=UTC)
VCF_HEAD = """##fileformat=VCFv4.2
##contig=<ID=chr1>
##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">
"""
COLUMNS = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t"


@pytest.fixture
def phenopacket(tmp_path: Path) -> Path:
    path = tmp_path / "case.json"
    packet = {
        "id": "packet-1",
        "subject": {"id": "child", "sex": "FEMALE"},
        "phenotypicFeatures": [{"type": {"id": "HP:0000010", "label": "Blue ears"}}],
        "metaData": {"phenopacketSchemaVersion": "2.0"},
    }
    path.write_text(json.dumps(packet))
    return path


@pytest.fixture
def trio(tmp_path: Path) -> Path:
    path = tmp_path / "trio.vcf"
    read = "GT:AD:DP\t0/1:15,16:31\t0/0:31,0:31\t0/0:31,0:31"
    record = f"chr1\t181\t.\tC\tT\t50\tPASS\t.\t{read}\n"
    path.write_text(VCF_HEAD + COLUMNS + "child\tmother\tfather\n" + record)
    return path


def test_interpret_file__ranks_the_cause_and_writes_its_files(
    tmp_path: Path, phenopacket: Path, trio: Path, knowledge: Knowledge
) -> None:
    done = interpret_file(
        PatientFiles(trio, phenopacket), knowledge, made_at=NOW, out=tmp_path / "out"
    )
    assert done.interpretation.candidates[0].gene == "PLUS"
    assert done.files is not None
    assert sorted(path.name for path in done.files.directory.iterdir()) == [
        "fhir.json",
        "phenopacket.json",
        "report.da.html",
        "report.da.pdf",
        "report.html",
        "report.json",
        "report.pdf",
    ]
    assert b"Blue ear disease" in done.files.page.read_bytes()
    record = json.loads(done.files.record.read_bytes())
    assert record["interpretation"]["candidates"][0]["variants"][0]["allele"] == str(STOP)
    packet = json.loads(done.files.packet.read_bytes())
    assert packet["subject"]["id"] == "child"
    assert "interpretations" not in packet


def test_interpret_file__writes_nothing_unless_it_is_told_where(
    tmp_path: Path, phenopacket: Path, trio: Path, knowledge: Knowledge
) -> None:
    before = sorted(tmp_path.iterdir())
    done = interpret_file(PatientFiles(trio, phenopacket), knowledge, made_at=NOW)
    assert done.files is None
    assert sorted(tmp_path.iterdir()) == before


def test_interpret_file__reads_the_parents_that_the_pedigree_names(
    tmp_path: Path, phenopacket: Path, trio: Path, knowledge: Knowledge
) -> None:
    pedigree = tmp_path / "family.ped"
    lines = ("f child father mother 2 2", "f mother 0 0 2 1", "f father 0 0 1 1")
    pedigree.write_text("\n".join(lines) + "\n")
    patient = PatientFiles(trio, phenopacket, pedigree=pedigree)
    done = interpret_file(patient, knowledge, made_at=NOW)
    assert done.interpretation.candidates[0].mode is Mode.DE_NOVO


def test_interpret_file__measures_coverage_where_a_bed_says_it_could_be_read(
    tmp_path: Path, phenopacket: Path, trio: Path, knowledge: Knowledge
) -> None:
    bed, panel = tmp_path / "callable.bed", tmp_path / "panel.txt"
    bed.write_text("chr1\t0\t290\n")
    panel.write_text("PLUS\n")
    patient = PatientFiles(trio, phenopacket, callable_bed=bed, panel=read_panel(panel))
    done = interpret_file(patient, knowledge, made_at=NOW)
    (coverage,) = done.interpretation.coverage
    assert coverage.gaps == ("chr1:291-370",)
    assert done.interpretation.candidates[0].tier == "panel"


def test_choose_sample__takes_the_named_one_the_subject_or_the_only_one() -> None:
    path = Path("patient.vcf")
    assert choose_sample(path, ("a", "b"), "b", "a") == "b"
    assert choose_sample(path, ("a", "b"), None, "a") == "a"
    assert choose_sample(path, ("a",), None, "somebody") == "a"
    for present, named in ((("a", "b"), None), (("a", "b"), "c"), ((), None)):
        with pytest.raises(InputFileError, match="name one of them"):
            choose_sample(path, present, named, "somebody")
