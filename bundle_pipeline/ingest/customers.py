"""Customers as keyed hashes: they can be told apart, and nobody can be found from them."""

import hashlib

import polars as pl

from bundle_pipeline.ingest.values import id_text, is_lost_id

_HASH_BYTES = 16
_NOT_STATED = ("n/a", "null")
# In one spelling already, as most are.
_PLAIN_ID = r"^[0-9]+$"
# Customers that are remembered take 60 MB; a shop of four million orders has fewer.
_MOST_KNOWN = 262_144


def identity_text(text: pl.Expr) -> pl.Expr:
    """A customer id or e-mail address in one spelling.

    Null where it is a word for nothing or has lost its digits: two customers may look alike then.
    """
    folded = id_text(text).str.to_lowercase()
    return pl.when(~folded.is_in(_NOT_STATED) & ~is_lost_id(folded)).then(folded)


class CustomerKeys:
    """Keyed hashes of customers; those met lately needn't be hashed again.

    Threads may share one.
    """

    def __init__(self, secret: bytes) -> None:
        """Take in the secret, at most 64 bytes."""
        self._keyed = hashlib.blake2b(key=secret, digest_size=_HASH_BYTES)
        self._known = dict[str, str]()

    def of(self, stated: pl.Series) -> pl.Series:
        """Per row the hash of who is stated there: BLAKE2b of 16 bytes, in hexadecimal.

        Args:
            stated: Customer ids or e-mail addresses, as they stand in the file.

        Returns:
            ``customer_key``; null where nobody is stated.
        """
        known = self._known
        hashed = [
            identity and (known.get(identity) or self._hash(identity))
            for identity in _identities(stated).to_list()
        ]
        return pl.Series("customer_key", hashed, dtype=pl.String)

    def _hash(self, identity: str) -> str:
        # A copy of what has taken in the secret: half the time of taking it in again.
        keyed = self._keyed.copy()
        keyed.update(identity.encode())
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        return self._known.setdefault(identity, keyed.hexdigest())


def _identities(stated: pl.Series) -> pl.Series:
    if stated.str.contains(_PLAIN_ID).all():
        return stated
    return stated.to_frame("stated").select(identity_text(pl.col("stated"))).to_series()
