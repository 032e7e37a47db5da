"""The alias table: which headers mean which field, read once from ``aliases.yaml``."""

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter

FileKind = Literal["orders", "variants", "inventory", "catalog", "events"]
FILE_KINDS: tuple[FileKind, ...] = ("orders", "catalog", "variants", "inventory", "events")

Groups = tuple[tuple[str, ...], ...]


class KindAliases(BaseModel):
    """How one kind of file spells its fields; the meaning of each part stands in the YAML file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    typical: Groups
    marks: Groups
    required: Groups
    fields: dict[str, tuple[str, ...]]
    unread: tuple[str, ...] = ()
    customer: tuple[str, ...] = ()

    @property
    def read_fields(self) -> tuple[str, ...]:
        """Fields that become columns of text; a customer's identity doesn't."""
        left_out = {*self.unread, *self.customer}
        return tuple(name for name in self.fields if name not in left_out)


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    orders: KindAliases
    inventory: KindAliases
    variants: KindAliases
    catalog: KindAliases
    events: KindAliases
    shop: tuple[str, ...]


def kind_aliases(kind: FileKind) -> KindAliases:
    """Aliases of one kind of file."""
    table: Mapping[FileKind, KindAliases] = {
        "orders": _table().orders,
        "inventory": _table().inventory,
        "variants": _table().variants,
        "catalog": _table().catalog,
        "events": _table().events,
    }
    return table[kind]


def shop_headers() -> tuple[str, ...]:
    """Headers of columns that name the shop."""
    return _table().shop


@cache
def _table() -> _Table:
    text = resources.files("bundle_pipeline.ingest").joinpath("aliases.yaml").read_text("utf-8")
    return TypeAdapter(_Table).validate_python(yaml.load(text, yaml.CSafeLoader))
