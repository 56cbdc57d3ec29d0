"""Research under a permit: questions in a workspace, an airlock, and the public tier."""
