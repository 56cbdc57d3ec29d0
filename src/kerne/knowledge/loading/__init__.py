"""Read files of published facts about alleles, and convert them to tables."""
