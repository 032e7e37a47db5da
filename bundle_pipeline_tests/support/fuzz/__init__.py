"""Hostile deliveries of a shop, made from good ones, and what must hold of each of them."""
