"""The tests: a package, so that no other one called `tests` on the path is taken for it."""
