"""The sections of config.yaml. Every key has its meaning here once; docs and `check` read it from here."""

from datetime import timedelta
from pathlib import Path
from typing import Literal, Never, Self

from pydantic import Field, model_validator

from inbox_worker.config.base import EmailAddress, Key, Reference, Schedule, Section, Text, TimeZone, WebAddress
from inbox_worker.config.base import SecretSection as SecretSection
from inbox_worker.config.keeping import EncryptionSection, PrivacySection, RetentionSection
from inbox_worker.config.serving import EndpointSection
from inbox_worker.config.sign_in import OAuth2Section, one_sign_in
from inbox_worker.config.units import Duration, Size


class ImapSection(Section):
    """The mailbox that is read."""

    host: Text = Field(description="name of the IMAP server")
    port: int = Field(993, ge=1, le=65535, description="993 for tls, 143 for starttls and plain")
    security: Literal["tls", "starttls", "plain"] = Field(
        "tls", description="plain is refused unless the server is this machine, or allow_plain is set"
    )
    allow_plain: bool = Field(False, description="allow plain text to another machine; never over the internet")
    ca_file: Path | None = Field(None, description="certificates to trust in place of the system's")
    user: Text = Field(description="who signs in; for Microsoft 365 the address of the shared mailbox")
    password: SecretSection | None = Field(None, description="where the password is read from")
    oauth2: OAuth2Section | None = Field(None, description="sign in by XOAUTH2 with an access token, not by password")
    folder: Text = Field("INBOX", description="the folder that is read")
    sent_folder: Text | None = Field(
        None, description='the folder in which sent mail is kept ("Sent Items"): shows what a colleague has answered'
    )
    unsent_after: Duration | None = Field(
        None,
        description="a message whose fate is unknown and which is not in sent_folder after this time is sent again; "
        "empty: a person decides. Only where the server files a copy of all that it sends, and well above its delay",
    )
    connect_timeout: Duration = Field(timedelta(seconds=15), description="how long to wait for a connection")
    read_timeout: Duration = Field(timedelta(seconds=60), description="how long to wait for an answer")
    max_mail: Size = Field(25_000_000, ge=10_000, description="a larger mail is held unread, its head alone fetched")
    batch_mails: int = Field(50, ge=1, le=500, description="most mails fetched and committed together")
    batch_bytes: Size = Field(4_000_000, ge=100_000, description="most bytes fetched together")

    @model_validator(mode="after")
    def _one_sign_in(self) -> Self:
        one_sign_in(self.password, self.oauth2)
        return self


class SmtpSection(Section):
    """The server that takes our messages: the organisation's own, which signs them."""

    host: Text = Field(description="name of the submission server")
    port: int = Field(587, ge=1, le=65535, description="587 for starttls, 465 for tls")
    security: Literal["tls", "starttls", "plain"] = Field("starttls", description="as for imap")
    allow_plain: bool = Field(False, description="as for imap")
    ca_file: Path | None = Field(None, description="certificates to trust in place of the system's")
    user: str | None = Field(None, description="who signs in; empty: no sign-in")
    password: SecretSection | None = Field(None, description="where the password is read from")
    oauth2: OAuth2Section | None = Field(None, description="as for imap; the same settings share one token")
    connect_timeout: Duration = Field(timedelta(seconds=15), description="how long to wait for a connection")
    read_timeout: Duration = Field(timedelta(seconds=60), description="how long to wait for an answer")
    connections: int = Field(
        2, ge=1, le=20, description="most connections at once, opened as messages wait; Microsoft 365 allows 3"
    )
    per_minute: int | None = Field(
        30,
        ge=1,
        description="most messages handed over in a minute, the rest waits; Microsoft 365 allows 30; empty: no limit",
    )
    from_name: Text = Field(description="the display name of the sender")
    from_address: EmailAddress | None = Field(None, description="default: the first of the mailbox's addresses")

    @model_validator(mode="after")
    def _one_sign_in(self) -> Self:
        one_sign_in(self.password, self.oauth2)
        if self.oauth2 is not None and not self.user:
            raise ValueError("expected user beside oauth2: a token signs in for one mailbox")
        return self


class BoundarySection(Section):
    """What may be believed of headers that the site's own mail boundary writes."""

    trust_authentication_results: bool = Field(
        True, description="the boundary strips foreign Authentication-Results; read dmarc from them"
    )
    authserv_ids: tuple[str, ...] = Field((), description="names the boundary signs with; empty: the topmost header")


