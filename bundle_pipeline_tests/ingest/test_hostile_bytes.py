"""Whatever the bytes of a file are, it is read with every row accounted for, or refused."""

import gzip

from hypothesis import given, settings
from hypothesis import strategies as st

from bundle_pipeline.errors import InputDataError
from bundle_pipeline.ingest.landed import opened_files

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
    [(file, table)] = opened_files((HEADER + body).encode(), path="o.csv", place="shop s, o.csv")
    try:
        if file.problem is not None:
            raise file.problem
        assert table is not None
        row_count, (rows,) = table.rows()
    except InputDataError as problem:
        assert problem.code.startswith("BP-CSV-")  # noqa: PT017 either of two outcomes is right
    else:
        lines = [*rows.rows["_line_number"], *rows.left_out["_line_number"]]
        assert row_count == len(lines) == len(set(lines))


@settings(max_examples=30, deadline=None)
@given(st.binary(max_size=60), st.sampled_from(["o.csv", "o.csv.gz", "o.txt", "o.zip"]))
def test_any_bytes_are_staged_or_refused(content: bytes, path: str) -> None:
    for landed in (
        content,
        HEADER.encode() + content,
        gzip.compress(content),
        b"\x1f\x8b" + content,
    ):
        [(file, table)] = opened_files(landed, path=path, place="p")
        assert (file.problem is None) == (table is not None)
        assert file.byte_count == len(landed)
