"""Product bundles that a shop can defend: from CSV exports to ranked, explained bundles."""

import os

# Polars' allocator gives memory back after half a second, and a run asks for the same again a
# moment later: 6 % of ingesting a long history went into that. It reads this when it is loaded.
os.environ.setdefault("_RJEM_MALLOC_CONF", "dirty_decay_ms:10000,muzzy_decay_ms:10000")
