"""Evaluation: what bundles made from older orders are worth on newer ones, and whether to publish."""
