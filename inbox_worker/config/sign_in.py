"""The section `oauth2`: how an access token is got."""

from datetime import date
from typing import Literal, Self

from pydantic import Field, model_validator

from inbox_worker.config.base import SecretSection, Section, Text, WebAddress


class OAuth2Section(Section):
    """How an access token is got, in place of a password: client credentials of Microsoft, Google, or a program."""

    provider: Literal["microsoft", "google", "command"] = Field(
        "microsoft", description="microsoft (Entra ID), google (Workspace), or command: a program that prints a token"
    )
    tenant: str = Field("", description="microsoft: directory (tenant) id, or a domain of the tenant")
    client_id: str = Field("", description="microsoft: application (client) id of the app registration")
    certificate: SecretSection | None = Field(
        None, description="microsoft: certificate and private key, one PEM text; its expiry is watched"
    )
    secret: SecretSection | None = Field(None, description="microsoft: client secret, in place of the certificate")
    secret_expires: date | None = Field(
        None, description="microsoft: the day the client secret expires (2027-05-01), so that it can be watched"
    )
    service_account: SecretSection | None = Field(
        None, description="google: JSON key of a service account with domain-wide delegation"
    )
    command: tuple[Text, ...] = Field((), description="command: program and arguments; prints a token, no shell")
    authority: WebAddress = Field(
        "https://login.microsoftonline.com", description="microsoft: the identity provider; other for national clouds"
    )
    scope: Text = Field("https://outlook.office365.com/.default", description="microsoft: what the token is asked for")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        given = {key for key, value in self if value} - {"provider", "authority", "scope"}
        fits = {
            "microsoft": ({"tenant", "client_id"} <= given and len(given & {"certificate", "secret"}) == 1),
            "google": "service_account" in given,
            "command": "command" in given,
        }
        if not fits[self.provider]:
            needed = {
                "microsoft": "tenant, client_id, and either certificate or secret",
                "google": "service_account",
                "command": "command",
            }
            raise ValueError(f"expected for provider {self.provider} the keys {needed[self.provider]}")
        return self


def one_sign_in(password: SecretSection | None, oauth2: OAuth2Section | None) -> None:
    """Raise ValueError where both ways to sign in are set."""
    if password is not None and oauth2 is not None:
        raise ValueError("expected either password or oauth2, not both")
