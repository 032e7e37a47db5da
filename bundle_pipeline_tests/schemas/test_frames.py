"""Every declared frame says what it is: people read it in the UI."""

import re

import dataframely as dy
import pytest

from bundle_pipeline.schemas.base import UTC_TIMESTAMP, Frame, checked
from bundle_pipeline.schemas.registry import FRAMES

_NAME = re.compile(r"[a-z][a-z0-9_]*")

# Words that say neither quantity nor unit; line_number and p_value are terms of their own.
_UNCLEAR = re.compile(r"pct|percent|data|amount|num_|_num$|qty|date$|time$")

# An expected count is an average, a weighted one a sum of weights.
_NOT_WHOLE = {
    *("expected_count", "expected_customer_count", "expected_co_view_count", "weighted_count"),
    "held_out_expected_count",
}

_ALL = pytest.mark.parametrize("schema", FRAMES.values(), ids=FRAMES)


def test_every_frame_is_registered() -> None:
    def below(schema: type[Frame]) -> set[type[Frame]]:
        children = set(schema.__subclasses__())
        return children.union(*(below(child) for child in children))

    package = {
        schema for schema in below(Frame) if schema.__module__.startswith("bundle_pipeline.")
    }
    assert package == set(FRAMES.values())


@_ALL
def test_the_frame_is_described(schema: type[Frame]) -> None:
    assert _NAME.fullmatch(schema.name)
    assert schema.one_row.endswith(".")
    assert schema.__doc__


@_ALL
def test_it_has_a_key_that_is_never_null(schema: type[Frame]) -> None:
    assert schema.primary_key()
    columns = schema.columns()
    assert [name for name in schema.primary_key() if columns[name].nullable] == []


@_ALL
def test_every_column_is_described_and_named_plainly(schema: type[Frame]) -> None:
    columns = schema.columns()
    assert [name for name, column in columns.items() if not column.description] == []
    assert [name for name in columns if not _NAME.fullmatch(name)] == []
    assert [name for name in columns if _UNCLEAR.search(name)] == []


@_ALL
def test_suffixes_say_the_type(schema: type[Frame]) -> None:
    types = {
        "_at": UTC_TIMESTAMP,
        "_minor": dy.Int64().dtype,
        "_count": dy.Int64().dtype,
        "_id": dy.String().dtype,
    }
    wrong = [
        name
        for name, column in schema.columns().items()
        for suffix, dtype in types.items()
        if name.endswith(suffix) and name not in _NOT_WHOLE and column.dtype != dtype
    ]
    assert wrong == []


@_ALL
def test_money_has_a_currency_beside_it(schema: type[Frame]) -> None:
    columns = schema.columns()
    has_money = any(name.endswith("_minor") for name in columns)
    # A line's or bundle's own currency; an order's total has the order's.
    assert not has_money or "currency" in columns


@_ALL
def test_the_empty_frame_is_as_declared(schema: type[Frame]) -> None:
    assert checked(schema, schema.create_empty()).columns == schema.column_names()
