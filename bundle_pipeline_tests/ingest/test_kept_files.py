"""Runs that read only what is new come to the same as a rebuild, after any history."""

import io
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bundle_pipeline.errors import InputDataError, TransientError
from bundle_pipeline.ingest import order_places, order_spool, text_blocks
from bundle_pipeline.ingest.kept_files import forget
from bundle_pipeline.ingest.params import IngestParams
from bundle_pipeline.schemas.orders import Orders
from bundle_pipeline.store.boxes import boxed
from bundle_pipeline.store.lake import Lake
from bundle_pipeline.store.objects import opened
from bundle_pipeline.store.origin import Origin
from bundle_pipeline.store.parts import Part, Parts, no_parts
from bundle_pipeline_tests.support.kept_landing import SHOP, KeptLanding, Night

PLAIN = (
    "order_id,name,created_at,customer_id,currency,line_item_id,variant_id,sku,product_title,"
    "quantity,price"
)
ADMIN = (
    "Name,Email,Financial Status,Created at,Currency,Lineitem quantity,Lineitem name,"
    "Lineitem price,Lineitem sku,Id,Discount Amount,Subtotal"
)
PRODUCTS = "product_id,variant_id,title,price,sku,status"

NUMBERS = st.integers(1, 6)
# A line of a plain export: a few orders, so that files often have rows of the same one; some state
# no variant, a date with slashes, another currency, or what isn't a number.
PLAIN_LINE = st.tuples(
    NUMBERS,
    st.sampled_from(["2025-01-02T03:04:05Z", "2025-03-02T03:04:05Z", "13/2/2025", "3/2/2025", "x"]),
    st.sampled_from(["EUR", "EUR", "EUR", "JPY", ""]),
    st.integers(1, 3),
    st.sampled_from(["v1", "v2", "", ""]),
    st.sampled_from(["S1", "S2", "", "S9"]),
    st.sampled_from(["Tee", "Cap", "Gift wrap"]),
    st.sampled_from(["1", "2", "0", "x"]),
    st.sampled_from(["5", "10.00", "1.234", "1.234.567", "1,50"]),
)
# A line of an admin export; only the first of an order states its id.
ADMIN_LINE = st.tuples(
    NUMBERS,
    st.booleans(),
    st.sampled_from(["paid", "refunded", "voided"]),
    st.sampled_from(["Tee", "Cap", "Mug - Blue"]),
    st.sampled_from(["S1", "S2", "S3", ""]),
    st.sampled_from(["0.00", "2.00"]),
)
EVENTS = "event_type,occurred_at,sku,session_id"
EVENT = st.tuples(
    st.integers(1, 3), st.sampled_from(["view", "cart", "paid", ""]), st.sampled_from(["S1", "S9"])
)
PRODUCT = st.tuples(st.integers(1, 4), st.sampled_from(["S1", "S2", "S3", ""]))


@st.composite
def contents(draw: st.DrawFn) -> bytes:
    """A file of any kind that has to do with orders."""
    kind = draw(st.sampled_from(["plain", "plain", "admin", "products", "events", "zip", "junk"]))
    if kind == "plain":
        lines = draw(st.lists(PLAIN_LINE, max_size=6))
        return _text(PLAIN, [_plain(*line) for line in sorted(lines)])
    if kind == "admin":
        lines = draw(st.lists(ADMIN_LINE, max_size=6))
        return _text(ADMIN, [_admin(line) for line in sorted(lines)])
    if kind == "products":
        products = draw(st.lists(PRODUCT, max_size=4))
        return _text(PRODUCTS, [f"p{n},v{n},Tee,5.00,{sku},active" for n, sku in products])
    if kind == "events":
        events = draw(st.lists(EVENT, max_size=4))
        return _text(
            EVENTS, [f"{what},2025-01-02T03:04:0{n}Z,{sku},s{n}" for n, what, sku in events]
        )
    if kind == "zip":
        return _zipped(draw(contents()))
    return draw(st.sampled_from([b"", b"who,knows\n1,2\n", b"\xff\xfe\x00"]))


def _plain(*line: object) -> str:
    number, at, currency, item, variant, sku, title, quantity, price = line
    cells = [
        *(number, f"#{number}", at, 7, currency, item, variant, sku, title, quantity, f'"{price}"')
    ]
    return ",".join(map(str, cells))


def _admin(line: tuple[int, bool, str, str, str, str]) -> str:
    number, has_facts, status, name, sku, discount = line
    facts = [status, "2025-02-03 04:05:06 +0100", "EUR"] if has_facts else ["", "", ""]
    order_id, discount, subtotal = (number, discount, "10.00") if has_facts else ("", "", "")
    cells = [
        f"#{number}",
        "a@b.example",
        *facts,
        1,
        name,
        "5.00",
        sku,
        order_id,
        discount,
        subtotal,
    ]
    return ",".join(map(str, cells))


def _text(header: str, lines: list[str]) -> bytes:
    return "\n".join([header, *lines, ""]).encode()


