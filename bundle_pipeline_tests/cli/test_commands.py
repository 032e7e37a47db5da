"""The command line as a user has it: a process, its output and its exit code."""

import json
from pathlib import Path

import polars as pl
import pytest

from bundle_pipeline_tests.support.sites import SAMPLE_SHOPS
from bundle_pipeline_tests.support.webserver import command_line, environment

SHOP = "corner-shop"


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str], str]:
    """A folder and environment in which a sample shop and a broken one were run; the output."""
    folder = tmp_path_factory.mktemp("deployment")
    landing = folder / "landing"
    (landing / "broken").mkdir(parents=True)
    (landing / "broken" / "orders.csv").write_bytes(b"\x00\x01\x02 not a table")
    (landing / SHOP).symlink_to(SAMPLE_SHOPS / SHOP)
    env = environment(folder, landing)
    result = command_line("run", folder=folder, env=env)
    assert result.returncode == 1, result.stdout + result.stderr
    return folder, env, result.stdout


def test_run_prints_a_line_per_step_and_the_bundles_as_a_table(
    deployment: tuple[Path, dict[str, str], str],
) -> None:
    _, _, output = deployment
    steps = [line for line in output.splitlines() if "rows in" in line and SHOP in line]
    assert any(" mine " in line for line in steps)
    assert all("rows out" in line and line.rstrip().endswith(" s") for line in steps)
    assert f"{SHOP}: " in output
    assert "times chance" in output


def test_run_names_the_shop_that_failed_and_why(
    deployment: tuple[Path, dict[str, str], str],
) -> None:
    _, _, output = deployment
    failed = output[output.index("failed broken: ") :]
    assert "BP-" in failed
    assert "orders.csv" in failed


def test_show_prints_the_published_document_as_json_and_csv(
    deployment: tuple[Path, dict[str, str], str],
) -> None:
    folder, env, _ = deployment
    document = command_line("show", SHOP, "--format", "json", folder=folder, env=env)
    table = command_line("show", SHOP, "--format", "csv", folder=folder, env=env)
    bundles = json.loads(document.stdout)["bundles"]
    assert [bundle["rank"] for bundle in bundles] == list(range(1, len(bundles) + 1))
    assert len(table.stdout.strip().splitlines()) >= len(bundles) + 1


def test_showing_a_shop_that_was_never_published_says_what_to_do(
    deployment: tuple[Path, dict[str, str], str],
) -> None:
    folder, env, _ = deployment
    result = command_line("show", "nobody", folder=folder, env=env)
    assert result.returncode == 1
    assert "bundle-pipeline run --shop nobody" in result.stderr.replace("\n", " ")


def test_why_says_of_any_two_items_what_became_of_them(
    deployment: tuple[Path, dict[str, str], str],
) -> None:
    folder, env, _ = deployment
    document = command_line("show", SHOP, "--format", "json", folder=folder, env=env)
    best = json.loads(document.stdout)["bundles"][0]
    asked = [item["variant_id"] for item in best["items"]][:2]
    answers = [
        command_line("why", SHOP, *asked, "--format", "json", folder=folder, env=env).stdout
        for _ in range(2)
    ]
    found = json.loads(answers[0])
    assert answers[0] == answers[1]
    assert found["is_offered"]
    assert found["offered"][0]["bundle_id"] == best["bundle_id"]
    assert found["answer"].endswith(best["explanation"])


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "--shop", "nobody"),
        ("run", "--shop", "../etc"),
        ("run", "--landing", "nowhere"),
        ("run", "--no-such-option"),
        ("show", SHOP, "--format", "xml"),
        ("itemsets", SHOP),
        ("itemsets", SHOP, "--out", "itemsets.parquet", "--engine", "abacus"),
        ("quality", "nobody"),
        ("quality", SHOP, "--format", "csv"),
        ("quarantine", "nobody"),
        ("evaluate", SHOP),
        ("evaluate", "../etc", "--null"),
        ("evaluate", "--null"),
        ("replay", "nobody"),
        ("why", SHOP, "no-such-sku", "no-such-other"),
        ("replay", SHOP, "--mended", "nowhere.csv"),
    ],
)
def test_wrong_use_ends_with_two(
    deployment: tuple[Path, dict[str, str], str], arguments: tuple[str, ...]
) -> None:
    folder, env, _ = deployment
    result = command_line(*arguments, folder=folder, env=env)
    assert result.returncode == 2, result.stdout + result.stderr
    assert "Traceback" not in result.stderr


def test_a_preview_of_a_shop_that_has_its_bundles_changes_nothing_and_says_so(
    deployment: tuple[Path, dict[str, str], str],
) -> None:
    folder, env, _ = deployment
    before = command_line("show", SHOP, "--format", "json", folder=folder, env=env).stdout
    result = command_line("run", "--shop", SHOP, "--preview", folder=folder, env=env)
    assert result.returncode == 1
    assert "BP-PREVIEW-LATE" in result.stdout
    assert command_line("show", SHOP, "--format", "json", folder=folder, env=env).stdout == before


