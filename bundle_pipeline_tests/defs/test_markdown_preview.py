"""A frame's first rows as Markdown."""

import polars as pl

from bundle_pipeline.defs.preview import PREVIEW_ROWS, markdown_preview


def test_what_a_merchant_typed_is_shown_as_typed() -> None:
    typed = """<b>*Tea*</b> & "Co's" | #1 [x](y)"""
    _, _, row = markdown_preview(pl.DataFrame({"title": [typed]})).splitlines()
    assert row == (r"| &lt;b&gt;\*Tea\*&lt;/b&gt; &amp; &quot;Co&#x27;s&quot; \| \#1 \[x\]\(y\) |")


def test_numbers_nothing_and_long_text() -> None:
    frame = pl.DataFrame({"share": [0.123456], "cost": [None], "title": ["ab\n" * 40]})
    _, _, row = markdown_preview(frame).splitlines()
    assert row == f"| 0.1235 |  | {'ab ' * 19}ab… |"


def test_the_first_rows_only() -> None:
    assert len(markdown_preview(pl.DataFrame({"row": range(99)})).splitlines()) == PREVIEW_ROWS + 2
    assert markdown_preview(pl.DataFrame({"row": []})) == "*no rows*"
