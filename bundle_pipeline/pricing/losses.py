"""Which chances of loss are taken: those that are worth it beside what the shop's bundles earn.

Any discount may lose money, and one that earns much is worth a chance of loss that one that earns
little isn't. So a chance of loss has a price, the same for all bundles of a shop: a discount is
worth what it is expected to earn, less that price times its chance of loss. The price is a multiple
of what a bundle of the shop typically earns, whose trust a loss would cost. Where nothing is known
of an answer but an assumption its chance of loss counts for nothing: the more is known, the more it
counts.

Why not the lowest price at which a stated share of the bundles is expected to lose? In simulated
shops such a limit refuses good discounts where all bundles earn much the same and answers are
uncertain, and lets small ones lose where a few earn most.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bundle_pipeline.pricing.sales import Floats

_Mask = npt.NDArray[np.bool_]


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
    prospects: Prospects, allowed: _Mask, *, judged: _Mask, most: int, loss_aversion: float
) -> float:
    """What a sure loss of one bundle has to be made up by.

    Args:
        prospects: What each discount promises.
        allowed: Which of the discounts are allowed; nothing off always is.
        judged: Bundles that make the typical one; if none, all of them do.
        most: How many of them, those that earn most.
        loss_aversion: How many typical bundles a loss costs, at least 0.

    Returns:
        ``loss_aversion`` times the median of what these are expected to earn at most, of those that
        earn anything; minor units a month, 0 where none does.
    """
    is_judged = judged if judged.any() else np.ones_like(judged)
    gains = np.where(allowed & (prospects.gains > 0), prospects.gains, 0.0)[is_judged]
    best = np.sort(gains.max(axis=1, initial=0.0))[::-1][:most]
    earning = best[best > 0]
    return loss_aversion * float(np.median(earning)) if earning.size else 0.0
