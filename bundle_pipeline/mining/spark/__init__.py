"""Counting with Spark, beyond one machine. Only ``state`` may be imported where pyspark isn't."""
