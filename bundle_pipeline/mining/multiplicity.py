"""Many tests at once: Benjamini-Hochberg over a family of which most members weren't computed."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def benjamini_hochberg(p_values: Floats, *, family_size: int) -> Floats:
    """Adjusted p-values: the smallest false discovery rate at which each test is let through.

    ``q(i) = min over j >= i of p(j) * m / j`` over the ascending p-values (Benjamini and
    Hochberg, JRSS B 1995). Members of the family without a p-value count as 1.

    Args:
        p_values: In 0 to 1, in any order.
        family_size: m: all tests that could have been made, at least as many as the p-values.

    Returns:
        q-value per p-value, in the same order, 0 to 1.
    """
    # Equal p-values get equal q-values, in whatever order they come.
    order = np.argsort(p_values)
    place = np.arange(1, p_values.size + 1)
    scaled = p_values[order] * (family_size / place)
    adjusted = np.minimum.accumulate(scaled[::-1])[::-1]
    q_values = np.empty_like(p_values)
    q_values[order] = np.minimum(adjusted, 1.0)
    return q_values
