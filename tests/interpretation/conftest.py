"""What the tests of interpretation share: a small genome with genes that can be read by eye."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path

import pytest

from kerne.alleles.allele import Allele
from kerne.alleles.assembly import KERNIA1
from kerne.alleles.sequence import ReferenceSequence
from kerne.alleles.transcript import Transcript
from kerne.interpretation.at_hand import Knowledge
from kerne.interpretation.candidate import Genotype
from kerne.interpretation.reading.calls import Call, GenomeCalls, Phase
from kerne.interpretation.reading.reads import Reads
from kerne.knowledge.genes import GeneModels
from kerne.knowledge.release import Kind, Release
from kerne.phenotype.annotations import read_annotations, read_gene_links
from kerne.phenotype.expectation import Basis
from kerne.phenotype.likelihood import LikelihoodModel
from kerne.phenotype.ontology import read_ontology
from kerne.phenotype.weights import Weights

# Gene PLUS on the forward strand of chr1, from 100: three exons, 30 + 60 + 90 coding bases.
#   UTR 10 | exon 1: ATG + 9 codons | intron 40 | exon 2: 20 codons | intron 40 | exon 3: 30 codons
EXON_1 = "ATG" + "GCA" * 9
EXON_2 = "CAA" * 10 + "TGG" * 10
EXON_3 = "GAA" * 29 + "TAA"
INTRON = "GT" + "TC" * 18 + "AG"
UTR = "C" * 10
START = 100
PLUS_EXONS = ((100, 140), (180, 240), (280, 380))
PLUS_CDS = (110, 370)
CHR1 = "T" * START + UTR + EXON_1 + INTRON + EXON_2 + INTRON + EXON_3 + UTR + "T" * 100

PLUS = Transcript(
    "TX1.1", "GENE1", "PLUS", "chr1", 1, PLUS_EXONS, PLUS_CDS, "PX1.1", frozenset({"MANE_Select"})
)

ALONE = Weights(
    bases={each: float(each is Basis.ANNOTATIONS) for each in Basis}, backoff=2.0, normalisation=0.0
)
"""A small world knows nothing of a disease but its annotations."""


@pytest.fixture(scope="session")
def plus() -> Transcript:
    return PLUS


@pytest.fixture(scope="session")
def chr1() -> str:
    return CHR1


@pytest.fixture
def fasta(tmp_path: Path) -> Path:
    path = tmp_path / "reference.fa"
    path.write_text(f">1 one\n{CHR1}\n>chrX\n{CHR1}\n")
    return path


@pytest.fixture
def reference(fasta: Path) -> ReferenceSequence:
    return ReferenceSequence(fasta)


@pytest.fixture
def genes() -> GeneModels:
    x_gene = Transcript("TX2.1", "GENE2", "XGENE", "chrX", 1, PLUS_EXONS, PLUS_CDS, "PX2.1")
    return GeneModels([PLUS, x_gene])


@pytest.fixture(scope="session")
def make_call() -> Callable[..., Call]:
    def made(
        position_1based: int,
        change: str,
        genotype: Genotype = Genotype.HET,
        *,
        contig: str = "chr1",
        phase: Phase | None = None,
    ) -> Call:
        reference, alternative = change.split(">")
        allele = Allele(contig, position_1based - 1, reference, alternative)
        return Call(allele, genotype, None, phase)

    return made


@pytest.fixture(scope="session")
def make_genome() -> Callable[..., GenomeCalls]:
    def made(*calls: Call, sample: str = "S", absent: tuple[Allele, ...] = ()) -> GenomeCalls:
        ordered = tuple(sorted(calls, key=lambda each: each.allele))
        return GenomeCalls(sample, KERNIA1, ordered, absent=dict.fromkeys(absent, Reads(30, 0)))

    return made


OBO = """format-version: 1.2
data-version: releases/2025-01-01

[Term]
id: HP:0000001
name: All

[Term]
id: HP:0000118
name: Phenotypic abnormality
is_a: HP:0000001 ! All

[Term]
id: HP:0000010
name: Blue ears
is_a: HP:0000118 ! Phenotypic abnormality

[Term]
id: HP:0000020
name: Green nails
is_a: HP:0000118 ! Phenotypic abnormality

[Term]
id: HP:0000030
name: Cold nose
is_a: HP:0000118 ! Phenotypic abnormality

[Term]
id: HP:0000005
name: Mode of inheritance
is_a: HP:0000001 ! All

[Term]
id: HP:0000006
name: Autosomal dominant inheritance
is_a: HP:0000005 ! Mode of inheritance

[Term]
id: HP:0000007
name: Autosomal recessive inheritance
is_a: HP:0000005 ! Mode of inheritance

[Term]
id: HP:0001419
name: X-linked recessive inheritance
is_a: HP:0000005 ! Mode of inheritance
"""
HPOA_HEAD = """#version: 2025-01-01
database_id\tdisease_name\tqualifier\thpo_id\treference\tevidence\tonset\tfrequency\tsex\tmodifier\taspect\tbiocuration
"""
DISEASES: Mapping[str, tuple[str, str, str]] = {
    "OMIM:1": ("Blue ear disease", "HP:0000006", "HP:0000010"),
    "OMIM:2": ("Green nail disease", "HP:0000007", "HP:0000020"),
    "OMIM:3": ("Cold nose disease", "HP:0001419", "HP:0000030"),
}
LINKS = (("PLUS", "OMIM:1"), ("PLUS", "OMIM:2"), ("XGENE", "OMIM:3"), ("ELSEWHERE", "OMIM:3"))


@pytest.fixture
def hpo(tmp_path: Path) -> Path:
    folder = tmp_path / "hpo"
    folder.mkdir()
    (folder / "hp.obo").write_text(OBO)
    rows = [
        f"{disease}\t{name}\t\t{term}\tPMID:1\tPCS\t\t{frequency}\t\t\t{aspect}\tx"
        for disease, (name, mode, feature) in DISEASES.items()
        for term, frequency, aspect in ((mode, "", "I"), (feature, "9/10", "P"))
    ]
    (folder / "phenotype.hpoa").write_text(HPOA_HEAD + "\n".join(rows) + "\n")
    head = "ncbi_gene_id\tgene_symbol\thpo_id\thpo_name\tfrequency\tdisease_id\n"
    links = "".join(f"1\t{gene}\tHP:0000010\tBlue ears\t-\t{disease}\n" for gene, disease in LINKS)
    (folder / "genes_to_phenotype.txt").write_text(head + links)
    return folder


@pytest.fixture
def model(hpo: Path) -> LikelihoodModel:
    ontology = read_ontology(hpo / "hp.obo")
    return LikelihoodModel(
        ontology, read_annotations(hpo / "phenotype.hpoa", ontology), weights=ALONE
    )


@pytest.fixture
def gene_links(hpo: Path) -> Mapping[str, frozenset[str]]:
    return read_gene_links(hpo / "genes_to_phenotype.txt")


@pytest.fixture
def knowledge(
    model: LikelihoodModel,
    gene_links: Mapping[str, frozenset[str]],
    genes: GeneModels,
    reference: ReferenceSequence,
) -> Iterator[Knowledge]:
    release = Release(Kind.GENES, "g", date(2025, 1, 1), "ab" * 32, "g.gff3", Path("g"))
    with Knowledge(KERNIA1, model, gene_links, genes, reference, None, (release,)) as opened:
        yield opened
