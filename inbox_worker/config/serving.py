"""The section `endpoint`: health and metrics over HTTP."""

from typing import Self

from pydantic import Field, model_validator

from inbox_worker.config.base import Section, Text
from inbox_worker.transport import is_loopback


class EndpointSection(Section):
    """Health (/healthz, /readyz) and Prometheus metrics (/metrics) over HTTP. They hold counts and codes alone."""

    port: int | None = Field(None, ge=1, le=65535, description="such as 9464; empty: no endpoint")
    host: Text = Field(
        "127.0.0.1", description="where to listen; another address than this machine's own needs allow_remote"
    )
    allow_remote: bool = Field(False, description="let other machines ask; it has no sign-in and no TLS")

    @model_validator(mode="after")
    def _local(self) -> Self:
        if not self.allow_remote and not is_loopback(self.host):
            raise ValueError(
                f'expected host to be this machine ("127.0.0.1"), or allow_remote: true, found {self.host}'
            )
        return self
