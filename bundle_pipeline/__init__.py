"""Product bundles that a shop can defend: from CSV exports to ranked, explained bundles."""
