"""Typed settings: where things are, and how layers of files become one checked model."""
