"""A run that is killed: what was published stays, and a rerun gives the same bytes."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from bundle_pipeline_tests.support.sites import SAMPLE_SHOPS
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


def document(folder: Path, env: dict[str, str]) -> str:
    result = command_line("show", SHOP, "--format", "json", folder=folder, env=env)
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.mark.parametrize("step", ["ingest", "mine", "priced_bundles"])
def test_a_rerun_after_a_kill_publishes_what_an_undisturbed_run_does(
    tmp_path: Path, step: str
) -> None:
    undisturbed, killed = tmp_path / "undisturbed", tmp_path / "killed"
    undisturbed.mkdir()
    killed.mkdir()
    calm = environment(undisturbed, SAMPLE_SHOPS)
    rough = environment(killed, SAMPLE_SHOPS)
    assert command_line("run", "--shop", SHOP, folder=undisturbed, env=calm).returncode == 0

    kill_after(step, folder=killed, env=rough)
    nothing = command_line("show", SHOP, folder=killed, env=rough)
    assert nothing.returncode == 1
    assert "nothing published" in nothing.stderr

    assert command_line("run", "--shop", SHOP, folder=killed, env=rough).returncode == 0
    assert document(killed, rough) == document(undisturbed, calm)
    kill_after(step, folder=killed, env=rough)
    assert document(killed, rough) == document(undisturbed, calm)
