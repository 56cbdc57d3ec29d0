"""What is worth reading when knowledge moves on, and why."""
