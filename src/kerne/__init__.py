"""Kerne: the infrastructure of a national genome centre in one program."""

__version__ = "0.1.0"
