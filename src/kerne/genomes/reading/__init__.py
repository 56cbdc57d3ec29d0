"""Read genome files, VCF, gVCF and BCF, plain or bgzip, into chunks: `chunks.open_chunks`.

Text comes in blocks of whole lines (`text`, `source`), inflated by several threads (`inflating`).
A compiled parser takes the lines that are as nearly all are (`lines`), plain Python the others
(`hard`): only there an error is found and told, so that its message never depends on the fast way.
"""
