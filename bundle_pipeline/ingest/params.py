"""What a shop can set about how its files are read."""

from pydantic import Field, field_validator

from bundle_pipeline.money import known_currencies
from bundle_pipeline.settings.layers import Params


class IngestParams(Params):
    """Settings of the step that turns landed files into frames."""

    default_currency: str = Field(default="USD")
    """ISO 4217 code of the amounts where no file of the shop states one."""
    exclude_voided_orders: bool = Field(default=True)
    """Leave out orders whose financial status is voided."""
    exclude_refunded_orders: bool = Field(default=True)
    """Leave out orders that were refunded in full; partly refunded orders stay."""
    exclude_returned_orders: bool = Field(default=True)
    """Leave out orders that the export marks as returned."""
    exclude_gift_cards: bool = Field(default=True)
    """Leave out lines that sell a gift card."""
    exclude_draft_products: bool = Field(default=False)
    """Leave out lines that sell a product which is a draft now.

    Off, like the next: what such products sold with still counts, and a bundle with one in it is
    dropped later, with its reason.
    """
    exclude_archived_products: bool = Field(default=False)
    """Leave out lines that sell a product which is archived now."""
    max_quarantined_rate: float = Field(default=0.5, ge=0.0, le=1.0)
    """Share of a file's rows that may be unusable before the shop fails."""

    @field_validator("default_currency")
    @classmethod
    def is_a_currency(cls, code: str) -> str:
        """Refuse a code that no amount can be held in."""
        if code not in known_currencies():
            raise ValueError(f"{code} isn't an ISO 4217 currency with a minor unit")
        return code
