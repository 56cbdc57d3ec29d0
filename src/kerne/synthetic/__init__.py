"""A country that does not exist: genomes, families, patients and choices, with the answers known.

It is the demo, the training ground and the test oracle. Everything in it is generated from one
seed; only the names of genes and diseases, and how often a sign occurs in each, are real (HPO).
"""
