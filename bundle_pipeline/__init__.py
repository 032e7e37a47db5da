"""Product bundles that a shop can defend: from CSV exports to ranked, explained bundles."""

import os

# Polars' allocator (jemalloc) gives memory back after half a second, columns of more than 8 MiB at
# once, and a run asks for the same again a moment later: 7 % of ingesting a long history went into
# that. It reads this when it is loaded; memory is still given back, after ten seconds.
os.environ.setdefault(
    "_RJEM_MALLOC_CONF", "dirty_decay_ms:10000,muzzy_decay_ms:10000,oversize_threshold:0"
)
