"""Dated, checksummed releases of reference data, and readers of what they hold."""
