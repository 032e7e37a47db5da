"""The choice: from the best score down, without repeating sets or crowding pages."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import polars as pl

from bundle_pipeline.ranking.params import RankingParams

_CHOICE_SCHEMA = {"bundle_id": pl.String, "code": pl.String, "detail": pl.String}


@dataclass(frozen=True)
class Contender:
    """What the choice looks at: a bundle's id, and its variants, the anchor first."""

    bundle_id: str
    variant_ids: tuple[str, ...]


@dataclass
class _Chosen:
    """Bundles chosen so far, and how often each anchor and variant occurs in them."""

    sets: dict[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    per_anchor: Counter[str] = field(default_factory=Counter[str])
    per_variant: Counter[str] = field(default_factory=Counter[str])

    def add(self, contender: Contender) -> None:
        self.sets[contender.bundle_id] = frozenset(contender.variant_ids)
        self.per_anchor[contender.variant_ids[0]] += 1
        self.per_variant.update(contender.variant_ids)


def choose(passed: pl.DataFrame, params: RankingParams) -> pl.DataFrame:
    """Choose bundles greedily by score, ties by ``bundle_id``.

    Args:
        passed: Bundles that passed every gate: ``bundle_id``, ``score`` and ``items``.
        params: Limits.

    Returns:
        One row per bundle: ``bundle_id``, ``code`` and ``detail``; null ones are chosen.
    """
    in_order = passed.sort("score", "bundle_id", descending=[True, False]).select(
        "bundle_id",
        variant_ids=pl.col("items").list.eval(pl.element().struct.field("variant_id")),
    )
    contenders = [Contender(bundle_id, tuple(ids)) for bundle_id, ids in in_order.rows()]
    return pl.DataFrame(_choices(contenders, params), schema=_CHOICE_SCHEMA, orient="row")


def _choices(
    contenders: Iterable[Contender], params: RankingParams
) -> list[tuple[str, str | None, str | None]]:
    # A plain loop: whether a bundle is chosen depends on each one chosen before it, which no
    # expression over columns can say. Thousands of candidates against at most max_bundles.
    chosen = _Chosen()
    choices: list[tuple[str, str | None, str | None]] = []
    for contender in contenders:
        code, detail = _obstacle(contender, chosen, params) or (None, None)
        if code is None:
            chosen.add(contender)
        choices.append((contender.bundle_id, code, detail))
    return choices


def _obstacle(
    contender: Contender, chosen: _Chosen, params: RankingParams
) -> tuple[str, str] | None:
    """The first reason against a contender, in the order of ``DROP_CODES``.

    ``DUPLICATE_SET``: the chosen bundles inside it already hold every one of its variants. So the
    same set never comes twice, and a triple must bring in a variant that the chosen pairs within
    it don't offer. A pair inside a chosen triple stays: it has evidence of its own and asks less of
    the shopper.
    """
    anchor = contender.variant_ids[0]
    repeated = _repeated(contender, chosen)
    if repeated:
        return "DUPLICATE_SET", f"its variants are already offered by {', '.join(repeated)}"
    if chosen.per_anchor[anchor] >= params.max_per_anchor:
        return "ANCHOR_LIMIT", f"anchor {anchor} already has {params.max_per_anchor} better bundles"
    for variant_id in contender.variant_ids:
        if chosen.per_variant[variant_id] >= params.max_per_variant:
            found = f"variant {variant_id} is already in {params.max_per_variant} better bundles"
            return "VARIANT_LIMIT", found
    if len(chosen.sets) >= params.max_bundles:
        return "SLOTS_FULL", f"{params.max_bundles} bundles have a better score"
    return None


def _repeated(contender: Contender, chosen: _Chosen) -> list[str]:
    """Ids of the chosen bundles inside the contender if they cover it, else none."""
    wanted = frozenset(contender.variant_ids)
    inside = {bundle_id: held for bundle_id, held in chosen.sets.items() if held <= wanted}
    covered = frozenset[str]().union(*inside.values())
    return list(inside) if covered == wanted else []
