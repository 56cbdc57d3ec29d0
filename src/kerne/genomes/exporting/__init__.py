"""Genomes as files that other programs read: VCF, BCF, VCF Zarr and PLINK 2."""
