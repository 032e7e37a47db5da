"""Whether Spark can be used here: pyspark is optional, and needs Java."""

import re
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version

from bundle_pipeline.errors import ConfigError
from bundle_pipeline.settings.spark import spark_cluster

# What Spark 4 was compiled for.
OLDEST_JAVA = 17
_JAVA_SECONDS = 60.0


@dataclass(frozen=True)
class SparkState:
    """Whether Spark can be started."""

    found: str
    """Versions of pyspark and of Java."""
    problem: str | None
    """Why it can't be started; None if it can."""
    remedy: str
    """What to do about it."""


def spark_state() -> SparkState:
    """Whether pyspark and a Java that it can use are there; starts no session."""
    try:
        pyspark = f"pyspark {version('pyspark')}"
    except PackageNotFoundError:
        return SparkState("", "no pyspark", "install bundle-pipeline[spark]")
    cluster = spark_cluster()
    java = str(cluster.java_home / "bin" / "java") if cluster.java_home else "java"
    if shutil.which(java) is None:
        where = "on the path" if cluster.java_home is None else f"in JAVA_HOME ({java})"
        return SparkState(pyspark, f"no Java {where}", _install_java())
    java_version = _java_version(java)
    if java_version < OLDEST_JAVA:
        named = java_version or "of an unknown version"
        return SparkState(pyspark, f"Java {named} ({java})", _install_java())
    return SparkState(f"{pyspark}, Java {java_version} ({java})", None, "")


def require_spark() -> None:
    """Refuse where Spark can't be started.

    Raises:
        ConfigError: pyspark or Java is missing or too old.
    """
    state = spark_state()
    if state.problem is not None:
        raise ConfigError(
            "BP-SPARK",
            place="mining.engine: spark",
            found=state.problem,
            expected=f"pyspark, and Java {OLDEST_JAVA} or newer",
            remedy=f"{state.remedy}, or set mining.engine: kernel",
        )


@cache
def _java_version(java: str) -> int:
    """Major version; 0 where it doesn't say."""
    try:
        said = subprocess.run(  # noqa: S603 - the operator's own Java
            [java, "-version"], capture_output=True, text=True, check=True, timeout=_JAVA_SECONDS
        )
    except (OSError, subprocess.SubprocessError):
        return 0
    # `openjdk version "17.0.15" 2025-04-15`; before 9 it was "1.8.0_392".
    stated = re.search(r'version "(?:1\.)?(\d+)', said.stderr)
    return int(stated.group(1)) if stated else 0


def _install_java() -> str:
    return f"install Java {OLDEST_JAVA} or newer, or set JAVA_HOME to it"
