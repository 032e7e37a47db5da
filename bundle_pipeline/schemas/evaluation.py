"""What the bundles of a shop are worth on held-out orders."""

import dataframely as dy

from bundle_pipeline.schemas.base import Frame, count, one_of, rate

EVALUATED = ("bundles", "accepted", "popularity", "confidence", "item_knn")


class Evaluation(Frame):
    """Lists of bundles made from older orders, tried on the newest."""

    name = "evaluation"
    one_row = "One list of bundles made from older orders, and what the newest say of it."

    method = one_of(
        EVALUATED,
        primary_key=True,
        description="bundles (today's settings), accepted (those of what is published, if they "
        "differ), and pairs by popularity, confidence or cosine (item_knn)",
    )
    note = dy.String(nullable=True, description="Why nothing was tried; null where it was")
    bundle_count = count(description="Bundles in the list")
    order_count = count(description="Held-out orders with several variants")
    hit_rate = rate(nullable=True, description="Share of them that hold all of a bundle")
    hit_rate_low = rate(nullable=True, description="Lower end of its 95 % interval")
    hit_rate_high = rate(nullable=True, description="Upper end of its 95 % interval")
    precision = rate(
        nullable=True, description="Share of the variants shown beside those bought, bought too"
    )
    precision_low = rate(nullable=True, description="Lower end of its 95 % interval")
    precision_high = rate(nullable=True, description="Upper end of its 95 % interval")
    recall = rate(
        nullable=True, description="Share of the variants beside those bought that were shown"
    )
    recall_low = rate(nullable=True, description="Lower end of its 95 % interval")
    recall_high = rate(nullable=True, description="Upper end of its 95 % interval")
    ndcg = rate(nullable=True, description="Recall by place, of the best possible (NDCG at 10)")
    ndcg_low = rate(nullable=True, description="Lower end of its 95 % interval")
    ndcg_high = rate(nullable=True, description="Upper end of its 95 % interval")
    catalog_coverage = rate(nullable=True, description="Variants in the list, of those sold")
    calibration = dy.Float64(
        nullable=True,
        min=0.0,
        description="Orders with a whole bundle over those that confidence promised; 1 is kept",
    )
    tested_count = count(description="Bundles that the newest orders can tell something about")
    replication_rate = rate(
        nullable=True, description="Share of those that are seen again beyond chance"
    )
    settings = dy.String(
        nullable=True, description="Settings that made the list, as JSON; null for other lists"
    )
