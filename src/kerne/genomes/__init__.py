"""The National Genome Database: add genomes, count over any cohort, find carriers, forget people.

It is a library of its own: it can be pointed at VCF files and asked for frequencies with no centre
around it. Inside a centre its readers want a grant.
"""
