"""Customers as keyed hashes: they can be told apart, and nobody can be found from them."""

import hashlib

import polars as pl

from bundle_pipeline.ingest.values import id_text, is_lost_id

_HASH_BYTES = 16
_NOT_STATED = ("n/a", "null")
# In one spelling already, as most are.
_PLAIN_ID = r"^[0-9]+$"
_MOSTLY_DISTINCT = 0.8


def identity_text(text: pl.Expr) -> pl.Expr:
    """A customer id or e-mail address in one spelling.

    Null where it is a word for nothing or has lost its digits: two customers may look alike then.
    """
    folded = id_text(text).str.to_lowercase()
    return pl.when(~folded.is_in(_NOT_STATED) & ~is_lost_id(folded)).then(folded)


def hashed_customers(stated: pl.Series, key: bytes) -> pl.Series:
    """Per row the keyed hash of who is stated there; null where nobody is.

    Args:
        stated: Customer ids or e-mail addresses, as they stand in the file.
        key: The secret, at most 64 bytes.
    """
    distinct = stated.drop_nulls().unique()
    # Where few come twice, looking them up takes longer than hashing those again.
    if len(distinct) > _MOSTLY_DISTINCT * len(stated):
        return customer_keys(_identities(stated), key)
    return stated.replace_strict(
        distinct, customer_keys(_identities(distinct), key), default=None, return_dtype=pl.String
    )


def _identities(stated: pl.Series) -> pl.Series:
    if stated.str.contains(_PLAIN_ID).all():
        return stated
    return stated.to_frame("stated").select(identity_text(pl.col("stated"))).to_series()


def customer_keys(identities: pl.Series, key: bytes) -> pl.Series:
    """The keyed hash of each identity: BLAKE2b of 16 bytes, in hexadecimal.

    Args:
        identities: Identities, as :func:`identity_text` spells them; null is nobody.
        key: The secret, at most 64 bytes.
    """
    # A copy of what has taken in the key: half the time of taking it in again, per customer.
    keyed = hashlib.blake2b(key=key, digest_size=_HASH_BYTES)
    hashed = [identity and _hash(identity, keyed.copy()) for identity in identities.to_list()]
    return pl.Series("customer_key", hashed, dtype=pl.String)


def _hash(identity: str, keyed: hashlib.blake2b) -> str:
    keyed.update(identity.encode())
    return keyed.hexdigest()
