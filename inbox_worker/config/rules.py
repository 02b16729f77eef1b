"""Config -> the values that the core reads mail by."""

from inbox_worker.config.sections import Config, FieldSection, MailboxSection, SchemeSection
from inbox_worker.core.filing import Filing, Folders
from inbox_worker.core.scheme import Field, FieldKind, Lexicon, Rules, Scheme, Site
from inbox_worker.public_suffix import registrable


def rules(config: Config, mailbox: MailboxSection, lexicon: Lexicon) -> Rules:
    """Return what reading the mail of `mailbox` depends on."""
    schemes = tuple(scheme(config.scheme(key)) for key in mailbox.schemes)
    return Rules(site=_site(config, mailbox), schemes=schemes, lexicon=lexicon, registrable=registrable)


def scheme(section: SchemeSection) -> Scheme:
    """Return the scheme that `section` describes."""
    return Scheme(
        key=section.key,
        name=section.name,
        role=section.role,
        reference=section.reference,
        mentions=section.mentions,
        role_words=section.role_words,
        topic_words=section.topic_words,
        others=section.others,
        fields=tuple(_field(field) for field in section.fields),
        templates=section.templates,
        documents=section.documents,
        request_words=section.request_words,
    )


def filing(config: Config, mailbox: MailboxSection) -> Filing:
    """Return the folders that the mail of `mailbox` is moved into."""
    sections = (config.scheme(key) for key in mailbox.schemes)
    return Filing({section.key: Folders(**section.file_into.model_dump()) for section in sections})


def _field(section: FieldSection) -> Field:
    return Field(
        key=section.key,
        label=section.label,
        kind=FieldKind(section.kind),
        required=section.required,
        variants=section.variants,
        keywords=section.keywords,
        signature=section.signature,
        prose=section.prose,
    )


def _site(config: Config, mailbox: MailboxSection) -> Site:
    return Site(
        addresses=mailbox.addresses,
        trust_authentication_results=mailbox.boundary.trust_authentication_results,
        authserv_ids=mailbox.boundary.authserv_ids,
        team_addresses=config.team.addresses,
    )
