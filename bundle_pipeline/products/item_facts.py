"""What the files say of each variant: name, price, cost, category, tags, age and stock."""

import polars as pl

from bundle_pipeline.products.stock import available_counts

# An unlisted product is hidden on purpose.
_OFF_SALE = ("draft", "archived", "unlisted")


def shop_currency(*frames: pl.DataFrame) -> str | None:
    """The currency of most rows of the first frame that has rows; ties by code.

    Args:
        *frames: Frames with ``currency``, the most trusted first.
    """
    for frame in frames:
        if not frame.is_empty():
            tally = (
                frame.group_by("currency").len().sort("len", "currency", descending=[True, False])
            )
            currency: str = tally.item(0, "currency")
            return currency
    return None


def item_facts(
    variant_ids: pl.Series,
    *,
    variants: pl.DataFrame,
    catalog: pl.DataFrame,
    inventory: pl.DataFrame,
    currency: str | None,
) -> pl.DataFrame:
    """One row per variant id with what the shop's files say of it.

    Titles come from the catalog first (it is what customers read); ids, labels, prices and costs
    from the variants first (it is what is charged). An amount in another currency than the shop's
    is unknown: it can't be added up with the rest.

    Args:
        variant_ids: Variants asked for; repeats are ignored.
        variants: ``Variants``.
        catalog: ``Catalog``.
        inventory: ``Inventory``.
        currency: The shop's currency.

    Returns:
        ``variant_id``, ``product_id``, ``sku``, ``title``, ``variant_title``, ``product_type``,
        ``vendor``, ``tags``, ``unit_price_minor``, ``compare_at_price_minor``,
        ``unit_cost_minor``, ``launched_at`` (published, else created), ``available_count`` (null:
        not tracked) and ``is_off_sale`` (draft, archived, unlisted or closed; unknown is on sale).
        Unknown fields are null.
    """
    asked = variant_ids.unique().to_frame("variant_id")
    facts = (
        asked.join(variants.pipe(_prefixed, "own"), on="variant_id", how="left", validate="1:1")
        .join(catalog.pipe(_prefixed, "page"), on="variant_id", how="left", validate="1:1")
        .with_columns(inventory_item_id=_first_known("own", "page", "inventory_item_id"))
        .join(available_counts(inventory), on="inventory_item_id", how="left", validate="m:1")
    )
    return facts.select(
        "variant_id",
        product_id=_first_known("own", "page", "product_id"),
        sku=_first_known("own", "page", "sku"),
        title=_first_known("page", "own", "product_title"),
        variant_title=_first_known("page", "own", "variant_title"),
        product_type=_first_known("own", "page", "product_type"),
        vendor=_first_known("own", "page", "vendor"),
        tags="page_tags",
        unit_price_minor=_amount("price_minor", currency),
        compare_at_price_minor=_amount("compare_at_price_minor", currency),
        unit_cost_minor=_amount("unit_cost_minor", currency),
        launched_at=pl.coalesce(
            "page_product_published_at", "page_product_created_at", "own_created_at"
        ),
        available_count=pl.coalesce("stocked_count", "page_available_count"),
        is_off_sale=(
            pl.col("page_product_status").is_in(_OFF_SALE).fill_null(value=False)
            | _is_closed("own")
            | _is_closed("page")
        ),
    )


def _prefixed(frame: pl.DataFrame, source: str) -> pl.DataFrame:
    return frame.select("variant_id", pl.exclude("variant_id").name.prefix(f"{source}_"))


def _first_known(first: str, second: str, column: str) -> pl.Expr:
    return pl.coalesce(f"{first}_{column}", f"{second}_{column}")


def _is_closed(source: str) -> pl.Expr:
    return ~pl.col(f"{source}_is_current").fill_null(value=True)


def _amount(column: str, currency: str | None) -> pl.Expr:
    in_currency = [
        pl.when(pl.col(f"{source}_currency") == pl.lit(currency, pl.String)).then(
            f"{source}_{column}"
        )
        for source in ("own", "page")
    ]
    return pl.coalesce(in_currency)
