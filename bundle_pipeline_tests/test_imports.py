"""Who may import whom is checked, and the check can fail."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
LINT_IMPORTS = Path(sys.executable).with_name("lint-imports")


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own tool on our own folder
        [LINT_IMPORTS, "--no-cache"],
        cwd=folder,
        env={"PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_import_rules_hold() -> None:
    result = lint_imports(PROJECT)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("mining/__init__.py", "import bundle_pipeline.pricing.price\n", "data flows one way"),
        ("schemas/base.py", "import bundle_pipeline.store.lake\n", "data flows one way"),
        ("ranking/__init__.py", "import dagster\n", "know Dagster"),
        ("ingest/__init__.py", "import great_expectations\n", "knows Great Expectations"),
        ("publish/__init__.py", "import deltalake\n", "knows the table format"),
    ],
)
def test_a_forbidden_import_breaks_its_contract(
    tmp_path: Path, module: str, line: str, contract: str
) -> None:
    shutil.copytree(PROJECT / "bundle_pipeline", tmp_path / "bundle_pipeline")
    shutil.copy(PROJECT / "pyproject.toml", tmp_path)
    path = tmp_path / "bundle_pipeline" / module
    path.write_text(path.read_text() + "\n" + line)
    result = lint_imports(tmp_path)
    assert result.returncode == 1
    broken = [entry for entry in result.stdout.splitlines() if entry.endswith("BROKEN")]
    assert any(contract in entry for entry in broken), result.stdout
