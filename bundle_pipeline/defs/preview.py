"""A frame's first rows as Markdown, safe to show: what merchants typed can't become markup."""

import html

import polars as pl

PREVIEW_ROWS = 10
_CELL_CHARACTERS = 60
# In one pass: of two, the second would take apart what the first has written for an apostrophe.
_ESCAPED = str.maketrans(
    {letter: f"\\{letter}" for letter in r"\`*_{}[]()#+!|~-"}
    | {letter: html.escape(letter) for letter in "&<>\"'"}
)


def markdown_preview(frame: pl.DataFrame) -> str:
    """The first ten rows as a Markdown table; nested values as short JSON-like text."""
    if frame.is_empty():
        return "*no rows*"
    head = frame.head(PREVIEW_ROWS)
    lines = ["| " + " | ".join(_cell(name) for name in head.columns) + " |"]
    lines.append("| " + " | ".join("---" for _ in head.columns) + " |")
    lines.extend("| " + " | ".join(_cell(value) for value in row) + " |" for row in head.rows())
    return "\n".join(lines)


def _cell(value: object) -> str:
    if value is None:
        return ""
    text = f"{value:.4g}" if isinstance(value, float) else str(value)
    text = " ".join(text.split())
    if len(text) > _CELL_CHARACTERS:
        text = text[: _CELL_CHARACTERS - 1] + "…"
    return text.translate(_ESCAPED)
