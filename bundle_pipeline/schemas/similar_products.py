"""Which products are alike: the same one listed twice, substitutes, neighbours by content."""

import dataframely as dy
import polars as pl

from bundle_pipeline.schemas.base import Frame, count, one_of, rate

AGREEMENTS = (
    "same_words",
    "joined_words",
    "respelled_word",
    "extra_word",
    "extra_number",
    "same_price",
    "close_price",
    "same_vendor",
    "same_sku",
)
DIFFERENCES = ("words", "numbers", "price", "vendor", "options")


class DuplicateProducts(Frame):
    """Products that may be one product listed twice, for a person to look at."""

    name = "duplicate_products"
    one_row = "Two products that may be the same one, and what speaks for it."

    first_product_id = dy.String(primary_key=True, description="Product with the smaller id")
    second_product_id = dy.String(primary_key=True, description="Product with the larger id")
    first_title = dy.String(nullable=True, description="Its title")
    second_title = dy.String(nullable=True, description="Its title")
    confidence = dy.Float64(min=0.0, max=100.0, description="How likely it is (0 to 100)")
    reasons = dy.List(one_of(AGREEMENTS), min_length=1, description="What agrees")
    differences = dy.List(one_of(DIFFERENCES), description="What speaks against it")
    is_duplicate = dy.Bool(description="Whether the confidence reaches the setting")
    family_id = dy.String(
        nullable=True, description="Smallest id of the products that are one; null if not duplicate"
    )

    @dy.rule()
    def pairs_are_of_two_products(cls) -> pl.Expr:
        """A product is no duplicate of itself, and each pair stands once."""
        return pl.col("first_product_id") < pl.col("second_product_id")


class ContentNeighbours(Frame):
    """Products with like titles, types, vendors, tags and prices."""

    name = "content_neighbours"
    one_row = "One product that is like another by what their pages say."

    product_id = dy.String(primary_key=True, description="Product that is given")
    neighbour_id = dy.String(primary_key=True, description="Product that is like it")
    rank = dy.Int64(min=1, description="1 is the most alike")
    similarity = rate(description="Of text, type, vendor and price, weighted")
    text_similarity = rate(description="Cosine of the words of title and tags")
    price_similarity = rate(nullable=True, description="Lower over higher price, if both are known")
    is_same_type = dy.Bool(nullable=True, description="Same product type; null if one is unknown")
    is_same_vendor = dy.Bool(nullable=True, description="Same vendor; null if one is unknown")

    @dy.rule()
    def neighbour_is_another_product(cls) -> pl.Expr:
        """A product is no neighbour of itself."""
        return pl.col("product_id") != pl.col("neighbour_id")


class Substitutes(Frame):
    """Products of which customers take one or the other."""

    name = "substitutes"
    one_row = "Two products alike, and whether customers buy one instead of the other."

    first_product_id = dy.String(primary_key=True, description="Product with the smaller id")
    second_product_id = dy.String(primary_key=True, description="Product with the larger id")
    similarity = rate(description="As in content_neighbours")
    basket_count = count(description="Counted baskets that hold both")
    expected_count = dy.Float64(min=0.0, description="basket_count under the size-adjusted null")
    adjusted_lift_high = dy.Float64(
        nullable=True, min=0.0, description="Upper end of the 95 % interval of seen over expected"
    )
    shared_customer_count = count(nullable=True, description="Known customers who bought both")
    expected_customer_count = dy.Float64(
        nullable=True, min=0.0, description="shared_customer_count if customers chose at random"
    )
    customer_lift_low = dy.Float64(
        nullable=True, min=0.0, description="Lower end of its 95 % interval, seen over expected"
    )
    reasons = dy.List(
        one_of(("same_type", "like_text", "close_price", "rarely_together", "same_customers")),
        description="What speaks for it",
    )
    score = rate(description="Similarity, times what part of the evidence there is")
    is_substitute = dy.Bool(description="Whether orders show it")

    @dy.rule()
    def pairs_are_of_two_products(cls) -> pl.Expr:
        """A product is no substitute of itself, and each pair stands once."""
        return pl.col("first_product_id") < pl.col("second_product_id")
