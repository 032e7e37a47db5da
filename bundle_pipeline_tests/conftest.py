"""A real S3 server, started for the first test that asks for it."""

from collections.abc import Iterator

import pytest

from bundle_pipeline_tests.support.s3_server import S3Server, s3_server


@pytest.fixture(scope="session")
def running_s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    with s3_server(tmp_path_factory.mktemp("s3")) as server:
        yield server


@pytest.fixture
def s3(running_s3: S3Server, monkeypatch: pytest.MonkeyPatch) -> S3Server:
    """The server, with an environment in which clients find it."""
    for name, setting in running_s3.environment().items():
        monkeypatch.setenv(name, setting)
    return running_s3


@pytest.fixture
def bucket_url(s3: S3Server) -> str:
    """A bucket of the test's own."""
    return f"s3://{s3.new_bucket()}"
