"""Identity of a bundle: the same offer has the same id for ever, in every run."""

import hashlib

import polars as pl

from bundle_pipeline.schemas.shop_id import ShopId

# 80 bits: a million bundles of a shop collide with a chance of about 4 in 10^13.
_DIGEST_BYTES = 10


def with_bundle_id(bundles: pl.DataFrame, shop_id: ShopId) -> pl.DataFrame:
    """Add ``bundle_id``: a hash of shop, kind, sorted variants and their quantities.

    The hashed text is ``shop|kind|n:variant=quantity|...``, sorted by variant id, then quantity.
    ``n`` is the variant id's length in bytes, so no id can pretend to be two, whatever characters
    it holds. Where a buyer picks some of the variants, ``|pick=`` and how many follows: three of
    five is another offer than two of five. Roles, prices and evidence are left out: they change,
    the offer stays.

    Args:
        bundles: Any frame with ``kind``, ``items`` and ``pick_count``.
        shop_id: Whose bundles they are.

    Returns:
        The same rows in the same order, with ``bundle_id``: 20 hexadecimal digits (BLAKE2b).
    """
    named = pl.format("{}|{}|{}", pl.lit(shop_id), pl.col("kind"), offered("items"))
    texts = bundles.select(identity=named).get_column("identity").to_list()
    # Polars has no hash that stays the same across its versions, so the texts leave it once.
    return bundles.with_columns(
        bundle_id=pl.Series([_digest(text) for text in texts], dtype=pl.String)
    )


def offered(column: str) -> pl.Expr:
    """Variants and quantities of a list of items, and ``pick_count``, as the text that is hashed.

    Args:
        column: A list of structs with ``variant_id`` and ``quantity``.
    """
    variant_id = pl.element().struct.field("variant_id")
    quantity = pl.element().struct.field("quantity")
    named = pl.format("{}:{}={}", variant_id.str.len_bytes(), variant_id, quantity)
    items = pl.col(column).list.eval(named.sort_by(variant_id, quantity)).list.join("|")
    return pl.concat_str(items, pl.format("|pick={}", "pick_count"), ignore_nulls=True)


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=_DIGEST_BYTES).hexdigest()
