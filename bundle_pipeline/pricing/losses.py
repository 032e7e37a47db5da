"""Which chances of loss are taken: those that earn most, while few bundles lose money.

Any discount may lose money, and one that earns much is worth a chance of loss that one that earns
little isn't. So a chance of loss has a price, the same for all bundles of a shop: a discount is
worth what it is expected to earn, less that price times its chance of loss. The price is the lowest
one at which no more than a stated share of the best bundles is expected to lose. It is the
Lagrange multiplier of that limit, so no other discounts that keep it are expected to earn more, to
the steps of discounts. Where nothing is known of an answer but an assumption its chance of loss
counts for nothing: the more is known, the more it counts.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bundle_pipeline.pricing.sales import Codes, Floats

_Mask = npt.NDArray[np.bool_]

# The price is found to one part in a thousand; from then on no bundle's discount changes.
_HALVINGS = 10
_MOST_DOUBLINGS = 200


@dataclass(frozen=True)
class Prospects:
    """What each discount that is tried promises; bundles x discounts."""

    gains: Floats
    """Expected to be earned a month, stock relief included; minor units, NaN where a cost is
    unknown."""
    loss_chances: Floats
    """Chance that it earns less than nothing off, 0 to 1."""
    knowledge: Floats
    """Per bundle: how far its answer is known, 0 (assumed) to 1."""

    def worths(self, price_of_loss: float) -> Floats:
        """Gains less what their chances of loss cost; minor units a month."""
        return self.gains - price_of_loss * (self.knowledge[:, None] * self.loss_chances)


def price_of_loss(
    prospects: Prospects, allowed: _Mask, *, judged: _Mask, most: int, max_losing_share: float
) -> float:
    """The lowest price of a chance of loss that keeps the share of bundles that lose.

    Args:
        prospects: What each discount promises.
        allowed: Which of the discounts are allowed; nothing off always is.
        judged: Bundles that the limit is about; if none, it is about all of them.
        most: How many of them, the ones that are worth most.
        max_losing_share: Share of these that may be expected to lose, 0 to 1; each counts as much
            as is known of it.

    Returns:
        Minor units a month, at least 0: what a sure loss of one bundle has to be made up by.
    """
    gains = np.where(allowed & (prospects.gains > 0), prospects.gains, 0.0)
    is_judged = judged if judged.any() else np.ones_like(judged)
    rows = np.flatnonzero(is_judged & (gains.max(axis=1, initial=0.0) > 0))
    limit = max_losing_share * min(most, rows.size)
    some = Prospects(gains[rows], prospects.loss_chances[rows], prospects.knowledge[rows])
    if _expected_losers(some, 0.0, most) <= limit:
        return 0.0
    low, high = 0.0, 1.0
    for _ in range(_MOST_DOUBLINGS):
        if _expected_losers(some, high, most) <= limit:
            break
        low, high = high, 2 * high
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if _expected_losers(some, middle, most) <= limit:
            high = middle
        else:
            low = middle
    return high


def _expected_losers(prospects: Prospects, price: float, most: int) -> float:
    """Of the bundles that are worth most: how many are expected to lose, as far as it is known."""
    worths = prospects.worths(price)
    column: Codes = worths.argmax(axis=1)
    row: Codes = np.arange(column.size, dtype=np.int64)
    chance = np.where(worths[row, column] > 0, prospects.loss_chances[row, column], 0.0)
    best = np.argsort(-worths[row, column], kind="stable")[:most]
    return float((chance * prospects.knowledge)[best].sum())
