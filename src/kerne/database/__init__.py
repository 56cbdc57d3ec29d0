"""Where facts are kept: SQLite files opened one way, and histories of events on top of them."""
