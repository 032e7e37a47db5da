import pytest

from bundle_pipeline.errors import SchemaError
from bundle_pipeline.publish.published import published_frame
from bundle_pipeline.schemas.base import checked
from bundle_pipeline.schemas.bundles import PublishedBundles, RankedBundles
from bundle_pipeline_tests.support.bundles import bundle_item, candidate, priced, scored
from bundle_pipeline_tests.support.documents import AS_OF, ranked_bundles
from bundle_pipeline_tests.support.frames import shuffled

BUNDLES = ranked_bundles(
    *(priced(scored(candidate(bundle_item("a"), bundle_item(other)))) for other in "bcd")
)


def test_published_bundles_carry_clock_settings_and_code() -> None:
    frame = published_frame(BUNDLES, as_of=AS_OF, settings_hash="abc", code_version="7")
    stamps = frame.select("as_of", "settings_hash", "code_version", "copy").unique().rows()
    assert stamps == [(AS_OF, "abc", "7", None)]


def test_nothing_else_is_changed_and_rows_come_by_rank() -> None:
    mixed = shuffled(BUNDLES, seed=1)
    frame = published_frame(mixed, as_of=AS_OF, settings_hash="abc", code_version="7")
    assert frame.select(BUNDLES.columns).equals(BUNDLES)


def test_a_shop_without_orders_publishes_no_bundles_and_no_clock() -> None:
    empty = RankedBundles.create_empty()
    frame = published_frame(empty, as_of=None, settings_hash="abc", code_version="7")
    assert frame.is_empty()


def test_bundles_without_a_clock_are_a_defect() -> None:
    frame = published_frame(BUNDLES, as_of=None, settings_hash="abc", code_version="7")
    with pytest.raises(SchemaError, match="published_bundles"):
        checked(PublishedBundles, frame)
