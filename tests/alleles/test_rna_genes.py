from kerne.alleles.allele import Allele
from kerne.alleles.assembly import GRCH38
from kerne.alleles.rna_genes import rna_transcripts
from kerne.alleles.transcript import Transcript


def _gene(symbol: str) -> Transcript:
    return next(each for each in rna_transcripts() if each.symbol == symbol)


def test_rna_genes__are_small_and_lie_by_place_within_their_chromosomes() -> None:
    genes = rna_transcripts()
    assert len({each.gene_id for each in genes}) == len({each.symbol for each in genes}) == 15
    order = [each.name for each in GRCH38.contigs]
    assert list(genes) == sorted(genes, key=lambda each: (order.index(each.contig), each.start))
    assert all(each.cds is None and 60 < each.spliced_bp < 600 for each in genes)
    assert all(each.end <= (GRCH38.length_bp(each.contig) or 0) for each in genes)


def test_published_variants__lie_at_the_base_that_their_names_say() -> None:
    # NR_003137.3:n.69C>T, NR_029681.1:n.24A>G, NR_023344.1:n.6G>A, as published patients have them.
    published = {
        "RNU4-2": (Allele("chr12", 120291834, "G", "A"), 69),
        "MIR140": (Allele("chr16", 69933103, "A", "G"), 24),
        "RNU6ATAC": (Allele("chr9", 134164558, "C", "T"), 6),
    }
    for symbol, (allele, base_1based) in published.items():
        gene = _gene(symbol)
        assert gene.contig == allele.contig
        assert gene.locate(allele.position).base == base_1based - 1


def test_rna_gene__is_called_by_its_chromosome() -> None:
    assert _gene("RMRP").identifier == "NC_000009.12(RMRP)"
