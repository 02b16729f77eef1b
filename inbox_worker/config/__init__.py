"""config.yaml -> Config, or ConfigError with every problem at once."""

import os

# Pydantic would look through every installed package for plugins of its own, which takes longer than our models.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

from inbox_worker.config.load import load
from inbox_worker.config.sections import Config, MailboxSection, SchemeSection, SecretSection

__all__ = ["Config", "MailboxSection", "SchemeSection", "SecretSection", "load"]
