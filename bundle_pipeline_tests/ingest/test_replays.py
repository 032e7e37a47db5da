"""What became of rows in quarantine, counted by hand."""

import polars as pl

from bundle_pipeline.ingest.replays import replay_report

BEFORE = pl.DataFrame(
    {
        "path": ["o.csv", "o.csv", "o.csv", "old.csv", "x.csv", "gone.csv"],
        "line_number": [2, 3, 4, 2, 1, 1],
        "reason": ["price_missing"] * 4 + ["unusable_file"] * 2,
    }
)
VERDICTS = pl.DataFrame(
    {
        "path": ["o.csv", "o.csv"],
        "line_number": [2, 3],
        "outcome": ["superseded", "quarantined"],
    }
)
LEDGER = pl.DataFrame(
    {
        "path": ["o.csv", "x.csv"],
        "loaded_count": [1, 7],
        "superseded_count": [1, 0],
        "excluded_count": [0, 2],
        "quarantined_count": [1, 1],
    }
)


def test_each_row_of_before_is_counted_once_where_it_is_now() -> None:
    # Line 4 has no verdict, so it is loaded; old.csv isn't landed any more; x.csv counts by rows.
    report = replay_report(BEFORE, VERDICTS, LEDGER)
    assert report.columns == [
        *("reason", "row_count"),
        *("loaded", "superseded", "excluded", "quarantined", "no_longer_landed"),
    ]
    assert report.rows() == [
        ("unusable_file", 11, 7, 0, 2, 1, 1),
        ("price_missing", 4, 1, 1, 0, 1, 1),
    ]


def test_nothing_before_is_nothing_to_report() -> None:
    assert replay_report(BEFORE.clear(), VERDICTS, LEDGER).is_empty()
