"""How far prices may go: the caps of each objective, the discount aimed at, and the floors."""

from collections.abc import Mapping
from typing import Annotated, Literal, NamedTuple, cast

from pydantic import AfterValidator, Field, model_validator

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

    They bound what is guessed: where nobody knows how sales answer, or what an item costs. The
    defaults are the caps of the system that this one replaces; where its document and its code
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


# Nothing is the least, for a discount that earns nothing has no reason; the greatest is the deepest
# one of the table. In the shops that it was tested on no price was ever more than 30 % off: beyond
# that the answer is continued from what was tried.
_LEARNED = RateRange(0.0, 0.40)


class LearnedCaps(DiscountCaps):
    """Least and greatest discount of each objective where the answer of sales is fully known."""

    increase_aov: _Caps = _LEARNED
    """Larger baskets."""
    clear_slow_movers: _Caps = _LEARNED
    """Stock that doesn't move."""
    seasonal_promo: _Caps = _LEARNED
    """Seasonal goods."""
    new_launch: _Caps = _LEARNED
    """New products beside proven ones."""
    category_bundle: _Caps = _LEARNED
    """Sets within a category."""
    gift_box: _Caps = _LEARNED
    """Gift sets."""
    subscription_push: _Caps = _LEARNED
    """Replenishment."""
    margin_guard: _Caps = _LEARNED
    """Margin comes first: known costs and sales say which discount earns most of it."""


class PricingParams(Params):
    """Settings of pricing; rates are shares, read to the basis point (0.0001)."""

    discount_caps: DiscountCaps = Field(default_factory=DiscountCaps)
    """Least and greatest discount of each objective; a bundle's first objective decides. What is
    stated here for an objective always holds, unless ``learned_caps`` state it as well."""
    learned_caps: LearnedCaps = Field(default_factory=LearnedCaps)
    """The same where every cost is known and the shop's own prices say how sales answer; bundles
    that orders show only. In between, caps lie in between, by how much of the answer is known."""
    discount_rule: Literal["expected_margin", "fixed_weights"] = "expected_margin"
    """What decides a discount: the highest expected incremental margin (where a cost is unknown,
    the discounts that the shop usually gives), or, for comparison, the fixed weights of the system
    that this one replaces."""
    discount_step_rate: float = Field(default=0.01, ge=0.001, le=0.25)
    """Discounts are tried in steps of this share of the list total."""
    min_discount_rate: float = Field(default=0.03, ge=0.0, le=1.0)
    """A discount below this share of the list total isn't given: shoppers don't notice it, and it
    is paid on every sale. Nothing off is always allowed."""
    reward_rates: tuple[_Rate, ...] = Field(default=(0.25, 0.5, 1.0), min_length=1, max_length=20)
    """What a reward (BXGY) may be discounted by: rates that shoppers know, 1 for a free one. The
    caps of the objective hold for the list total of all of it."""
    default_discount_rate: float = Field(default=0.10, ge=0.0, le=1.0)
    """Discount to aim at where a cost is unknown and the shop has given no discount yet."""
    loss_aversion: float = Field(default=3.0, ge=0.0)
    """What a bundle that loses money costs, in what a typical bundle of the shop earns (the median
    of its best ones, at the discount that earns them most): a discount has to be expected to earn
    that much times its chance of loss. It counts by what is known of the answer (0 to 1): where the
    costs are known and the shop's own prices say how its sales answer. 0 lets the expectation alone
    decide. In simulated shops 0, 2, 3 and 4 let 7, 3, 2 and 2 % of the named pairs lose."""
    judged_bundle_count: int = Field(default=25, ge=1)
    """How many bundles, the best of those that orders show, make the typical one."""
    buying_share: float = Field(default=0.1, ge=0.0, le=1.0)
    """Share of those who consider an item that buy it at its list price. A guess: no order says who
    looked. It says how far a bundle's sales can grow, beside how many of its rarest item's buyers
    buy all of it; tiers are bought by buyers of the variant only. In simulated shops, where it is
    known, 0.1 came closest. It counts by how far the shop's own prices say how sales answer: where
    that is assumed, nobody but buyers of the rarest item is hoped for."""
    diverted_share: float = Field(default=0.05, ge=0.0, le=1.0)
    """Share of the margin of additional bundles that their buyers would have brought anyway, with
    one of its items or another variant. A guess: no order says it. In simulated shops, where it is
    known, 0.05 came closest; intervals take it from nothing to twice as much."""
    stock_relief_rate: float = Field(default=0.25, ge=0.0, le=1.0)
    """What it is worth to be rid of a bundle's items where the objective is clear_slow_movers, as a
    share of their costs: what a year of holding stock is usually said to cost. It moves the chosen
    discount, and is in no stated margin."""
    min_price_share: float = Field(default=0.30, ge=0.0, le=1.0)
    """No bundle is sold below this share of its list total."""
    min_margin_rate: float = Field(default=0.0, ge=0.0, le=0.95)
    """Share of the bundle price that must remain after known costs."""
    stacked_discount_rate: float = Field(default=0.0, ge=0.0, le=0.95)
    """The largest discount that a customer can combine with a bundle's, such as a live code: the
    floor holds after it, too."""
    bundles_stack: bool = False
    """Whether two bundles may discount the same unit, which shops must allow expressly. The floor
    of each then holds after the deepest discount that another bundle gives on each of its items,
    too."""
    charm_step_minor: int | None = Field(default=None, ge=2)
    """Prices may be moved to the next one that ends alike: 100 for .99; nothing: they aren't."""
    charm_ending_minor: int = Field(default=99, ge=0)
    """How such prices end: the rest after division by the step."""
    charm_tolerance_rate: float = Field(default=0.01, ge=0.0, le=0.1)
    """How far a price may be moved, as a share of the list total; inside caps and floor."""

    @model_validator(mode="before")
    @classmethod
    def _stated_caps_hold(cls, stated: object) -> object:
        """Caps that are stated for an objective are its learned ones, too."""
        if not isinstance(stated, Mapping):
            return stated
        settings = cast("Mapping[str, object]", stated)
        of_guesses = _as_stated(settings.get("discount_caps", {}))
        of_learned = _as_stated(settings.get("learned_caps", {}))
        if not of_guesses or of_learned is None:
            return settings
        # What is no objective is refused where it is stated.
        known = {name: of_guesses[name] for name in DiscountCaps.model_fields if name in of_guesses}
        return {**settings, "learned_caps": known | of_learned}


def _as_stated(caps: object) -> dict[str, object] | None:
    """What is stated of some caps; None if that is no caps at all."""
    if isinstance(caps, DiscountCaps):
        return {name: getattr(caps, name) for name in caps.model_fields_set}
    return dict(cast("Mapping[str, object]", caps)) if isinstance(caps, Mapping) else None


def in_basis_points(rate: float) -> int:
    """A rate as an integer: 0.05 is 500."""
    return round(rate * BASIS_POINTS)


def as_percentage(rate: float) -> str:
    """A setting's rate for people to read: 0.05 is ``5``, 0.125 is ``12.5``."""
    return f"{in_basis_points(rate) / 100:g}"
