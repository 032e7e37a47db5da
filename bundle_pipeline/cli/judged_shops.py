"""A shop's landed files, judged as a run judges them; nothing is stored."""

from dataclasses import dataclass
from pathlib import Path

import dataframely as dy
import polars as pl

from bundle_pipeline.defs.landing_zone import shop_folders
from bundle_pipeline.defs.resources import Site
from bundle_pipeline.errors import ConfigError, InputDataError
from bundle_pipeline.ingest.ledger import quarantine
from bundle_pipeline.ingest.load import load_shop
from bundle_pipeline.ingest.outcomes import no_outcomes
from bundle_pipeline.ingest.raw_rows import with_raw_rows
from bundle_pipeline.ingest.stage import stage_shop
from bundle_pipeline.schemas.ingest import IngestLedger, Quarantine
from bundle_pipeline.schemas.shop_id import ShopId
from bundle_pipeline.store.objects import StoredObject


@dataclass(frozen=True)
class JudgedShop:
    """What would become of a shop's rows.

    Attributes:
        quarantine: Rows and files that can't be used.
        ledger: Files and their rows.
        verdicts: What becomes of each line that isn't loaded.
        landed: The files as they were listed.
        refusal: Why the shop can't be loaded at all; then only files are in quarantine here, and
            the rest is empty.
    """

    quarantine: dy.DataFrame[Quarantine]
    ledger: dy.DataFrame[IngestLedger]
    verdicts: pl.DataFrame
    landed: tuple[StoredObject, ...]
    refusal: InputDataError | None = None


def judged_shop(site: Site, shop: ShopId, *, folder: Path) -> JudgedShop:
    """Read and judge a shop's files by the settings in force, however many rows are unusable.

    Args:
        site: Where they are.
        shop: Whose.
        folder: Where orders wait; nothing in it is used afterwards.

    Raises:
        TransientError: A file has changed meanwhile.
    """
    params = site.settings(shop).ingest.model_copy(update={"max_quarantined_rate": 1.0})
    # Nothing is kept, so customers may be hashed with anything.
    staged = stage_shop(site.landing, shop, params, folder=folder, customer_key=b"")
    try:
        loaded = load_shop(staged, params, folder=folder)
    except InputDataError as refusal:
        nothing = no_outcomes()
        ledger = IngestLedger.create_empty()
        files = quarantine(staged, nothing)
        return JudgedShop(files, ledger, nothing.others, staged.landed, refusal)
    shown = with_raw_rows(
        loaded.quarantine,
        site.landing,
        shop,
        staged.landed,
        extra_aliases=params.extra_aliases,
        folder=folder,
    )
    return JudgedShop(shown, loaded.ingest_ledger, loaded.outcomes.others, staged.landed)


def refuse_unknown_shop(site: Site, shop: ShopId) -> None:
    """Refuse a shop that has landed nothing.

    Raises:
        ConfigError: It has no folder; names those that have.
    """
    known, _ = shop_folders(site.landing)
    if shop not in known:
        raise ConfigError(
            "BP-SHOP-UNKNOWN",
            place=site.deployment.landing,
            found=f"no folder for shop {shop}",
            expected=f"one of: {', '.join(known) or 'no shops at all'}",
            remedy="land the shop's files in a folder of its name, or correct the name",
        )
