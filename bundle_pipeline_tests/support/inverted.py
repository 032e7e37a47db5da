"""Weights turned upside down: the heaviest component weighs what the lightest did, and so on."""

from bundle_pipeline.scoring.weights import Weights, package_weights


def inverted_weights() -> dict[str, float]:
    """The package's default weights, inverted; components that weigh nothing still do."""
    table: Weights = package_weights()["held_out"]["default"]
    counted = {name: weight for name, weight in table.by_component().items() if weight > 0}
    names = sorted(counted, key=lambda name: (counted[name], name))
    return dict(zip(names, sorted(counted.values(), reverse=True), strict=True))
