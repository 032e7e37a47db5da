"""Settings of the room refuse what no shop can mean."""

import pytest

from bundle_pipeline.errors import ConfigError
from bundle_pipeline.ingest.params import IngestParams
from bundle_pipeline.settings.layers import Layer, resolved


@pytest.mark.parametrize("code", ["EURO", "eur", "XAU", ""])
def test_a_default_currency_that_is_none_is_refused(code: str) -> None:
    with pytest.raises(ConfigError, match="isn't an ISO 4217 currency") as refused:
        resolved(IngestParams, [Layer("settings.yaml", {"default_currency": code})])
    assert refused.value.place == "settings.yaml"
