"""Quirks of real exports: a table of small deliveries and what becomes of each of their rows.

Others add an entry to ``quirks.yaml`` and its files to ``files/``.
"""
