"""Every frame by its name: one table, one asset and one declaration share it."""

from bundle_pipeline.schemas.base import Frame
from bundle_pipeline.schemas.baskets import Baskets
from bundle_pipeline.schemas.bundles import (
    CandidateBundles,
    DroppedCandidates,
    PricedBundles,
    PublishedBundles,
    RankedBundles,
    ScoredBundles,
)
from bundle_pipeline.schemas.catalog import Catalog, Inventory, Variants
from bundle_pipeline.schemas.evaluation import Evaluation
from bundle_pipeline.schemas.events import Events, PairEventFeatures, ProductEventFeatures
from bundle_pipeline.schemas.features import (
    CategoryFeatures,
    CustomerFeatures,
    ObjectivePlan,
    PairFeatures,
    ProductFeatures,
)
from bundle_pipeline.schemas.ingest import IngestLedger, LandedVersions, Quarantine
from bundle_pipeline.schemas.mining import (
    ItemCounts,
    ItemNeighbours,
    Itemsets,
    NeighbourQuality,
    PairPeriods,
    PairRules,
    PairTrends,
)
from bundle_pipeline.schemas.orders import OrderLines, Orders
from bundle_pipeline.schemas.similar_products import (
    ContentNeighbours,
    DuplicateProducts,
    Substitutes,
)

FRAMES: dict[str, type[Frame]] = {
    schema.name: schema
    for schema in (
        Orders,
        OrderLines,
        Variants,
        Inventory,
        Catalog,
        Events,
        Quarantine,
        IngestLedger,
        LandedVersions,
        Baskets,
        ItemCounts,
        PairRules,
        Itemsets,
        PairPeriods,
        PairTrends,
        ItemNeighbours,
        NeighbourQuality,
        DuplicateProducts,
        ContentNeighbours,
        Substitutes,
        ProductFeatures,
        CustomerFeatures,
        CategoryFeatures,
        PairFeatures,
        ProductEventFeatures,
        PairEventFeatures,
        ObjectivePlan,
        CandidateBundles,
        ScoredBundles,
        PricedBundles,
        RankedBundles,
        DroppedCandidates,
        Evaluation,
        PublishedBundles,
    )
}
