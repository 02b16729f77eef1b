"""Job: alerts about distress that nobody has accepted are repeated, and then go to the second contacts too."""

from datetime import datetime

from inbox_worker.assembly import Service, new_token
from inbox_worker.records import HeldMail
from inbox_worker.store import Tx


def remind(service: Service) -> int:
    """Queue every alert that is due again; return how many mails they are about. Raises StoreError, TemplateError."""
    now = service.clock()
    with service.store.transaction() as tx:
        due = tx.alerts_due(now)
        for entry in due:
            _repeat(service, tx, entry, now)
    return len(due)


def _repeat(service: Service, tx: Tx, entry: HeldMail, now: datetime) -> None:
    distress = service.config.team.distress
    contacts = list(distress.contacts)
    if now - entry.opened_at >= distress.escalate_after:
        contacts += [address for address in distress.second_contacts if address not in contacts]
    box = next((box for box in service.boxes if box.section.name == entry.ledger.mail_id.mailbox), service.boxes[0])
    for message in box.correspondence.distress_again(entry, tuple(contacts), now, new_token):
        tx.enqueue(message, at=now, rehearse=service.config.mode == "rehearse")
    tx.alerted(entry.id, now, now + distress.repeat_every)
    tx.audit("worker", f"alerted tier {entry.ledger.tier.value}, round {entry.alerts + 1}", f"held {entry.id}", now)
