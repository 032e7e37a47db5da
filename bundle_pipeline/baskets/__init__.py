"""Baskets: which distinct variants each order holds, and the encoded form that is counted."""
