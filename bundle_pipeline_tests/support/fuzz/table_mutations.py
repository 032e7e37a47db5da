"""Changes of a table cell by cell: what people, spreadsheets and other programs do to an export."""

from collections.abc import Callable
from random import Random

from bundle_pipeline_tests.support.fuzz.delivery import Delivery, Row, content_of, is_table, rows_of
from bundle_pipeline_tests.support.fuzz.nasty import CELLS
from bundle_pipeline_tests.support.fuzz.personal import is_personal

Mutate = Callable[[Delivery, Random], Delivery]
_Change = Callable[[list[Row], Random], list[Row]]

# A row is repeated at most so often, a table shows at most so much of another.
_MAX_REPEATS = 3
_MAX_CELLS = 6
_HEADERS = (
    *(
        "order_id",
        "name",
        "created_at",
        "sku",
        "variant_id",
        "quantity",
        "price",
        "currency",
        "title",
    ),
    *("line_item_name", "status", "id", "Id", "handle", "product_id", "available", "location_id"),
    *(
        "line_discount",
        "discounted_total",
        "total",
        "customer_id",
        "_line_number",
        "_path",
        "outcome",
    ),
    *(
        "c0",
        "_customer",
        "",
        " ",
        "unnamed: 0",
        "x" * 300,
        "price.1",
        "created_at_y",
        "Lineitem price",
    ),
)


def _on_a_table(change: _Change) -> Mutate:
    """The change applied to one of the delivery's tables."""

    def mutate(delivery: Delivery, random: Random) -> Delivery:
        paths = [path for path in delivery.files if is_table(path)]
        if not paths:
            return delivery
        path = random.choice(paths)
        rows = rows_of(delivery.files[path])
        if not rows or not rows[0]:
            return delivery
        return delivery.with_file(path, content_of(change(rows, random)))

    return mutate


def _slipping(mutate: Mutate) -> Mutate:
    """The same, of a delivery whose cells may then stand in other columns."""
    return lambda delivery, random: mutate(delivery, random).slipped()


def _impersonal(header: Row) -> list[int]:
    return [position for position, name in enumerate(header) if not is_personal(name)]


def _replace_cells(rows: list[Row], random: Random) -> list[Row]:
    changed = [list(row) for row in rows]
    columns = _impersonal(rows[0])
    for _ in range(random.randint(1, _MAX_CELLS)):
        row = random.randrange(len(rows))
        column = random.choice(columns) if columns else 0
        if row > 0 and column < len(rows[row]):
            changed[row][column] = random.choice(CELLS)
    return changed


def _fill_column(rows: list[Row], random: Random) -> list[Row]:
    columns = _impersonal(rows[0])
    if not columns:
        return rows
    column, text = random.choice(columns), random.choice(CELLS)
    return [rows[0], *(_with_cell(row, column, text) for row in rows[1:])]


def _with_cell(row: Row, column: int, text: str) -> Row:
    return [text if position == column else cell for position, cell in enumerate(row)]


def _swap_cells_of_rows(rows: list[Row], random: Random) -> list[Row]:
    column, body = random.randrange(len(rows[0])), rows[1:]
    cells = [row[column] if column < len(row) else "" for row in body]
    random.shuffle(cells)
    return [
        rows[0],
        *(_with_cell(row, column, text) for row, text in zip(body, cells, strict=True)),
    ]


def _shuffle_rows(rows: list[Row], random: Random) -> list[Row]:
    body = rows[1:]
    random.shuffle(body)
    return [rows[0], *body]


def _repeat_rows(rows: list[Row], random: Random) -> list[Row]:
    body = list(rows[1:])
    for _ in range(random.randint(1, _MAX_REPEATS)):
        if body:
            body.insert(random.randint(0, len(body)), random.choice(body))
    return [rows[0], *body]


def _drop_rows(rows: list[Row], random: Random) -> list[Row]:
    return [rows[0], *(row for row in rows[1:] if random.random() < 0.6)]


def _blank_rows(rows: list[Row], random: Random) -> list[Row]:
    at = random.randint(1, len(rows))
    return [*rows[:at], [""] * len(rows[0]), *rows[at:]]


