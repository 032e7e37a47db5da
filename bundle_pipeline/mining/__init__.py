"""Mining: which variants are bought together more often than chance, and how sure that is."""
