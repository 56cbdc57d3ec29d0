import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from kerne.alleles.allele import Allele
from kerne.alleles.assembly import KERNIA1
from kerne.alleles.interval import Interval
from kerne.alleles.transcript import Transcript
from kerne.errors import AssemblyError, KnowledgeError
from kerne.interpretation.actions import knowledge_for
from kerne.interpretation.at_hand import open_knowledge
from kerne.knowledge.allele_facts import ClinVarRecord
from kerne.knowledge.gene_facts import DosageScore
from kerne.knowledge.genes import GeneModels
from kerne.knowledge.release import Kind
from kerne.knowledge.releases import KnowledgeBase
from kerne.knowledge.shelf import DESCRIPTION


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


FREQUENCIES = "chrom\tpos\tref\talt\tAC\tAN\tAF\thom\thet\nchr1\t{}\tT\tA\t{}\t10\t0.1\t0\t1\n"
CLINVAR = (
    '##fileformat=VCFv4.1\n##INFO=<ID=CLNSIG,Number=.,Type=String,Description="x">\n'
    "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"
    "1\t3\t77\tT\tA\t.\t.\tCLNSIG=Benign;GENEINFO=PLUS:1\n"
)
GNOMAD = (
    "##fileformat=VCFv4.2\n##INFO=<ID=AC,Number=A,Type=Integer,Description=x>\n"
    "##INFO=<ID=AN,Number=1,Type=Integer,Description=x>\n"
    "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"
    "1\t3\t.\tT\tA\t.\tPASS\tAC=7;AN=90\n"
)
SPLICE = GNOMAD.replace("ID=AC", "ID=SpliceAI").replace(
    "AC=7;AN=90", "SpliceAI=A|P|0|0.5|0|0|1|1|1|1"
)
DOSAGE = (
    "#Gene Symbol\tGene ID\tGenomic Location\tHaploinsufficiency Score\tTriplosensitivity Score"
    "\tDate Last Evaluated\nPLUS\t7\tchr1:11-20\t3\t0\t2023-01-25\n"
)


MONDO = (
    "subject_id\tpredicate_id\tobject_id\nMONDO:1\tskos:exactMatch\tOMIM:1\n"
    "MONDO:1\tskos:exactMatch\tOrphanet:7\n"
)


def _add(base: KnowledgeBase, kind: Kind, text: str, name: str, day: date | None = None) -> None:
    file = base.path.parent / f"{name}.txt"
    file.write_text(text)
    base.add(kind, file, assembly="Kernia1", name=name, date=day)


def test_facts__come_from_every_release_at_hand(base: KnowledgeBase) -> None:
    _add(base, Kind.FREQUENCIES, FREQUENCIES.format(3, 1), "f")
    _add(base, Kind.GNOMAD, GNOMAD, "g")
    _add(base, Kind.CLINVAR, CLINVAR, "c")
    _add(base, Kind.SPLICEAI, SPLICE, "s")
    _add(base, Kind.DOSAGE, DOSAGE, "d")
    _add(base, Kind.MONDO, MONDO, "m")
    place = Interval("chr1", 0, 50)
    with knowledge_for(base.path, "Kernia1") as knowledge:
        (facts,) = knowledge.facts.look_up([Allele("chr1", 2, "T", "A")])
        assert facts.frequency is not None
        assert (facts.frequency.ac, facts.frequency.release) == (7, knowledge.label_of(Kind.GNOMAD))
        assert facts.clinvar == ClinVarRecord("VCV000000077", "Benign", 0, (), "PLUS")
        assert (facts.splice, facts.revel) == (0.5, None)
        labels = [knowledge.label_of(kind) for kind in (Kind.GNOMAD, Kind.FREQUENCIES)]
        assert knowledge.sources.frequencies == "; ".join(labels)
        assert [each.record.gene for each in knowledge.known.within(place)] == ["PLUS"]
        assert knowledge.known.release == knowledge.label_of(Kind.CLINVAR)
        assert len(knowledge.dosage.overlapping(place)) == 1
        gene = knowledge.gene_facts.of("PLUS")
        assert gene is not None
        assert gene.haploinsufficiency is DosageScore.SUFFICIENT
        assert knowledge.label_of(Kind.MONDO).startswith("mondo m ")


def test_allele_that_the_first_release_does_not_list__has_the_frequency_of_the_next(
    base: KnowledgeBase,
) -> None:
    _add(base, Kind.FREQUENCIES, FREQUENCIES.format(4, 1), "f")
    _add(base, Kind.GNOMAD, GNOMAD, "g")
    with knowledge_for(base.path, "Kernia1") as knowledge:
        (facts,) = knowledge.facts.look_up([Allele("chr1", 3, "T", "A")])
        assert facts.frequency is not None
        assert facts.frequency.release == knowledge.label_of(Kind.FREQUENCIES)


