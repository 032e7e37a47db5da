"""Whatever the bytes of a file are, it is read with every row accounted for, or refused."""

import gzip

from hypothesis import given, settings
from hypothesis import strategies as st

from bundle_pipeline.ingest.landed import read_landed

HEADER = "order_id,created_at,sku,quantity,price\n"
PIECES = st.sampled_from(
    [
        ",", ",,,,", '"', '""', "\n", "\r", "\r\n", " ", "\t", "\u00a0", "1", "a,b,c,d,e\n",
        '"a","b","c","d","e"\n', "\x0b", "\u2028", "'", ";", "\\", "\u00e9", "\u200b", "x" * 50,
    ]
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(st.lists(PIECES, max_size=12).map("".join))
def test_rows_below_a_header_are_all_accounted_for_or_the_file_is_refused(body: str) -> None:
    [(file, rows)] = read_landed((HEADER + body).encode(), path="o.csv", place="shop s, o.csv")
    if not rows:
        assert file.problem is not None
        assert file.problem.code.startswith("BP-CSV-")
    else:
        lines = [*rows[0].rows["_line_number"], *rows[0].left_out["_line_number"]]
        assert file.row_count == len(lines) == len(set(lines))
        assert file.problem is None


@settings(max_examples=30, deadline=None)
@given(st.binary(max_size=60), st.sampled_from(["o.csv", "o.csv.gz", "o.txt", "o.zip"]))
def test_any_bytes_are_staged_or_refused(content: bytes, path: str) -> None:
    for landed in (
        content,
        HEADER.encode() + content,
        gzip.compress(content),
        b"\x1f\x8b" + content,
    ):
        [(file, rows)] = read_landed(landed, path=path, place="p")
        assert (file.problem is None) == bool(rows)
        assert file.byte_count == len(landed)
