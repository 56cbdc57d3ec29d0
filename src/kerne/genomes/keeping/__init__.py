"""What changes a store: adding, removing, merging; and what looks after it."""
