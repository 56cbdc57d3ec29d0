"""Interpretation: from a genome and a phenotype to candidates with reasons in words."""
