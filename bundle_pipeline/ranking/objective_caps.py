"""How many bundles each objective may have, as the shop's plan says."""

import polars as pl


def objective_caps(objective_plan: pl.DataFrame) -> dict[str, int]:
    """Most bundles that serve an objective; those without a limit of their own aren't named.

    Args:
        objective_plan: ``ObjectivePlan``.
    """
    limited = objective_plan.drop_nulls("max_bundle_count")
    return dict(limited.select("objective", "max_bundle_count").rows())