def test_shops_lists_who_has_landed_and_who_is_published(
    deployment: tuple[Path, dict[str, str], str],
) -> None:
    folder, env, _ = deployment
    output = command_line("shops", folder=folder, env=env).stdout
    (line,) = [line for line in output.splitlines() if SHOP in line]
    assert "publication 1" in line


def test_quality_prints_every_expectation_and_writes_docs(
    deployment: tuple[Path, dict[str, str], str],
) -> None:
    folder, env, _ = deployment
    table = command_line("quality", SHOP, "--docs", "docs", folder=folder, env=env)
    assert table.returncode == 0, table.stdout + table.stderr
    assert "order_quantity_is_plausible" in table.stdout
    assert (folder / "docs" / "index.html").is_file()


def test_quality_of_files_that_hold_a_shop_back_ends_with_one(
    deployment: tuple[Path, dict[str, str], str],
) -> None:
    folder, env, _ = deployment
    header = "order_id,created_at,variant_id,line_item_quantity,original_unit_price"
    landed = folder / "late-dates" / "undated"
    landed.mkdir(parents=True)
    (landed / "orders.csv").write_text(f"{header}\n" + "1,soon,v1,1,9.99\n" * 20)
    result = command_line(
        "quality", "undated", "--landing", "late-dates", "--format", "json", folder=folder, env=env
    )
    assert result.returncode == 1, result.stderr
    failed = [each["name"] for each in json.loads(result.stdout) if not each["passed"]]
    assert failed == ["order_date_is_mostly_a_date"]


def test_evaluate_mines_the_shuffled_orders_of_stored_shops(
    deployment: tuple[Path, dict[str, str], str],
) -> None:
    folder, env, _ = deployment
    arguments = ("evaluate", SHOP, "--null", "--seeds", "2", "--format")
    result = command_line(*arguments, "json", folder=folder, env=env)
    assert result.returncode == 0, result.stdout + result.stderr
    real, *shuffled = json.loads(result.stdout)
    assert (real["shop_id"], real["seed"]) == (SHOP, None)
    assert real["expected_false_count"] == pytest.approx(0.05 * real["pair_count"])
    assert [each["seed"] for each in shuffled] == [0, 1]
    assert all(each["pair_count"] <= 1 and each["is_within_bar"] for each in shuffled)
    lines = command_line(*arguments, "csv", folder=folder, env=env).stdout.splitlines()
    assert lines[0].startswith("shop_id,seed,pair_count,triple_count")
    assert len(lines) == 4
    table = command_line(*arguments, "table", folder=folder, env=env).stdout
    assert "as they are" in table
    assert "shuffled, seed 1" in table


def test_evaluate_names_a_shop_without_baskets_and_does_the_others(
    deployment: tuple[Path, dict[str, str], str],
) -> None:
    folder, env, _ = deployment
    arguments = ("evaluate", "broken", SHOP, "--null", "--seeds", "1", "--format", "json")
    result = command_line(*arguments, folder=folder, env=env)
    assert result.returncode == 1
    assert {each["shop_id"] for each in json.loads(result.stdout)} == {SHOP}
    assert "bundle-pipeline run --shop broken" in result.stderr.replace("\n", " ")


def test_itemsets_writes_all_of_them_and_says_how_many(
    deployment: tuple[Path, dict[str, str], str],
) -> None:
    folder, env, _ = deployment
    result = command_line("itemsets", SHOP, "--out", "found.parquet", folder=folder, env=env)
    assert result.returncode == 0, result.stderr
    found = pl.read_parquet(folder / "found.parquet")
    pairs = found.filter(pl.col("variant_ids").list.len() == 2)
    assert f"{pairs.height:,}" in result.stdout
    assert pairs.get_column("basket_count").min() == 5
    nobody = command_line("itemsets", "nobody", "--out", "none.parquet", folder=folder, env=env)
    assert nobody.returncode == 1
    assert "bundle-pipeline run --shop nobody" in nobody.stderr.replace("\n", " ")


def test_settings_prints_every_setting_and_those_in_force(
    deployment: tuple[Path, dict[str, str], str],
) -> None:
    folder, env, _ = deployment
    assert "mining.max_q" in command_line("settings", folder=folder, env=env).stdout
    in_force = command_line("settings", SHOP, folder=folder, env=env).stdout
    assert "max_q: 0.05" in in_force
    assert in_force.startswith("# settings hash ")


@pytest.mark.parametrize(
    "command",
    [
        "run",
        "show",
        "itemsets",
        "shops",
        "quality",
        "quarantine",
        "replay",
        "evaluate",
        "settings",
        "doctor",
        "dev",
    ],
)
def test_every_command_explains_itself(tmp_path: Path, command: str) -> None:
    env = environment(tmp_path, SAMPLE_SHOPS)
    result = command_line(command, "--help", folder=tmp_path, env=env)
    assert result.returncode == 0
    assert "Usage: bundle-pipeline" in result.stdout
