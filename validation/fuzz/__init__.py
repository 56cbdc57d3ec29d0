"""Targets for fuzzing that is guided by coverage."""