def _zipped(content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("inside.csv", content)
    return buffer.getvalue()


NAMES = st.sampled_from(["a.csv", "b.csv", "c.csv", "d.zip", "a.csv_mended-001.csv"])
STEP = st.one_of(
    st.tuples(st.just("put"), NAMES, contents()),
    st.tuples(st.just("put"), NAMES, contents()),
    st.tuples(st.just("withdraw"), NAMES, st.none()),
    st.tuples(st.just("redeliver"), NAMES, st.none()),
    st.tuples(st.just("forget to keep"), NAMES, st.none()),
)
ALWAYS_THERE = _text(PLAIN, [_plain(9, "2025-01-02", "EUR", 1, "v1", "S1", "Tee", 1, "5")])


@settings(max_examples=25, deadline=None)
@given(st.lists(STEP, min_size=1, max_size=6), st.sampled_from([1, 150, 10**6]))
def test_any_history_comes_to_the_same_as_a_rebuild(
    steps: list[tuple[str, str, bytes | None]], block_bytes: int
) -> None:
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(text_blocks.text_blocks, "__kwdefaults__", {"block_bytes": block_bytes})
        # Small blocks have small units too.
        for module in (order_spool, order_places):
            patch.setattr(module, "WAITING_ROWS", 65_536 if block_bytes > 150 else 3)
        shop = KeptLanding(Path(folder))
        shop.put("0.csv", ALWAYS_THERE)
        shop.ingest()
        rebuilt: Night | str | None = None
        for action, name, content in steps:
            path = shop.landing / SHOP / name
            if action == "put" and content is not None:
                shop.put(name, content)
            elif action == "withdraw" and path.exists():
                shop.withdraw(name)
            elif action == "redeliver" and path.exists():
                shop.put(f"re-{name}", path.read_bytes())
            elif rebuilt is not None:
                # A night without news: the last rebuild is of the same files.
                assert came_to(partial(shop.ingest, keep=action != "forget to keep")) == rebuilt
                continue
            rebuilt = came_to(shop.rebuilt)
            assert came_to(partial(shop.ingest, keep=action != "forget to keep")) == rebuilt


def came_to(run: Callable[[], Night]) -> Night | str:
    """What a run made, or why it was refused."""
    try:
        return run()
    except InputDataError as refusal:
        return str(refusal)


def plain_file(*orders: int, price: str = "5.00") -> bytes:
    return _text(
        PLAIN,
        [_plain(n, "2025-01-02", "EUR", 1, "v1", "S1", "Tee", 1, price) for n in orders],
    )


def test_a_run_reads_only_what_is_new(tmp_path: Path) -> None:
    shop = KeptLanding(tmp_path)
    shop.put("1.csv", plain_file(1, 2, 3))
    shop.put("2.csv", plain_file(4))
    assert shop.ingest().read_count == 2
    assert shop.ingest().read_count == 0
    shop.put("3.csv", plain_file(5))
    assert shop.ingest().read_count == 1
    shop.put("2.csv", plain_file(4, 6))
    night = shop.ingest()
    assert night.read_count == 1
    assert night.frames["orders"]["order_id"].to_list() == ["1", "2", "3", "4", "5", "6"]


def test_a_correction_replaces_and_its_withdrawal_brings_back(tmp_path: Path) -> None:
    shop = KeptLanding(tmp_path)
    shop.put("1.csv", plain_file(1, 2, 3))
    shop.ingest()
    shop.put("2.csv", plain_file(2, price="7.00"))
    corrected = shop.ingest()
    assert corrected.frames["order_lines"]["unit_price_minor"].to_list() == [500, 700, 500]
    assert corrected.frames["ingest_ledger"]["superseded_count"].to_list() == [1, 0]
    shop.withdraw("2.csv")
    again = shop.ingest()
    assert again.frames["order_lines"]["unit_price_minor"].to_list() == [500, 500, 500]


def test_parts_of_files_that_stay_aren_t_written_again(tmp_path: Path) -> None:
    shop = KeptLanding(tmp_path)
    shop.put("1.csv", plain_file(*range(1, 50)))
    shop.ingest()
    before = Lake(str(shop.lake)).files_of(Orders, SHOP)
    shop.put("2.csv", plain_file(60, 61))
    shop.ingest()
    after = Lake(str(shop.lake)).files_of(Orders, SHOP)
    assert before.keys() < after.keys()


def test_a_new_product_names_lines_of_old_files(tmp_path: Path) -> None:
    shop = KeptLanding(tmp_path)
    shop.put("1.csv", _text(PLAIN, [_plain(1, "2025-01-02", "EUR", 1, "", "S3", "Mug", 1, "5")]))
    assert shop.ingest().frames["order_lines"]["resolved_by"].to_list() == ["unresolved"]
    shop.put("p.csv", _text(PRODUCTS, ["p3,v3,Mug,5.00,S3,active"]))
    night = shop.ingest()
    assert night.read_count == 1
    assert night.frames["order_lines"].select("variant_id", "resolved_by").rows() == [("v3", "sku")]
    shop.put("p.csv", _text(PRODUCTS, ["p3,v4,Mug,5.00,S3,active"]))
    assert shop.ingest().frames["order_lines"]["variant_id"].to_list() == ["v4"]


def waiting(order: int, **changes: str) -> str:
    """A line that isn't simple, since its quantity is no digit alone."""
    cells = {"variant": "", "sku": "S3", "price": "5", **changes}
    line = (order, "2025-01-02", "EUR", 1, cells["variant"], cells["sku"], "Mug", "2.0")
    return _plain(*line, cells["price"])


def test_what_was_decided_is_decided_again_when_labels_mean_something_else(tmp_path: Path) -> None:
    shop = KeptLanding(tmp_path)
    shop.put("1.csv", _text(PLAIN, [waiting(1)]))
    assert shop.ingest().frames["order_lines"]["resolved_by"].to_list() == ["unresolved"]
    shop.put("p.csv", _text(PRODUCTS, ["p3,v3,Mug,5.00,S3,active"]))
    assert shop.ingest().frames["order_lines"]["variant_id"].to_list() == ["v3"]


def test_what_was_decided_is_decided_again_when_an_earlier_file_has_the_order(
    tmp_path: Path,
) -> None:
    shop = KeptLanding(tmp_path)
    shop.put("2.csv", _text(PLAIN, [waiting(1)]))
    shop.ingest()
    shop.put("1.csv", _text(PLAIN, [waiting(1, price="7")]))
    night = shop.ingest()
    assert night.frames["ingest_ledger"]["superseded_count"].to_list() == [1, 0]
    assert night.frames["order_lines"]["unit_price_minor"].to_list() == [500]


def test_other_settings_or_a_lake_that_lost_a_part_read_again(tmp_path: Path) -> None:
    shop = KeptLanding(tmp_path)
    shop.put("1.csv", plain_file(1, 2))
    shop.ingest()
    others = IngestParams(max_quarantined_rate=1.0, non_product_patterns=("mug",))
    assert shop.ingest(params=others).read_count == 1
    assert shop.ingest(params=others).read_count == 0
    Lake(str(shop.lake)).write_parts(no_parts(Orders), SHOP, origin=Origin("x", "0" * 16, "1"))
    night = shop.ingest(params=others)
    assert (night.read_count, night.frames["orders"].height) == (1, 2)
    assert night == shop.rebuilt(params=others)


@pytest.mark.parametrize("spoilt", ["index.json", ".zip"])
def test_what_can_t_be_understood_is_read_again(tmp_path: Path, spoilt: str) -> None:
    shop = KeptLanding(tmp_path)
    shop.put("1.csv", plain_file(1, 2))
    shop.ingest()
    for path in (shop.lake / "staged" / SHOP).iterdir():
        if path.name.endswith(spoilt):
            path.write_bytes(b"{}")
    night = shop.ingest()
    assert (night.read_count, night.frames["orders"].height) == (1, 2)


@pytest.mark.parametrize("content", [None, b"", b"{}", boxed(b"part", {})])
def test_totals_that_are_lost_are_made_anew_without_reading_files_again(
    tmp_path: Path, content: bytes | None
) -> None:
    shop = KeptLanding(tmp_path)
    shop.put("1.csv", plain_file(1, 2))
    shop.ingest()
    (totals,) = (shop.lake / "staged" / SHOP).glob("totals-*")
    totals.unlink() if content is None else totals.write_bytes(content)
    shop.put("2.csv", plain_file(3))
    night = shop.ingest()
    assert night.read_count == 1
    assert night == shop.rebuilt()


def test_a_rebuild_reads_all_again_and_comes_to_the_same(tmp_path: Path) -> None:
    shop = KeptLanding(tmp_path)
    shop.put("1.csv", plain_file(1, 2))
    shop.put("2.csv", plain_file(2, price="7"))
    before = shop.ingest()
    forget(opened(str(shop.lake)), SHOP)
    again = shop.ingest()
    assert (again.read_count, again) == (2, before)


def test_what_no_run_needs_any_more_goes_a_run_later(tmp_path: Path) -> None:
    shop = KeptLanding(tmp_path)
    shop.put("1.csv", plain_file(1, 2))
    shop.ingest()
    first = shop.kept_names()
    shop.put("1.csv", plain_file(1, 2, 3))
    shop.ingest()
    assert first <= shop.kept_names()
    shop.ingest()
    assert not (first - {"index.json"}) & shop.kept_names()


def test_a_run_that_another_one_overtook_commits_nothing(tmp_path: Path) -> None:
    shop = KeptLanding(tmp_path)
    shop.put("1.csv", plain_file(1, 2))
    shop.ingest()
    lake, origin = Lake(str(shop.lake)), Origin("x", "0" * 16, "1")
    files = lake.files_of(Orders, SHOP)
    lake.write_parts(no_parts(Orders), SHOP, origin=origin)
    (name, address), *_ = files.items()
    gone = Parts(Orders, (Part(name, address, 2, is_kept=True),))
    with pytest.raises(TransientError, match="BP-STORE-CONFLICT"):
        lake.write_parts(gone, SHOP, origin=origin)
