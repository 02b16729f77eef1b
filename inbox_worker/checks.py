"""What a working service depends on, looked at one by one."""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from inbox_worker import vault
from inbox_worker.assembly import imap_config, load_templates, route, smtp_config
from inbox_worker.compose import AutoSubmitted, Draft, compose, message_id
from inbox_worker.config.sections import Config, MailboxSection
from inbox_worker.core.mail import Address
from inbox_worker.errors import InboxWorkerError
from inbox_worker.imap import ImapMailbox
from inbox_worker.smtp import Sent, SmtpSender


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of `check`."""

    what: str
    detail: str
    remedy: str = ""
    exit_code: int = 0

    @property
    def ok(self) -> bool:
        """Return whether nothing is wrong."""
        return self.exit_code == 0


def examine(config: Config) -> Iterator[Finding]:
    """Yield a finding for everything that the service depends on. Changes and sends nothing."""
    yield _looked("templates", lambda: _templates(config))
    yield _looked("database", lambda: _database(config))
    for box in config.mailboxes:
        yield _looked(f"mailbox {box.name}, reading", lambda box=box: _imap(box))  # type: ignore[misc]
        yield _looked(f"mailbox {box.name}, sending", lambda box=box: _smtp(box))  # type: ignore[misc]
    yield _people(config)


def send(config: Config, address: str) -> Finding:
    """Send one test mail to `address` by the first mailbox."""
    box = config.mailboxes[0]

    def look() -> str:
        way = route(box)
        draft = Draft(
            message_id=message_id(secrets.token_hex(16), way.envelope_from),
            from_=Address(box.smtp.from_name, way.envelope_from),
            to=address,
            subject="Test of inbox-worker",
            text="This is an automatic test mail of inbox-worker. No answer is needed.\n",
            html=None,
            auto_submitted=AutoSubmitted.GENERATED,
            template="test",
            template_version="0",
            date=datetime.now(UTC),
        )
        with way.sender as sender:
            answer = sender.send(way.envelope_from, address, compose(draft).content)
        if isinstance(answer, Sent):
            return "the server took it"
        raise InboxWorkerError(f"the server answered {answer.code} {answer.status}".rstrip())

    return _looked("test mail", look)


def _looked(what: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(what, look())
    except InboxWorkerError as error:
        detail, _, remedy = str(error).partition("; ")
        return Finding(what, detail, remedy, error.exit_code)
    except ValueError as error:
        return Finding(what, str(error), "", 2)


def _templates(config: Config) -> str:
    templates = load_templates(config)
    for scheme in config.schemes:
        templates.documents(scheme.templates, scheme.documents)
    return f"{len(templates.folders())} folders, every template renders"


def _database(config: Config) -> str:
    with vault.store(config) as store, store.transaction() as tx:
        return f"at this version, can be written, {len(tx.points())} folders read so far"


def _imap(box: MailboxSection) -> str:
    with ImapMailbox(imap_config(box)) as mailbox:
        position = mailbox.position()
        moves = "can move mail" if "MOVE" in mailbox.capabilities else "cannot move mail (no MOVE)"
    return f"{box.imap.host} signed in, folder {position.folder} holds {position.exists} mails, {moves}"


def _smtp(box: MailboxSection) -> str:
    with SmtpSender(smtp_config(box)) as sender:
        sender.connect()
    return f"{box.smtp.host} signed in, nothing sent"


def _people(config: Config) -> Finding:
    wanting = [
        key
        for key, value in (
            ("organisation.notice_url", config.organisation.notice_url),
            ("team.recipients", config.team.recipients),
            ("team.distress.contacts", config.team.distress.contacts),
        )
        if not value
    ]
    if not wanting:
        return Finding("people", f"mode {config.mode}, everybody who must be told is named")
    return Finding("people", f"mode {config.mode}; before live mode set {', '.join(wanting)}")
