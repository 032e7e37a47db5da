"""A shop whose demand is known: what any price would earn can be computed, not only observed.

Visitors come in *streams*; each stream looks at one pair of variants and takes none, either or both
(a mixed logit: ``utility = appeal - sensitivity * price``, the pair's with a bonus for having
both). Pairs are complements (bonus above 0), merely looked at together (0), or substitutes (below).
Prices fall for a week now and then, more often in busy weeks. Everything else is there to mislead:
fillers that nobody buys for their price, some of them seasonal, and wholesale orders of many
random variants.
"""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt
import polars as pl

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

_WEEKS = 52
_FIRST_DAY = datetime(2025, 1, 6)  # noqa: DTZ001  (a file's local time; ingest reads it as UTC)
# How differently visitors of a stream mind a price: the deviation of the log of sensitivity.
_SENSITIVITY_SPREAD = 0.35
_VISITOR_TYPES = 400


@dataclass(frozen=True)
class Economy:
    """What kind of shop it is."""

    complement_count: int = 15
    """Pairs that are worth more together."""
    coviewed_count: int = 15
    """Pairs that are looked at together, and no more."""
    substitute_count: int = 10
    """Pairs of which a visitor wants one."""
    filler_count: int = 120
    """Variants bought whatever they cost."""
    seasonal_count: int = 12
    """Fillers that sell in ten weeks only."""
    visitor_count: int = 120_000
    """Visitors of all streams in a year, before the season."""
    elasticity: tuple[float, float] = (1.5, 4.0)
    """Range of a stream's own-price elasticity at its mean price."""
    margin_share: tuple[float, float] = (0.3, 0.7)
    """Range of a variant's margin as a share of its price."""
    promotion_rate: float = 0.15
    """Share of the weeks in which a variant is cheaper."""
    wholesale_rate: float = 0.03
    """Wholesale orders per ordinary order."""

    @property
    def stream_count(self) -> int:
        """Pairs of all sorts."""
        return self.complement_count + self.coviewed_count + self.substitute_count

    @property
    def variant_count(self) -> int:
        """Variants: two of each stream, and the fillers."""
        return 2 * self.stream_count + self.filler_count


@dataclass(frozen=True)
class PricedShop:
    """One drawn shop. Stream ``k`` looks at variants ``2 k`` and ``2 k + 1``."""

    economy: Economy
    seed: int
    price: Floats
    """List price per variant."""
    cost: Floats
    """Cost per variant."""
    appeal: Floats
    """Utility of a variant at price 0; of a stream's variants."""
    bonus: Floats
    """Utility of having both, per stream."""
    sensitivity: Floats
    """Utility lost per unit of price, per stream."""
    share: Floats
    """Share of the visitors, per stream."""
    popularity: Floats
    """Weight of each variant among fillers."""

    def choice_rates(self, stream: int, prices: Floats, sensitivity: Floats) -> Floats:
        """Chance of none, the first, the second and both, one row per visitor.

        Args:
            stream: Whose visitors.
            prices: Of the first, of the second, and of both together.
            sensitivity: Of each visitor.
        """
        first, second = self.appeal[2 * stream], self.appeal[2 * stream + 1]
        worth = np.array([0.0, first, second, first + second + self.bonus[stream]])
        utility = worth - np.outer(sensitivity, np.array([0.0, *prices]))
        odds = np.exp(utility - utility.max(axis=1, keepdims=True))
        return odds / odds.sum(axis=1, keepdims=True)

    def mean_rates(self, stream: int, prices: Floats) -> Floats:
        """The same, averaged over the stream's visitors."""
        types = np.exp(np.random.default_rng(7).normal(0, _SENSITIVITY_SPREAD, _VISITOR_TYPES))
        return self.choice_rates(stream, prices, self.sensitivity[stream] * types).mean(axis=0)

    def list_total(self, stream: int) -> float:
        """Price of a stream's pair, bought apart."""
        return float(self.price[2 * stream : 2 * stream + 2].sum())

    def profit(self, stream: int, bundle_price: float) -> float:
        """Expected margin per visitor of the shop while the pair is sold at a bundle price."""
        pair = slice(2 * stream, 2 * stream + 2)
        rates = self.mean_rates(stream, np.array([*self.price[pair], bundle_price]))
        margins = np.array([*(self.price - self.cost)[pair], bundle_price - self.cost[pair].sum()])
        return float(rates[1:] @ margins * self.share[stream])

    def uplift(self, stream: int, bundle_price: float) -> float:
        """Margin per visitor beyond what the pair earns when it is bought apart."""
        return self.profit(stream, bundle_price) - self.profit(stream, self.list_total(stream))

    def best_price(self, stream: int) -> float:
        """The bundle price of the highest profit, between cost and list total."""
        cost = float(self.cost[2 * stream : 2 * stream + 2].sum())
        prices = np.linspace(cost, self.list_total(stream), 400)
        return float(prices[np.argmax([self.profit(stream, price) for price in prices])])

    def own_elasticity(self, variant: int) -> float:
        """Of a stream's variant at list prices, among its own stream's visitors."""
        stream, place = divmod(variant, 2)
        step = 0.01

        def demand(factor: float) -> float:
            prices = self.price[2 * stream : 2 * stream + 2].copy()
            prices[place] *= factor
            rates = self.mean_rates(stream, np.array([*prices, prices.sum()]))
            return float(rates[1 + place] + rates[3])

        ratio = demand(1 + step) / demand(1 - step)
        return float(np.log(ratio) / np.log((1 + step) / (1 - step)))


