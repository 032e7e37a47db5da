"""A real Dagster webserver on a free port of this machine, over a site that was run."""

import io
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest

from bundle_pipeline.cli import main

PROJECT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
_START_SECONDS = 90


def environment(folder: Path, landing: Path) -> dict[str, str]:
    """Environment of a deployment whose Dagster storage and lake lie below a folder."""
    shutil.copy(PROJECT / "dagster.yaml", folder)
    return {
        **os.environ,
        "DAGSTER_HOME": str(folder),
        "DAGSTER_DISABLE_TELEMETRY": "1",
        "BUNDLE_LANDING": str(landing),
        "BUNDLE_LAKE": str(folder / "lake"),
    }


def command_line(
    *arguments: str, folder: Path, env: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run ``bundle-pipeline`` as a user would, in a folder."""
    return subprocess.run(  # noqa: S603 - our own command
        [BIN / "bundle-pipeline", *arguments],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )


def command_here(
    *arguments: str, folder: Path, env: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    """The same in this process, which has imported already what takes a command seconds."""
    out, err = io.StringIO(), io.StringIO()
    code = 0
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.chdir(folder)
        patch.setattr(sys, "argv", ["bundle-pipeline", *arguments])
        for name, value in env.items():
            patch.setenv(name, value)
        try:
            main()
        except SystemExit as exit_:
            code = int(exit_.code or 0)
    return subprocess.CompletedProcess(arguments, code, out.getvalue(), err.getvalue())


@contextmanager
def webserver(folder: Path, env: dict[str, str]) -> Iterator[str]:
    """Address of a webserver over the deployment; it ends with the block."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    arguments = ["-m", "bundle_pipeline.definitions", "-h", "127.0.0.1", "-p", str(port)]
    with (folder / "webserver.log").open("w") as log:
        process = subprocess.Popen(  # noqa: S603 - our own command
            [BIN / "dagster-webserver", *arguments], cwd=folder, env=env, stdout=log, stderr=log
        )
        try:
            _wait(address, process)
            yield address
        finally:
            process.terminate()
            process.wait()


def graphql(address: str, query: str, variables: dict[str, Any] | None = None) -> Any:  # noqa: ANN401
    """Data of a GraphQL query."""
    body = json.dumps({"query": query, "variables": variables or {}}).encode()
    request = urllib.request.Request(  # noqa: S310 - our own server
        f"{address}/graphql", body, {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request) as response:  # noqa: S310 - our own server
        answer = json.load(response)
    assert "errors" not in answer, answer["errors"]
    return answer["data"]


def _wait(address: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end:
        assert process.poll() is None, "the webserver ended; see webserver.log"
        try:
            with urllib.request.urlopen(f"{address}/server_info"):  # noqa: S310 - our own server
                return
        except OSError:
            time.sleep(0.2)
    message = f"no answer from {address} in {_START_SECONDS} s"
    raise TimeoutError(message)
