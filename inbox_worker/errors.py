"""The exceptions that cross a module's border. Their texts name things and codes, never words of a mail."""


class InboxWorkerError(Exception):
    """Base of all our errors; `exit_code` is what the command line ends with (sysexits.h)."""

    exit_code = 70


class ConfigError(InboxWorkerError):
    """The configuration cannot be used; a restart does not help (exit 78)."""

    exit_code = 78

    def __init__(self, problems: list[str] | str) -> None:
        self.problems = [problems] if isinstance(problems, str) else problems
        super().__init__("\n".join(self.problems))


class UsageError(InboxWorkerError):
    """What a command was given cannot be used: no such record, no such state, no such file (exit 2)."""

    exit_code = 2


class TemplateError(ConfigError):
    """A template cannot be rendered; the text names file, line and variable."""


class StoreError(InboxWorkerError):
    """The database did not take it; nothing of the transaction is stored."""

    exit_code = 75


class Unstorable(StoreError):
    """The database refuses these values and will refuse them again: one mail's fault, not the database's."""


class SchemaError(StoreError):
    """The database is at another version than this program."""

    exit_code = 78


class KeyringError(StoreError):
    """A key that the database was encrypted with is missing, or is another one of the same name."""

    exit_code = 78


class MailboxError(InboxWorkerError):
    """The mail server failed for now; the next poll tries again."""

    exit_code = 75


class SignInError(MailboxError):
    """The server refused the sign-in or the folder: a fault of the configuration."""

    exit_code = 78


class SendError(InboxWorkerError):
    """The submission server cannot be used for now (TryLater for everything)."""

    exit_code = 75


class SubmissionRefused(SendError):
    """The submission server refuses us, not one message: a fault of the configuration; stop sending."""

    exit_code = 78


class Busy(InboxWorkerError):
    """Another worker has this in hand; ours waits."""

    exit_code = 75
