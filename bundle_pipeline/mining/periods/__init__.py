"""How pairs fare over time: their counts per period, trend, season and weight by recency."""
