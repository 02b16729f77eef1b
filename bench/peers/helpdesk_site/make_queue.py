"""`python -m helpdesk_site.make_queue`: a queue that reads the mailbox of this run and acknowledges what it finds."""

import os

import django

django.setup()

from helpdesk.models import Queue  # noqa: E402 - models can be imported once Django is set up

Queue.objects.create(
    title="Applications",
    slug="applications",
    locale="en",
    email_address="helpdesk@example.org",
    allow_email_submission=True,
    email_box_type="imap",
    email_box_host="127.0.0.1",
    email_box_port=int(os.environ["IMAP_PORT"]),
    email_box_ssl=False,
    email_box_user=os.environ["MAILUSER"],
    email_box_pass="bench",  # noqa: S106 - any user of the private server has it
    email_box_imap_folder="INBOX",
    email_box_interval=0,
)
