"""The site: landing zone, lake and settings of this deployment, handed to rooms as plain objects.

Addresses come from the environment only. They are no Dagster config on purpose: whoever may start
a run must not be able to point it at another place.
"""

import logging
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version

from bundle_pipeline.defs.config import PipelineSettings
from bundle_pipeline.errors import ConfigError
from bundle_pipeline.schemas.shop_id import ShopId
from bundle_pipeline.settings.deployment import Deployment
from bundle_pipeline.settings.layers import fingerprint, parsed_layer, resolved
from bundle_pipeline.store import customer_key
from bundle_pipeline.store.lake import Lake
from bundle_pipeline.store.objects import Objects, opened
from bundle_pipeline.store.origin import Origin

logger = logging.getLogger(__name__)

CODE_VERSION = version("bundle-pipeline")
_SHOP_SETTINGS = "settings.yaml"


@dataclass(frozen=True)
class Site:
    """Where a deployment keeps its things; opened when used, so that definitions always load."""

    deployment: Deployment
    is_preview: bool = False
    """Whether a run makes a preview only: the settings in force are then narrower."""

    @property
    def landing(self) -> Objects:
        """The landing zone.

        Raises:
            ConfigError: There is no such folder.
        """
        return opened(self.deployment.landing)

    @property
    def lake(self) -> Lake:
        """Tables."""
        return Lake(self.deployment.lake)

    @property
    def documents(self) -> Objects:
        """Published documents and manifests: objects of the lake."""
        return opened(self.deployment.lake, create=True)

    def settings(self, shop_id: ShopId) -> PipelineSettings:
        """Settings in force for a shop: defaults, the deployment's file, the shop's own file.

        Raises:
            ConfigError: A file can't be read, names an unknown setting, or a value is out of range.
        """
        texts = self._deployment_texts()
        key = f"{shop_id}/{_SHOP_SETTINGS}"
        own = self.landing.read(key)
        if own is not None:
            texts.append((key, own.decode("utf-8", errors="replace")))
        settings = _in_force(tuple(texts))
        return settings.for_preview() if self.is_preview else settings

    def is_paused(self, shop_id: ShopId) -> bool:
        """Whether settings say so; with settings that can't be read a shop isn't paused."""
        return not self.readable_settings(shop_id).enabled

    def readable_settings(self, shop_id: ShopId) -> PipelineSettings:
        """Settings in force for a shop; the defaults where a file of them can't be read.

        The shop's run will then fail with the reason, where people look for it, and no other shop
        waits.
        """
        try:
            return self.settings(shop_id)
        except ConfigError as error:
            logger.warning("settings of shop %s: %s", shop_id, error)
            return PipelineSettings()

    def rules(self) -> str:
        """What results follow from besides a shop's files: deployment settings and release.

        A shop's own settings are among its files. What a preview leaves out of them is still to be
        done, so its rules are others.
        """
        settings = fingerprint(_in_force(tuple(self._deployment_texts())))
        scope = " preview" if self.is_preview else ""
        return f"{settings} {CODE_VERSION}{scope}"

    def customer_key(self) -> bytes:
        """Secret that customers are hashed with: the environment's, else the lake's own."""
        given = self.deployment.customer_key
        if given is not None:
            return given.get_secret_value().encode()
        return customer_key.customer_key(self.documents)

    def origin(self, shop_id: ShopId, run_id: str) -> Origin:
        """What is recorded with everything that a run writes for a shop."""
        return Origin(run_id, fingerprint(self.settings(shop_id)), CODE_VERSION)

    def _deployment_texts(self) -> list[tuple[str, str]]:
        """Place and text of the deployment's file, if it has one."""
        path = self.deployment.settings
        if path is None:
            return []
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(
                "BP-SETTINGS-FILE",
                place=str(path),
                found=str(error),
                expected="a readable YAML file",
                remedy="correct BUNDLE_SETTINGS",
            ) from error
        return [(str(path), text)]


# A run asks for its shop's settings some forty times, and reading YAML takes milliseconds. Files
# are read each time: what is edited counts at once.
@lru_cache(maxsize=64)
def _in_force(texts: tuple[tuple[str, str], ...]) -> PipelineSettings:
    """Settings from place and text of each file, weakest first."""
    layers = [parsed_layer(text, place=place) for place, text in texts]
    return resolved(PipelineSettings, layers)
