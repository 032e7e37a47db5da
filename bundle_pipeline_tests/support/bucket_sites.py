"""Sites in buckets for tests and benchmarks: landing zone and lake in S3."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import obstore
from obstore.store import from_url

from bundle_pipeline.defs.resources import Site
from bundle_pipeline.settings.deployment import Deployment

_PUTS_AT_ONCE = 64


def bucket_site(bucket_url: str) -> Site:
    """A site below a bucket."""
    return Site(Deployment(landing=f"{bucket_url}/landing", lake=f"{bucket_url}/lake"))


def land_all(site: Site, objects: Mapping[str, bytes]) -> None:
    """Put objects into a landing zone in S3, many at a time, over whatever is there."""
    store = from_url(site.deployment.landing, client_options={"allow_http": True})
    waiting = iter(objects.items())

    async def putter() -> None:
        for key, content in waiting:
            await obstore.put_async(store, key, content)

    async def put_all() -> None:
        await asyncio.gather(*(putter() for _ in range(_PUTS_AT_ONCE)))

    asyncio.run(put_all())


def land_folder(site: Site, folder: Path) -> None:
    """Land a shop's local folder."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    land_all(
        site, {f"{folder.name}/{path.relative_to(folder)}": path.read_bytes() for path in files}
    )
