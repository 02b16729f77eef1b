"""Access tokens of Microsoft Entra by client credentials (RFC 6749 s.4.4). The only user of msal; extra [microsoft]."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from inbox_worker.certificates import ClientCertificate
from inbox_worker.credentials import Secret, TokenRefused, TokenUnavailable
from inbox_worker.errors import ConfigError

TIMEOUT = 20.0  # seconds for each request to the identity provider
_PASSING = frozenset({"temporarily_unavailable", "server_error", "slow_down"})  # RFC 6749 s.5.2, RFC 8628 s.3.5

# Codes of Entra ID (AADSTS...) -> what is wrong and what to do. Its own texts name tenants and accounts: never shown.
_REMEDIES = {
    90002: "there is no such tenant; check oauth2.tenant",
    900023: "this is no tenant; oauth2.tenant takes a directory id or a domain of it",
    700016: "the tenant has no such application; check oauth2.client_id, and oauth2.tenant",
    7000112: "the application is disabled in the tenant; enable the enterprise application",
    7000215: "the secret is wrong; set the secret's value, not its id",
    7000222: "the secret has expired; make a new one in the app registration, or better use a certificate",
    7000218: "the application asks for a certificate or a secret; check which of them is set",
    700027: "the certificate is not registered for the application; upload its public part to the app registration",
    700024: "the sign-in is not valid at this time; set this machine's clock right",
    500011: "the tenant has no such service; check oauth2.scope, and that the tenant has Exchange Online",
    50105: "the application is not assigned; switch off 'assignment required' of the enterprise application",
    53003: "a conditional access policy refuses the application; exempt it, or sign in from an allowed network",
}
_PASSING_CODES = frozenset({90033, 90012, 50196})  # try again, time ran out, too many at once


@dataclass(frozen=True, slots=True)
class MicrosoftApp:
    """The application that this service signs in as."""

    tenant: str
    client_id: str
    key: Secret | ClientCertificate
    authority: str
    scope: str


class MicrosoftTokens:
    """A TokenSource for one application, shared by every connection of the process; msal caches and renews."""

    def __init__(self, read: Callable[[], MicrosoftApp]) -> None:
        """read: returns the application with its key, afresh after a refusal. Raises what `read` raises."""
        _msal()
        self._read = read
        self._app: MicrosoftApp | None = read()
        self._client: Any = None
        self._lock = threading.Lock()

    def token(self) -> Secret:
        """Return a token that is valid now. Raises TokenRefused for a faulty set-up, TokenUnavailable for now."""
        with self._lock:
            app = self._app or self._read_again()
            answer = self._asked(app)
            if token := answer.get("access_token"):
                return Secret(str(token))
            self._forget()
            raise _fault(answer)

    def rejected(self) -> None:
        """Drop the cached token: the mail server did not take it."""
        with self._lock:
            if self._client is not None:
                self._client.remove_tokens_for_client()

    def _read_again(self) -> MicrosoftApp:
        try:
            self._app = self._read()
        except ConfigError as error:
            raise TokenRefused(str(error)) from None
        return self._app

    def _forget(self) -> None:
        """Read the key anew for the next try: it may be replaced without a restart."""
        self._app = self._client = None

    def _asked(self, app: MicrosoftApp) -> Mapping[str, Any]:
        import requests
        from msal.exceptions import MsalError

        try:
            if self._client is None:
                self._client = _client(app)
            answer = self._client.acquire_token_for_client(scopes=[app.scope])
        except requests.exceptions.SSLError:
            self._forget()
            raise TokenRefused(
                f"{app.authority}: its certificate is not accepted; name a TLS-inspecting proxy's "
                "authority in the environment variable REQUESTS_CA_BUNDLE"
            ) from None
        except (requests.exceptions.RequestException, MsalError) as error:  # the latter for HTTP 5xx
            raise TokenUnavailable(f"{app.authority}: gives no answer for now ({type(error).__name__})") from None
        except (ValueError, RuntimeError) as error:
            self._forget()
            if "authority configuration" in str(error):  # msal asks for the tenant's addresses first
                raise TokenRefused("there is no such tenant; check oauth2.tenant and oauth2.authority") from None
            raise TokenUnavailable(f"{app.authority}: the answer cannot be read") from None
        if not isinstance(answer, Mapping):
            raise TokenUnavailable(f"{app.authority}: no answer that can be read")
        return answer


def _client(app: MicrosoftApp) -> Any:
    key: str | dict[str, str]
    if isinstance(app.key, Secret):
        key = app.key.reveal()
    else:
        key = {"private_key": app.key.private_key.reveal(), "public_certificate": app.key.certificate}
    return _msal().ConfidentialClientApplication(
        app.client_id,
        client_credential=key,
        authority=f"{app.authority.rstrip('/')}/{app.tenant}",
        instance_discovery=False,  # the configuration names the authority: nobody needs to be asked whether it is one
        timeout=TIMEOUT,
    )


def _msal() -> Any:
    try:
        import msal
    except ImportError:
        raise ConfigError(
            'oauth2: provider microsoft needs a library; run pip install "inbox-worker[microsoft]"'
        ) from None
    return msal


def _fault(answer: Mapping[str, Any]) -> TokenUnavailable:
    codes = answer.get("error_codes")
    numbers = [code for code in codes if isinstance(code, int)] if isinstance(codes, list) else []
    error = str(answer.get("error", ""))
    known = next((code for code in numbers if code in _REMEDIES), None)
    if known is not None:
        return TokenRefused(f"AADSTS{known}: {_REMEDIES[known]}")
    shown = f"AADSTS{numbers[0]}" if numbers else _word(error)
    if error in _PASSING or not _PASSING_CODES.isdisjoint(numbers):
        return TokenUnavailable(f"the identity provider gives no token for now ({shown})")
    return TokenRefused(f"the identity provider refuses the application ({shown}); check the oauth2 settings")


def _word(error: str) -> str:
    """Return the error keyword of RFC 6749 s.5.2 where it is one."""
    return error if error.isascii() and error.replace("_", "").isalnum() and len(error) <= 40 else "no reason given"
