"""The secret that customers are hashed with: made once per lake, so that keys stay comparable."""

import secrets

from bundle_pipeline.store.objects import Objects

_KEY = "keys/customer.key"
_BYTES = 32


def customer_key(lake: Objects) -> bytes:
    """The lake's own secret, created at the first call; whoever wins a race to create it."""
    lake.write_once(_KEY, secrets.token_bytes(_BYTES))
    content = lake.read(_KEY)
    if content is None:
        raise FileNotFoundError(_KEY)
    return content
