"""A frame's first rows as Markdown, safe to show: what merchants typed can't become markup."""

import html
import re

import polars as pl

PREVIEW_ROWS = 10
_CELL_CHARACTERS = 60
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+!|~-])")


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
    return _MARKDOWN.sub(r"\\\1", html.escape(text))
