"""The sections about what is kept: for how long, sealed by which keys, and how an erasure is remembered."""

from datetime import timedelta
from pathlib import Path

from pydantic import Field, model_validator

from inbox_worker.config.base import Key, SecretSection, Section
from inbox_worker.config.units import Duration


class RetentionSection(Section):
    """How long each category is kept. The law names no period: decide, write it into your notice, set it here."""

    undecided: Duration = Field(
        timedelta(days=365), description="applications that nobody decided on, after the last event"
    )
    ended: Duration = Field(
        timedelta(days=183), description="applications that were declined, withdrawn or closed, after the decision"
    )
    left: Duration = Field(
        timedelta(days=365), description="applications of people who were accepted, after they left and were closed"
    )
    held: Duration = Field(timedelta(days=30), description="sender and subject of held mail, after it was resolved")
    messages: Duration = Field(timedelta(days=30), description="text and address of our messages, after they went")
    ledger: Duration = Field(timedelta(days=730), description="hashed ids of mails seen, by which a copy is known")


class PrivacySection(Section):
    """What erasure needs."""

    tombstone_key: SecretSection | None = Field(
        None, description="the secret under which erased addresses and mails are remembered; never change or lose it"
    )
    exports: Path = Field(
        Path("exports"), description="folder of exports: an erasure removes files that name the person"
    )


class SealingKeySection(SecretSection):
    """One key: 32 random bytes in base64 (openssl rand -base64 32), read from exactly one of file, env, credential."""

    id: Key = Field(description="a short name that is stored with every value; never use it for another key")


class EncryptionSection(Section):
    """Encryption of answers, names, addresses, subjects and messages in the database (AES-256-GCM)."""

    keys: tuple[SealingKeySection, ...] = Field(
        (), description="the newest first: it seals, the others only open; empty: nothing is encrypted"
    )

    @model_validator(mode="after")
    def _distinct(self) -> "EncryptionSection":
        if len({key.id for key in self.keys}) != len(self.keys):
            raise ValueError("expected every key id once")
        return self
