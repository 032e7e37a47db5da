"""The sample shops of ``data/landing``, and the programs that make them."""
