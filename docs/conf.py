"""Sphinx configuration of Kerne's documentation."""

from kerne import __version__

project = "Kerne"
author = "the Kerne contributors"
version = release = __version__
extensions = ["myst_parser"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = "Kerne"
html_logo = "house.svg"
myst_heading_anchors = 3
