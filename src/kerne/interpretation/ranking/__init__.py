"""Odds of each gene, disease and mode, and the probability that it is the cause."""
