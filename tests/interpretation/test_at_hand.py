from pathlib import Path

import pytest

from kerne.errors import AssemblyError, KnowledgeError
from kerne.interpretation.actions import knowledge_for
from kerne.knowledge.genes import GeneModels
from kerne.knowledge.release import Kind
from kerne.knowledge.releases import KnowledgeBase


@pytest.fixture
def base(
    tmp_path: Path, hpo: Path, fasta: Path, genes: GeneModels, monkeypatch: pytest.MonkeyPatch
) -> KnowledgeBase:
    monkeypatch.setattr("kerne.knowledge.releases.packaged_hpo", lambda: None)
    base = KnowledgeBase(tmp_path / "knowledge")
    base.add(Kind.HPO, hpo)
    gff3 = tmp_path / "genes.gff3"
    genes.write_gff3(gff3, {"chr1", "chrX"})
    base.add(Kind.GENES, gff3, assembly="Kernia1")
    base.add(Kind.REFERENCE, fasta, assembly="Kernia1")
    return base


def test_newest_releases_of_an_assembly__are_opened_and_named(
    base: KnowledgeBase, tmp_path: Path
) -> None:
    with knowledge_for(base.path, "Kernia1") as knowledge:
        assert knowledge.genes.genes == ("PLUS", "XGENE")
        assert knowledge.ontology.release == "2025-01-01"
        assert knowledge.frequencies is None
        assert knowledge.sources.frequencies == ""
        assert [label.split(" ")[0] for label in knowledge.labels] == ["hpo", "reference", "genes"]
    table = tmp_path / "frequencies.tsv"
    table.write_text(
        "chrom\tpos\tref\talt\tAC\tAN\tAF\thom\thet\nchr1\t1\tT\tA\t1\t10\t0.1\t0\t1\n"
    )
    base.add(Kind.FREQUENCIES, table, assembly="Kernia1")
    with knowledge_for(base.path, "Kernia1") as knowledge:
        assert knowledge.frequencies is not None
        assert knowledge.sources.frequencies.startswith("frequencies frequencies (sha256 ")
        assert knowledge.sources.genes.startswith("genes genes (sha256 ")


def test_missing_release__is_an_error_that_says_what_to_add(base: KnowledgeBase) -> None:
    with pytest.raises(KnowledgeError) as caught:
        knowledge_for(base.path, "GRCh38")
    assert "no `reference` release of assembly `GRCh38`" in str(caught.value)
    assert "`kerne knowledge add reference FASTA --assembly GRCh38`" in str(caught.value)


def test_missing_hpo__is_an_error_that_says_what_to_add(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kerne.knowledge.releases.packaged_hpo", lambda: None)
    with pytest.raises(KnowledgeError, match="add one with `kerne knowledge add hpo DIRECTORY`"):
        knowledge_for(tmp_path / "nothing", "Kernia1")


def test_unknown_assembly__is_refused(tmp_path: Path) -> None:
    with pytest.raises(AssemblyError, match="hg99"):
        knowledge_for(tmp_path, "hg99")