def _repeat_header(rows: list[Row], random: Random) -> list[Row]:
    at = random.randint(1, len(rows))
    return [*rows[:at], rows[0], *rows[at:]]


def _shuffle_columns(rows: list[Row], random: Random) -> list[Row]:
    order = list(range(len(rows[0])))
    random.shuffle(order)
    return [[row[at] for at in order if at < len(row)] for row in rows]


def _drop_column(rows: list[Row], random: Random) -> list[Row]:
    column = random.randrange(len(rows[0]))
    return [row[:column] + row[column + 1 :] for row in rows]


def _repeat_column(rows: list[Row], random: Random) -> list[Row]:
    column = random.randrange(len(rows[0]))
    return [[*row, *row[column : column + 1]] for row in rows]


def _add_column(rows: list[Row], random: Random) -> list[Row]:
    header, text = random.choice(_HEADERS), random.choice(CELLS)
    return [[*rows[0], header], *([*row, text] for row in rows[1:])]


def _rename_column(rows: list[Row], random: Random) -> list[Row]:
    columns = _impersonal(rows[0])
    if not columns:
        return rows
    return [_with_cell(rows[0], random.choice(columns), random.choice(_HEADERS)), *rows[1:]]


def _respell_header(rows: list[Row], random: Random) -> list[Row]:
    respell: Callable[[str], str] = random.choice(
        (
            str.upper,
            str.lower,
            lambda name: f" {name} ",
            lambda name: name.replace("_", " "),
            lambda name: name.replace(" ", "_"),
            lambda name: f"{name}.1",
        )
    )
    return [[respell(name) for name in rows[0]], *rows[1:]]


def _swap_headers(rows: list[Row], random: Random) -> list[Row]:
    header = list(rows[0])
    random.shuffle(header)
    return [header, *rows[1:]]


def _drop_header(rows: list[Row], random: Random) -> list[Row]:
    return rows[random.randint(1, len(rows)) :] or [rows[0]]


def _ragged_rows(rows: list[Row], random: Random) -> list[Row]:
    changed = [list(row) for row in rows]
    for _ in range(random.randint(1, _MAX_REPEATS)):
        row = random.randrange(len(changed))
        length = random.randint(1, len(rows[0]) + 3)
        changed[row] = [*changed[row], *["x"] * length][:length]
    return changed


def _negate_numbers(rows: list[Row], random: Random) -> list[Row]:
    column = random.randrange(len(rows[0]))
    return [
        rows[0],
        *(
            _with_cell(row, column, f"-{row[column : column + 1] and row[column]}")
            for row in rows[1:]
        ),
    ]


def _decimal_commas(rows: list[Row], random: Random) -> list[Row]:
    columns = [at for at in _impersonal(rows[0]) if random.random() < 0.7]
    return [
        rows[0],
        *(
            [cell.replace(".", ",") if at in columns else cell for at, cell in enumerate(row)]
            for row in rows[1:]
        ),
    ]


TABLE_MUTATIONS: dict[str, Mutate] = {
    "replace cells": _on_a_table(_replace_cells),
    "fill a column": _on_a_table(_fill_column),
    "swap cells of rows": _on_a_table(_swap_cells_of_rows),
    "shuffle rows": _on_a_table(_shuffle_rows),
    "repeat rows": _on_a_table(_repeat_rows),
    "drop rows": _on_a_table(_drop_rows),
    "blank rows": _on_a_table(_blank_rows),
    "repeat the header": _on_a_table(_repeat_header),
    "shuffle columns": _on_a_table(_shuffle_columns),
    "drop a column": _on_a_table(_drop_column),
    "repeat a column": _on_a_table(_repeat_column),
    "add a column": _on_a_table(_add_column),
    "rename a column": _on_a_table(_rename_column),
    "respell the header": _on_a_table(_respell_header),
    "swap headers": _slipping(_on_a_table(_swap_headers)),
    "drop the header": _slipping(_on_a_table(_drop_header)),
    "ragged rows": _slipping(_on_a_table(_ragged_rows)),
    "negate numbers": _on_a_table(_negate_numbers),
    "decimal commas": _on_a_table(_decimal_commas),
}
