"""The genes of the human mitochondrial genome, which gene models of the nucleus often leave out.

The table beside this module holds the 13 proteins, 22 tRNAs and 2 rRNAs of the revised Cambridge
reference sequence, which is chrM of GRCh38 and of GRCh37 here. They have no messenger of their own
that is named in RefSeq: a transcript of one is called by the genome and its symbol.

References
----------
RefSeq NC_012920.1; Andrews et al. 1999 (doi:10.1038/13779); symbols and numbers by the HGNC.
"""

from functools import cache
from importlib.resources import files

from kerne.alleles.assembly import MITOCHONDRIAL_ACCESSION, MITOCHONDRION
from kerne.alleles.transcript import Transcript


@cache
def mitochondrial_transcripts() -> tuple[Transcript, ...]:
    """Give the 37 genes of the mitochondrion as transcripts of one exon each, by start.

    Examples
    --------
    >>> [gene.identifier for gene in mitochondrial_transcripts() if gene.symbol == "MT-ND1"]
    ['NC_012920.1(MT-ND1)']
    """
    table = files("kerne.alleles").joinpath("mitochondrial_genes.tsv").read_text(encoding="utf-8")
    header, *rows = (line.split("\t") for line in table.splitlines())
    return tuple(_transcript(dict(zip(header, row, strict=True))) for row in rows)


def _transcript(row: dict[str, str]) -> Transcript:
    span = (int(row["start_1based"]) - 1, int(row["end"]))
    return Transcript(
        identifier=f"{MITOCHONDRIAL_ACCESSION}({row['symbol']})",
        gene_id=row["gene_id"],
        symbol=row["symbol"],
        contig=MITOCHONDRION,
        strand=1 if row["strand"] == "+" else -1,
        exons=(span,),
        cds=span if row["product"] == "protein" else None,
        protein_id=row["protein_id"] or None,
    )
