"""What was bought together more often than chance, and how sure that is."""

import dataframely as dy
import polars as pl

from bundle_pipeline.schemas.base import Frame, count, one_of, rate

HELD_OUT_VERDICTS = ("replicated", "faded", "untested")
NEIGHBOUR_METHODS = ("covisitation", "svd", "ease", "blend")
COURSES = ("rising", "fading", "seasonal", "uneven", "steady", "unknown")
# Not a method of neighbours: what each of them has to beat.
POPULARITY = "popularity"


class ItemCounts(Frame):
    """How often each variant was bought."""

    name = "item_counts"
    one_row = "One variant in counted baskets."

    variant_id = dy.String(primary_key=True, description="Variant")
    basket_count = dy.Int64(min=1, description="Counted baskets that hold it")
    support = rate(description="The same as a share of all counted baskets")
    companion_count = count(description="Other variants in those baskets, added up")
    customer_count = count(nullable=True, description="Distinct known customers who bought it")


class PairRules(Frame):
    """Rules between two variants."""

    name = "pair_rules"
    one_row = "Pairs of variants bought together more often than chance, one row per direction."

    antecedent_id = dy.String(primary_key=True, description="Variant that is given")
    consequent_id = dy.String(primary_key=True, description="Variant that goes with it")
    basket_count = dy.Int64(min=1, description="Counted baskets that hold both")
    antecedent_basket_count = dy.Int64(min=1, description="Counted baskets with the antecedent")
    consequent_basket_count = dy.Int64(min=1, description="Counted baskets with the consequent")
    support = rate(description="basket_count as a share of all counted baskets")
    confidence = rate(description="Share of the antecedent's baskets that hold the consequent")
    confidence_low = rate(description="Lower end of its 95 % Wilson interval")
    lift = dy.Float64(min=0.0, description="Support over what independence gives; 1 is chance")
    leverage = dy.Float64(min=-1.0, max=1.0, description="Support minus what independence gives")
    conviction = dy.Float64(nullable=True, min=0.0, description="Null where confidence is 1")
    npmi = dy.Float64(min=-1.0, max=1.0, description="Normalised pointwise mutual information")
    expected_count = dy.Float64(min=0.0, description="basket_count under the size-adjusted null")
    adjusted_lift = dy.Float64(min=0.0, description="basket_count over expected_count")
    adjusted_lift_low = dy.Float64(min=0.0, description="Lower end of its exact 95 % interval")
    adjusted_lift_high = dy.Float64(min=0.0, description="Upper end of its exact 95 % interval")
    p_value = rate(
        description="Chance of at least basket_count under the null, or as many of ordinary baskets"
    )
    q_value = rate(description="Benjamini-Hochberg over all possible pairs")
    is_significant = dy.Bool(description="Whether q_value is within the setting max_q")
    customer_count = count(nullable=True, description="Distinct known customers behind it")
    held_out = one_of(HELD_OUT_VERDICTS, description="Verdict of the newest baskets")
    held_out_power = rate(description="Chance that those baskets would have shown the pair")
    held_out_count = count(
        nullable=True, description="Newest baskets that hold both; null if there is no telling"
    )
    held_out_expected_count = dy.Float64(
        nullable=True, min=0.0, description="As many of the newest baskets by chance"
    )


class Itemsets(Frame):
    """Itemsets of three variants that add something to their best pair."""

    name = "itemsets"
    one_row = "Three variants bought together more often than their best pair explains."

    itemset_id = dy.String(primary_key=True, description="Hash of the sorted variant ids")
    variant_ids = dy.List(dy.String(), min_length=3, description="Variants, sorted")
    basket_count = dy.Int64(min=1, description="Counted baskets that hold all")
    support = rate(description="The same as a share of all counted baskets")
    expected_count = dy.Float64(min=0.0, description="Expected given the best pair and the third")
    adjusted_lift = dy.Float64(min=0.0, description="basket_count over expected_count")
    adjusted_lift_low = dy.Float64(min=0.0, description="Lower end of its exact 95 % interval")
    adjusted_lift_high = dy.Float64(min=0.0, description="Upper end of its exact 95 % interval")
    p_value = rate(description="Chance of at least basket_count under the null")
    q_value = rate(description="Benjamini-Hochberg over all possible itemsets of that size")
    customer_count = count(nullable=True, description="Distinct known customers behind it")
    held_out = one_of(HELD_OUT_VERDICTS, description="Verdict of the newest baskets")
    held_out_power = rate(description="Chance that those baskets would have shown it")
    held_out_count = count(
        nullable=True, description="Newest baskets that hold all; null if there is no telling"
    )
    held_out_expected_count = dy.Float64(
        nullable=True, min=0.0, description="As many of the newest baskets by chance"
    )


