"""From a file to the alleles that one genome carries."""
