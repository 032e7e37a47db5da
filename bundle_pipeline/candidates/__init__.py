"""Candidates: what the significant rules of a shop suggest offering together."""
