"""Scoring: one number per candidate that a reader can add up from its parts."""
