"""Who people are: persons and their kin, identities at the log-in, samples and rows, and keys.

A person is not a sample and a sample is not a genome: the register holds the three apart.
"""
