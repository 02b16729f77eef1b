"""Sign-in by access token: got by certificate or secret, taken by Dovecot and by a submission server."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from inbox_worker import sign_in
from inbox_worker.config.base import SecretSection
from inbox_worker.config.sign_in import OAuth2Section
from inbox_worker.credentials import Secret, TokenRefused, TokenUnavailable
from inbox_worker.errors import ConfigError, SignInError, SubmissionRefused
from inbox_worker.imap import ImapMailbox, SessionExpired
from inbox_worker.smtp import SmtpSender
from tests.fixtures_identity import (
    CLIENT,
    CLIENT_SECRET,
    OBJECT_ID,
    TENANT,
    IdentityProvider,
    TokenSmtpServer,
    application_pem,
)
from tests.fixtures_mail import Authority, DovecotAccount, imap_config, imap_script, smtp_config
from tests.site import form, mail, running


def section(provider: IdentityProvider, folder: Path, **changes: Any) -> OAuth2Section:
    """Return the section `oauth2` of an application with a secret, unless `changes` say otherwise."""
    file = folder / "client-secret"
    file.touch(mode=0o600)
    file.write_text(CLIENT_SECRET)
    settings: dict[str, Any] = {
        "tenant": TENANT, "client_id": CLIENT, "authority": provider.authority, "secret": {"file": file}, **changes,
    }  # fmt: skip
    return OAuth2Section.model_validate({key: value for key, value in settings.items() if value is not None})


def source(provider: IdentityProvider, folder: Path, **changes: Any) -> Any:
    return sign_in.token_source(section(provider, folder, **changes), "team@example.org", "imap.oauth2")


def test_a_token_is_cached_and_renewed_after_a_rejection(identity: IdentityProvider, tmp_path: Path):
    tokens = source(identity, tmp_path)
    first = tokens.token()
    assert tokens.token() == first
    assert len(identity.issued) == 1
    tokens.rejected()
    assert tokens.token() != first
    assert len(identity.issued) == 2
    assert first.reveal() not in repr(tokens)


def test_a_token_that_is_about_to_end_is_renewed(identity: IdentityProvider, tmp_path: Path):
    identity.lifetime = 60  # msal gives none out that has less than five minutes left
    tokens = source(identity, tmp_path)
    assert tokens.token() != tokens.token()


def test_the_same_settings_share_one_source_and_its_cache(identity: IdentityProvider, tmp_path: Path):
    assert source(identity, tmp_path) is source(identity, tmp_path)
    assert source(identity, tmp_path, scope="https://example.org/.default") is not source(identity, tmp_path)


def test_a_certificate_proves_who_we_are(identity: IdentityProvider, tmp_path: Path):
    identity.certificate = application_pem(tmp_path)
    tokens = source(identity, tmp_path, secret=None, certificate={"file": identity.certificate})
    assert tokens.token().reveal() in identity.good


def test_a_certificate_that_the_application_does_not_have_is_told(identity: IdentityProvider, tmp_path: Path):
    identity.certificate = application_pem(tmp_path, "registered.pem")
    tokens = source(identity, tmp_path, secret=None, certificate={"file": application_pem(tmp_path)})
    with pytest.raises(TokenRefused, match="AADSTS700027: the certificate is not registered"):
        tokens.token()


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"client_id": "another"}, "AADSTS700016: the tenant has no such application; check oauth2.client_id"),
        ({"tenant": "another.example.org"}, "there is no such tenant; check oauth2.tenant"),
    ],
)
def test_a_wrong_setting_is_named(changes: dict[str, str], says: str, identity: IdentityProvider, tmp_path: Path):
    with pytest.raises(TokenRefused, match=says) as caught:
        source(identity, tmp_path, **changes).token()
    assert caught.value.exit_code == 78
    assert CLIENT_SECRET not in str(caught.value)


@pytest.mark.parametrize(
    ("status", "answer", "kind", "says"),
    [
        (401, {"error": "invalid_client", "error_codes": [7000222]}, TokenRefused, "the secret has expired"),
        (400, {"error": "invalid_request", "error_codes": [90002]}, TokenRefused, "no such tenant"),
        (400, {"error": "access_denied", "error_codes": [53003]}, TokenRefused, "conditional access"),
        (400, {"error": "temporarily_unavailable"}, TokenUnavailable, "no token for now"),
        (400, {"error": "server_error", "error_codes": [90033]}, TokenUnavailable, "AADSTS90033"),
        (400, {"error": "Ann Example wrote this"}, TokenRefused, r"refuses the application \(no reason given\)"),
        (503, {}, TokenUnavailable, "gives no answer for now"),
    ],
)
def test_each_refusal_of_the_identity_provider_is_told_apart(
    status: int, answer: dict[str, Any], kind: type[Exception], says: str, identity: IdentityProvider, tmp_path: Path
):
    identity.fault = (status, answer)
    with pytest.raises(TokenUnavailable, match=says) as caught:
        source(identity, tmp_path).token()
    assert type(caught.value) is kind


def test_a_secret_that_is_replaced_is_taken_up_without_a_restart(identity: IdentityProvider, tmp_path: Path):
    identity.secret = "the new one"
    tokens = source(identity, tmp_path)
    with pytest.raises(TokenRefused, match="AADSTS7000215: the secret is wrong"):
        tokens.token()
    (tmp_path / "client-secret").write_text("the new one")
    assert tokens.token().reveal() in identity.good


def test_an_identity_provider_that_is_gone_may_come_back(identity: IdentityProvider, tmp_path: Path, closed_port: int):
    with pytest.raises(TokenUnavailable, match="gives no answer for now") as caught:
        source(identity, tmp_path, authority=f"https://localhost:{closed_port}").token()
    assert type(caught.value) is TokenUnavailable


def test_an_identity_provider_with_a_foreign_certificate_is_refused(
    identity: IdentityProvider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    with pytest.raises(TokenRefused, match="REQUESTS_CA_BUNDLE"):
        source(identity, tmp_path, scope="untrusted").token()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "empty"),
        ("no pem at all", "holds no private key"),
        ("KEY", "holds no certificate"),
        ("CERTIFICATE", "holds no private key"),
        ("OTHER", "do not belong together"),
        ("BROKEN", "cannot be read"),
        ("ELLIPTIC", "expected an RSA key"),
    ],
)
def test_a_certificate_that_cannot_be_used_is_named(content: str, says: str, authority: Authority, tmp_path: Path):
    end = "-----END PRIVATE KEY-----\n"
    key, _, certificate = application_pem(tmp_path, "good.pem").read_text().partition(end)
    key += end
    text = {
        "KEY": key,
        "CERTIFICATE": certificate,
        "OTHER": application_pem(tmp_path, "other.pem").read_text().partition(end)[0] + end + certificate,
        "ELLIPTIC": authority.key.read_text() + authority.certificate.read_text(),
        "BROKEN": key.replace("M", "!") + certificate,
    }.get(content, content)
    file = tmp_path / "application.pem"
    file.touch(mode=0o600)
    file.write_text(text)
    oauth2 = OAuth2Section(tenant=TENANT, client_id=CLIENT, certificate=SecretSection(file=file))
    with pytest.raises(ConfigError, match=says) as caught:
        sign_in.token_source(oauth2, "team@example.org", "imap.oauth2")
    assert str(caught.value).startswith("imap.oauth2.certificate: ")
    assert "BEGIN" not in str(caught.value)


def test_the_end_of_a_certificate_is_known(tmp_path: Path):
    oauth2 = OAuth2Section(tenant=TENANT, client_id=CLIENT, certificate=SecretSection(file=application_pem(tmp_path)))
    key = sign_in.client_key(oauth2, "imap.oauth2")
    assert not isinstance(key, Secret)
    assert timedelta(days=1) < key.expires - datetime.now(UTC) <= timedelta(days=2)


def test_a_certificate_that_has_ended_is_a_fault_of_the_configuration(identity: IdentityProvider, tmp_path: Path):
    ended = {"file": application_pem(tmp_path, days=-1)}
    with pytest.raises(
        ConfigError, match=r"imap\.oauth2\.certificate: ended on .*; put a new one in its place"
    ) as caught:
        source(identity, tmp_path, secret=None, certificate=ended)
    assert caught.value.exit_code == 78
    assert identity.issued == []


def test_dovecot_takes_the_token(identity: IdentityProvider, token_dovecot: DovecotAccount, tmp_path: Path):
    config = imap_config(token_dovecot, credential=source(identity, tmp_path))
    with ImapMailbox(config) as mailbox:
        assert mailbox.position().exists == 0


def test_a_token_that_was_withdrawn_before_its_time_is_replaced(
    identity: IdentityProvider, token_dovecot: DovecotAccount, tmp_path: Path
):
    tokens = source(identity, tmp_path)
    config = imap_config(token_dovecot, credential=tokens)
    with ImapMailbox(config):
        identity.revoke()
    with ImapMailbox(config) as mailbox:
        assert mailbox.position().exists == 0
    assert len(identity.issued) == 2


@pytest.mark.parametrize(
    ("roles", "says"),
    [
        (("SMTP.SendAsApp",), "consent is missing: the token carries no IMAP.AccessAsApp"),
        (("IMAP.AccessAsApp",), f"New-ServicePrincipal -AppId {CLIENT} -ObjectId {OBJECT_ID}"),
    ],
)
def test_consent_is_told_from_object_id_and_permission(
    roles: tuple[str, ...], says: str, identity: IdentityProvider, token_dovecot: DovecotAccount, tmp_path: Path
):
    identity.roles, identity.mailbox = roles, "another mailbox"
    with pytest.raises(SignInError, match=says) as caught:
        ImapMailbox(imap_config(token_dovecot, credential=source(identity, tmp_path))).open()
    assert not any(token in str(caught.value) for token in identity.issued)


def test_a_mailbox_permission_that_is_missing_is_told(identity: IdentityProvider, tmp_path: Path):
    refusal = ("{tag} BAD User is authenticated but not connected.",)
    answers = {
        "AUTHENTICATE": ("+ ", "READ", "{tag} OK AUTHENTICATE completed."),
        "STATUS": refusal, "EXAMINE": refusal, "LIST": refusal,
    }  # fmt: skip
    with imap_script(answers, "IMAP4rev1 AUTH=XOAUTH2") as server:
        config = imap_config(_account(server), credential=source(identity, tmp_path))
        says = "may not open this mailbox; run Add-MailboxPermission"
        with pytest.raises(SignInError, match=says), ImapMailbox(config) as mailbox:
            mailbox.position()


def test_a_session_whose_token_ran_out_is_a_normal_reconnect(identity: IdentityProvider, tmp_path: Path):
    answers = {
        "AUTHENTICATE": ("+ ", "READ", "{tag} OK AUTHENTICATE completed."),
        "STATUS": ("* BYE Session invalidated - AccessTokenExpired", "DROP"),
    }
    with imap_script(answers, "IMAP4rev1 AUTH=XOAUTH2") as server:
        config = imap_config(_account(server), credential=source(identity, tmp_path))
        with pytest.raises(SessionExpired), ImapMailbox(config) as mailbox:
            mailbox.position()


def test_the_submission_server_takes_the_token(identity: IdentityProvider, token_smtp: TokenSmtpServer, tmp_path: Path):
    config = smtp_config(token_smtp, user="team@example.org", credential=source(identity, tmp_path))
    with SmtpSender(config) as sender:
        sender.connect()
    identity.revoke()
    with SmtpSender(config) as sender:
        sender.connect()
    assert len(identity.issued) == 2


@pytest.mark.parametrize(
    ("refusal", "roles", "says"),
    [
        ("535 5.7.3 Authentication unsuccessful", ("IMAP.AccessAsApp",), "the token carries no SMTP.SendAsApp"),
        ("535 5.7.3 Authentication unsuccessful", ("SMTP.SendAsApp",), f"-ObjectId {OBJECT_ID}"),
        ("535 5.7.139 Authentication unsuccessful", ("SMTP.SendAsApp",), "SMTP AUTH is switched off"),
    ],
)
def test_the_reasons_why_sending_is_refused_are_told_apart(
    refusal: str, roles: tuple[str, ...], says: str, identity: IdentityProvider, tmp_path: Path
):
    identity.roles = roles
    tokens = source(identity, tmp_path)
    with TokenSmtpServer(identity, refusal) as server:
        server.provider = IdentityProvider()  # knows none of the tokens
        config = smtp_config(server, user="team@example.org", credential=tokens)
        with pytest.raises(SubmissionRefused, match=says):
            SmtpSender(config).connect()


def test_an_application_is_read_and_answered_by_token_alone(
    identity: IdentityProvider,
    token_dovecot: DovecotAccount,
    token_smtp: TokenSmtpServer,
    sqlite_url: str,
    tmp_path: Path,
):
    oauth2 = section(identity, tmp_path).model_dump(mode="json", exclude_none=True, exclude_defaults=True)

    def change(data: dict[str, Any]) -> None:
        box = data["mailboxes"][0]
        box["imap"] = {**box["imap"], "oauth2": oauth2}
        del box["imap"]["password"]
        box["smtp"] = {**box["smtp"], "user": "team@example.org", "oauth2": oauth2}

    with running(tmp_path, token_dovecot, token_smtp, sqlite_url, change) as site:
        identity.revoke()
        token_dovecot.deliver(mail(form()))
        site.once()
        with site.service.store.reading() as view:
            assert len(view.applications()) == 1
    assert len(token_smtp.deliveries) == 2
    assert len(identity.issued) == 2  # one for both servers, and one more after the withdrawal


def _account(server: Any) -> Any:
    server.user, server.password = "team@example.org", "unused"
    return server
