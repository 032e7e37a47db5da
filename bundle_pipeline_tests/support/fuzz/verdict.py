"""What became of a case, and everything about it that must not be."""

import logging
import tempfile
import traceback
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from shutil import rmtree

import polars as pl

from bundle_pipeline.defs.profiles import ProfileOfShop
from bundle_pipeline.errors import InputDataError
from bundle_pipeline.ingest.landed import StagedFile
from bundle_pipeline.ingest.load import LoadedShop, load_shop
from bundle_pipeline.ingest.params import IngestParams
from bundle_pipeline.ingest.stage import StagedShop, stage_shop
from bundle_pipeline.quality.profile import Profile
from bundle_pipeline.schemas.base import Frame, checked
from bundle_pipeline.schemas.catalog import Catalog, Inventory, Variants
from bundle_pipeline.schemas.ingest import OUTCOMES, IngestLedger, Quarantine
from bundle_pipeline.schemas.orders import OrderLines, Orders
from bundle_pipeline.schemas.shop_id import shop_id
from bundle_pipeline.store.objects import opened
from bundle_pipeline.store.parts import Parts
from bundle_pipeline_tests.support.fuzz.delivery import Delivery
from bundle_pipeline_tests.support.fuzz.personal import planted_in
from bundle_pipeline_tests.support.fuzz.touched_files import touched_files, touched_outside
from bundle_pipeline_tests.support.landing import CUSTOMER_KEY

_SHOP = shop_id("shop")
# Beside the shop's folder, with an order of its own: another shop, and files that belong to none.
_STRANGER = "stranger-7731"
_STRANGERS_ORDERS = (
    "order_id,created_at,variant_id,sku,quantity,price,currency\n"
    f"{_STRANGER},2025-01-01,{_STRANGER},{_STRANGER},1,2.50,EUR\n"
).encode()
_STRANGERS_FILES = (
    "shop-2/orders.csv",
    "shop.csv",
    "orders.csv",
    "../orders.csv",
    "sho/orders.csv",
)
_FRAMES: tuple[type[Frame], ...] = (
    *(Orders, OrderLines, Variants, Inventory, Catalog),
    *(Quarantine, IngestLedger),
)
FAILURES = (
    *("crash", "conservation", "touched outside", "left behind", "personal data", "another shop"),
    "second run",
)
_COUNTS = tuple(f"{outcome}_count" for outcome in OUTCOMES)

Frames = Mapping[str, pl.DataFrame]


@dataclass(frozen=True)
class Verdict:
    """What became of a case.

    Attributes:
        outcome: ``loaded``, the code of the refusal, or ``crashed``.
        row_counts: Rows by outcome, of a shop that was loaded.
        failures: By kind of failure, what was found; empty if all is well.
    """

    outcome: str
    row_counts: Mapping[str, int] = field(default_factory=dict[str, int])
    failures: Mapping[str, str] = field(default_factory=dict[str, str])


def verdict_of(delivery: Delivery, folder: Path, *, runs_twice: bool = False) -> Verdict:
    """Land a delivery, read and load it as the pipeline does, and judge what came of it.

    Args:
        delivery: Files of the shop.
        folder: An empty folder, to work in.
        runs_twice: Whether to do it again and compare.
    """
    landing, spool, temporary = folder / "landing", folder / "spool", folder / "temporary"
    _land(delivery, landing)
    before = _contents(landing.parent)
    spool.mkdir()
    temporary.mkdir()
    failures: dict[str, str] = {}
    with _said() as said, _temporary_files_in(temporary), touched_files() as touched:
        run = _run(landing, spool)
    said = [*said, *run.said]
    if run.crash is not None:
        failures["crash"] = run.crash
    outside = touched_outside(touched, readable=landing / _SHOP, writable=(spool, temporary))
    if outside:
        failures["touched outside"] = outside[0]
    if any(temporary.iterdir()):
        failures["left behind"] = "a temporary file"
    temporary.rmdir()
    if _contents(landing.parent, apart_from=spool) != before:
        failures["touched outside"] = "a landed file, or one beside the shop's folder, is another"
    failures |= _leaks(delivery, run, spool, said)
    row_counts: dict[str, int] = {}
    if run.staged is not None:
        failures |= dict(_miscounted(run.staged.files, delivery))
    if run.frames is not None:
        failures |= dict(_violations(run.frames, is_nested=delivery.is_nested))
        row_counts = {name: int(run.frames["ingest_ledger"][name].sum()) for name in _COUNTS}
    if runs_twice and run.crash is None:
        rmtree(spool)
        spool.mkdir()
        failures |= _differences(run, _run(landing, spool))
    return Verdict(run.outcome, row_counts, failures)


