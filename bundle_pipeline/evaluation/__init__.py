"""Evaluation: what bundles of older orders are worth on newer ones; may they be published?"""
