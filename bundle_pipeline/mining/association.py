"""The literature's measures of a rule, as expressions over integer counts.

All take the columns ``basket_count``, ``antecedent_basket_count`` and ``consequent_basket_count``
and the number of counted baskets.
"""

import polars as pl

from bundle_pipeline.statistics.shares import wilson_low

_BOTH = pl.col("basket_count")
_ANTECEDENT = pl.col("antecedent_basket_count")
_CONSEQUENT = pl.col("consequent_basket_count")


def with_association(rules: pl.DataFrame, basket_count: int) -> pl.DataFrame:
    """Add support, confidence, its lower end, lift, leverage, conviction and NPMI to rules.

    Args:
        rules: One row per rule ``A -> C``, with its counts.
        basket_count: Counted baskets of the shop, N; at least 1.

    Returns:
        The same rows with

        - ``support = c_ac / N``; ``confidence = c_ac / c_a``; ``confidence_low``: lower end of its
          95 % Wilson interval (Wilson, JASA 1927);
        - ``lift = c_ac * N / (c_a * c_c)`` (Brin et al., SIGMOD 1997);
        - ``leverage = support - c_a * c_c / N ** 2`` (Piatetsky-Shapiro, 1991);
        - ``conviction = (1 - c_c / N) / (1 - confidence)``, null where confidence is 1;
        - ``npmi = ln(lift) / -ln(support)``, -1 to 1, and 0 where all baskets hold both (Bouma,
          GSCL 2009).
    """
    n = pl.lit(float(basket_count))
    support = _BOTH / n
    confidence = _BOTH / _ANTECEDENT
    lift = _BOTH * n / (_ANTECEDENT * _CONSEQUENT)
    return rules.with_columns(
        support=support,
        confidence=confidence,
        confidence_low=wilson_low(_BOTH, _ANTECEDENT),
        lift=lift,
        leverage=support - _ANTECEDENT / n * (_CONSEQUENT / n),
        conviction=pl.when(confidence < 1).then((1 - _CONSEQUENT / n) / (1 - confidence)),
        npmi=pl.when(support < 1).then(lift.log() / -support.log()).otherwise(0.0).clip(-1.0, 1.0),
    )


def with_more_measures(rules: pl.DataFrame, basket_count: int) -> pl.DataFrame:
    """Add the rarer measures to rules, under the names they have in the literature.

    Args:
        rules: One row per rule ``A -> C``, with its counts.
        basket_count: Counted baskets, N; at least 1.

    Returns:
        The same rows with

        - ``zhang = (c_ac * N - c_a * c_c) / max(c_ac * (N - c_a), c_a * (c_c - c_ac))``: -1 to 1,
          how much more often C comes with A than without it (Yan, Zhang and Zhang, Applied
          Artificial Intelligence 2009); 0 where either is in all baskets;
        - ``jaccard = c_ac / (c_a + c_c - c_ac)``; ``cosine = c_ac / sqrt(c_a * c_c)``;
          ``kulczynski``: the mean of both confidences;
        - ``certainty = (confidence - c_c / N) / (1 - c_c / N)``: -1 to 1, from 0 downwards divided
          by ``c_c / N`` (Shortliffe and Buchanan, 1975); 0 where C is in all baskets.
    """
    n = pl.lit(float(basket_count))
    # As floats: products of counts leave 64 bits behind at some billion baskets.
    both, antecedent, consequent = (
        count.cast(pl.Float64) for count in (_BOTH, _ANTECEDENT, _CONSEQUENT)
    )
    beyond = both * n - antecedent * consequent
    zhang_most = pl.max_horizontal(both * (n - antecedent), antecedent * (consequent - both))
    absent = pl.when(beyond > 0).then(n - consequent).otherwise(consequent)
    return rules.with_columns(
        zhang=pl.when(zhang_most > 0).then(beyond / zhang_most).otherwise(0.0),
        jaccard=both / (antecedent + consequent - both),
        cosine=both / (antecedent * consequent).sqrt(),
        kulczynski=(both / antecedent + both / consequent) / 2,
        certainty=pl.when(absent > 0).then(beyond / antecedent / absent).otherwise(0.0),
    )
