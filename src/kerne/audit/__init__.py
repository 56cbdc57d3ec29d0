"""Who did what, for what purpose, on whose data: written first, append-only, and provable."""
