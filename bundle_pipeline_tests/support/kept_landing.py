"""A landing folder that is ingested again and again into one lake, as nightly runs do it."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl

from bundle_pipeline.defs.profiles import ProfileOfShop
from bundle_pipeline.ingest.kept_files import KeptFiles, reading_rules
from bundle_pipeline.ingest.line_totals import LineTotals
from bundle_pipeline.ingest.load import LoadedShop, load_shop
from bundle_pipeline.ingest.params import IngestParams
from bundle_pipeline.ingest.stage import stage_shop
from bundle_pipeline.quality.profile import Profile
from bundle_pipeline.schemas.orders import OrderLines, Orders
from bundle_pipeline.schemas.shop_id import shop_id
from bundle_pipeline.store.lake import Lake
from bundle_pipeline.store.objects import opened
from bundle_pipeline.store.origin import Origin
from bundle_pipeline_tests.support.landing import CUSTOMER_KEY, Content

SHOP = shop_id("shop")
PARAMS = IngestParams(max_quarantined_rate=1.0)
FRAMES = (
    "orders",
    "order_lines",
    "variants",
    "inventory",
    "catalog",
    "events",
    "quarantine",
    "ingest_ledger",
)


class Night:
    """What one run made."""

    def __init__(self, loaded: LoadedShop, lake: Lake, profiles: list[Profile], read: int) -> None:
        self.frames: dict[str, pl.DataFrame] = {
            name: getattr(loaded, name)
            for name in FRAMES
            if name not in {Orders.name, OrderLines.name}
        }
        self.frames["orders"] = lake.read(Orders, SHOP)
        self.frames["order_lines"] = lake.read(OrderLines, SHOP)
        self.facts: list[Any] = [
            loaded.currency,
            loaded.as_of,
            loaded.unknown_variants.rows(),
            _without_bounds(loaded.line_totals),
            [(one.kind, one.columns, one.row_count, one.totals) for one in profiles],
        ]
        self.read_count = read

    def __eq__(self, other: object) -> bool:
        """Whether all frames and facts are the same."""
        return isinstance(other, Night) and self._differs_from(other) == []

    __hash__ = object.__hash__

    def __repr__(self) -> str:
        """All of it."""
        return f"{self.frames} {self.facts}"

    def _differs_from(self, other: "Night") -> list[str]:
        names = [name for name in FRAMES if not self.frames[name].equals(other.frames[name])]
        return names + ["facts"] * (self.facts != other.facts)


def _without_bounds(totals: LineTotals) -> list[Any]:
    # A bound may be that of a line that is gone.
    items = totals.items.drop("price_bound_minor")
    return [frame.rows() for frame in (items, totals.prices, totals.ways)]


class KeptLanding:
    """A shop's landing folder and a lake."""

    def __init__(self, folder: Path) -> None:
        self.landing = folder / "landing"
        self.lake = folder / "lake"
        (self.landing / SHOP).mkdir(parents=True)

    def put(self, path: str, content: Content) -> None:
        """Land a file, or other content under its key."""
        target = self.landing / SHOP / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)

    def withdraw(self, path: str) -> None:
        """Take a file away."""
        (self.landing / SHOP / path).unlink()

    def ingest(
        self, *, lake: Path | None = None, params: IngestParams = PARAMS, keep: bool = True
    ) -> Night:
        """Ingest what lies in the folder; what was kept is used."""
        tables, origin = Lake(str(lake or self.lake)), Origin("run", "0" * 16, "1")
        profiles = ProfileOfShop()
        kept = KeptFiles(
            objects=opened(str(lake or self.lake), create=True),
            tables=tables,
            shop_id=SHOP,
            rules=reading_rules(params, CUSTOMER_KEY),
            observer=profiles,
        ).opened()
        with TemporaryDirectory() as spool:
            staged = stage_shop(
                opened(str(self.landing)),
                SHOP,
                params,
                folder=Path(spool),
                customer_key=CUSTOMER_KEY,
                observer=profiles,
                memory=kept,
            )
            totals = kept.known_totals()
            loaded = load_shop(staged, params, folder=Path(spool), known_totals=totals)
            tables.write_parts(loaded.orders, SHOP, origin=origin)
            tables.write_parts(loaded.order_lines, SHOP, origin=origin)
            recalled = sum(
                kept.recalled(read.path, read.entry) is not None for read in staged.objects
            )
            night = Night(loaded, tables, profiles.by_kind(), read=len(staged.objects) - recalled)
            if keep:
                kept.keep(loaded.settled.objects, loaded.line_totals)
        return night

    def rebuilt(self, *, params: IngestParams = PARAMS) -> Night:
        """Ingest the folder into a lake of its own."""
        with TemporaryDirectory() as lake:
            return self.ingest(lake=Path(lake), params=params)

    def kept_names(self) -> set[str]:
        """Objects that are kept."""
        return {path.name for path in (self.lake / "staged" / SHOP).iterdir()}
