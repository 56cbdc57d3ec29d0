"""How a question is answered: a snapshot, and tasks that scan it for whoever is chosen."""
