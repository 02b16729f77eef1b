"""Access tokens of Google by a service account with domain-wide delegation (RFC 7523). Extra [google]."""

import base64
import json
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from typing import Any

from inbox_worker.credentials import Secret, TokenRefused, TokenUnavailable
from inbox_worker.errors import ConfigError

SCOPE = "https://mail.google.com/"  # the one that opens IMAP and SMTP
TIMEOUT = 20  # seconds
LIFETIME = 3600  # seconds: the longest that Google gives
MARGIN = 300  # seconds before its end at which a token is renewed
_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_REMEDIES = {
    "unauthorized_client": "have the client id delegated for the scope https://mail.google.com/ in the admin console "
    "(Security, API controls, Domain-wide delegation)",
    "invalid_grant": "check that imap.user is an account of the domain, that the key still exists, and the clock",
    "invalid_client": "the service account is gone or disabled; make a new key",
}


@dataclass(frozen=True, slots=True)
class ServiceAccount:
    """What the JSON key file holds."""

    email: str
    key_id: str
    token_uri: str
    private_key: Any  # of cryptography


def service_account(text: Secret, origin: str) -> ServiceAccount:
    """Return the service account. origin: the setting's name, for the error. Raises ConfigError."""
    try:
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
        from cryptography.hazmat.primitives.serialization import load_pem_private_key
    except ImportError:
        raise ConfigError(f'{origin}: needs a library; run pip install "inbox-worker[google]"') from None
    try:
        data = json.loads(text.reveal())
        key = load_pem_private_key(data["private_key"].encode("ascii"), None)
        found = ServiceAccount(data["client_email"], data["private_key_id"], data["token_uri"], key)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ConfigError(f"{origin}: cannot be read; expected the JSON key file of a service account") from None
    if not isinstance(key, RSAPrivateKey) or not str(found.token_uri).startswith("https://"):
        raise ConfigError(f"{origin}: cannot be used; expected an RSA key and an https address in token_uri")
    return found


class GoogleTokens:
    """A TokenSource for one user of the domain."""

    def __init__(self, account: ServiceAccount, user: str) -> None:
        self._account, self._user = account, user
        self._token: Secret | None = None
        self._until = 0.0  # by time.monotonic
        self._lock = threading.Lock()

    def token(self) -> Secret:
        """Return a token that is valid now. Raises TokenUnavailable or TokenRefused."""
        with self._lock:
            if self._token is None or time.monotonic() >= self._until:
                answer = self._asked()
                self._token = Secret(str(answer["access_token"]))
                self._until = time.monotonic() + min(int(answer.get("expires_in", LIFETIME)), LIFETIME) - MARGIN
            return self._token

    def rejected(self) -> None:
        """Drop the cached token."""
        with self._lock:
            self._token = None

    def _asked(self) -> dict[str, Any]:
        body = urllib.parse.urlencode({"grant_type": _GRANT, "assertion": self._assertion()}).encode("ascii")
        request = urllib.request.Request(self._account.token_uri, body)  # noqa: S310 - https, see service_account
        host = urllib.parse.urlsplit(self._account.token_uri).hostname
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT) as response:  # noqa: S310
                answer = json.load(response)
        except urllib.error.HTTPError as error:
            raise _fault(error) from None
        except (OSError, ValueError) as error:
            raise TokenUnavailable(f"{host}: gives no token for now ({type(error).__name__})") from None
        if not isinstance(answer, dict) or "access_token" not in answer:
            raise TokenUnavailable(f"{host}: the answer holds no token")
        return answer

    def _assertion(self) -> str:
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.hashes import SHA256

        now = int(time.time())
        head = {"alg": "RS256", "typ": "JWT", "kid": self._account.key_id}
        claims = {
            "iss": self._account.email, "sub": self._user, "scope": SCOPE, "aud": self._account.token_uri,
            "iat": now, "exp": now + LIFETIME,
        }  # fmt: skip
        signed = f"{_part(json.dumps(head).encode())}.{_part(json.dumps(claims).encode())}"
        return f"{signed}.{_part(self._account.private_key.sign(signed.encode('ascii'), PKCS1v15(), SHA256()))}"


def _fault(error: urllib.error.HTTPError) -> TokenUnavailable:
    if error.code == 429 or error.code >= 500:
        return TokenUnavailable(f"the identity provider gives no token for now (HTTP {error.code})")
    try:
        keyword = str(json.load(error).get("error", ""))
    except (OSError, ValueError, AttributeError):
        keyword = ""
    known = keyword if keyword in _REMEDIES else f"HTTP {error.code}"
    return TokenRefused(f"{known}: {_REMEDIES.get(keyword, 'check the service account')}")


def _part(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
