"""Ingest: landed files to orders, order lines, variants, inventory and catalog, no row lost."""
