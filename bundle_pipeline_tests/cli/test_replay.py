"""Quarantine and replay as a user has them: rows are extracted, mended, and then count."""

import csv
import gzip
import io
import json
import zipfile
from pathlib import Path

import pytest

from bundle_pipeline.schemas.orders import OrderLines
from bundle_pipeline.schemas.shop_id import shop_id
from bundle_pipeline.settings.deployment import Deployment
from bundle_pipeline.store.lake import Lake
from bundle_pipeline_tests.support.exports import SHOPIFY_ORDERS, export, shopify_order
from bundle_pipeline_tests.support.landing import csv_text
from bundle_pipeline_tests.support.webserver import command_here, command_line, environment

SHOP = "shop"
HEADER = ["order_id", "created_at", "sku", "quantity", "price", "email"]
DAY = "2025-01-02T03:04:05Z"
PAST = [[str(number), DAY, "MUG", "1", "5.00", ""] for number in range(100, 130)]


class Deployed:
    """A deployment with one shop, and commands in this process or each in its own."""

    def __init__(
        self, folder: Path, files: dict[str, str | bytes], *, own_processes: bool = False
    ) -> None:
        self.folder = folder
        self.command = command_line if own_processes else command_here
        self.landing = folder / "landing" / SHOP
        self.landing.mkdir(parents=True)
        for name, content in files.items():
            data = content.encode() if isinstance(content, str) else content
            (self.landing / name).write_bytes(data)
        self.env = environment(folder, folder / "landing")

    def ran(self, *arguments: str, code: int = 0) -> str:
        result = self.command(*arguments, folder=self.folder, env=self.env)
        assert result.returncode == code, result.stdout + result.stderr
        assert "Traceback" not in result.stderr
        return result.stdout + (result.stderr if code else "")

    def lines(self, order: str) -> list[tuple[str, int]]:
        lake = Lake(Deployment(lake=str(self.folder / "lake")).lake)
        lines = lake.read(OrderLines, shop_id(SHOP)).filter(order_id=order)
        return sorted(lines.select("sku", "quantity").rows())


def replaced(path: Path, *changes: tuple[str, str]) -> None:
    text = path.read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, "utf-8")


def test_mended_rows_count_and_the_landed_file_stays(tmp_path: Path) -> None:
    rows = [
        ["1", DAY, "MUG", "1", "5.00", "ada@example.com"],
        ["1", DAY, "MUG", "two", "5.00", "ada@example.com"],
        ["1", DAY, "TEA", "1", "3.00", "ada@example.com"],
        ["2", DAY, "TEA", "1", "x", '=HYPERLINK("a")'],
        ["3", DAY, "TEA", "1", "3.00", "", "one too many"],
    ]
    text = csv_text(HEADER, *rows[:1], *PAST, *rows[1:])
    site = Deployed(tmp_path, {"orders.csv": text}, own_processes=True)
    site.ran("run")
    assert site.lines("1") == [("MUG", 1), ("TEA", 1)]
    listed = json.loads(site.ran("quarantine", SHOP, "--format", "json"))
    assert [(row["line_number"], row["reason"]) for row in listed] == [
        (33, "quantity_not_a_number"),
        (35, "price_not_a_number"),
        (36, "wrong_field_count"),
    ]
    assert listed[0]["raw_row"]["quantity"] == "two"
    assert "ada" not in json.dumps(listed)
    table = site.ran("quarantine", SHOP, "--out", "mend")
    assert "3 rows in quarantine" in table
    extract = tmp_path / "mend" / "orders.csv"
    # Byte for byte, formulas too: these rows are landed again.
    wanted = text.splitlines(keepends=True)
    assert extract.read_text("utf-8") == "".join([wanted[0], wanted[32], *wanted[34:]])
    assert extract.stat().st_mode & 0o077 == 0
    sidecar = (tmp_path / "mend" / "orders.csv.reasons.csv").read_text("utf-8")
    reasons = list(csv.DictReader(io.StringIO(sidecar)))
    assert [(row["row"], row["line_number"]) for row in reasons] == [
        ("1", "33"),
        ("2", "35"),
        ("3", "36"),
    ]
    assert all(row["hint"].startswith("found ") for row in reasons)
    # Not over an earlier extract, which may be half mended.
    assert "BP-QUARANTINE-OUT" in site.ran("quarantine", SHOP, "--out", "mend", code=2)

    replaced(extract, ("two", "2"), (",one too many", ""))
    report = json.loads(site.ran("replay", SHOP, "--mended", "mend/orders.csv", "--format", "json"))
    counts = {row.pop("reason"): row for row in report["reasons"]}
    assert {reason: row["superseded"] for reason, row in counts.items()} == dict.fromkeys(counts, 1)
    assert report["mended"] == [
        {
            "path": "orders.csv_mended-001.csv",
            "row_count": 3,
            "loaded_count": 2,
            "superseded_count": 0,
            "excluded_count": 0,
            "quarantined_count": 1,
        }
    ]
    assert (site.landing / "orders.csv").read_text("utf-8") == text
    assert site.lines("1") == [("MUG", 1), ("MUG", 2), ("TEA", 1)]
    assert site.lines("3") == [("TEA", 1)]
    # The row that was left is in quarantine under its new file, in its old line.
    (left,) = json.loads(site.ran("quarantine", SHOP, "--format", "json"))
    assert (left["path"], left["line_number"]) == ("orders.csv_mended-001.csv", 35)
    # The same file again: its rows are no longer in quarantine.
    refused = site.ran("replay", SHOP, "--mended", "mend/orders.csv", code=2)
    assert "BP-REPLAY-FILE" in refused

    site.ran("quarantine", SHOP, "--out", "second")
    again = tmp_path / "second" / "orders.csv_mended-001.csv"
    replaced(again, (",x,", ",4.00,"))
    output = site.ran("replay", SHOP, "--mended", str(again))
    assert "0 rows are in quarantine now" in output
    assert site.lines("2") == [("TEA", 1)]
    assert site.lines("1") == [("MUG", 1), ("MUG", 2), ("TEA", 1)]