class PairPeriods(Frame):
    """Significant pairs over time."""

    name = "pair_periods"
    one_row = "One pair in one week, month or quarter in which both variants were sold."

    first_id = dy.String(primary_key=True, description="Variant of the pair, the lower id")
    second_id = dy.String(primary_key=True, description="The other variant")
    period_start_on = dy.Date(primary_key=True, description="First day of the period, in UTC")
    basket_count = count(description="Counted baskets of the period that hold both")
    period_basket_count = dy.Int64(min=1, description="Counted baskets of the period")
    expected_count = dy.Float64(
        min_exclusive=0.0, description="basket_count by chance, given its baskets"
    )
    adjusted_lift = dy.Float64(min=0.0, description="basket_count over expected_count")
    adjusted_lift_low = dy.Float64(min=0.0, description="Lower end of its exact 95 % interval")
    adjusted_lift_high = dy.Float64(min=0.0, description="Upper end of its exact 95 % interval")


class PairTrends(Frame):
    """What the periods say of each significant pair."""

    name = "pair_trends"
    one_row = "One pair, and whether it rises, fades, has a season or stays as it is."

    first_id = dy.String(primary_key=True, description="Variant of the pair, the lower id")
    second_id = dy.String(primary_key=True, description="The other variant")
    course = one_of(
        COURSES,
        description="rising, fading, seasonal (a peak that returns), uneven (a peak that didn't), "
        "steady, or unknown: too few to say",
    )
    basket_count = dy.Int64(min=1, description="Counted baskets that hold both")
    weighted_count = dy.Float64(
        nullable=True, min=0.0, description="The same by recency; null with weights off"
    )
    weighted_lift = dy.Float64(
        nullable=True, min=0.0, description="weighted_count over chance; null with weights off"
    )
    first_period_on = dy.Date(nullable=True, description="First period sold together")
    last_period_on = dy.Date(nullable=True, description="Last period sold together")
    newest_quarter_share = rate(
        nullable=True, description="Share of basket_count in the newest quarter of the shop's time"
    )
    fitted_change = dy.Float64(
        nullable=True,
        min=0.0,
        description="Adjusted lift of the newest period over the first one's, fitted; 1 is steady",
    )
    trend_p_value = rate(nullable=True, description="Chance of such a trend if there is none")
    trend_q_value = rate(nullable=True, description="Benjamini-Hochberg over the pairs tested")
    trend_power = rate(description="Chance that a change to double or half would have shown")
    season_p_value = rate(
        nullable=True, description="Chance of such a peak if months are alike; null under a year"
    )
    season_q_value = rate(nullable=True, description="Benjamini-Hochberg over the pairs tested")
    peak_months = dy.List(
        dy.Int64(min=1, max=12),
        nullable=True,
        description="Months (1 to 12) of the peak, of quarters the first; null without a season",
    )
    peak_share = rate(nullable=True, description="Share of basket_count in the peak")
    peak_even_share = rate(nullable=True, description="The same if months were alike")
    peak_year_count = count(nullable=True, description="Years in which the peak was seen")


class ItemNeighbours(Frame):
    """Neighbours of variants by several methods."""

    name = "item_neighbours"
    one_row = "One variant that goes with another, by one method."

    method = one_of(
        NEIGHBOUR_METHODS,
        primary_key=True,
        description="covisitation (shared baskets), svd, ease (linear) or blend (ease and shared)",
    )
    variant_id = dy.String(primary_key=True, description="Variant that is given")
    neighbour_id = dy.String(primary_key=True, description="Variant that goes with it")
    rank = dy.Int64(
        nullable=True,
        min=1,
        description="1 is the best neighbour; null where the score is below 0",
    )
    score = dy.Float64(
        description="Comparable within a method; scores of a basket add up. Below 0: bought less "
        "beside the variant than all others explain"
    )

    @dy.rule()
    def neighbour_is_another_variant(cls) -> pl.Expr:
        """A variant is no neighbour of itself."""
        return pl.col("variant_id") != pl.col("neighbour_id")

    @dy.rule()
    def ranked_are_those_that_go_with_it(cls) -> pl.Expr:
        """What has a score above 0 has a rank, what has one below 0 has none."""
        return pl.col("rank").is_not_null() == (pl.col("score") > 0)


class NeighbourQuality(Frame):
    """How well each method completes baskets that it hasn't seen."""

    name = "neighbour_quality"
    one_row = "One method, and how often it finds a variant that was hidden in a newer basket."

    method = one_of(
        (*NEIGHBOUR_METHODS, POPULARITY),
        primary_key=True,
        description="As in item_neighbours; popularity (best sellers) is what they have to beat",
    )
    is_best = dy.Bool(description="Whether it is the method with the highest hit rate")
    variant_count = count(description="Variants that the methods were compared on")
    size_exponent = rate(
        description="A basket of n variants counted 1 / (n - 1) ** size_exponent, as was better"
    )
    blended_covisitation = dy.Float64(
        min=0, description="How often blend added co-visitation to ease; 0 where that was better"
    )
    basket_count = dy.Int64(min=1, description="Held-out baskets in which a variant was hidden")
    hit_rate = rate(description="Share of them with the hidden variant among the first 10")
    mean_reciprocal_rank = rate(description="Mean of 1 / place among the first 10, 0 beyond")
    tail_basket_count = count(description="Of those baskets: hidden variant not a bestseller")
    tail_hit_rate = rate(nullable=True, description="hit_rate of those; null if there are none")