@dataclass(frozen=True)
class _Run:
    outcome: str
    staged: StagedShop | None = None
    profiles: Sequence[Profile] = ()
    frames: Frames | None = None
    said: tuple[str, ...] = ()
    crash: str | None = None


def _run(landing: Path, spool: Path) -> _Run:
    params = IngestParams(max_quarantined_rate=1.0)
    profiles, staged = ProfileOfShop(), None
    try:
        with warnings.catch_warnings(action="error"):
            staged = stage_shop(
                opened(str(landing)),
                _SHOP,
                params,
                folder=spool,
                customer_key=CUSTOMER_KEY,
                observer=profiles,
            )
            merged = profiles.by_kind()
            loaded = load_shop(staged, params, folder=spool)
            return _Run("loaded", staged, merged, _frames(loaded))
    except InputDataError as refusal:
        return _Run(refusal.code, staged, profiles.by_kind(), said=(str(refusal),))
    except KeyboardInterrupt:
        raise
    # A panic of a compiled library is no Exception, and is what is looked for here.
    except BaseException as crash:  # noqa: BLE001
        return _Run("crashed", staged, crash=_shown(crash), said=(str(crash),))


def _shown(crash: BaseException) -> str:
    """The error with where it came from: enough to tell one defect from another."""
    frames = traceback.extract_tb(crash.__traceback__)
    ours = [frame for frame in frames if "/bundle_pipeline/" in frame.filename]
    where = f"{Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else "?"
    return f"{where} {type(crash).__name__}: {crash}"


def _frames(loaded: LoadedShop) -> Frames:
    frames: dict[str, pl.DataFrame] = {}
    for schema in _FRAMES:
        frame: pl.DataFrame | Parts[Frame] = getattr(loaded, schema.name)
        rows = frame.collected() if isinstance(frame, Parts) else frame
        frames[schema.name] = checked(schema, rows)
    return frames


def _land(delivery: Delivery, landing: Path) -> None:
    strangers = {f"{landing}/{path}": _STRANGERS_ORDERS for path in _STRANGERS_FILES}
    shop = {f"{landing}/{_SHOP}/{path}": content for path, content in delivery.files.items()}
    for path, content in {**strangers, **shop}.items():
        target = Path(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def _contents(folder: Path, *, apart_from: Path | None = None) -> Mapping[Path, bytes]:
    return {
        path: path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and (apart_from is None or not path.is_relative_to(apart_from))
    }


@contextmanager
def _temporary_files_in(folder: Path) -> Iterator[None]:
    before, tempfile.tempdir = tempfile.tempdir, str(folder)
    try:
        yield
    finally:
        tempfile.tempdir = before


@contextmanager
def _said() -> Iterator[list[str]]:
    """What the package logs."""
    said: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: said.append(record.getMessage())
    logger = logging.getLogger("bundle_pipeline")
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        yield said
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)


