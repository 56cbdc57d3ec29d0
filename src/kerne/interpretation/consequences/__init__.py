"""What alleles do to transcripts."""
