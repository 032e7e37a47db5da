"""Rewrite the golden documents from the sample shops: ``make golden``. Read the diff."""

import tempfile
from pathlib import Path

import dagster as dg

from bundle_pipeline_tests.support.sites import (
    SAMPLE_SHOPS,
    current_document,
    failure_of,
    run_shop,
    site_with,
)

GOLDEN = Path(__file__).parent


def main() -> None:
    shops = sorted(folder.name for folder in SAMPLE_SHOPS.iterdir())
    with tempfile.TemporaryDirectory() as folder, dg.DagsterInstance.ephemeral() as instance:
        site = site_with(Path(folder), shops)
        for shop in shops:
            result = run_shop(site, shop, instance)
            if not result.success:
                raise SystemExit(f"{shop}: {failure_of(result)}")
            (GOLDEN / f"{shop}.json").write_bytes(current_document(site, shop))


if __name__ == "__main__":
    main()
