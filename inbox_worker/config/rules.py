"""Config -> the values that the core reads mail by."""

from typing import TypeVar

from inbox_worker.config.field_words import own_words, words_of
from inbox_worker.config.sections import Config, FieldSection, MailboxSection, SchemeSection
from inbox_worker.core.filing import Filing, Folders
from inbox_worker.core.scheme import Field, FieldKind, Lexicon, Rules, Scheme, Site
from inbox_worker.public_suffix import registrable

T = TypeVar("T")


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
        fields=tuple(_field(field, section) for field in section.fields),
        templates=section.templates,
        documents=section.documents,
        request_words=section.request_words,
    )


def filing(config: Config, mailbox: MailboxSection) -> Filing:
    """Return the folders that the mail of `mailbox` is moved into."""
    sections = (config.scheme(key) for key in mailbox.schemes)
    return Filing({section.key: Folders(**section.file_into.model_dump()) for section in sections})


def _field(section: FieldSection, scheme_: SchemeSection) -> Field:
    """The field with the words of its kind and sense added to the site's own."""
    common = words_of(section.kind, section.label)
    keywords = _together(section.keywords, *(words.keywords for words in common))
    if not keywords:
        others = [each.label for each in scheme_.fields if each is not section]
        keywords = own_words(section.label, [*others, scheme_.name, scheme_.role, *scheme_.mentions])
    return Field(
        key=section.key,
        label=section.label,
        kind=FieldKind(section.kind),
        required=section.required,
        variants=_together(section.variants, *(words.variants for words in common)),
        keywords=keywords,
        signature=_together(section.signature, *(words.signature for words in common)),
        prose=_together(section.prose, *(words.prose for words in common)),
        cues=_together(*(words.cues for words in common)),
        hints=_together(*(words.hints for words in common)),
        act=next((words.act for words in common if words.act), ""),
    )


def _together(*groups: tuple[T, ...]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(item for group in groups for item in group))


def _site(config: Config, mailbox: MailboxSection) -> Site:
    return Site(
        addresses=mailbox.addresses,
        trust_authentication_results=mailbox.boundary.trust_authentication_results,
        authserv_ids=mailbox.boundary.authserv_ids,
        team_addresses=config.team.addresses,
    )
