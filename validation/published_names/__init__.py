"""Variants whose names others published, and the little of the genome that the records show."""
