"""Tests and benchmarks; the package comes first, since it says how Polars is to allocate."""

import bundle_pipeline  # noqa: F401
