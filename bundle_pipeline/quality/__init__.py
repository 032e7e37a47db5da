"""Expectations about landed files: what must hold before anything of a shop is loaded."""
