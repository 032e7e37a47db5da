"""Where a deployment's Spark runs, from the environment.

No setting of a shop on purpose, like the addresses of
:mod:`~bundle_pipeline.settings.deployment`: whoever writes a shop's settings must not be able to
have its orders counted on another machine.
"""

from collections.abc import Mapping
from pathlib import Path

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from bundle_pipeline.errors import ConfigError


class SparkCluster(BaseSettings):
    """Spark of one deployment: ``BUNDLE_SPARK_MASTER``, ``BUNDLE_SPARK_OPTIONS``, ``JAVA_HOME``."""

    model_config = SettingsConfigDict(
        env_prefix="BUNDLE_SPARK_", frozen=True, use_attribute_docstrings=True
    )

    master: str = Field(default="local[*]")
    """Address of the cluster, as Spark writes it (``spark://host:7077``, ``yarn``, ``k8s://...``);
    ``local[*]`` is this machine with all of its processors."""
    options: Mapping[str, str] = Field(default={})
    """Spark's own settings, as JSON: ``{"spark.executor.memory": "16g"}``. Those of
    ``spark-defaults.conf`` in ``SPARK_CONF_DIR`` count too; these come first."""
    java_home: Path | None = Field(default=None, validation_alias="JAVA_HOME")
    """Folder of a Java runtime; if None, ``java`` is looked for on the path."""

    @property
    def is_local(self) -> bool:
        """Whether it runs in this machine alone."""
        return self.master.startswith("local")


def spark_cluster() -> SparkCluster:
    """Spark of this deployment.

    Raises:
        ConfigError: ``BUNDLE_SPARK_OPTIONS`` isn't as declared.
    """
    try:
        return SparkCluster()
    except (SettingsError, ValidationError) as error:
        raise ConfigError(
            "BP-SPARK-OPTIONS",
            place="BUNDLE_SPARK_OPTIONS",
            found="something else",
            expected='a JSON object of texts, as {"spark.executor.memory": "16g"}',
            remedy="correct the variable",
        ) from error
