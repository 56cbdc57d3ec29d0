"""Small files of every kind of knowledge, and the real ones where they are at hand."""

from pathlib import Path

import pytest

SHARED = Path(__file__).parents[3] / "shared" / "data"

HPO = {
    "hp.obo": "format-version: 1.2\ndata-version: hp/releases/2025-01-16\n",
    "phenotype.hpoa": "#version: x\ndatabase_id\tdisease_name\tqualifier\thpo_id\treference\n",
    "genes_to_phenotype.txt": "ncbi_gene_id\tgene_symbol\thpo_id\thpo_name\n",
}
FREQUENCIES = (
    "chrom\tpos\tref\talt\tAC\tAN\tAF\thom\thet\n"
    "1\t101\tA\tG\t3\t200\t0.015\t1\t1\n"
    "1\t101\tA\tT\t0\t200\t0\t0\t0\n"
    "chr2\t7\tAT\tA\t0\t0\t.\t0\t0\n"
    "chr1\t50\tc\tg\t1\t200\t0.005\t0\t1\n"
)
GFF3 = """\
##gff-version 3
1\thavana\tgene\t101\t400\t.\t+\t.\tID=gene:ENSG1;Name=AAA%2C1;biotype=protein_coding
1\thavana\tmRNA\t101\t400\t.\t+\t.\tID=transcript:ENST1;Parent=gene:ENSG1;biotype=protein_coding;\
tag=basic,MANE_Select;transcript_id=ENST1;version=3
1\thavana\tCDS\t301\t306\t.\t+\t0\tID=CDS:P1;Parent=transcript:ENST1;protein_id=ENSP1
1\thavana\texon\t301\t400\t.\t+\t.\tParent=transcript:ENST1
1\thavana\texon\t101\t200\t.\t+\t.\tParent=transcript:ENST1
1\thavana\tCDS\t151\t200\t.\t+\t0\tID=CDS:P1;Parent=transcript:ENST1;protein_id=ENSP1
1\thavana\tmRNA\t101\t400\t.\t+\t.\tID=transcript:ENST0.1;Parent=gene:ENSG1;\
biotype=nonsense_mediated_decay
1\thavana\texon\t101\t400\t.\t+\t.\tParent=transcript:ENST0.1
1\thavana\tCDS\t101\t400\t.\t+\t0\tParent=transcript:ENST0.1

2\thavana\tlnc_RNA\t11\t20\t.\t-\t.\tID=transcript:ENST2;Parent=gene:ENSG2;biotype=lncRNA
2\thavana\texon\t11\t20\t.\t-\t.\tParent=transcript:ENST2
2\thavana\tmRNA\t31\t60\t.\t-\t.\tID=transcript:ENST3;Parent=gene:ENSG3;biotype=protein_coding
2\thavana\texon\t31\t60\t.\t-\t.\tParent=transcript:ENST3
2\thavana\tCDS\t31\t40\t.\t-\t0\tParent=transcript:ENST3
2\thavana\tCDS\t41\t60\t.\t-\t2\tParent=transcript:ENST3
KI270728.1\thavana\tmRNA\t1\t9\t.\t-\t.\tID=transcript:ENST4;Parent=gene:ENSG4
KI270728.1\thavana\texon\t1\t9\t.\t-\t.\tParent=transcript:ENST4
"""
BED = (
    "chr1\t100\t400\tENST1.3\t0\t+\t150\t306\t0\t2\t100,100,\t0,200,\tENST1.3\tcmpl\tcmpl\t0,2,"
    "\tmRNA\tENSG1.1\tAAA\tprotein_coding\tENSP1.2\tNM_1.4\tGeneID:1\tNP_1.5\tMANE Select\n"
    "chr1_KI270706v1_random\t1\t9\tENST9\t0\t-\t1\t9\t0\t1\t8\t0\tENST9\tcmpl\tcmpl\t0"
    "\tmRNA\tENSG9\tBBB\tprotein_coding\n"
    "2\t10\t20\tENST2\t0\t-\t20\t20\t0\t1\t10\t0\tENST2\tnone\tnone\t-1"
    "\tlnc\tENSG2\t\tlncRNA\n"
)
CASE = (
    '{"id":"PMID_1_A","sex":"MALE","hpo":["HP:0001250"],"hpo_excluded":["HP:0000518"],'
    '"disease":{"id":"OMIM:1","label":"Fits"},"gene":"AAA","pmid":"PMID:1","variants":'
    '[{"gene":"AAA","hgvs_c":"NM_1.4:c.2A>T","build":"hg38","chrom":"chr1","pos":152,'
    '"ref":"A","alt":"T","gt":"heterozygous"},{"sv":"deletion","label":"exon 2 deletion"}]}\n'
)
FASTA = ">chr1 one\n" + "ACGTACGTAC\n" * 50 + ">chr2\n" + "TTGCA\n" * 20


@pytest.fixture
def hpo_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "given-hpo"
    folder.mkdir()
    for name, text in HPO.items():
        (folder / name).write_text(text)
    return folder


def _file(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text)
    return path


@pytest.fixture
def frequencies_file(tmp_path: Path) -> Path:
    return _file(tmp_path, "published.tsv", FREQUENCIES)


@pytest.fixture
def gff3_file(tmp_path: Path) -> Path:
    return _file(tmp_path, "genes.gff3", GFF3)


@pytest.fixture
def bed_file(tmp_path: Path) -> Path:
    return _file(tmp_path, "MANE.bed", BED)


@pytest.fixture
def cases_file(tmp_path: Path) -> Path:
    return _file(tmp_path, "cases.jsonl", CASE + "\n" + CASE)


@pytest.fixture
def fasta_file(tmp_path: Path) -> Path:
    return _file(tmp_path, "small.fa", FASTA)


@pytest.fixture(scope="session")
def shared() -> Path:
    if not SHARED.exists():
        pytest.skip("the shared data are not at hand")
    return SHARED
