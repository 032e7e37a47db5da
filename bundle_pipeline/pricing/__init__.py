"""Scored bundles get a price that keeps its promises: stated = charged, never below the floor."""
