"""Data Docs: every expectation is on a page, and no page loads anything from elsewhere."""

import re
from pathlib import Path

import pytest

from bundle_pipeline.quality.docs import write_docs
from bundle_pipeline.quality.profile import profiled
from bundle_pipeline.quality.suites import SUITES
from bundle_pipeline_tests.support.landed import clean_table, last_row

MAIL = "jane.doe@example.com"
_LOADED = re.compile(
    r"<(?!a\b)[^>]*\b(?:src|srcset|href|action)\s*=\s*[\"']?https?:", re.IGNORECASE
)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder: Path = tmp_path_factory.mktemp("docs")
    tables = {kind: clean_table(kind) for kind in SUITES}
    tables["orders"] = tables["orders"].pipe(last_row("line_item_quantity", MAIL))
    profiles = [profiled(kind, table, frozenset(table.columns)) for kind, table in tables.items()]
    assert write_docs([*profiles], folder) == folder / "index.html"
    return {
        str(path.relative_to(folder)): path.read_text(encoding="utf-8")
        for path in folder.rglob("*.html")
    }


def test_every_expectation_is_on_a_page_with_its_sentence(pages: dict[str, str]) -> None:
    for kind, suite in SUITES.items():
        (page,) = [text for path, text in pages.items() if path.startswith(f"validations/{kind}/")]
        shown = page.replace("&#39;", "'").replace("&#x27;", "'")
        assert [entry.name for entry in suite if entry.description not in shown] == []


def test_no_page_loads_anything_from_elsewhere_or_runs_anything(pages: dict[str, str]) -> None:
    assert "index.html" in pages
    for path, text in pages.items():
        assert _LOADED.search(text) is None, path
        assert "<script" not in text, path
        assert "default-src 'none'" in text, path


def test_no_page_shows_a_value_of_a_row(pages: dict[str, str]) -> None:
    assert [path for path, text in pages.items() if MAIL in text] == []
