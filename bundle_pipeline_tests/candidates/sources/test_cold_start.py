"""New products in a shop whose complements are known."""

import numpy as np

from bundle_pipeline_tests.benchmarks.cold_start import judged_sources, prepared
from bundle_pipeline_tests.support.frames import baskets_frame
from bundle_pipeline_tests.support.products import catalog_entry, catalog_frame

_THEMES = ("Alpine", "Basil", "Coral", "Delta", "Ember", "Fjord", "Glade", "Heron")


def test_companions_of_hidden_products_are_found_at_least_twice_as_often_as_by_popularity() -> None:
    # Of each theme 4 teas and 4 mugs; half of the baskets hold a tea and a mug of one theme, all
    # of them something of any theme.
    rng = np.random.RandomState(5)
    baskets = [_basket(rng) for _ in range(3000)]
    catalog = catalog_frame(
        *(
            catalog_entry(f"{kind}-{theme}-{n}", product_title=f"{kind} {theme} {word}")
            | {"product_id": f"{kind}-{theme}-{n}", "product_type": kind}
            for kind in ("tea", "mug")
            for theme in _THEMES
            for n, word in enumerate(("small", "large", "round", "square"))
        )
    )
    shop = prepared(baskets_frame(*baskets), catalog)
    figures = dict(judged_sources(shop, seed=1))
    assert figures["new_products"].hidden_count > 3
    assert figures["new_products"].hit_rate >= 2 * figures["popularity"].hit_rate
    assert figures["new_products"].hit_rate > 0.5


def _basket(rng: np.random.RandomState) -> list[str]:
    def any_of(kind: str, theme: str) -> str:
        return f"{kind}-{theme}-{rng.randint(4)}"

    theme, other = (_THEMES[rng.randint(len(_THEMES))] for _ in range(2))
    kinds = ("tea", "mug")
    basket = [any_of(kinds[rng.randint(2)], other)]
    if rng.random_sample() < 0.5:
        basket += [any_of("tea", theme), any_of("mug", theme)]
    return basket
