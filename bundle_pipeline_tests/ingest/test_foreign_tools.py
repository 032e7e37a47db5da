"""Exports of other programs are refused by the program's name, with what to export instead."""

import pytest

from bundle_pipeline.errors import InputDataError
from bundle_pipeline.ingest.foreign_tools import foreign_tool, foreign_tools
from bundle_pipeline.ingest.header_checks import checked_columns, known_kind

MATRIXIFY = "ID,Name,Command,Number,Currency,Line: Type,Line: SKU,Line: Quantity,Line: Price"
WOOCOMMERCE = "order_id,order_number,order_date,status,customer_user_agent,line_item_1"
AMAZON = "amazon-order-id,order-item-id,purchase-date,sku,quantity-purchased,item-price"
ETSY = "Sale Date,Item Name,Quantity,Price,Transaction ID,Listing ID,Order ID,SKU"


@pytest.mark.parametrize(
    ("header", "name"),
    [
        (MATRIXIFY, "Matrixify"),
        (MATRIXIFY.lower(), "Matrixify"),
        (WOOCOMMERCE, "WooCommerce"),
        (AMAZON, "Amazon Seller Central"),
        (ETSY, "Etsy"),
        ("order_id,created_at,sku,quantity,price", None),
        ("Name,Command", None),
    ],
)
def test_a_program_is_told_by_its_headers(header: str, name: str | None) -> None:
    tool = foreign_tool(header.split(","))
    assert (tool and tool.name) == name


@pytest.mark.parametrize("tool", foreign_tools(), ids=lambda tool: tool.name)
def test_each_group_of_headers_tells_its_program_alone(tool: object) -> None:
    known = next(each for each in foreign_tools() if each == tool)
    assert [foreign_tool(group) for group in known.headers] == [known] * len(known.headers)


@pytest.mark.parametrize(
    ("header", "name"),
    [(MATRIXIFY, "Matrixify"), (AMAZON, "Amazon"), (WOOCOMMERCE, "WooCommerce")],
)
def test_an_unknown_header_names_the_program_and_what_to_export(header: str, name: str) -> None:
    with pytest.raises(InputDataError, match="BP-CSV-UNKNOWN") as refused:
        known_kind(header.split(","), place="p")
    assert name in refused.value.found
    assert refused.value.remedy.startswith("export ")


def test_missing_columns_name_the_program_too() -> None:
    cells = ETSY.split(",")
    with pytest.raises(InputDataError, match="BP-CSV-COLUMN") as refused:
        checked_columns(known_kind(cells, place="p"), cells, place="p")
    assert "an export of Etsy" in refused.value.remedy
