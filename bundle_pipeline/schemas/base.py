"""What a declared frame is: typed columns with their meaning, a key, a check and a description.

A frame is declared as a :class:`Frame`, which is a dataframely schema. From it come the check at
every write, Dagster's column schema and the empty frame. ``key`` columns are ``primary_key=True``.
"""

from copy import copy
from functools import cache
from typing import ClassVar, TypeVar, cast

import dataframely as dy
import polars as pl
from dataframely.exc import ValidationError as WrongRowsError

from bundle_pipeline.errors import SchemaError
from bundle_pipeline.schemas.rules import Rules, rules_of

# Timestamps are UTC with microseconds: the resolution that Delta Lake stores.
UTC_TIMESTAMP = pl.Datetime("us", "UTC")


class Frame(dy.Schema):
    """A declared frame: its name in the store, and what one row is.

    ``comes_in_parts`` where it may be too large to hold: it is stored as files in any order.
    """

    name: ClassVar[str]
    one_row: ClassVar[str]
    comes_in_parts: ClassVar[bool] = False

    @classmethod
    @cache
    def all_rules(cls) -> Rules:
        """All rules, for telling whether they hold in all rows."""
        named = cls._validation_rules(with_cast=False)
        return rules_of({name: rule.expr for name, rule in named.items()}, cls.columns())


FrameT = TypeVar("FrameT", bound=Frame)


def declared(schema: type[FrameT], frame: pl.DataFrame) -> dy.DataFrame[FrameT]:
    """The frame with its declared columns in their declared order, or an error.

    What a room returns. Only names and types are looked at: the store checks keys and rules when
    it writes the frame, and checking them twice would cost a small shop a tenth of its run.

    Args:
        schema: The declaration.
        frame: Rows; columns that aren't declared are dropped, types aren't cast.

    Raises:
        SchemaError: A column is missing or of another type.
    """
    expected, types = _declared_types(schema), frame.schema
    wrong = [name for name, dtype in expected.items() if types.get(name) != dtype]
    if wrong:
        found = ", ".join(f"{name}: {types.get(name, 'missing')}" for name in wrong)
        raise _defect(schema, found)
    names = expected.names()
    rows = frame if frame.columns == names else frame.select(names)
    return cast("dy.DataFrame[FrameT]", rows)


@cache
def _declared_types(schema: type[Frame]) -> pl.Schema:
    return schema.create_empty().schema


@cache
def without_key(schema: type[FrameT]) -> type[FrameT]:
    """The declaration of a part of a frame, in which the key isn't checked.

    That a key stands once in all parts doesn't follow from its standing once in each of them, and
    looking for it costs ten times all other rules.
    """
    columns = {name: copy(schema.columns()[name]) for name in schema.primary_key()}
    for column in columns.values():
        column.primary_key = False
    return cast("type[FrameT]", type(f"{schema.__name__}Part", (schema,), dict(columns)))


def checked(schema: type[FrameT], frame: pl.DataFrame) -> dy.DataFrame[FrameT]:
    """The frame with its declared columns in their declared order, or an error.

    Args:
        schema: The declaration.
        frame: Rows to check; columns that aren't declared are dropped, types aren't cast.

    Raises:
        SchemaError: A column is missing or of another type, the key repeats, or a rule fails.
    """
    rows = declared(schema, frame)
    # Nearly all frames are valid, and that takes a quarter of the time of telling which rows are.
    if schema.all_rules().hold_in(rows):
        return rows
    try:
        return schema.validate(rows, cast=False)
    except WrongRowsError as error:
        raise _defect(schema, str(error).partition("\n\n")[0]) from error


def _defect(schema: type[Frame], found: str) -> SchemaError:
    return SchemaError(
        "BP-SCHEMA-FRAME",
        place=f"frame {schema.name}",
        found=found,
        expected=f"rows as declared by {schema.__module__}.{schema.__name__}",
        remedy="this is a defect of the room that made the frame; please report it",
    )


def utc_timestamp(*, nullable: bool = False, description: str) -> dy.Datetime:
    """A UTC timestamp column with microseconds."""
    return dy.Datetime(nullable=nullable, time_zone="UTC", time_unit="us", description=description)


def minor(*, nullable: bool = False, description: str) -> dy.Int64:
    """An amount of money in minor units of the currency beside it, at least 0."""
    return dy.Int64(nullable=nullable, min=0, description=f"{description} (minor units)")


def rate(*, nullable: bool = False, description: str) -> dy.Float64:
    """A share between 0 and 1."""
    return dy.Float64(nullable=nullable, min=0.0, max=1.0, description=f"{description} (0 to 1)")


def count(*, nullable: bool = False, description: str) -> dy.Int64:
    """A number of things, at least 0."""
    return dy.Int64(nullable=nullable, min=0, description=description)


def one_of(
    values: tuple[str, ...],
    *,
    nullable: bool = False,
    primary_key: bool = False,
    description: str = "",
) -> dy.String:
    """Text that is one of a few words."""
    return dy.String(
        nullable=nullable,
        primary_key=primary_key,
        check={"one_of": lambda column: column.is_in(values)},
        description=description or None,
    )
