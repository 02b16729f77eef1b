"""Whether a mailbox can be read: sign-in, server, folders, aliases."""

from collections.abc import Iterator
from datetime import datetime

from inbox_worker.assembly import imap_config
from inbox_worker.checks.finding import Finding, looked, warned, wrong
from inbox_worker.checks.site import ends
from inbox_worker.config.sections import Config, MailboxSection
from inbox_worker.core.recipients import unnamed
from inbox_worker.errors import InboxWorkerError
from inbox_worker.expiries import Expiry
from inbox_worker.imap_idle import NoIdle, can_listen
from inbox_worker.imap_survey import Survey, survey
from inbox_worker.plurals import counted


def examine(config: Config, box: MailboxSection, now: datetime) -> Iterator[Finding]:
    """Yield a finding for each; only the first where nobody can sign in."""
    name = f"mailbox {box.name}"
    try:
        found = survey(imap_config(box))
    except InboxWorkerError as error:
        failed = error
        yield looked(f"{name}, reading", lambda: _again(failed))
        return
    yield looked(f"{name}, reading", lambda: _read(box, found))
    yield looked(f"{name}, IMAP server", lambda: _server(config, box, found, now))
    if box.push:
        yield looked(f"{name}, push", lambda: _push(config, box))
    yield looked(f"{name}, folders", lambda: _folders(config, box, found))
    yield looked(f"{name}, aliases", lambda: _aliases(box, found))


def _again(error: InboxWorkerError) -> str:
    raise error


def _read(box: MailboxSection, found: Survey) -> str:
    way = "an access token" if box.imap.oauth2 else "a password"
    mails = counted(found.position.exists, "mail")
    return f"{box.imap.host} signed in by {way}, folder {found.position.folder} holds {mails}"


def _server(config: Config, box: MailboxSection, found: Survey, now: datetime) -> str | Finding:
    useful = [name for name in ("IDLE", "MOVE", "UIDPLUS") if name in found.capabilities]
    lacking = [folder for _, folder in _wanted(config, box) if folder] if "MOVE" not in found.capabilities else []
    if any(lacking):
        return wrong(f"{box.imap.host} offers no MOVE (RFC 6851)", "leave out the settings file_into")
    said = f"offers {', '.join(useful) or 'none of IDLE, MOVE, UIDPLUS'}"
    if found.certificate_ends is None:
        return f"{said}; no TLS"
    certificate = ends(Expiry(f"its certificate for {box.imap.host}", found.certificate_ends), now)
    return f"{said}; {certificate}" if isinstance(certificate, str) else certificate


def _push(config: Config, box: MailboxSection) -> str | Finding:
    try:
        can_listen(imap_config(box))
    except NoIdle:
        poll = int(config.schedule.poll.total_seconds())
        return warned(
            f"{box.imap.host} offers no IDLE: new mail waits for the next poll, every {poll} s",
            "leave out push, or ask for IDLE to be allowed to this account",
        )
    return f"{box.imap.host} tells of new mail at once (IDLE)"


def _wanted(config: Config, box: MailboxSection) -> Iterator[tuple[str, str]]:
    for key in box.schemes:
        into = config.scheme(key).file_into
        for name, folder in into:
            if folder:
                yield f"schemes {key}: file_into.{name}", str(folder)


def _folders(config: Config, box: MailboxSection, found: Survey) -> str | Finding:
    wanted = [*_wanted(config, box)]
    if box.imap.sent_folder:
        wanted.append(("imap.sent_folder", box.imap.sent_folder))
    absent = [(key, folder) for key, folder in wanted if folder not in found.folders]
    if absent:
        return wrong(
            ", ".join(f'{key}: there is no folder "{folder}"' for key, folder in absent),
            f"make it in Outlook, or name one of those that are there ({len(found.folders)})",
        )
    if not box.imap.sent_folder:
        return warned(
            f"{len(found.folders)} to be seen, imap.sent_folder is not set",
            'set it ("Sent Items" on Exchange): then the service sees what a colleague has answered by hand',
        )
    return f"{len(found.folders)} to be seen, with every one that is configured"


def _aliases(box: MailboxSection, found: Survey) -> str | Finding:
    others = unnamed(found.recipients, box.addresses)
    if others:
        return warned(
            f"mail comes in that names none of its addresses, but often {', '.join(others)}",
            f"where that is an alias of this mailbox, add it to mailboxes {box.name}: addresses",
        )
    return f"{len(box.addresses)} configured; {len(found.recipients)} recent mails show no other"
