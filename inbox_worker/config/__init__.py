"""config.yaml -> Config, or ConfigError with every problem at once."""

from inbox_worker.config.load import load
from inbox_worker.config.sections import Config, MailboxSection, SchemeSection, SecretSection

__all__ = ["Config", "MailboxSection", "SchemeSection", "SecretSection", "load"]
