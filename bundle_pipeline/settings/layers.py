"""Layers of YAML settings merged into one typed model; unknown keys are refused."""

import difflib
import hashlib
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, cast, get_args

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from bundle_pipeline.errors import ConfigError

Values = Mapping[str, object]
ModelT = TypeVar("ModelT", bound="Params")


class Params(BaseModel):
    """Base of every group of settings: frozen, and nothing unknown gets in."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


@dataclass(frozen=True)
class Layer:
    """One file of settings: where it stands, and what it says."""

    place: str
    values: Values


def parsed_layer(text: str, *, place: str) -> Layer:
    """One YAML text as a layer; an empty text is an empty layer.

    Raises:
        ConfigError: It isn't YAML, or not a mapping with text keys.
    """
    try:
        loaded: object = yaml.load(text, Loader=_OneValuePerKey)  # noqa: S506 a safe loader
    except yaml.YAMLError as error:
        raise _refused(place, f"text that is no YAML ({_first_line(error)})") from error
    if loaded is None:
        return Layer(place, {})
    if not isinstance(loaded, dict):
        raise _refused(place, f"a {type(loaded).__name__} at the top")
    return Layer(place, cast("Values", loaded))


def resolved(model: type[ModelT], layers: Sequence[Layer]) -> ModelT:
    """The model with its defaults, overlaid by each layer in turn.

    Args:
        model: Settings with a default for every field.
        layers: Weakest first; mappings merge key by key, anything else replaces.

    Raises:
        ConfigError: A key is unknown or a value is out of range; names the layer's file.
    """
    merged: dict[str, object] = {}
    for layer in layers:
        merged = _overlaid(merged, layer.values)
        try:
            model.model_validate(merged)
        except ValidationError as error:
            raise _refused(layer.place, _first_problem(error, model)) from error
    return model.model_validate(merged)


def fingerprint(settings: BaseModel) -> str:
    """Hash of settings in force: 16 hexadecimal digits, the same for equal values."""
    return hashlib.sha256(settings.model_dump_json().encode()).hexdigest()[:16]


class _OneValuePerKey(yaml.SafeLoader):
    """YAML without surprises: the library lets the last of several equal keys win, silently."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:  # noqa: FBT001, FBT002 the library's signature
        seen: set[object] = set()
        for key_node, _ in node.value:
            key = cast("object", self.construct_object(key_node, deep=True))  # pyright: ignore[reportUnknownMemberType] partly typed
            if isinstance(key, Hashable) and key in seen:
                place = f"line {key_node.start_mark.line + 1}"
                raise yaml.YAMLError(f"the key {key} is there twice, again in {place}")
            if isinstance(key, Hashable):
                seen.add(key)
        return super().construct_mapping(node, deep)


def _overlaid(below: Values, above: Values) -> dict[str, object]:
    merged = dict(below)
    for key, value in above.items():
        under = merged.get(key)
        if isinstance(value, Mapping) and isinstance(under, Mapping):
            merged[key] = _overlaid(cast("Values", under), cast("Values", value))
        else:
            merged[key] = value
    return merged


def _first_problem(error: ValidationError, model: type[BaseModel]) -> str:
    problem = error.errors(include_url=False, include_input=False)[0]
    name = ".".join(str(part) for part in problem["loc"])
    if problem["type"] != "extra_forbidden":
        return f"{name}: {problem['msg']}"
    known = _known_keys(model, problem["loc"][:-1])
    nearest = difflib.get_close_matches(str(problem["loc"][-1]), known, n=1)
    if nearest:
        return f"unknown setting {name}; did you mean {nearest[0]}?"
    return f"unknown setting {name}; known here: {', '.join(known) or 'none'}"


def _known_keys(model: type[BaseModel], path: Sequence[int | str]) -> list[str]:
    for part in path:
        field = model.model_fields.get(str(part))
        if field is None:
            # Not a field but a place in a list or a key of a mapping of groups.
            continue
        annotation = field.annotation
        # An optional group is a union of the group and None; a list of groups has them as items.
        groups = [
            choice
            for choice in get_args(annotation) or (annotation,)
            if isinstance(choice, type) and issubclass(choice, BaseModel)
        ]
        if len(groups) != 1:
            return []
        model = groups[0]
    return sorted(model.model_fields)


def _first_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]


def _refused(place: str, found: str) -> ConfigError:
    return ConfigError(
        "BP-SETTINGS",
        place=place,
        found=found,
        expected="a YAML mapping of known settings",
        remedy="`bundle-pipeline settings` prints every setting with its meaning and default",
    )
