"""Attacks on what a centre tells, for `validation/disclosure.py`: no part of the program."""
