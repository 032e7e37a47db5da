"""A deployment's addresses come from the environment."""

from pathlib import Path

import pytest

from bundle_pipeline.settings.deployment import Deployment


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LANDING", "LAKE", "SETTINGS", "CUSTOMER_KEY"):
        monkeypatch.delenv(f"BUNDLE_{name}", raising=False)


def test_a_first_run_needs_no_environment() -> None:
    deployment = Deployment()
    assert (deployment.landing, deployment.lake) == ("data/landing", "data/lake")
    assert deployment.settings is None


def test_the_environment_names_the_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BUNDLE_LANDING", "s3://bucket/landing")
    monkeypatch.setenv("BUNDLE_LAKE", "/srv/lake")
    monkeypatch.setenv("BUNDLE_SETTINGS", "/etc/bundles.yaml")
    deployment = Deployment()
    assert (deployment.landing, deployment.lake) == ("s3://bucket/landing", "/srv/lake")
    assert deployment.settings == Path("/etc/bundles.yaml")


def test_the_customer_key_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BUNDLE_CUSTOMER_KEY", "canary-4711")
    deployment = Deployment()
    assert deployment.customer_key is not None
    assert deployment.customer_key.get_secret_value() == "canary-4711"
    for shown in (repr(deployment), str(deployment), deployment.model_dump_json()):
        assert "canary" not in shown
