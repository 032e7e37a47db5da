"""How far prices may go: the caps of each objective, the discount aimed at, and the floors."""

from typing import Annotated, NamedTuple

from pydantic import AfterValidator, Field

from bundle_pipeline.settings.layers import Params

# Rates are meant to the basis point, so that money is computed with integers only.
BASIS_POINTS = 10_000

_Rate = Annotated[float, Field(ge=0.0, le=1.0)]


class RateRange(NamedTuple):
    """Least and greatest discount, as shares of the list total."""

    min_rate: _Rate
    max_rate: _Rate


def _in_order(caps: RateRange) -> RateRange:
    if caps.min_rate > caps.max_rate:
        message = "the first rate must not be above the second"
        raise ValueError(message)
    return caps


# Stated as a whole, ``[min, max]``: half a range would silently keep the other half.
_Caps = Annotated[RateRange, AfterValidator(_in_order)]


class DiscountCaps(Params):
    """Least and greatest discount of each objective, as ``[min, max]`` shares of the list total.

    The defaults are the caps of the system that this one replaces; where its document and its code
    disagree (``clear_slow_movers``), the narrower range.
    """

    increase_aov: _Caps = RateRange(0.05, 0.20)
    """Larger baskets."""
    clear_slow_movers: _Caps = RateRange(0.10, 0.40)
    """Stock that doesn't move."""
    seasonal_promo: _Caps = RateRange(0.10, 0.30)
    """Seasonal goods."""
    new_launch: _Caps = RateRange(0.00, 0.15)
    """New products beside proven ones."""
    category_bundle: _Caps = RateRange(0.10, 0.25)
    """Sets within a category."""
    gift_box: _Caps = RateRange(0.15, 0.35)
    """Gift sets."""
    subscription_push: _Caps = RateRange(0.05, 0.20)
    """Replenishment."""
    margin_guard: _Caps = RateRange(0.00, 0.10)
    """Margin comes first."""

    def by_objective(self) -> dict[str, RateRange]:
        """The range of each objective."""
        return {objective: getattr(self, objective) for objective in type(self).model_fields}


class PricingParams(Params):
    """Settings of pricing; rates are shares, read to the basis point (0.0001)."""

    discount_caps: DiscountCaps = Field(default_factory=DiscountCaps)
    """Least and greatest discount of each objective; a bundle's first objective decides."""
    margin_share: float = Field(default=0.30, ge=0.0, le=1.0)
    """Share of the joint margin to give away where every cost is known. In simulated shops 0.30
    captured more of the attainable profit than any flat discount."""
    default_discount_rate: float = Field(default=0.10, ge=0.0, le=1.0)
    """Discount to aim at where a cost is unknown."""
    min_price_share: float = Field(default=0.30, ge=0.0, le=1.0)
    """No bundle is sold below this share of its list total."""
    min_margin_rate: float = Field(default=0.0, ge=0.0, le=0.95)
    """Share of the bundle price that must remain after known costs."""


def in_basis_points(rate: float) -> int:
    """A rate as an integer: 0.05 is 500."""
    return round(rate * BASIS_POINTS)


def as_percentage(rate: float) -> str:
    """A setting's rate for people to read: 0.05 is ``5``, 0.125 is ``12.5``."""
    return f"{in_basis_points(rate) / 100:g}"
