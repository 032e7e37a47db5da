"""Where a deployment keeps its things, from the environment."""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Deployment(BaseSettings):
    """Addresses of one deployment: ``BUNDLE_LANDING``, ``BUNDLE_LAKE``, ``BUNDLE_SETTINGS``."""

    model_config = SettingsConfigDict(
        env_prefix="BUNDLE_", frozen=True, use_attribute_docstrings=True
    )

    landing: str = Field(default="data/landing")
    """Folder or URL below which each shop has a folder with its exports."""
    lake: str = Field(default="data/lake")
    """Folder or URL of the tables and the published documents."""
    settings: Path | None = Field(default=None)
    """YAML file with this deployment's settings, if any."""
    customer_key: SecretStr | None = Field(default=None)
    """Secret that customers are hashed with; by default the lake makes and keeps one."""
