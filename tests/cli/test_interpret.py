"""`kerne interpret`: a patient's file in, candidates and a report out, without a centre."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from kerne.cli.interpret import interpret
from kerne.errors import KnowledgeError
from kerne.knowledge.release import Kind
from kerne.knowledge.releases import KnowledgeBase

# Gene ITPA of this small chr1: ATG, 9 x GCA, intron, 10 x CAA, 10 x TGG, intron, 29 x GAA, TAA.
INTRON = "GT" + "TC" * 18 + "AG"
CHR1 = (
    *("T" * 100, "C" * 10, "ATG", "GCA" * 9, INTRON, "CAA" * 10, "TGG" * 10, INTRON),
    *("GAA" * 29, "TAA", "C" * 10, "T" * 100),
)
EXONS = ((101, 140), (181, 240), (281, 380))
CODING = ((111, 140, 0), (181, 240, 0), (281, 370, 0))
HEAD = '##fileformat=VCFv4.2\n##FORMAT=<ID=GT,Number=1,Type=String,Description="x">\n'
COLUMNS = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT"
STOP = "1\t181\t.\tC\tT\t50\tPASS\t.\tGT"
INOSINE_TRIPHOSPHATASE_DEFICIENCY = "OMIM:613850"


def _gff3() -> str:
    about = "biotype=protein_coding"
    rows: list[tuple[str, int, int, str, str]] = [
        ("gene", 101, 380, ".", f"ID=gene:G1;Name=ITPA;{about};gene_id=G1"),
        ("mRNA", 101, 380, ".", f"ID=transcript:T1;Parent=gene:G1;{about};transcript_id=T1"),
    ]
    rows += [("exon", start, end, ".", "Parent=transcript:T1") for start, end in EXONS]
    rows += [
        ("CDS", start, end, str(phase), "Parent=transcript:T1") for start, end, phase in CODING
    ]
    lines = (f"1\tk\t{kind}\t{a}\t{b}\t.\t+\t{phase}\t{x}" for kind, a, b, phase, x in rows)
    return "##gff-version 3\n" + "\n".join(lines) + "\n"


@pytest.fixture
def base(tmp_path: Path) -> Path:
    knowledge = KnowledgeBase(tmp_path / "knowledge")
    fasta, gff3 = tmp_path / "r.fa", tmp_path / "g.gff3"
    fasta.write_text(">1\n" + "".join(CHR1) + "\n")
    gff3.write_text(_gff3())
    knowledge.add(Kind.REFERENCE, fasta, assembly="Kernia1")
    knowledge.add(Kind.GENES, gff3, assembly="Kernia1")
    return knowledge.path


@pytest.fixture
def vcf(tmp_path: Path) -> Path:
    path = tmp_path / "patient.vcf"
    path.write_text(f"{HEAD}{COLUMNS}\tCHILD\tMUM\tDAD\n{STOP}\t1/1\t0/1\t0/1\n")
    return path


@pytest.fixture
def packet(tmp_path: Path) -> Path:
    path = tmp_path / "case.json"
    features = [{"type": {"id": "HP:0001250", "label": "Seizure"}}]
    document = {
        "id": "case",
        "subject": {"id": "CHILD", "sex": "MALE"},
        "phenotypicFeatures": features,
        "metaData": {"phenopacketSchemaVersion": "2.0"},
    }
    path.write_text(json.dumps(document))
    return path


def run(*arguments: str | Path) -> str:
    result = CliRunner().invoke(interpret, [str(each) for each in arguments])
    if result.exception is not None:
        raise result.exception
    return result.output


def test_interpret_command__ranks_names_what_is_absent_and_writes_a_report(
    tmp_path: Path, base: Path, vcf: Path, packet: Path
) -> None:
    ped, panel, bed = tmp_path / "f.ped", tmp_path / "panel.txt", tmp_path / "c.bed"
    ped.write_text("F CHILD DAD MUM 1 2\nF DAD 0 0 1 1\nF MUM 0 0 2 1\n")
    panel.write_text("ITPA\n")
    bed.write_text("1\t0\t400\n")
    output = run(
        *(vcf, "--phenopacket", packet, "--assembly", "Kernia1", "--knowledge", base),
        *("--ped", ped, "--panel", panel, "--callable", bed, "--out", tmp_path / "out"),
    )
    assert output.startswith("CHILD: 1 alleles read, 1 could matter, ")
    assert "not for diagnosis" in output.splitlines()[0]
    assert "1. ITPA" in output
    assert INOSINE_TRIPHOSPHATASE_DEFICIENCY in output
    assert "On the panel:" in output
    assert "homozygous" in output
    assert "for the laboratory, in no report: relative\tsample" in output
    assert "in no report: parents by the pedigree\t\tkinship coefficient 0: " in output
    for path in (tmp_path / "out").iterdir():
        assert b"kinship coefficient" not in path.read_bytes()
    assert "absent: published allele frequencies" in output
    assert "not examined: repeat expansions" in output
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert {"fhir.json", "phenopacket.json", "report.html", "report.json", "report.pdf"} <= {*names}
    assert str(tmp_path / "out" / "report.html") in output
    record = json.loads((tmp_path / "out" / "report.json").read_text())
    assert "ITPA" in json.dumps(record)


def test_interpret_command__chooses_the_sample_that_is_named(
    base: Path, vcf: Path, packet: Path
) -> None:
    output = run(
        *(vcf, "--phenopacket", packet, "--assembly", "Kernia1", "--knowledge", base),
        *("--sample", "MUM"),
    )
    assert output.startswith("MUM: 1 alleles read")
    assert "for the laboratory" not in output


def test_interpret_command__says_what_to_add_when_knowledge_is_missing(
    tmp_path: Path, vcf: Path, packet: Path
) -> None:
    with pytest.raises(KnowledgeError, match="kerne knowledge add reference FASTA"):
        run(
            *(vcf, "--phenopacket", packet, "--assembly", "GRCh38"),
            *("--knowledge", tmp_path / "none"),
        )


def test_interpret_command__takes_the_panel_of_a_group_of_patients(
    tmp_path: Path, base: Path, vcf: Path, packet: Path
) -> None:
    panel = tmp_path / "list.txt"
    panel.write_text("# date: 2026-01-31\n# group: metabolic\nITPA\n")
    KnowledgeBase(base).add(Kind.PANELS, panel)
    asked = (vcf, "--phenopacket", packet, "--assembly", "Kernia1", "--knowledge", base)
    output = run(*asked, "--group", "metabolic")
    assert "On the panel:" in output
    assert "note: panel `list` of 2026-01-31, 1 genes" in output
    assert "none of these genes is the cause: " in output
    with pytest.raises(KnowledgeError, match="no gene panel is for the group `cardiac`"):
        run(*asked, "--group", "cardiac")
    both = [str(each) for each in (*asked, "--group", "metabolic", "--panel", panel)]
    result = CliRunner().invoke(interpret, both)
    assert "give `--panel` or `--group`, not both" in result.output
