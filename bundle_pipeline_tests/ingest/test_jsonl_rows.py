"""Lines of JSON: text by dotted path, objects of lists as rows, lines that are no JSON."""

import pytest

from bundle_pipeline.errors import InputDataError
from bundle_pipeline.ingest.jsonl_rows import is_jsonl, read_jsonl

PLACE = "shop s, bulk.jsonl"


def test_numbers_stay_as_written_and_objects_become_dotted_paths() -> None:
    line = b'{"id": 12345678901234567890, "price": 12.50, "taxable": false, "variant": {"id": "v"}}'
    read = read_jsonl(line, place=PLACE)
    assert read.rows.to_dicts() == [
        {
            "id": "12345678901234567890",
            "price": "12.50",
            "taxable": "false",
            "variant.id": "v",
            "_line_number": 1,
        }
    ]


def test_children_of_other_lines_stay_where_they_stand() -> None:
    text = b'{"id": "c", "__parentId": "p"}\n\n{"id": "p", "name": " #1 ", "note": " "}\n'
    read = read_jsonl(text, place=PLACE)
    assert read.rows.select("_line_number", "id", "__parentId").rows() == [
        (1, "c", "p"),
        (3, "p", None),
    ]
    assert read.rows.select("name", "note").rows() == [(None, None), ("#1", None)]
    assert read.line_count == 2


def test_objects_in_lists_become_rows_of_their_own_with_their_parent() -> None:
    line = (
        b'{"id": "o", "tags": ["a", "b"], "lineItems": {"edges": [{"node": {"id": "l", '
        b'"discounts": [{"amount": "1.0"}]}}]}, "refunds": []}'
    )
    read = read_jsonl(line, place=PLACE)
    facts = ("_line_number", "id", "__parentId", "__field")
    assert read.rows.select(facts).rows() == [
        (1, "o", None, None),
        (1, "l", "o", "lineItems"),
        (1, None, "l", "discounts"),
    ]
    assert read.rows["tags"].to_list() == ["a, b", None, None]
    assert read.rows["amount"].to_list() == [None, None, "1.0"]


def test_nodes_are_read_like_edges_and_a_parent_without_an_id_is_named_by_its_line() -> None:
    read = read_jsonl(b'{"lineItems": {"nodes": [{"sku": "a"}]}}', place=PLACE)
    assert read.rows["__parentId"].to_list() == [None, "line 1"]
    assert read.rows["id"].to_list() == ["line 1", None]


@pytest.mark.parametrize(
    "broken",
    [b'{"id": 1', b"[1]", b"7", b'{"x": NaN}', b'{"x": "\\ud800"}', b'{"x": ' + b"[" * 100_000],
)
def test_a_line_that_is_no_object_is_set_aside_by_number(broken: bytes) -> None:
    read = read_jsonl(b'{"id": 1}\n' + broken + b'\n{"id": 2}', place=PLACE)
    assert read.rows["id"].to_list() == ["1", "2"]
    assert read.rejected.rows() == [(2, "json_not_valid")]


def test_a_field_can_t_take_the_place_of_the_line_number() -> None:
    read = read_jsonl(b'{"id": 1, "_line_number": "x"}', place=PLACE)
    assert read.rows["_line_number"].to_list() == [1]


def test_an_empty_text_has_no_rows() -> None:
    read = read_jsonl(b"", place=PLACE)
    assert (read.rows.height, read.rejected.height, read.line_count) == (0, 0, 0)


def test_objects_with_ids_for_keys_are_refused() -> None:
    line = "{" + ", ".join(f'"{number}": 1' for number in range(2500)) + "}"
    with pytest.raises(InputDataError, match="BP-JSONL-PATHS"):
        read_jsonl(line.encode(), place=PLACE)


def test_jsonl_is_known_by_name_or_by_its_first_byte() -> None:
    assert is_jsonl(b"", name="bulk.JSONL.gz")
    assert is_jsonl(b'\n {"id": 1}', name="orders.csv")
    assert not is_jsonl(b"id,name", name="orders.csv")
