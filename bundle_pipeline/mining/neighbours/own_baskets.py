"""What suits this shop, asked of its own baskets, each completed by what the others say.

Whether large baskets weigh less: in most shops a basket of many variants says less about each pair
in it, in some as much: on foodmart weighing loses a sixth of the hits, on seven other shops it
gains some. And whether co-visitation adds something to the linear model: on UCI it takes away hits,
on foodmart and Ta-Feng it adds some in the tail. Both are tried on the most popular variants.
"""

from bundle_pipeline.baskets.encoded import EncodedBaskets
from bundle_pipeline.mining.neighbours.completion import PLACES, head
from bundle_pipeline.mining.neighbours.item_baskets import item_baskets, most_popular
from bundle_pipeline.mining.neighbours.left_out import left_out
from bundle_pipeline.mining.neighbours.params import NeighbourParams

# Their models take about two seconds on one core, three where baskets are large.
_MOST_ITEMS = 1500


def with_chosen_weights(encoded: EncodedBaskets, params: NeighbourParams) -> NeighbourParams:
    """The same parameters, with a 0 for what completes fewer of the shop's baskets than nothing.

    ``size_exponent`` is 0 if the linear model then hits more often, ``blended_covisitation`` if the
    blend then does, where a hit in the tail counts twice: that is what co-visitation is for.

    Args:
        encoded: Baskets that are learnt from.
        params: How neighbours are found.
    """
    blends = (0.0, params.blended_covisitation) if params.try_without_covisitation else (0.0,)
    if len(blends) == 1 and not params.try_equal_baskets:
        return params
    variants = most_popular(
        encoded, min_basket_count=params.min_basket_count, max_items=_MOST_ITEMS
    )
    items = item_baskets(encoded, variants)
    left = left_out(items, params, blends)
    if params.try_equal_baskets:
        equal = params.model_copy(update={"size_exponent": 0.0})
        left_equal = left_out(items, equal, blends)
        # By the linear model alone.
        if (left_equal.places[0] <= PLACES).sum() > (left.places[0] <= PLACES).sum():
            params, left = equal, left_equal
    hits = left.places <= PLACES
    worth = hits @ (1 + ~head(items.basket_count)[left.hidden])
    if worth[0] > worth[-1]:
        return params.model_copy(update={"blended_covisitation": 0.0})
    return params
