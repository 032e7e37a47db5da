"""Shop ids: validated before anything uses them, because they become paths and partition keys."""

import re
from typing import NewType

from bundle_pipeline.errors import ConfigError

ShopId = NewType("ShopId", str)

_PATTERN = re.compile(r"[a-z0-9][a-z0-9._-]{0,61}")


def is_shop_id(text: str) -> bool:
    """Whether the text can name a shop.

    ``[a-z0-9]``, then up to 61 of ``[a-z0-9._-]``, without ``..``.
    """
    return _PATTERN.fullmatch(text) is not None and ".." not in text


def shop_id(text: str) -> ShopId:
    """The text as a shop id.

    Raises:
        ConfigError: It isn't one; see :func:`is_shop_id`.
    """
    if not is_shop_id(text):
        raise ConfigError(
            "BP-SHOP-ID",
            place="shop id",
            found=ascii(text[:80]),
            expected="a lower-case letter or digit, then up to 61 of a-z 0-9 . _ - without '..'",
            remedy="rename the shop's folder in the landing zone",
        )
    return ShopId(text)
