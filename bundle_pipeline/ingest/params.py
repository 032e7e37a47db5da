"""What a shop can set about how its files are read."""

import polars as pl
from polars.exceptions import ComputeError
from pydantic import Field, field_validator

from bundle_pipeline.ingest.recognition import fields_by_name
from bundle_pipeline.money import known_currencies
from bundle_pipeline.settings.layers import Params


class IngestParams(Params):
    """Settings of the step that turns landed files into frames."""

    default_currency: str = Field(default="USD")
    """ISO 4217 code of the amounts where no file of the shop states one."""
    extra_aliases: dict[str, dict[str, tuple[str, ...]]] = Field(default_factory=dict)
    """More spellings of headers: by kind of file (orders, catalog, variants, inventory) or dialect,
    then by field, as in aliases.yaml and dialects.yaml."""
    exclude_test_orders: bool = Field(default=True)
    """Leave out orders marked as a test or paid by the test gateway."""
    exclude_cancelled_orders: bool = Field(default=True)
    """Leave out cancelled orders."""
    exclude_voided_orders: bool = Field(default=True)
    """Leave out orders whose financial status is voided."""
    exclude_failed_orders: bool = Field(default=True)
    """Leave out orders whose payment failed or expired and that weren't fulfilled."""
    exclude_pending_orders: bool = Field(default=False)
    """Leave out orders that are neither paid nor fulfilled. Off, since shops that are paid on
    delivery or by invoice have sales that stay pending for long; fulfilled ones always stay."""
    exclude_refunded_orders: bool = Field(default=True)
    """Leave out orders that were refunded in full; partly refunded orders stay."""
    exclude_returned_orders: bool = Field(default=True)
    """Leave out orders that the export marks as returned."""
    exclude_gift_cards: bool = Field(default=True)
    """Leave out lines that sell a gift card."""
    exclude_non_products: bool = Field(default=True)
    """Leave out lines that sell no product: tips, insurance, wrapping, warranties, donations,
    samples and fees, as told by non_product_lines.yaml and non_product_patterns."""
    non_product_patterns: tuple[str, ...] = Field(default=())
    """More regular expressions for such lines, in any case, compared with name and SKU."""
    exclude_free_lines: bool = Field(default=True)
    """Leave out what was given away beside a paid line of the same order; orders without any paid
    line stay, and components of bundles are marked instead."""
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

    @field_validator("extra_aliases")
    @classmethod
    def are_known_fields(
        cls, aliases: dict[str, dict[str, tuple[str, ...]]]
    ) -> dict[str, dict[str, tuple[str, ...]]]:
        """Refuse kinds, dialects and fields that there are none of."""
        known = fields_by_name()
        for name, fields in aliases.items():
            if name not in known:
                raise ValueError(f"{name} is none of {', '.join(known)}")
            unknown = sorted(set(fields) - set(known[name]))
            if unknown:
                raise ValueError(f"{name} has no field {unknown[0]}")
        return aliases

    @field_validator("non_product_patterns")
    @classmethod
    def are_regular_expressions(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        """Refuse a pattern that the engine can't use."""
        for pattern in patterns:
            try:
                pl.Series([""]).str.contains(pattern)
            except ComputeError as error:
                raise ValueError(f"{pattern} is no regular expression") from error
        return patterns

    @property
    def needs_product_statuses(self) -> bool:
        """Whether what becomes of an order line depends on its product."""
        return self.exclude_draft_products or self.exclude_archived_products
