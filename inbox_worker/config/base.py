"""What all sections of config.yaml share: kinds of values, the frozen section, and where a secret is read from."""

import re
from pathlib import Path
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from inbox_worker.core import cron

_ADDR_SPEC = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@(?:[A-Za-z0-9-]+\.)+[A-Za-z0-9-]+")


def _address(value: str) -> str:
    if not _ADDR_SPEC.fullmatch(value):
        raise ValueError('expected an e-mail address such as "team@example.org"')
    return value


def _https(value: str) -> str:
    if value and not re.fullmatch(r"https?://\S+", value):
        raise ValueError('expected a web address such as "https://www.example.org/privacy"')
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ValueError, OSError) as error:  # ZoneInfoNotFoundError is a KeyError in part, an OSError in others
        raise ValueError('expected a time zone such as "Europe/London"') from error
    except KeyError as error:
        raise ValueError('expected a time zone such as "Europe/London"') from error
    return value


def _key(value: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_-]{0,49}", value):
        raise ValueError('expected small letters, digits, "-" and "_", such as "equality"')
    return value


def _reference(value: str) -> str:
    if not re.fullmatch(r"[A-Z]{2,8}", value):
        raise ValueError('expected two to eight capital letters, such as "MHA"')
    return value


def _cron(value: str) -> str:
    if value:
        cron.parse(value)
    return value


EmailAddress = Annotated[str, AfterValidator(_address)]
WebAddress = Annotated[str, AfterValidator(_https)]
TimeZone = Annotated[str, AfterValidator(_zone)]
Key = Annotated[str, AfterValidator(_key)]
Reference = Annotated[str, AfterValidator(_reference)]
Schedule = Annotated[str, AfterValidator(_cron)]
Text = Annotated[str, Field(min_length=1, max_length=500)]


class Section(BaseModel):
    """A frozen section in which an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class SecretSection(Section):
    """Where a secret is read from, when it is first needed. Exactly one of the keys."""

    file: Path | None = Field(None, description="a file that holds the secret and nothing else; not readable by others")
    env: str | None = Field(None, description="an environment variable that holds the secret")
    credential: str | None = Field(None, description="the name of a systemd credential (LoadCredential=)")

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(value is not None for value in (self.file, self.env, self.credential)) != 1:
            raise ValueError("expected exactly one of the keys file, env, credential")
        return self
