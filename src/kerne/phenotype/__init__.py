"""What a patient shows, in HPO terms, and how well each known disease accounts for it."""
