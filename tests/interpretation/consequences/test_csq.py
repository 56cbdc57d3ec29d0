"""`bcftools csq` runs in a process of its own and fails in its own words."""

from pathlib import Path

import pytest

from kerne.errors import InterpretationError
from kerne.interpretation.consequences.csq import main, run_csq


def test_program__that_is_given_nothing_usable_says_why(tmp_path: Path) -> None:
    with pytest.raises(InterpretationError, match="`bcftools csq` failed: "):
        run_csq(["--fasta-ref", str(tmp_path / "none.fa"), str(tmp_path / "none.vcf")], tmp_path)


def test_program__writes_its_messages_to_standard_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fasta, genes, variants = (tmp_path / name for name in ("a.fa", "a.gff3", "a.vcf"))
    fasta.write_text(">chr1\n" + "A" * 60 + "\n")
    genes.write_text(
        "##gff-version 3\n"
        "chr1\t.\tgene\t1\t60\t.\t+\t.\tID=gene:G;Name=G;biotype=protein_coding\n"
        "chr1\t.\tmRNA\t1\t60\t.\t+\t.\tID=transcript:T;Parent=gene:G;biotype=protein_coding\n"
        "chr1\t.\tCDS\t1\t60\t.\t+\t0\tParent=transcript:T\n"
    )
    variants.write_text(
        "##fileformat=VCFv4.2\n##contig=<ID=chr1>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"
        "chr1\t10\t.\tA\tC\t.\t.\t.\n"
    )
    annotated = tmp_path / "annotated.vcf"
    code = main(
        ["-l", "-f", str(fasta), "-g", str(genes), "--output", str(annotated), str(variants)]
    )
    assert code == 0
    assert "BCSQ=missense|G|T|protein_coding" in annotated.read_text()
    assert "Parsing" in capsys.readouterr().err


def test_program__that_fails_leaves_with_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["-f", str(tmp_path / "none.fa"), str(tmp_path / "none.vcf")]) == 1
    assert capsys.readouterr().err
