"""What the messages are called, and the folders of their templates. What each may say: template_context."""

REPLIES = ("acknowledgement", "acknowledgement_incomplete", "role_description", "withdrawal")
TO_TEAM = ("summary", "needs_a_person", "distress_alert", "digest", "rehearsal")
TEAM = "team"  # folder of the mails to the team; those of the replies are named by the schemes


def names(folder: str) -> tuple[str, ...]:
    """Return the names of the messages that `folder` must hold."""
    return TO_TEAM if folder == TEAM else REPLIES