class MailboxSection(Section):
    """One mailbox: where its mail comes from and how it is answered."""

    name: Key = Field(description="a short name for logs, commands and the database; never change it later")
    addresses: tuple[EmailAddress, ...] = Field(min_length=1, description="every address of the mailbox, primary first")
    schemes: tuple[Key, ...] = Field(min_length=1, description="keys of the schemes that people apply to here")
    push: bool = Field(
        False,
        description="have the server tell of new mail at once (IDLE), on a connection of its own; polls go on as well",
    )
    imap: ImapSection
    smtp: SmtpSection
    boundary: BoundarySection = BoundarySection()


class OrganisationSection(Section):
    """Who answers: these words stand in every reply."""

    name: Text = Field(description='the organisation: "University of Kent"')
    team: Text = Field(description='the team that signs: "Equality, Diversity and Inclusivity Team"')
    contact_name: Text = Field(description="a person or role that applicants may ask")
    contact_address: EmailAddress = Field(description="where that person reads mail")
    notice_url: WebAddress = Field("", description="the privacy notice; live mode needs it")
    signposting: tuple[Text, ...] = Field(
        (), description="lines on where to find help now; one short paragraph below every reply"
    )


class DistressSection(Section):
    """Who is told at once when somebody who writes seems to be in danger or distress. No text is sent to them."""

    contacts: tuple[EmailAddress, ...] = Field((), description="told at once; live mode needs at least one")
    second_contacts: tuple[EmailAddress, ...] = Field((), description="told when nobody accepted in time")
    repeat_every: Duration = Field(timedelta(minutes=30), description="how often the alert repeats until accepted")
    escalate_after: Duration = Field(timedelta(hours=2), description="when the second contacts are told")
    guide_url: WebAddress = Field("", description="your guide for such mail; the alert leads to it")


class SummariesSection(Section):
    """The mail about one application that goes to the team when it arrives."""

    answers: Literal["include", "omit"] = Field("include", description="include or omit the answers")


class DigestSection(Section):
    """The mail about a period: what needs a person, counts, a table without answers, a spreadsheet."""

    schedule: Schedule = Field(
        "0 8 * * mon",
        description="cron expression (minute, hour, day, month, day of week) in time_zone; empty: no digest",
    )
    recipients: tuple[EmailAddress, ...] = Field((), description="default: the team's recipients")


class TeamSection(Section):
    """Who gets summaries and alerts."""

    recipients: tuple[EmailAddress, ...] = Field((), description="get summaries and alerts; live mode needs one")
    addresses: tuple[EmailAddress, ...] = Field(
        (), description="colleagues who run the schemes: their mail is never an application"
    )
    summaries: SummariesSection = SummariesSection()
    digest: DigestSection = DigestSection()
    distress: DistressSection = DistressSection()


class FusesSection(Section):
    """Limits that no fault may pass (RFC 3834 s.2)."""

    same_template_every: Duration = Field(
        timedelta(days=7), description="the same reply goes to one address at most once in this time"
    )
    per_address_a_day: int = Field(3, ge=1, description="most automatic replies to one address in 24 hours")
    per_hour: int = Field(20, ge=1, description="most automatic replies an hour; above it sending stops for a person")


class ScheduleSection(Section):
    """How often each job runs."""

    poll: Duration = Field(timedelta(seconds=60), description="how often the mailboxes are looked at")
    outbox: Duration = Field(timedelta(seconds=30), description="how often queued messages are tried")
    summaries: Duration = Field(timedelta(minutes=5), description="how often alerts that nobody accepted are looked at")


class ReadingSection(Section):
    """What reading one mail may cost. A mail that costs more, twice, is held for a person."""

    time: Duration = Field(timedelta(seconds=60), description="longest time for one mail with its attached forms")
    memory: Size = Field(2_000_000_000, ge=200_000_000, description="most memory of a process that reads mail")
    processes: int = Field(2, ge=1, le=64, description="how many mails are read at the same time, each in a process")


class LivenessSection(Section):
    """A job that hangs ends the service, for the supervisor to start it again."""

    hung_after: Duration = Field(
        timedelta(minutes=15), description="a job that did nothing for this time hangs; above every timeout"
    )


class LogSection(Section):
    """Logs go to standard error. They hold ids, codes and counts, never words of a mail."""

    format: Literal["console", "json"] = Field("console", description="console for people, json for programs")
    level: Literal["debug", "info", "warning", "error"] = "info"


