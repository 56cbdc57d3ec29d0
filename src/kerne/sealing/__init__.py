"""Bytes under keys: sealed payloads and blocks, the master key, Crypt4GH. No person's data.

Whose key it is, and whether it may be used, is decided by others: `people.vault` and the gate.
"""
