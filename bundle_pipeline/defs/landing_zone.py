"""What lies in the landing zone: its folders, from one listing of all of it.

What belongs here: telling folders and shops apart. What stays out: what a shop's files say, see
:mod:`bundle_pipeline.defs.delivery`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from bundle_pipeline.defs.budget import Budget
from bundle_pipeline.schemas.shop_id import ShopId, is_shop_id
from bundle_pipeline.store.objects import Objects, StoredObject


@dataclass(frozen=True)
class LandedFolder:
    """A folder of the landing zone, as it was listed at one moment."""

    name: str
    files: tuple[StoredObject, ...]
    is_whole: bool
    """False where time was over before its last file."""

    @property
    def end(self) -> str:
        """Key behind its last file."""
        return f"{self.name}/\U0010ffff"


def landed_folders(
    landing: Objects, budget: Budget, *, after: str | None = None
) -> Iterator[LandedFolder]:
    """Folders of the landing zone with their files, from one listing of all of it.

    Args:
        landing: Landing zone.
        budget: When it is spent, the folder being listed comes as it is and is the last one.
        after: Key behind which to start, as an earlier listing ended.
    """
    below = (file for file in landing.walked(after=after) if "/" in file.key)
    for name, listed in groupby(below, key=lambda file: file.key.partition("/")[0]):
        files: list[StoredObject] = []
        for file in listed:
            if budget.is_spent():
                yield LandedFolder(name, tuple(files), is_whole=False)
                return
            files.append(file)
        yield LandedFolder(name, tuple(files), is_whole=True)


def shop_folders(landing: Objects) -> tuple[list[ShopId], list[str]]:
    """Shops that have a folder, and the names of folders that can't be a shop; both sorted."""
    names = landing.folders()
    return [ShopId(name) for name in names if is_shop_id(name)], [
        name for name in names if not is_shop_id(name)
    ]
