from itertools import pairwise

from kerne.alleles.assembly import GRCH37, GRCH38
from kerne.alleles.mitochondrion import mitochondrial_transcripts


def test_mitochondrial_genes__are_the_37_of_the_reference_by_start() -> None:
    genes = mitochondrial_transcripts()
    coding = [gene for gene in genes if gene.cds is not None]
    assert (len(genes), len(coding)) == (37, 13)
    assert len({gene.gene_id for gene in genes}) == len({gene.symbol for gene in genes}) == 37
    assert all(left.start < right.start for left, right in pairwise(genes))
    assert all(gene.protein_id is not None for gene in coding)
    for assembly in (GRCH37, GRCH38):
        assert max(gene.end for gene in genes) <= (assembly.length_bp("chrM") or 0)


def test_mitochondrial_genes__lie_on_the_light_strand_where_they_are_known_to() -> None:
    light = {gene.symbol for gene in mitochondrial_transcripts() if gene.strand == -1}
    assert light == {
        f"MT-{name}" for name in ("TQ", "TA", "TN", "TC", "TY", "TS1", "ND6", "TE", "TP")
    }
