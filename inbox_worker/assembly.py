"""Config -> the parts of the service, built once. The only place that knows all of them.

What only a mail needs is imported and built when the first mail asks: a pass with nothing to do, once a minute from a
timer, shall cost little. `complete` does it at once.
"""

import os
import random
import secrets
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from inbox_worker import lexicon, resources, sign_in, vault
from inbox_worker.claims import Claims
from inbox_worker.config import field_words
from inbox_worker.config.rules import filing, rules
from inbox_worker.config.sections import Config, MailboxSection
from inbox_worker.conversation import Conversation, SentFolder
from inbox_worker.core.filing import Filing
from inbox_worker.filing import Filer
from inbox_worker.imap import ImapConfig, ImapMailbox
from inbox_worker.intake import Intake
from inbox_worker.locks import Locks, locks
from inbox_worker.outbox import Outbox, Route
from inbox_worker.reader import Reader
from inbox_worker.reading_pool import shared
from inbox_worker.reading_process import Limits
from inbox_worker.settling import Settlement
from inbox_worker.smtp import SmtpConfig, SmtpSender
from inbox_worker.store import Store, Tx
from inbox_worker.templates import Templates
from inbox_worker.tombs import Tombs
from inbox_worker.transport import Security

if TYPE_CHECKING:
    from inbox_worker.correspondence import Correspondence
    from inbox_worker.handling import Handling
    from inbox_worker.second_reading import SecondReading


def utc_now() -> datetime:
    """Return the time, aware, in UTC."""
    return datetime.now(UTC)


def new_token() -> str:
    """Return an opaque, unique token for a Message-ID."""
    return secrets.token_hex(16)


@dataclass(frozen=True, slots=True)
class Box:
    """One mailbox of the service."""

    section: MailboxSection
    intake: Intake
    filer: Filer
    handling: "Callable[[], Handling]"

    @property
    def correspondence(self) -> "Correspondence":
        """What writes its messages."""
        return self.handling().correspondence

    @property
    def again(self) -> "SecondReading":
        """What reads a mail of it again."""
        return self.handling().again

    def connection(self) -> ImapMailbox:
        """Return a mailbox that signs in when it is opened. Raises ConfigError where a secret is missing."""
        return ImapMailbox(imap_config(self.section))


@dataclass(frozen=True, slots=True)
class Service:
    """Everything that the jobs and commands use."""

    config: Config
    store: Store
    templates: Templates
    boxes: tuple[Box, ...]
    worker: str
    locks: Locks
    clock: Callable[[], datetime] = utc_now

    def complete(self) -> None:
        """Import and build everything now: a service that runs for months may not load the rest of itself from what
        an upgrade has put in its place.
        """
        for box in self.boxes:
            box.handling()

    def outbox(self) -> Outbox:
        """Return the job that sends. Raises ConfigError where a secret is missing."""
        claims = Claims(
            self.store,
            worker=self.worker,
            locks=self.locks,
            replies_an_hour=self.config.fuses.per_hour,
            on_fuse=self._fuse_alert,
            clock=self.clock,
        )
        settlement = Settlement(self.store, self.worker, self.clock, random.random)
        routes = {box.section.name: route(box.section) for box in self.boxes}
        return Outbox(claims, settlement, routes, clock=self.clock, jitter=random.random)

    def _fuse_alert(self, tx: Tx, now: datetime) -> None:
        """Queue the alert that all replies have stopped: it goes to the team, by any mailbox that can send."""
        correspondence = self.boxes[0].correspondence
        for message in correspondence.service_alert("BREAK", self.config.team.recipients, now, new_token):
            tx.enqueue(message, at=now, rehearse=self.config.mode == "rehearse")


