"""``python -m bundle_pipeline_tests.ingest.quirks``: what becomes of the rows of each quirk."""

from collections.abc import Mapping

from rich.console import Console
from rich.table import Table

from bundle_pipeline_tests.ingest.quirks.table import loaded, outcomes, quirks


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))


def main() -> None:
    """Load every quirk and print the table."""
    headers = ("#", "quirk", "rows in", "loaded", "superseded", "excluded", "quarantined")
    table = Table(*headers, show_lines=False)
    for name, quirk in quirks().items():
        found = outcomes(loaded(quirk))
        table.add_row(
            str(quirk.number or ""),
            name,
            str(found.rows_in),
            str(found.loaded),
            str(found.superseded),
            _listed(found.excluded),
            _listed(found.quarantined),
        )
    Console(width=160).print(table)


if __name__ == "__main__":
    main()
