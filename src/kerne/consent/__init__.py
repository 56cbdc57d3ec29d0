"""What people chose: events that fold to choices, and choices that fold to countable rows."""