def test_a_changed_setting_replays_what_is_landed(tmp_path: Path) -> None:
    unknown = csv_text(["Auftrag", *HEADER[1:]], ["9", DAY, "TEA", "1", "3.00", ""])
    bad = ["1", DAY, "TEA", "x", "3.00", ""]
    site = Deployed(tmp_path, {"orders.csv": csv_text(HEADER, *PAST, bad), "old.csv": unknown})
    site.ran("run")
    (site.landing / "settings.yaml").write_text(
        "ingest: {extra_aliases: {orders: {order_id: [Auftrag]}}}"
    )
    report = json.loads(site.ran("replay", SHOP, "--format", "json"))
    assert {row["reason"]: (row["loaded"], row["quarantined"]) for row in report["reasons"]} == {
        "unusable_file": (1, 0),
        "quantity_not_a_number": (0, 1),
    }
    assert site.lines("9") == [("TEA", 1)]


def test_a_shop_that_has_too_many_bad_rows_is_mended_before_its_first_run(tmp_path: Path) -> None:
    rows = [["1", DAY, "TEA", "x", "3.00", ""], ["2", DAY, "TEA", "1", "3.00", ""]]
    rows.append(["3", DAY, "TEA", "x", "3.00", ""])
    site = Deployed(tmp_path, {"orders.csv.gz": gzip.compress(csv_text(HEADER, *rows).encode())})
    assert "BP-QUALITY-STRUCTURE" in site.ran("run", code=1)
    site.ran("quarantine", SHOP, "--out", "mend")
    replaced(tmp_path / "mend" / "orders.csv", (",x,", ",1,"))
    site.ran("replay", SHOP, "--mended", "mend/orders.csv")
    assert site.lines("1") == site.lines("3") == [("TEA", 1)]


def test_parts_in_an_archive_and_objects_with_their_order_are_mended(tmp_path: Path) -> None:
    first = shopify_order("#7", "MUG", "TEA", "MUG")
    bad = {**first[2], "Lineitem quantity": "x"}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("o_1.csv", export(SHOPIFY_ORDERS, *first[:2]))
        archive.writestr("o_2.csv", export(SHOPIFY_ORDERS, bad, *shopify_order("#8", "CUP")))
    order = {"id": "gid://shopify/Order/5", "name": "#5", "createdAt": DAY, "currencyCode": "EUR"}
    item = {"sku": "TEA", "quantity": 1, "originalUnitPrice": "3.00", "__parentId": order["id"]}
    items = [{"id": f"gid://shopify/LineItem/{number}", **item} for number in (1, 2)]
    bulk = [json.dumps(line) for line in (items[0], order, {**items[1], "quantity": "x"})]
    site = Deployed(tmp_path, {"x.zip": buffer.getvalue(), "b.jsonl": "\n".join(bulk)})
    site.ran("quarantine", SHOP, "--out", "mend")
    part, objects = tmp_path / "mend" / "x.zip" / "o_2.csv", tmp_path / "mend" / "b.jsonl"
    assert [json.loads(line)["id"] for line in objects.read_text().splitlines()] == [
        order["id"],
        items[1]["id"],
    ]
    replaced(part, (",x,", ",2,"))
    replaced(objects, ('"x"', "4"))
    site.ran("replay", SHOP, "--mended", "mend/x.zip/o_2.csv", "--mended", "mend/b.jsonl")
    assert site.lines("7") == [("MUG", 1), ("MUG", 2), ("TEA", 1)]
    assert site.lines("5") == [("TEA", 1), ("TEA", 4)]
    assert site.lines("8") == [("CUP", 1)]


@pytest.mark.parametrize(
    ("changes", "code", "said"),
    [
        ([("1,2025", "1,2025")], 1, "the 1 rows that were extracted"),
        ([("order_id", "auftrag")], 1, "BP-CSV"),
    ],
    ids=["more rows", "other header"],
)
def test_a_mended_file_that_does_not_fit_is_not_landed(
    tmp_path: Path, changes: list[tuple[str, str]], code: int, said: str
) -> None:
    bad = ["1", DAY, "TEA", "x", "3.00", ""]
    site = Deployed(tmp_path, {"orders.csv": csv_text(HEADER, *PAST, bad)})
    site.ran("quarantine", SHOP, "--out", "mend")
    path = tmp_path / "mend" / "orders.csv"
    replaced(path, *changes)
    if said.startswith("the 1"):
        path.write_text(path.read_text() + ",".join(bad) + "\n")
    assert said in site.ran("replay", SHOP, "--mended", "mend/orders.csv", code=code).replace(
        "\n", " "
    )
    assert [file.name for file in site.landing.iterdir()] == ["orders.csv"]
