"""Structural variants laid over genes, and scored."""
