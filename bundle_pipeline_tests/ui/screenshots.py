"""Pictures of the UI for the README: ``make screenshots``.

A real webserver over the sample shops, opened in headless Chromium; needs Chromium on the machine.
"""

import shutil
import tempfile
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Page, sync_playwright

from bundle_pipeline_tests.support.sites import SAMPLE_SHOPS
from bundle_pipeline_tests.support.webserver import command_line, environment, webserver

PICTURES = Path(__file__).parents[2] / "data" / "pictures"
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class Picture(NamedTuple):
    """A page of the UI: file name, path, a text that is there once it is drawn, and its size."""

    name: str
    path: str
    ready: str
    width: int
    height: int
    opened: str | None = None
    """Text to click first."""


def _pictures() -> list[Picture]:
    shop = "gift-shop"
    return [
        # One box per room: with every frame of them it doesn't fit on a page any more.
        Picture("asset-graph.png", "/asset-groups", "Materialize all", 2700, 1400),
        Picture(
            "partition.png",
            f"/assets/pair_rules?view=partitions&partition={shop}",
            "antecedent",
            1700,
            900,
            opened="[Show Markdown]",
        ),
        Picture("checks.png", "/assets/orders?view=checks", "orders_have_rows", 1500, 900),
    ]


def main() -> None:
    """Run the sample shops, open the pages, write the pictures."""
    browser_path = next((found for name in _BROWSERS if (found := shutil.which(name))), None)
    if browser_path is None:
        raise SystemExit("needs Chromium: apt-get install chromium")
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        env = environment(folder, SAMPLE_SHOPS)
        result = command_line("run", folder=folder, env=env)
        if result.returncode != 0:
            raise SystemExit(result.stdout + result.stderr)
        with webserver(folder, env) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=browser_path, args=_ARGUMENTS)
            for picture in _pictures():
                page = browser.new_page(viewport={"width": picture.width, "height": picture.height})
                _take(page, address, picture)
            browser.close()


def _take(page: Page, address: str, picture: Picture) -> None:
    page.goto(f"{address}{picture.path}")
    if picture.opened is not None:
        page.get_by_text(picture.opened).first.click(timeout=60_000)
    page.get_by_text(picture.ready).first.wait_for(timeout=60_000)
    page.wait_for_timeout(3_000)
    page.screenshot(path=PICTURES / picture.name)
    page.close()


if __name__ == "__main__":
    main()