def drawn_shop(seed: int, economy: Economy | None = None) -> PricedShop:
    """A shop of this kind; the same one for the same seed."""
    economy = economy or Economy()
    random = np.random.default_rng([seed, 1])
    count, streams = economy.variant_count, economy.stream_count
    price = np.round(np.exp(random.normal(3.1, 0.6, count)), 2).astype(np.float64)
    cost = np.round(price * (1 - random.uniform(*economy.margin_share, count)), 2)
    bonus = np.concatenate(
        [
            random.uniform(0.8, 2.2, economy.complement_count),
            np.zeros(economy.coviewed_count),
            random.uniform(-2.5, -1.0, economy.substitute_count),
        ]
    )
    mean_price = price[: 2 * streams].reshape(streams, 2).mean(axis=1)
    sensitivity = random.uniform(*economy.elasticity, streams) / mean_price
    appeal = sensitivity.repeat(2) * price[: 2 * streams] + random.uniform(-4.2, -2.6, 2 * streams)
    popularity = random.pareto(1.3, count) + 0.2
    popularity[: 2 * streams] = 0.0
    share = random.dirichlet(np.full(streams, 2.0))
    return PricedShop(
        economy, seed, price, cost, appeal, bonus, sensitivity, share, popularity / popularity.sum()
    )


def season() -> Floats:
    """How busy each week is, 1 on average before the Christmas weeks."""
    week = np.arange(_WEEKS)
    return 1 + 0.5 * np.sin(2 * np.pi * week / _WEEKS) + 0.6 * (week >= _WEEKS - 6)


def shop_lines(shop: PricedShop) -> pl.DataFrame:
    """A year of order lines, as :mod:`bundle_pipeline_tests.samples.as_csv` takes them."""
    random = np.random.default_rng([shop.seed, 2])
    paid = _weekly_prices(shop, random)
    popularity = _weekly_popularity(shop, random)
    weeks = [_week(shop, week, paid[week], popularity[week], random) for week in range(_WEEKS)]
    numbers = np.cumsum([0, *(order.max() + 1 for order, _, _ in weeks)])
    variant = np.concatenate([variant for _, variant, _ in weeks])
    week = np.repeat(np.arange(_WEEKS), [variant.size for _, variant, _ in weeks])
    return pl.DataFrame(
        {
            "order_id": np.concatenate(
                [order + first for (order, _, _), first in zip(weeks, numbers, strict=False)]
            ),
            "day": 7 * week + np.concatenate([day for _, _, day in weeks]),
            "sku": variant,
            "unit_price": paid[week, variant],
            "list_price": shop.price[variant],
            "unit_cost": shop.cost[variant],
        }
    ).select(
        "order_id",
        pl.format("SKU{}", pl.col("sku").cast(pl.String).str.zfill(3)).alias("sku"),
        ts=pl.lit(_FIRST_DAY) + pl.duration(days="day"),
        customer_id=pl.lit(None, pl.String),
        qty=pl.lit(1, pl.Int64),
        unit_price="unit_price",
        list_price="list_price",
        unit_cost="unit_cost",
        line_discount=pl.col("list_price") - pl.col("unit_price"),
    )


