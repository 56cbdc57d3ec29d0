"""A table of alleles on disk, mapped into memory: facts found by place and change."""
