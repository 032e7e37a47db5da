"""Whether all rules of a frame hold, and those of the frames inside its columns.

The library's own answer adds a column per rule to the frame first: of the 300 rules of a bundle
that takes twice as long. And asked of a column of structs or lists itself, a rule for what is
inside takes up to ten times as long: it has to find the values first, for each rule anew.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import dataframely as dy
import polars as pl

# How the library begins the name of a rule for what is inside a column.
_OF_INNER = "inner_"


@dataclass(frozen=True)
class Rules:
    """Rules of a frame, and of the frames that are inside its columns."""

    own: tuple[pl.Expr, ...]
    """Whether those of the frame itself hold in all rows: one value each. Putting all of them into
    one value by an expression takes several times as long."""
    inner: Mapping[str, "Rules"]
    """By column of structs or lists."""

    def hold_in(self, frame: pl.DataFrame) -> bool:
        """Whether all of them hold in all rows. A rule that gives null holds."""
        # One rule after the other: handing them to threads takes longer than asking most of them.
        return frame.is_empty() or (
            all(frame.select_seq(self.own).row(0))
            and all(rules.hold_in(_inside(frame, name)) for name, rules in self.inner.items())
        )


def rules_of(named: Mapping[str, pl.Expr], columns: Mapping[str, dy.Column]) -> Rules:
    """Rules of a frame, those for what is inside a column by that column.

    Args:
        named: All rules as the library names them.
        columns: The frame's columns by name.
    """
    own = [rule for name, rule in named.items() if f"|{_OF_INNER}" not in name]
    return _rules(own, columns)


def _rules(own: Iterable[pl.Expr], columns: Mapping[str, dy.Column]) -> Rules:
    everywhere = (rule.all().alias(str(number)) for number, rule in enumerate(own))
    inner = {name: _rules_inside(name, column) for name, column in columns.items()}
    return Rules(
        # What has no rules still has a row to ask.
        (pl.lit(value=True).alias(""), *everywhere),
        {name: rules for name, rules in inner.items() if rules is not None},
    )


def _rules_inside(name: str, column: dy.Column) -> Rules | None:
    if isinstance(column, dy.Struct):
        fields = column.inner
    elif isinstance(column, dy.List):
        fields = {name: column.inner}
    else:
        return None
    own = [
        rule
        for field, values in fields.items()
        for rule_name, rule in values.validation_rules(pl.col(field)).items()
        if not rule_name.startswith(_OF_INNER)
    ]
    return _rules(own, fields)


def _inside(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    """The fields of a column's structs, or the elements of its lists."""
    if isinstance(frame.schema[name], pl.Struct):
        return frame.get_column(name).drop_nulls().struct.unnest()
    return frame.select(pl.col(name).drop_nulls().explode(empty_as_null=False))