class FieldSection(Section):
    """One item that a scheme's page asks for."""

    key: Key = Field(description="its name in exports and in the database")
    label: Text = Field(description="the label or the whole question, as the page has it")
    kind: Literal["name", "email", "short", "text"] = "text"
    required: bool = True
    variants: tuple[str, ...] = Field((), description="other labels and wordings that people use")
    keywords: tuple[tuple[str, ...], ...] = Field((), description="a line with all words of one group is this label")
    signature: tuple[str, ...] = Field((), description="words that mark such a value in a signature")
    prose: tuple[str, ...] = Field((), description="regular expressions: a sentence that begins to answer the question")


class FileIntoSection(Section):
    """Folders that the scheme's own mail is moved into (IMAP MOVE). An empty one: that mail stays where it is."""

    applications: str = Field("", description="mail that was dealt with: applications, what follows them, withdrawals")
    requests: str = Field("", description="requests for the documents that were answered")
    needs_a_person: str = Field("", description="mail of the scheme that waits for a person; urgent mail is not moved")
    retry: str = Field("", description="a mail that a person drags here is read again, then moved on")


class SchemeSection(Section):
    """One scheme, wholly as data."""

    key: Key
    name: Text = Field(description="what the scheme is called")
    role: Text = Field(description="what one becomes")
    reference: Reference = Field(description="prefix of references: MHA")
    mentions: tuple[str, ...] = Field(min_length=1, description="phrases that name this scheme beyond doubt")
    role_words: tuple[str, ...] = Field((), description="the role without its topic")
    topic_words: tuple[str, ...] = Field((), description="the topic without the role")
    others: tuple[str, ...] = Field((), description="other schemes that use the same words")
    request_words: tuple[str, ...] = Field((), description="what people ask a copy of")
    fields: tuple[FieldSection, ...] = Field(min_length=1)
    group_by: Key | None = Field(None, description="key of a short field: digest and charts count by it")
    file_into: FileIntoSection = FileIntoSection()
    templates: Text = Field(description="folder of its templates")
    documents: tuple[str, ...] = Field((), description="files of that folder that answer a request")
    documents_url: WebAddress = Field("", description="where the same documents stand on the web")
    next_steps: tuple[Text, ...] = Field((), description="what happens after an application, a sentence each")
    withdrawn_kept_for: str = Field("6 months", description="how long a withdrawn application is kept, in words")
    answer_within: Text = Field("10 working days", description="when a person will be in touch, in words")

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        keys = [field.key for field in self.fields]
        for kind in ("name", "email"):
            if sum(field.kind == kind for field in self.fields) > 1:
                raise ValueError(f"expected at most one field of kind {kind}")
        if len(keys) != len(set(keys)):
            raise ValueError("expected every field key once")
        if self.group_by not in (None, *(field.key for field in self.fields if field.kind == "short")):
            raise ValueError("expected group_by to be the key of a field of kind short")
        return self


class Config(Section):
    """config.yaml as a whole."""

    mode: Literal["rehearse", "live"] = Field(
        "rehearse", description="rehearse records and renders, sends nothing; live sends"
    )
    database: Text = Field(
        "sqlite:///inbox_worker.db", description="SQLAlchemy URL; a relative file is beside this file"
    )
    time_zone: TimeZone = Field("Europe/London", description="for times that people read")
    templates_dir: Path | None = Field(None, description="the site's own templates; what it lacks comes from ours")
    organisation: OrganisationSection
    mailboxes: tuple[MailboxSection, ...] = Field(min_length=1)
    team: TeamSection = TeamSection()
    fuses: FusesSection = FusesSection()
    schedule: ScheduleSection = ScheduleSection()
    reading: ReadingSection = ReadingSection()
    liveness: LivenessSection = LivenessSection()
    log: LogSection = LogSection()
    retention: RetentionSection = RetentionSection()
    privacy: PrivacySection = PrivacySection()
    encryption: EncryptionSection = EncryptionSection()
    endpoint: EndpointSection = EndpointSection()
    schemes: tuple[SchemeSection, ...] = Field(min_length=1)

    def scheme(self, key: str) -> SchemeSection:
        """Return the scheme `key`. Raises KeyError."""
        return next((scheme for scheme in self.schemes if scheme.key == key), None) or _missing(key)

    def mailbox(self, name: str) -> MailboxSection:
        """Return the mailbox `name`. Raises KeyError."""
        return next((box for box in self.mailboxes if box.name == name), None) or _missing(name)


def _missing(key: str) -> Never:
    raise KeyError(key)
