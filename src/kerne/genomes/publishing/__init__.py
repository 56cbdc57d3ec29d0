"""A store copied elsewhere, to be asked there."""
