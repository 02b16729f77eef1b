"""What a mail causes to be said: message requests of the core -> rendered, composed messages for the outbox."""

import mimetypes
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime

from inbox_worker.compose import AutoSubmitted, Draft, File, compose, message_id, thread_of
from inbox_worker.config.sections import Config, MailboxSection
from inbox_worker.contexts import Contexts, Occasion
from inbox_worker.core.effects import MessageKind, MessageRequest
from inbox_worker.core.mail import Address
from inbox_worker.records import HeldMail, NewMessage
from inbox_worker.template_context import Context, DigestContext, ReplyContext, Team
from inbox_worker.template_names import TEAM
from inbox_worker.templates import Templates

Token = Callable[[], str]  # draws an opaque, unique part of a Message-ID


class Correspondence:
    """Writes all messages of one mailbox."""

    def __init__(self, config: Config, mailbox: MailboxSection, templates: Templates) -> None:
        self._mailbox = mailbox
        self._templates = templates
        self._sections = {key: config.scheme(key) for key in mailbox.schemes}
        self._contexts = Contexts(config, mailbox)
        self._from = Address(mailbox.smtp.from_name, mailbox.smtp.from_address or mailbox.addresses[0])

    @property
    def team(self) -> Team:
        """Return what every template knows of the team."""
        return self._contexts.team

    def messages(self, occasion: Occasion, now: datetime, token: Token) -> Iterator[NewMessage]:
        """Yield every message that the mail causes, one a recipient, rendered and composed.

        token: draws an opaque, unique part of a Message-ID. Raises TemplateError when a template fails on it.
        """
        for request in occasion.effects.messages:
            yield from self._written(request, self._contexts.of(request, occasion), occasion, now, token)

    def service_alert(
        self, code: str, recipients: tuple[str, ...], now: datetime, token: Token
    ) -> Iterator[NewMessage]:
        """Yield an alert to `recipients` about the service itself, no mail of anybody's."""
        request = MessageRequest(MessageKind.ALERT, "needs_a_person", recipients, None)
        yield from self._written(request, self._contexts.service_alert(code, now), None, now, token)

    def distress_again(
        self, entry: HeldMail, recipients: tuple[str, ...], now: datetime, token: Token
    ) -> Iterator[NewMessage]:
        """Yield the alert about held mail once more: its number, tier and time, and not a word of it."""
        request = MessageRequest(MessageKind.DISTRESS_ALERT, "distress_alert", recipients, entry.ledger.scheme)
        # Tied to the mail as the first alert is: a reply to any of them accepts it.
        messages = self._written(request, self._contexts.distress_again(entry), None, now, token)
        yield from (replace(message, ledger_id=entry.ledger.id) for message in messages)

    def digest(
        self, context: DigestContext, files: tuple[File, ...], recipients: tuple[str, ...], now: datetime, token: Token
    ) -> Iterator[NewMessage]:
        """Yield the digest, one message a recipient."""
        request = MessageRequest(MessageKind.DIGEST, "digest", recipients, None)
        yield from self._written(request, context, None, now, token, files)

    def _written(
        self,
        request: MessageRequest,
        context: Context,
        occasion: Occasion | None,
        now: datetime,
        token: Token,
        files: tuple[File, ...] = (),
    ) -> Iterator[NewMessage]:
        """Yield a message, rendered once, for each recipient."""
        section = self._sections.get(request.scheme or "")
        folder = section.templates if section and isinstance(context, ReplyContext) else TEAM
        rendered = self._templates.render(folder, request.template, context)
        answers = request.kind is MessageKind.REPLY
        summary = request.kind is MessageKind.SUMMARY
        files = files or self._files(request)
        for recipient in request.recipients:
            draft = Draft(
                message_id=message_id(token(), self._from.address),
                from_=self._from,
                to=recipient,
                subject=rendered.subject,
                text=rendered.text,
                html=rendered.html,
                auto_submitted=AutoSubmitted.REPLIED if answers else AutoSubmitted.GENERATED,
                template=request.template,
                template_version=rendered.version,
                date=now,
                reply_to=_applicant(occasion) if occasion and summary else None,
                thread=thread_of(occasion.content.email) if occasion and answers else None,
                attachments=files,
            )
            composed = compose(draft)
            yield NewMessage(
                message_id=composed.message_id,
                kind=request.kind,
                template=request.template,
                template_version=rendered.version,
                mailbox=self._mailbox.name,
                recipient=recipient,
                content=composed.content,
                scheme=request.scheme,
                application=occasion.application.id if occasion and occasion.application else None,
                ledger_id=occasion.ledger_id if occasion else None,
            )

    def _files(self, request: MessageRequest) -> tuple[File, ...]:
        if not request.attach_documents:
            return ()
        section = self._sections[request.scheme or ""]
        found = self._templates.documents(section.templates, section.documents)
        return tuple(
            File(name, mimetypes.guess_type(name)[0] or "application/octet-stream", data) for name, data in found
        )


def _applicant(occasion: Occasion) -> str | None:
    """Return whom a colleague writes to who answers the summary: the applicant, where the address can be used."""
    return occasion.reading.reply_to or (occasion.application.sender if occasion.application else None) or None
