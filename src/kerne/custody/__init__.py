"""Keeping the data themselves: acts that take two custodians, backups, restores and the replica."""
