"""The resident process: one that keeps a store or a centre open, and answers the command line."""
