"""The process's Spark session, where the deployment says; started for the first counting."""

from typing import Any, cast

import polars as pl
from py4j.protocol import Py4JError  # pyright: ignore[reportMissingTypeStubs] it has no types
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession

from bundle_pipeline.errors import ConfigError
from bundle_pipeline.settings.spark import spark_cluster

_OPTIONS = {
    # What is found is bounded by mining.max_itemsets.
    "spark.driver.maxResultSize": "0",
    # It would write over the lines of a log.
    "spark.ui.showConsoleProgress": "false",
}
_LOCAL_OPTIONS = {
    # Nobody else has to reach it.
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.ui.enabled": "false",
}


def session() -> SparkSession:
    """The session of this process.

    Raises:
        ConfigError: Spark doesn't start, or can't reach its master.
    """
    cluster = spark_cluster()
    options = _OPTIONS | (_LOCAL_OPTIONS if cluster.is_local else {}) | dict(cluster.options)
    builder = SparkSession.Builder().appName("bundle-pipeline").master(cluster.master)
    for name, value in options.items():
        builder = builder.config(name, value)
    try:
        return SparkSession.getActiveSession() or builder.getOrCreate()
    except (PySparkException, Py4JError) as error:
        raise ConfigError(
            "BP-SPARK-SESSION",
            place=f"Spark at {cluster.master}",
            found=_said(error),
            expected="a session",
            remedy="correct BUNDLE_SPARK_MASTER, BUNDLE_SPARK_OPTIONS or JAVA_HOME",
        ) from error


def sent(frame: pl.DataFrame) -> DataFrame:
    """A frame of this process as one of Spark; through Arrow, not row by row."""
    return _untyped(session()).createDataFrame(frame.to_arrow())


def fetched(frame: DataFrame) -> pl.DataFrame:
    """A frame of Spark as one of this process."""
    return pl.DataFrame(_untyped(frame).toArrow())


def _untyped(of_spark: DataFrame | SparkSession) -> Any:  # noqa: ANN401 - Arrow has no types
    return cast("Any", of_spark)


def _said(error: Exception) -> str:
    # Of an exception in Java, the first line says where it was called, the second what it is.
    return " ".join(" ".join(str(error).splitlines()[:2]).split())[:400]
