"""What an access token says of itself: for telling one faulty set-up from another, never for trusting it."""

import base64
import binascii
import json
from dataclasses import dataclass

READ_ROLE, SEND_ROLE = "IMAP.AccessAsApp", "SMTP.SendAsApp"

_OPAQUE = (
    "check consent, object id and mailbox permission of the OAuth2 application, "
    "and that the token is meant for this server and user"
)


@dataclass(frozen=True, slots=True)
class Claims:
    """The claims of a Microsoft token that decide what it opens. Absent ones are empty."""

    roles: frozenset[str] = frozenset()  # application permissions that an administrator consented to
    object_id: str = ""  # of the enterprise application: the one that Exchange must know
    application_id: str = ""
    audience: str = ""


def claims(token: str) -> Claims | None:
    """Return what the JSON web token (RFC 7519) says, unverified; None for a token of another kind."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        found = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    roles = found.get("roles")
    return Claims(
        roles=frozenset(str(role) for role in roles) if isinstance(roles, list) else frozenset(),
        object_id=str(found.get("oid", "")),
        application_id=str(found.get("appid", found.get("azp", ""))),
        audience=str(found.get("aud", "")),
    )


def refused_reading(found: Claims | None) -> str:
    """Return why Exchange did not take a token for IMAP, and the remedy, as far as the token tells."""
    if found is None:
        return _OPAQUE
    if READ_ROLE not in found.roles:
        return (
            f"consent is missing: the token carries no {READ_ROLE}; add this application permission of "
            "Office 365 Exchange Online to the app registration and grant admin consent"
        )
    return (
        "consent is there, so Exchange does not know the application, or not for this mailbox: run "
        f"New-ServicePrincipal -AppId {found.application_id} -ObjectId {found.object_id} (this object id, of the "
        "enterprise application, not that of the app registration), then Add-MailboxPermission with FullAccess for it; "
        "allow 30 minutes"
    )


def refused_sending(found: Claims | None) -> str:
    """Return why Exchange did not take a token for SMTP, and the remedy, as far as the token tells."""
    if found is None:
        return _OPAQUE
    if SEND_ROLE not in found.roles:
        return (
            f"the token carries no {SEND_ROLE}: grant admin consent to it, or, where the role "
            f'"Application SMTP.SendAsApp" is assigned in Exchange instead, check that its scope holds this mailbox'
        )
    return (
        "consent is there, so Exchange does not know the application, or not for this mailbox: check "
        f"New-ServicePrincipal -ObjectId {found.object_id} and Add-RecipientPermission with SendAs for it; "
        "allow 30 minutes"
    )
