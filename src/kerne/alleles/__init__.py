"""Where a variant lies and what it is called: assembly, interval, allele, transcript, name.

Science of the lowest storey: it knows no person, no SQL and no server. Positions are 0-based and
half-open; functions whose names end in `_1based` read and write the other way of counting.
"""
