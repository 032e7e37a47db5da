"""What is told apart by features, flags and the objective plan."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from bundle_pipeline.features.event_params import EventParams
from bundle_pipeline.settings.layers import Params

_Month = Annotated[int, Field(ge=1, le=12)]
_Rate = Annotated[float, Field(ge=0.0, le=1.0)]


class Season(Params):
    """A season: its months, and the words that name it in titles, categories and tags."""

    months: tuple[_Month, ...] = Field(min_length=1)
    """Months in which it is sold, 1 to 12."""
    words: tuple[str, ...] = ()
    """Whole words, in any case; a ``*`` at either end stands for more letters."""


class FlagParams(Params):
    """When a product carries a flag; one definition each."""

    slow_mover_max_slower_rate: _Rate = 0.25
    """Slow movers are at most this far up among the shop's products by units a day."""
    slow_mover_min_cover_days: float = Field(default=180, gt=0)
    """Their stock lasts at least this long; half a year is what accountants start to write off."""
    slow_mover_min_age_days: float = Field(default=90, ge=0)
    """They are at least this old: what is younger had no time to sell."""
    new_launch_days: float = Field(default=30, gt=0)
    """A product is new for so long after it was launched."""
    min_launch_order_count: int = Field(default=5, ge=1)
    """Orders of a product from which its first sale stands for its launch, where no file states
    that: a product that sells so often wasn't unsold by chance before."""
    high_margin_quantile: _Rate = 0.75
    """High margins are those from this quantile of the shop's known margins up."""
    min_high_margin_rate: _Rate = 0.3
    """Whatever the quantile, no margin below is high: a usual discount of 20 to 30 % takes it."""
    margin_from_compare_at: bool = False
    """Whether, where no cost is known, the markdown from the compare-at price counts as margin. It
    says what a product is reduced by, not what it earns: only for shops that know better."""
    min_season_order_count: int = Field(default=20, ge=1)
    """Orders of a product from which its seasonality is measured."""
    min_season_lift: float = Field(default=1.5, ge=1.0)
    """Least lower end of the lift of its best three months."""
    min_repeat_customer_count: int = Field(default=20, ge=1)
    """Customers of a product from which its repeat purchases are judged."""
    repeat_quantile: _Rate = 0.75
    """Replenishable by measure are those from this quantile of the shop's repeat rates up."""
    min_repeat_rate: _Rate = 0.1
    """Whatever the quantile, so many of its customers bought it again."""
    max_repeat_interval_days: float = Field(default=120, gt=0)
    """Longest median time between a customer's purchases of what is used up."""
    giftable_words: tuple[str, ...] = ()
    """Words of gifts, besides those that come with the package; written as there."""
    replenishable_words: tuple[str, ...] = ()
    """Words of what is used up, likewise."""
    seasons: Mapping[str, Season] = Field(default_factory=dict[str, Season])
    """Seasons by name, besides those that come with the package. One of the same name takes its
    place: a shop in the southern hemisphere states its own months."""


class ObjectiveParams(Params):
    """One objective: whether, how much and how often."""

    enabled: bool = True
    """Whether it is considered at all."""
    priority: float = Field(default=1.0, ge=0.0)
    """Weight among objectives."""
    max_bundle_count: int | None = Field(default=None, ge=0)
    """Most bundles that serve it, also beside another objective; None: no limit of its own."""


class PlanParams(Params):
    """The eight objectives. Default priorities are those of the system that this one replaces."""

    increase_aov: ObjectiveParams = ObjectiveParams(priority=1.0)
    """Larger baskets."""
    clear_slow_movers: ObjectiveParams = ObjectiveParams(priority=1.2)
    """Stock that doesn't move."""
    seasonal_promo: ObjectiveParams = ObjectiveParams(priority=0.9)
    """Seasonal goods."""
    new_launch: ObjectiveParams = ObjectiveParams(priority=1.1)
    """New products beside proven ones."""
    category_bundle: ObjectiveParams = ObjectiveParams(priority=0.8)
    """Sets within a category."""
    gift_box: ObjectiveParams = ObjectiveParams(priority=0.7)
    """Gift sets."""
    subscription_push: ObjectiveParams = ObjectiveParams(priority=1.0)
    """Replenishment."""
    margin_guard: ObjectiveParams = ObjectiveParams(priority=1.3)
    """Margin comes first."""
    season_lead_days: int = Field(default=45, ge=0, le=180)
    """How long before a season its promotion starts."""

    def by_objective(self) -> dict[str, ObjectiveParams]:
        """Settings of each objective."""
        return {
            name: value
            for name, value in ((name, getattr(self, name)) for name in type(self).model_fields)
            if isinstance(value, ObjectiveParams)
        }


class FeatureParams(Params):
    """How features are measured."""

    momentum_prior_count: float = Field(default=5.0, gt=0)
    """Orders at the shop's own pace that every product is given, so that one sale is no trend."""
    growing_momentum: float = Field(default=1.25, gt=1.0)
    """Momentum from which a product is growing; below its reciprocal it is declining."""
    interval_prior_count: float = Field(default=1.0, gt=0)
    """Intervals of the shop's usual length that every product, customer and pair is given."""
    dormant_rate: _Rate = 0.05
    """Activity below which a product is dormant; customers lapse at 1 less this."""
    lapsing_rate: _Rate = 0.2
    """Activity below which a customer is lapsing."""
    dormant_min_days: float = Field(default=30, ge=0)
    """A product that was sold this lately isn't dormant, however fast it sold before."""
    discount_prior_count: float = Field(default=10.0, gt=0)
    """Lines at the shop's own rate of discounts that every customer is given."""
    top_vendor_count: int = Field(default=3, ge=1)
    """Vendors named per category."""
    flags: FlagParams = Field(default_factory=FlagParams)
    """When a product carries a flag."""
    events: EventParams = Field(default_factory=EventParams)
    """How visitors' events are counted."""
    plan: PlanParams = Field(default_factory=PlanParams)
    """Which objectives apply."""
