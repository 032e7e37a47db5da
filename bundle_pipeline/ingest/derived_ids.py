"""Names and ids of variants in files that state no ids: Shopify's product and stock exports.

There a variant is its product's handle (the last part of the product page's address) with its
options. Its id is derived from them, the same in every export: ``handle:tee:Black / M``, or
``handle:tee`` for the only variant of a product. Ids of Shopify and WooCommerce are numbers, so
that they can't be taken for each other; a handle can't hold a colon.
"""

from collections.abc import Sequence

import polars as pl

HANDLE_PREFIX = "handle:"
# Where stock lies that is stated without a place.
DEFAULT_LOCATION = "default"

# What Shopify calls the only variant of a product without options.
DEFAULT_TITLE = "Default Title"
_OPTION_SEPARATOR = " / "


def variant_title_of_options(options: Sequence[str]) -> pl.Expr:
    """The variant's title: its option values as Shopify joins them, null where there are none.

    Args:
        options: Columns with the option values, the first option first.
    """
    joined = pl.concat_str(options, separator=_OPTION_SEPARATOR, ignore_nulls=True)
    return pl.when(joined != "").then(joined)


def derived_variant_id(handle: pl.Expr, variant_title: pl.Expr) -> pl.Expr:
    """The id of a variant without one; null where the handle is."""
    product = pl.lit(HANDLE_PREFIX) + handle
    title = _own_title(variant_title)
    return pl.when(title.is_null()).then(product).otherwise(product + ":" + title)


def is_derived(variant_id: pl.Expr) -> pl.Expr:
    """Whether an id is one of :func:`derived_variant_id`."""
    return variant_id.str.starts_with(HANDLE_PREFIX)


def full_title(product_title: pl.Expr, variant_title: pl.Expr) -> pl.Expr:
    """What order lines call a variant: ``Tee - Black / M``, or ``Tee`` where there is only one."""
    title = _own_title(variant_title)
    named = product_title + " - " + title
    return pl.when(title.is_null()).then(product_title).otherwise(named)


def _own_title(variant_title: pl.Expr) -> pl.Expr:
    return pl.when(variant_title != DEFAULT_TITLE).then(variant_title)
