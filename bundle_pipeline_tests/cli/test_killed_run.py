"""A run that is killed: what was published stays, and a rerun gives the same bytes."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from bundle_pipeline.defs.resources import Site
from bundle_pipeline.settings.deployment import Deployment
from bundle_pipeline_tests.support.sites import SAMPLE_SHOPS, current_document
from bundle_pipeline_tests.support.webserver import BIN, command_line, environment

SHOP = "corner-shop"


def kill_after(step: str, *, folder: Path, env: dict[str, str]) -> None:
    """Start a run and kill -9 it as soon as it reports that a step is done."""
    process = subprocess.Popen(  # noqa: S603 - our own command
        [BIN / "bundle-pipeline", "run", "--shop", SHOP],
        cwd=folder,
        env=env,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if f" {step} " in line and "rows out" in line:
            os.killpg(process.pid, signal.SIGKILL)
            break
    process.stdout.close()
    assert process.wait() == -signal.SIGKILL


def document(folder: Path) -> bytes:
    """What is published, read without a command: each takes seconds to start."""
    site = Site(Deployment(landing=str(SAMPLE_SHOPS), lake=str(folder / "lake")))
    return current_document(site, SHOP)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """What a run publishes that nobody kills."""
    folder = tmp_path_factory.mktemp("undisturbed")
    env = environment(folder, SAMPLE_SHOPS)
    assert command_line("run", "--shop", SHOP, folder=folder, env=env).returncode == 0
    return document(folder)


@pytest.mark.parametrize("step", ["ingest", "mine", "priced_bundles"])
def test_a_rerun_after_a_kill_publishes_what_an_undisturbed_run_does(
    tmp_path: Path, step: str, undisturbed: bytes
) -> None:
    env = environment(tmp_path, SAMPLE_SHOPS)
    kill_after(step, folder=tmp_path, env=env)
    nothing = command_line("show", SHOP, folder=tmp_path, env=env)
    assert nothing.returncode == 1
    assert "nothing published" in nothing.stderr

    assert command_line("run", "--shop", SHOP, folder=tmp_path, env=env).returncode == 0
    assert document(tmp_path) == undisturbed
    kill_after(step, folder=tmp_path, env=env)
    assert document(tmp_path) == undisturbed
