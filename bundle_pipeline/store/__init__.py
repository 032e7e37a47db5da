"""Persistence: frames as Delta tables, published documents as write-once objects."""
