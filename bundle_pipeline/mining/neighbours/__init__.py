"""Neighbours: for each variant, those that go with it, by several methods and with their worth."""
