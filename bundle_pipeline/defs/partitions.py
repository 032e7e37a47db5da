"""The one partition axis: the shop. Dates are data, not partitions."""

import dagster as dg

SHOPS = dg.DynamicPartitionsDefinition(name="shops")
