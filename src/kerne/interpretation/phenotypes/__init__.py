"""Phenotype alone: the model of the releases at hand, and cases ranked by it."""
