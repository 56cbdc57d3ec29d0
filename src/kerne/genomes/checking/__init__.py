"""Whose a genome is: what a laboratory checks."""