def _leaks(delivery: Delivery, run: _Run, spool: Path, said: Sequence[str]) -> dict[str, str]:
    """Personal data, or what another shop has, where it must not be."""
    texts = {"said": "\n".join(said)}
    if run.staged is not None:
        problems = [str(file.problem) for file in run.staged.files if file.problem is not None]
        texts["a refusal"] = "\n".join(problems)
    kept = {f"spool {path.name}": _text(path) for path in spool.rglob("*") if path.is_file()}
    kept |= {name: rows.write_json() for name, rows in (run.frames or {}).items()}
    if delivery.keeps_columns:
        texts |= kept
    found = [f"{word} in {place}" for place, text in texts.items() if (word := planted_in(text))]
    failures = {"personal data": found[0]} if found else {}
    strange = [place for place, text in {**texts, **kept}.items() if _STRANGER in text]
    if strange:
        failures["another shop"] = f"in {strange[0]}"
    return failures


def _text(path: Path) -> str:
    if path.suffix == ".parquet":
        return pl.read_parquet(path).write_json()
    return path.read_bytes().decode("latin-1")


def _miscounted(files: Sequence[StagedFile], delivery: Delivery) -> Iterator[tuple[str, str]]:
    """Files whose rows, counted as lines, are others than those that came in.

    Only of texts in which nothing is quoted, so that a line is a row.
    """
    for file in files:
        content = delivery.files.get(file.path)
        is_text = file.encoding in {"UTF-8", "UTF-16-LE", "UTF-16-BE"} and file.problem is None
        if content is None or not is_text or content.startswith((b"\x1f\x8b", b"sep=")):
            continue
        text = content.decode(str(file.encoding)).removeprefix("\ufeff")
        newline = "\n" if "\n" in text else "\r"
        if '"' in text or text.lstrip().startswith(("{", "sep=")):
            continue
        lines = [line for line in text.replace("\r\n", "\n").split(newline) if line.strip("\r")]
        if file.row_count != len(lines) - 1:
            yield "conservation", f"{file.row_count} rows of {len(lines) - 1} lines of {file.path}"


def _violations(frames: Frames, *, is_nested: bool) -> Iterator[tuple[str, str]]:
    """What frames say that can't be."""
    ledger, lines = frames["ingest_ledger"], frames["order_lines"]
    lost = ledger.filter(pl.col("row_count") != pl.sum_horizontal(_COUNTS))
    if lost.height:
        yield "conservation", str(lost.select("path", "row_count", *_COUNTS).rows()[0])
    reasons = ledger["reasons"].list.eval(pl.element().struct.field("row_count")).list.sum()
    if (ledger["row_count"] - ledger["loaded_count"] != reasons.cast(pl.Int64)).any():
        yield "conservation", "reasons don't add up to the rows that aren't loaded"
    of_rows = frames["quarantine"].filter(pl.col("reason") != "unusable_file")
    unusable = frames["quarantine"].filter(pl.col("reason") == "unusable_file")["path"]
    quarantined = ledger.filter(~pl.col("path").is_in(unusable.implode()))["quarantined_count"]
    if of_rows.height != quarantined.sum():
        yield "conservation", f"{of_rows.height} of {quarantined.sum()} rows are in quarantine"
    of_orders = ledger.filter(pl.col("kind") == "orders")
    loaded = int(of_orders["loaded_count"].sum())
    if (loaded != lines.height and not is_nested) or loaded > lines.height:
        yield "conservation", f"{loaded} rows of orders are loaded, {lines.height} are lines"
    of_lines = set(lines["order_id"])
    if of_lines != set(frames["orders"]["order_id"]):
        yield "conservation", "orders are others than those of the lines"


def _differences(first: _Run, second: _Run) -> dict[str, str]:
    if (first.outcome, first.said) != (second.outcome, second.said):
        return {"second run": f"{first.outcome}, then {second.outcome}"}
    differing = [
        name
        for name, rows in (first.frames or {}).items()
        if second.frames is None or not rows.equals(second.frames[name])
    ]
    if differing:
        return {"second run": f"another {differing[0]}"}
    return {}
