"""Immutable segments: some genomes by variant and by person, in partitions of a contig each."""
