"""Customers as keyed hashes: they can be told apart, and nobody can be found from them."""

import hashlib

import polars as pl

from bundle_pipeline.ingest.values import id_text, is_lost_id

_HASH_BYTES = 16
_NOT_STATED = ("n/a", "null")


def identity_text(text: pl.Expr) -> pl.Expr:
    """A customer id or e-mail address in one spelling.

    Null where it is a word for nothing or has lost its digits: two customers may look alike then.
    """
    folded = id_text(text).str.to_lowercase()
    return pl.when(~folded.is_in(_NOT_STATED) & ~is_lost_id(folded)).then(folded)


def customer_keys(identities: pl.Series, key: bytes) -> pl.Series:
    """The keyed hash of each identity: BLAKE2b of 16 bytes, in hexadecimal.

    Args:
        identities: Distinct identities, as :func:`identity_text` spells them.
        key: The secret, at most 64 bytes.
    """
    hashed = [
        hashlib.blake2b(identity.encode(), key=key, digest_size=_HASH_BYTES).hexdigest()
        for identity in identities.to_list()
    ]
    return pl.Series("customer_key", hashed, dtype=pl.String)
