"""Lines of JSON as a frame of text, each with its line; a line that is no object is set aside.

Bulk operations write one object per line, and what belongs to an object (the items of an order, the
variants of a product) as lines of their own that point to it by ``__parentId``, in any order.
Objects nested in lists are brought into that form, so that the steps after this know one shape.

Python's own parser reads them: it alone hands numbers on as they are written, so that ids keep
their digits and amounts never pass through a float.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import polars as pl

from bundle_pipeline.errors import InputDataError

LINE_COLUMN = "_line_number"
PARENT_ID = "__parentId"
# Named by bulk operations' own convention: two underscores are never a field of the shop's data.
PARENT_FIELD = "__field"

# As for CSV; an object that uses ids as keys would have a column for each.
_MAX_PATHS = 2000
_LINES_AT_A_TIME = 20_000
_CONNECTION_PARTS = frozenset({"edges", "nodes"})

Json = Mapping[str, object]
_Row = dict[str, str | int | None]


@dataclass(frozen=True)
class JsonRows:
    """Objects of one file.

    ``rows`` has a text column for each dotted path (``variant.id``, ``__parentId``), without outer
    blanks and null where nothing is left, and ``_line_number``. Lists of plain values are text with
    ``, `` between them. Objects of a list are rows of their own, with the line and, as
    ``__parentId``, the id of the object that they were in; ``__field`` is the path of the list.
    ``rejected`` has ``_line_number`` and ``reason`` of the other lines.
    """

    rows: pl.DataFrame
    rejected: pl.DataFrame
    line_count: int
    """Lines that aren't blank."""

    @property
    def header(self) -> list[str]:
        """The paths, in the order of their columns."""
        return [name for name in self.rows.columns if name != LINE_COLUMN]

    def by_position(self) -> pl.DataFrame:
        """The rows with columns named as those of a CSV are: ``c0``, ``c1``..."""
        names = {f"c{position}": name for position, name in enumerate(self.header)}
        return self.rows.select(LINE_COLUMN, **names)


def is_jsonl(text: bytes, *, name: str) -> bool:
    """Whether a text is lines of JSON, by the file's name or the first byte."""
    named = name.lower().removesuffix(".gz").endswith((".jsonl", ".ndjson"))
    return named or text.lstrip().startswith(b"{")


def read_jsonl(text: bytes, *, place: str) -> JsonRows:
    """Parse lines of JSON; blank ones don't count.

    Args:
        text: UTF-8 with newlines of one byte.
        place: Shop and path, for errors.

    Raises:
        InputDataError: The objects have more different paths than any export.
    """
    lines = [(number, line) for number, line in enumerate(text.split(b"\n"), 1) if line.strip()]
    frames = [_frame([], place)]
    rejected: list[int] = []
    for start in range(0, len(lines), _LINES_AT_A_TIME):
        rows: list[_Row] = []
        for number, line in lines[start : start + _LINES_AT_A_TIME]:
            unrolled = _unrolled(line, number)
            if unrolled is None:
                rejected.append(number)
            else:
                rows.extend(unrolled)
        frames.append(_frame(rows, place))
    return JsonRows(
        rows=_stripped(pl.concat(frames, how="diagonal")),
        rejected=pl.DataFrame(
            {LINE_COLUMN: rejected, "reason": ["json_not_valid"] * len(rejected)},
            schema={LINE_COLUMN: pl.Int64, "reason": pl.String},
        ),
        line_count=len(lines),
    )


def _unrolled(line: bytes, number: int) -> list[_Row] | None:
    try:
        parsed: object = json.loads(
            line, parse_int=str, parse_float=str, parse_constant=_refuse_constant
        )
        if not isinstance(parsed, dict):
            return None
        rows = list(_rows_of(cast("Json", parsed), {LINE_COLUMN: number}, f"line {number}"))
        # Half of a surrogate pair is allowed in JSON and is no text.
        "".join(cell for row in rows for cell in row.values() if isinstance(cell, str)).encode()
    except (ValueError, RecursionError):
        return None
    return rows


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


def _rows_of(parsed: Json, start: Mapping[str, str | int], place: str) -> Iterator[_Row]:
    """The object as a row, then those of the objects in its lists."""
    row: _Row = {}
    children: list[tuple[str, Json]] = []
    for path, leaf in _leaves(parsed, ""):
        if isinstance(leaf, list):
            entries = cast("Sequence[object]", leaf)
            nested = [cast("Json", entry) for entry in entries if isinstance(entry, dict)]
            children.extend((path, entry) for entry in nested)
            if not nested:
                row[path] = ", ".join(text for entry in entries if (text := _text(entry)))
        else:
            row[path] = _text(leaf)
    if children:
        row["id"] = row.get("id") or place
    # Last, so that a field of this name can't take the line's place.
    row.update(start)
    yield row
    own_id = str(row.get("id"))
    for position, (path, child) in enumerate(children):
        above = {**start, PARENT_ID: own_id, PARENT_FIELD: path}
        yield from _rows_of(child, above, f"{place} {path} {position}")


def _leaves(parsed: Json, prefix: str) -> Iterator[tuple[str, object]]:
    for name, inner in parsed.items():
        if isinstance(inner, dict):
            yield from _leaves(cast("Json", inner), f"{prefix}{name}.")
        elif isinstance(inner, list) and prefix and name in _CONNECTION_PARTS:
            entries = cast("Sequence[object]", inner)
            yield prefix.removesuffix("."), [_node(entry) for entry in entries]
        else:
            yield f"{prefix}{name}", cast("object", inner)


def _node(edge: object) -> object:
    if not isinstance(edge, dict):
        return edge
    return cast("Json", edge).get("node", cast("object", edge))


def _text(leaf: object) -> str | None:
    if leaf is None or isinstance(leaf, str):
        return leaf
    # Numbers are text already; a list in a list stays JSON.
    return json.dumps(leaf, ensure_ascii=False)


def _frame(rows: Sequence[_Row], place: str) -> pl.DataFrame:
    paths = dict.fromkeys(path for row in rows for path in row)
    if len(paths) > _MAX_PATHS:
        raise InputDataError(
            "BP-JSONL-PATHS",
            place=place,
            found=f"objects with {len(paths)} different fields",
            expected=f"at most {_MAX_PATHS}",
            remedy="export it with a query that names the fields, or remove the file",
        )
    types: dict[str, type[pl.DataType]] = dict.fromkeys(paths, pl.String)
    return pl.DataFrame(rows, schema={**types, LINE_COLUMN: pl.Int64}, orient="row")


def _stripped(rows: pl.DataFrame) -> pl.DataFrame:
    stripped = pl.col(pl.String).str.strip_chars()
    return rows.with_columns(pl.when(stripped != "").then(stripped))
