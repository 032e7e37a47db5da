"""Every quirk of the table: where each row went, and what the frames hold."""

import pytest

from bundle_pipeline_tests.ingest.quirks.table import loaded, outcomes, quirks, shown_rows


def test_every_quirk_of_the_list_is_in_the_table() -> None:
    assert {quirk.number for quirk in quirks().values()} - {None} == set(range(1, 21))


@pytest.mark.parametrize("name", sorted(quirks()))
def test_rows_of_a_quirk_end_where_the_table_says(name: str) -> None:
    quirk = quirks()[name]
    shop = loaded(quirk)
    assert outcomes(shop) == quirk.outcomes
    for frame, expected in quirk.frames.items():
        assert shown_rows(getattr(shop, frame), expected.columns) == expected.rows
