"""An instance in memory, and the sample shops run once."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from bundle_pipeline.defs.resources import Site
from bundle_pipeline_tests.support.sites import SAMPLE_SHOPS, failure_of, run_shop, site_with


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as ephemeral:
        yield ephemeral


@pytest.fixture(scope="session")
def sample_shops() -> list[str]:
    return sorted(folder.name for folder in SAMPLE_SHOPS.iterdir())


@pytest.fixture(scope="session")
def published_samples(
    tmp_path_factory: pytest.TempPathFactory, sample_shops: list[str]
) -> Iterator[tuple[Site, dg.DagsterInstance]]:
    """The sample shops, landed and run once for all tests of this package."""
    folder: Path = tmp_path_factory.mktemp("samples")
    site = site_with(folder, sample_shops)
    with dg.DagsterInstance.ephemeral() as ephemeral:
        for shop in sample_shops:
            result = run_shop(site, shop, ephemeral)
            assert result.success, failure_of(result)
        yield site, ephemeral
