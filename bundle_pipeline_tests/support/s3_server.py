"""A real S3 server on this machine: SeaweedFS, a process of its own, with its data in a folder.

It checks signatures and conditional writes as S3 does. Listings of it order folders by name, where
S3 orders whole keys: ``a/`` before ``a-b/``, not after it.
"""

import itertools
import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bundle_pipeline_tests.support.ports import free_ports

_WEED = Path(sys.executable).with_name("weed")
_START_SECONDS = 60
_ACCESS_KEY, _SECRET_KEY = "tests", "a secret of tests only"
_ACTIONS = ["Admin", "Read", "Write", "List", "Tagging"]
# Of a hundredth of the disk, its own limit, large disks have gigabytes left; below the limit it
# leaves writes without an answer.
_FREE_SPACE = "200MiB"
# One volume per bucket instead of seven: a bucket per test would use all there are.
_ENVIRONMENT = {"WEED_MASTER_VOLUME_GROWTH_COPY_1": "1"}


@dataclass(frozen=True)
class S3Server:
    """A running server."""

    endpoint: str
    filer: str
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def new_bucket(self) -> str:
        """Name of a bucket that nobody else uses."""
        bucket = f"bucket-{next(self._numbers)}"
        # A folder of the file system below is a bucket; creating one over S3 has to be signed.
        request = urllib.request.Request(  # noqa: S310 - our own server
            f"{self.filer}/buckets/{bucket}/", method="POST"
        )
        with urllib.request.urlopen(request):  # noqa: S310 - our own server
            return bucket

    def environment(self) -> dict[str, str]:
        """What the environment has to say for clients to find it."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": _ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": _SECRET_KEY,
            "AWS_REGION": "us-east-1",
            "AWS_ALLOW_HTTP": "true",
        }


@contextmanager
def s3_server(folder: Path) -> Iterator[S3Server]:
    """A server with its data below a folder; it ends with the block."""
    ports = free_ports(8)
    endpoint, filer = (f"http://127.0.0.1:{port}" for port in ports[:2])
    with (folder / "s3.log").open("w") as log:
        process = subprocess.Popen(  # noqa: S603 - our own command
            _command(folder, ports), stdout=log, stderr=log, env={**os.environ, **_ENVIRONMENT}
        )
        try:
            _wait(endpoint, process)
            yield S3Server(endpoint, filer)
        finally:
            # Asked to stop it takes 17 seconds to part from its own components; nobody needs the
            # data any more.
            process.kill()
            process.wait()


def _command(folder: Path, ports: list[int]) -> list[str]:
    identity = {
        "name": "tests",
        "credentials": [{"accessKey": _ACCESS_KEY, "secretKey": _SECRET_KEY}],
        "actions": _ACTIONS,
    }
    config = folder / "s3.json"
    config.write_text(json.dumps({"identities": [identity]}))
    data = folder / "data"
    data.mkdir()
    names = ("s3", "filer", "master", "volume")
    listening = [
        *(f"-{name}.port={port}" for name, port in zip(names, ports[:4], strict=True)),
        *(f"-{name}.port.grpc={port}" for name, port in zip(names, ports[4:], strict=True)),
    ]
    return [
        str(_WEED), "server", f"-dir={data}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1",
        "-filer", "-s3", f"-s3.config={config}", *listening,
        "-volume.max=1000", "-master.volumeSizeLimitMB=64", f"-volume.minFreeSpace={_FREE_SPACE}",
        "-master.telemetry=false", "-s3.port.iceberg=0", "-s3.port.lance=0",
    ]  # fmt: skip


def _wait(endpoint: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end:
        assert process.poll() is None, "the S3 server ended; see s3.log"
        try:
            with urllib.request.urlopen(f"{endpoint}/healthz"):  # noqa: S310 - our own server
                return
        except OSError:
            time.sleep(0.05)
    message = f"no answer from {endpoint} in {_START_SECONDS} s"
    raise TimeoutError(message)