def test_knowledge_as_of_a_day__has_no_later_release(base: KnowledgeBase) -> None:
    for year in (2024, 2025):
        rows = FREQUENCIES.format(year, 1)
        _add(base, Kind.FREQUENCIES, rows, f"of-{year}", date(year, 1, 1))
    for kind in (Kind.HPO, Kind.GENES, Kind.REFERENCE):
        release = base.newest(kind)
        assert release is not None
        folder = release.path if kind is Kind.HPO else release.path.parent
        facts = json.loads((folder / DESCRIPTION).read_text())
        (folder / DESCRIPTION).write_text(json.dumps(facts | {"date": "2024-01-01"}))
    with open_knowledge(base, KERNIA1, as_of=date(2024, 6, 1)) as knowledge:
        assert knowledge.label_of(Kind.FREQUENCIES).startswith("frequencies of-2024 ")
    with pytest.raises(KnowledgeError, match="no `hpo` release"):
        open_knowledge(base, KERNIA1, as_of=date(2023, 1, 1))


def test_frequencies_that_an_earlier_version_kept_as_text__are_still_read(
    base: KnowledgeBase,
) -> None:
    folder = base.path / "frequencies" / "old"
    folder.mkdir(parents=True)
    (folder / "old.tsv").write_text(FREQUENCIES.format(3, 1))
    facts = {"kind": "frequencies", "name": "old", "date": "2025-01-01", "sha256": "ab"}
    facts |= {"source": "old.tsv", "file": "old.tsv", "assembly": "Kernia1"}
    (folder / DESCRIPTION).write_text(json.dumps(facts))
    with knowledge_for(base.path, "Kernia1") as knowledge:
        (facts_of,) = knowledge.facts.look_up([Allele("chr1", 2, "T", "A")])
        assert facts_of.frequency is not None
        assert facts_of.frequency.ac == 1


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


def test_rna_genes__are_small_or_of_a_known_disease(base: KnowledgeBase, plus: Transcript) -> None:
    def rna(symbol: str, length_bp: int) -> Transcript:
        exons = ((0, length_bp),)
        return replace(plus, identifier=symbol, symbol=symbol, exons=exons, cds=None)

    with knowledge_for(base.path, "Kernia1") as knowledge:
        genes = GeneModels([rna("SMALL", 150), rna("LONG", 5000), rna("LINKED", 5000), plus])
        links = {"LINKED": frozenset({"OMIM:1"}), "PLUS": frozenset({"OMIM:1"})}
        changed = replace(knowledge, genes=genes, gene_links=links)
    assert changed.rna_genes == {"SMALL", "LINKED"}


def test_genes_of_all_sources__are_called_by_their_approved_symbols(
    base: KnowledgeBase, tmp_path: Path
) -> None:
    with knowledge_for(base.path, "Kernia1") as knowledge:
        diseases = knowledge.gene_links["PLUS"]
    names = tmp_path / "hgnc.tsv"
    names.write_text(
        "hgnc_id\tsymbol\tstatus\talias_symbol\tprev_symbol\tdate_modified\n"
        "HGNC:8\tRENAMED\tApproved\t\tPLUS\t2026-01-31\n"
    )
    case = {"id": "c", "disease": {"id": "OMIM:999", "label": "X"}, "gene": "PLUS"}
    case |= {"hpo": [*knowledge.ontology.ids[1:2]], "pmid": "PMID:1"}
    cases = tmp_path / "cases.jsonl"
    cases.write_text(json.dumps(case) + "\n")
    base.add(Kind.HGNC, names)
    base.add(Kind.CASES, cases)
    with knowledge_for(base.path, "Kernia1") as knowledge:
        assert "PLUS" not in knowledge.gene_links
        assert knowledge.gene_links["RENAMED"] == diseases | {"OMIM:999"}
        assert knowledge.genes.genes == ("RENAMED", "XGENE")
        assert knowledge.model.genes("OMIM:999") == ("RENAMED",)
        assert knowledge.rna_genes == frozenset()


def test_number_of_a_gene__comes_from_the_names_or_from_the_gene_models(
    base: KnowledgeBase, tmp_path: Path, plus: Transcript
) -> None:
    with knowledge_for(base.path, "Kernia1") as knowledge:
        assert knowledge.hgnc_of("PLUS") == ""
    names = tmp_path / "hgnc.tsv"
    names.write_text(
        "hgnc_id\tsymbol\tstatus\talias_symbol\tprev_symbol\tdate_modified\n"
        "HGNC:8\tPLUS\tApproved\t\tADDED\t2026-01-31\n"
    )
    base.add(Kind.HGNC, names)
    with knowledge_for(base.path, "Kernia1") as knowledge:
        numbered = GeneModels([replace(plus, symbol="NEW", gene_id="HGNC:7")])
        modelled = replace(knowledge, genes=numbered)
        said = {each: modelled.hgnc_of(each) for each in ("PLUS", "ADDED", "NEW", "NONE")}
    assert said == {"PLUS": "HGNC:8", "ADDED": "HGNC:8", "NEW": "HGNC:7", "NONE": ""}
