"""Small genes of the nucleus whose RNA is the product and whose changes cause disease, on GRCh38.

MANE lists messengers only, so that the most frequent single cause of intellectual disability that
is known (RNU4-2) has no gene model in it. The table beside this module holds such genes of one exon
whose variants are found by sequencing; genes known for losses of large pieces alone are not there.
As for the mitochondrion, a transcript is called by the chromosome and its symbol, and its variants
by their place: versions of the RNA's own records begin at different bases.

References
----------
Ensembl 110 (places), the HGNC (symbols and numbers); which cause disease: the HPO's annotations,
RNU2-2 by Greene et al. 2025 (doi:10.1038/s41588-025-02159-5), RNU5B-1 by Nava et al. 2025
(doi:10.1038/s41588-025-02184-4), RNU6ATAC by published patients of the Phenopacket Store.
"""

from functools import cache
from importlib.resources import files

from kerne.alleles.assembly import GRCH38
from kerne.alleles.transcript import Transcript


@cache
def rna_transcripts() -> tuple[Transcript, ...]:
    """Give the genes as transcripts of one exon each, by place on GRCh38.

    Examples
    --------
    >>> [gene.identifier for gene in rna_transcripts() if gene.symbol == "RNU4-2"]
    ['NC_000012.12(RNU4-2)']
    """
    table = files("kerne.alleles").joinpath("rna_genes_grch38.tsv").read_text(encoding="utf-8")
    header, *rows = (line.split("\t") for line in table.splitlines())
    return tuple(_transcript(dict(zip(header, row, strict=True))) for row in rows)


def _transcript(row: dict[str, str]) -> Transcript:
    return Transcript(
        identifier=f"{GRCH38.accession(row['contig'])}({row['symbol']})",
        gene_id=row["gene_id"],
        symbol=row["symbol"],
        contig=row["contig"],
        strand=1 if row["strand"] == "+" else -1,
        exons=((int(row["start_1based"]) - 1, int(row["end"])),),
        cds=None,
        protein_id=None,
    )
