"""The forms of files that genotypes are written in; knows nothing of how."""

from enum import StrEnum


class ExportFormat(StrEnum):
    """Forms that genomes can be exported in."""

    VCF = "vcf"
    BCF = "bcf"
    ZARR = "zarr"
    PGEN = "pgen"


class FrequencyFormat(StrEnum):
    """Forms of a table of frequencies; `ARROW` is an IPC stream."""

    TSV = "tsv"
    VCF = "vcf"
    ARROW = "arrow"
    PARQUET = "parquet"