@contextmanager
def service(config: Config, clock: Callable[[], datetime] = utc_now) -> Iterator[Service]:
    """Build the service on its database, and close it at the end.

    Raises ConfigError, TemplateError, SchemaError or StoreError.
    """
    templates = load_templates(config, every=False)
    with vault.store(config) as store:
        with store.reading() as view:
            tombs = vault.tombs(config, view)
        boxes = tuple(_box(config, section, store, templates, clock, tombs) for section in config.mailboxes)
        worker = worker_name()
        held = locks(config.database, worker)
        try:
            yield Service(config, store, templates, boxes, worker, held, clock)
        finally:
            held.close()


def load_templates(config: Config, *, every: bool = True) -> Templates:
    """Return the templates of `config`, checked. Raises TemplateError. every: also those that come with the program."""
    return Templates.load(
        resources.directory("templates"),
        config.templates_dir,
        zone=ZoneInfo(config.time_zone),
        folders=[scheme.templates for scheme in config.schemes],
        every=every,
    )


def readers(config: Config) -> dict[str, Reader]:
    """Return the reader of each mailbox by its name, its phrases checked. Needs no server, database or secret."""
    lexicon.check()
    field_words.check()
    words = lexicon.load()
    return {section.name: Reader(rules(config, section, words)) for section in config.mailboxes}


def worker_name() -> str:
    """Return a name for this process that no other one has."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"


def imap_config(section: MailboxSection) -> ImapConfig:
    """Return how the mailbox is reached. Raises ConfigError where its secret is missing."""
    imap = section.imap
    return ImapConfig(
        mailbox=section.name,
        host=imap.host,
        port=imap.port,
        security=Security(imap.security),
        allow_plain=imap.allow_plain,
        ca_file=imap.ca_file,
        user=imap.user,
        credential=sign_in.credential(imap.password, imap.oauth2, imap.user, f"mailboxes {section.name}: imap"),
        folder=imap.folder,
        connect_timeout=imap.connect_timeout,
        read_timeout=imap.read_timeout,
        max_mail_bytes=imap.max_mail,
        batch_mails=imap.batch_mails,
        batch_bytes=imap.batch_bytes,
    )


def smtp_config(section: MailboxSection) -> SmtpConfig:
    """Return how messages go out. Raises ConfigError where the secret is missing."""
    smtp = section.smtp
    return SmtpConfig(
        host=smtp.host,
        port=smtp.port,
        security=Security(smtp.security),
        allow_plain=smtp.allow_plain,
        ca_file=smtp.ca_file,
        user=smtp.user,
        credential=sign_in.credential(smtp.password, smtp.oauth2, smtp.user, f"mailboxes {section.name}: smtp")
        if smtp.user
        else None,
        connect_timeout=smtp.connect_timeout,
        read_timeout=smtp.read_timeout,
    )


def route(section: MailboxSection) -> Route:
    """Return how the messages of one mailbox go out."""
    smtp, config = section.smtp, smtp_config(section)
    return Route(
        envelope_from=smtp.from_address or section.addresses[0],
        connect=lambda: SmtpSender(config),
        connections=smtp.connections,
        per_minute=smtp.per_minute,
    )


def _box(
    config: Config,
    section: MailboxSection,
    store: Store,
    templates: Templates,
    clock: Callable[[], datetime],
    tombs: Tombs | None,
) -> Box:
    @cache
    def handling() -> "Handling":
        from inbox_worker import handling as parts

        return parts.handling(config, section, store, templates, tombs, look=intake.look, token=new_token, clock=clock)

    intake = Intake(
        section.name,
        store,
        handling,
        Conversation(section.name, store, _sent_folder(section)),
        pool=shared(Limits(config.reading.time.total_seconds(), config.reading.memory), config.reading.processes),
        clock=clock,
    )
    folders = Filing() if config.mode == "rehearse" else filing(config, section)
    filer = Filer(section.name, section.imap.folder, folders, store, lambda: handling().again, clock)
    return Box(section, intake, filer, handling)


def _sent_folder(section: MailboxSection) -> SentFolder | None:
    imap = section.imap
    return SentFolder(imap.sent_folder, imap.unsent_after) if imap.sent_folder is not None else None