def _weekly_prices(shop: PricedShop, random: np.random.Generator) -> Floats:
    size = (_WEEKS, shop.economy.variant_count)
    chance = np.clip(shop.economy.promotion_rate * season()[:, None], 0, 0.5)
    depth = random.uniform(0.1, 0.3, size) * (random.random(size) < chance)
    return np.round(shop.price * (1 - depth), 2)


def _weekly_popularity(shop: PricedShop, random: np.random.Generator) -> Floats:
    fillers = np.flatnonzero(shop.popularity)
    seasonal = random.choice(fillers, shop.economy.seasonal_count, replace=False)
    first_week = random.integers(0, _WEEKS - 10, seasonal.size)
    weeks = np.tile(shop.popularity, (_WEEKS, 1))
    away = np.arange(_WEEKS)[:, None] - first_week
    weeks[:, seasonal] *= 5.0 * ((away >= 0) & (away < 10))
    return weeks / weeks.sum(axis=1, keepdims=True)


def _week(
    shop: PricedShop,
    week: int,
    paid: Floats,
    popularity: Floats,
    random: np.random.Generator,
) -> tuple[Integers, Integers, Integers]:
    """Order number within the week, variant and day of the week, per line."""
    visitors = random.poisson(shop.economy.visitor_count / _WEEKS * season()[week] * shop.share)
    baskets = [
        basket
        for stream in range(shop.economy.stream_count)
        for basket in _stream_baskets(shop, stream, paid, int(visitors[stream]), random)
    ]
    only_fillers = len(baskets) // 2
    extra = random.poisson(0.7, len(baskets) + only_fillers)
    extra[len(baskets) :] += 1
    baskets += [()] * only_fillers
    fillers = random.choice(popularity.size, int(extra.sum()), p=popularity)
    wholesale = [
        random.choice(popularity.size, random.integers(10, 31), replace=False)
        for _ in range(int(shop.economy.wholesale_rate * len(baskets)))
    ]
    order = np.concatenate(
        [
            np.repeat(np.arange(len(baskets)), [len(basket) for basket in baskets]),
            np.repeat(np.arange(len(baskets)), extra),
            np.repeat(len(baskets) + np.arange(len(wholesale)), [w.size for w in wholesale]),
        ]
    )
    variant = np.concatenate([np.array([v for b in baskets for v in b]), fillers, *wholesale])
    # An order lists a variant once.
    lines = np.unique(np.column_stack([order, variant]).astype(np.int64), axis=0)
    day = random.integers(0, 7, len(baskets) + len(wholesale))
    return lines[:, 0], lines[:, 1], day[lines[:, 0]]


def _stream_baskets(
    shop: PricedShop, stream: int, paid: Floats, visitors: int, random: np.random.Generator
) -> list[tuple[int, ...]]:
    first, second = 2 * stream, 2 * stream + 1
    types = np.exp(random.normal(0, _SENSITIVITY_SPREAD, visitors))
    prices = np.array([paid[first], paid[second], paid[first] + paid[second]])
    rates = shop.choice_rates(stream, prices, shop.sensitivity[stream] * types)
    choice = (rates.cumsum(axis=1) > random.random((visitors, 1))).argmax(axis=1)
    taken = [(), (first,), (second,), (first, second)]
    return [taken[number] for number in choice if number]
