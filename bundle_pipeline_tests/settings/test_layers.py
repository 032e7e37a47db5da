"""Layers of settings: merged, checked, and blamed on the right file."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import Field, ValidationError

from bundle_pipeline.errors import ConfigError
from bundle_pipeline.settings.layers import Layer, Params, fingerprint, parsed_layer, resolved


class _Mining(Params):
    min_support: float = Field(default=0.01, ge=0.0, le=1.0)
    max_size: int = Field(default=3, ge=2)


class _Copy(Params):
    providers: tuple[str, ...] = ("templates",)


class _Settings(Params):
    enabled: bool = True
    mining: _Mining = _Mining()
    copywriting: _Copy | None = None
    variants: tuple[_Mining, ...] = ()
    by_kind: dict[str, _Mining] = Field(default_factory=dict)


DEPLOYMENT = "deployment.yaml"
SHOP = "landing/corner/settings.yaml"


def _resolved(*texts: str) -> _Settings:
    places = (DEPLOYMENT, SHOP)
    layers = [parsed_layer(text, place=place) for text, place in zip(texts, places, strict=False)]
    return resolved(_Settings, layers)


def test_without_layers_the_defaults_hold() -> None:
    assert resolved(_Settings, []) == _Settings()


def test_the_stronger_layer_wins_key_by_key() -> None:
    merged = _resolved("mining: {min_support: 0.1, max_size: 4}", "mining: {min_support: 0.2}")
    assert merged.mining == _Mining(min_support=0.2, max_size=4)


def test_lists_are_replaced_not_joined() -> None:
    merged = _resolved("copywriting: {providers: [a, b]}", "copywriting: {providers: [c]}")
    assert merged.copywriting == _Copy(providers=("c",))


@pytest.mark.parametrize("text", ["", "\n", "# only a comment\n", "---\n", "null"])
def test_an_empty_file_changes_nothing(text: str) -> None:
    assert _resolved(text) == _Settings()


def test_layers_are_not_changed_by_merging() -> None:
    below = Layer(DEPLOYMENT, {"mining": {"max_size": 4}})
    above = Layer(SHOP, {"mining": {"max_size": 5}})
    resolved(_Settings, [below, above])
    assert below.values == {"mining": {"max_size": 4}}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("minning: {max_size: 4}", r"unknown setting minning; did you mean mining\?"),
        ("mining: {min_suport: 0.1}", r"mining\.min_suport; did you mean min_support\?"),
        ("mining: {zzz: 1}", r"mining\.zzz; known here: max_size, min_support"),
        ("mining: {min_support: 5}", r"mining\.min_support: .*less than or equal to 1"),
        ("mining: {max_size: two}", r"mining\.max_size: .*integer"),
        ("mining: 3", r"mining: "),
        ("copywriting: {provider: [a]}", r"copywriting\.provider; did you mean providers\?"),
        ("variants: [{max_sizes: 4}]", r"variants\.0\.max_sizes; did you mean max_size\?"),
        ("by_kind: {FBT: {max_sizes: 4}}", r"by_kind\.FBT\.max_sizes; did you mean max_size\?"),
        ("copywriting: {providers: {x: 1}}", r"copywriting\.providers: "),
        ("1: x", r"1"),
    ],
)
def test_a_wrong_setting_is_refused_with_its_file_and_what_to_do(text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message) as refused:
        _resolved("mining: {max_size: 4}", text)
    assert refused.value.code == "BP-SETTINGS"
    assert refused.value.place == SHOP
    assert "bundle-pipeline settings" in str(refused.value)


def test_the_layer_below_is_blamed_for_its_own_mistake() -> None:
    with pytest.raises(ConfigError) as refused:
        _resolved("mining: {max_size: 1}", "mining: {max_size: 4}")
    assert refused.value.place == DEPLOYMENT


@pytest.mark.parametrize(
    "text",
    [
        "a: b: c",
        "{",
        "\ta: 1",
        "- a\n- b",
        "just words",
        "42",
        "!!python/object/apply:os.system ['true']",
        "a: &a [*a",
    ],
)
def test_a_text_that_is_no_mapping_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match=SHOP):
        parsed_layer(text, place=SHOP)


def test_a_key_that_is_there_twice_is_refused() -> None:
    with pytest.raises(ConfigError, match="enabled"):
        parsed_layer("enabled: false\nmining: {}\nenabled: true\n", place=SHOP)


def test_a_key_that_is_there_twice_further_in_is_refused() -> None:
    with pytest.raises(ConfigError, match="max_size"):
        parsed_layer("mining:\n  max_size: 2\n  max_size: 3\n", place=SHOP)


def test_settings_are_frozen() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        _Settings().enabled = False  # pyright: ignore[reportAttributeAccessIssue] that is the test


def test_the_fingerprint_is_short_and_of_the_values() -> None:
    default = fingerprint(_Settings())
    assert len(default) == 16
    assert default == fingerprint(_resolved("mining: {max_size: 3}"))
    assert default != fingerprint(_resolved("mining: {max_size: 4}"))


def test_the_fingerprint_ignores_the_order_of_keys() -> None:
    one = _resolved("enabled: false\nmining: {max_size: 4, min_support: 0.2}")
    other = _resolved("mining: {min_support: 0.2, max_size: 4}\nenabled: false")
    assert fingerprint(one) == fingerprint(other)


@settings(max_examples=50, deadline=None)
@given(
    support=st.floats(0, 1, allow_subnormal=False), size=st.integers(2, 50), enabled=st.booleans()
)
def test_what_is_in_force_can_be_written_down_and_read_back(
    support: float, size: int, *, enabled: bool
) -> None:
    told = _Settings(enabled=enabled, mining=_Mining(min_support=support, max_size=size))
    again = parsed_layer(told.model_dump_json(), place=SHOP)
    assert fingerprint(resolved(_Settings, [again])) == fingerprint(told)
