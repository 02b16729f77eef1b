"""Access tokens from a program of the site: for identity providers that this service does not know."""

import subprocess
from collections.abc import Sequence

from inbox_worker.credentials import Secret, TokenRefused, TokenUnavailable

TIMEOUT = 30  # seconds
_LONGEST = 16_384  # characters: longer than any token, shorter than a page of HTML


class CommandTokens:
    """A TokenSource that runs a program for each token. The program caches as it likes."""

    def __init__(self, command: Sequence[str]) -> None:
        """command: the program and its arguments; no shell reads them."""
        self._command = tuple(command)

    def token(self) -> Secret:
        """Return what the program prints. Raises TokenRefused where it cannot run, TokenUnavailable where it fails."""
        name = self._command[0]
        try:
            done = subprocess.run(  # noqa: S603 - the site's own program, named in the configuration
                self._command, stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT, check=False
            )
        except subprocess.TimeoutExpired:
            raise TokenUnavailable(f"{name}: printed no token within {TIMEOUT} s") from None
        except OSError as error:
            raise TokenRefused(f"{name}: cannot be run ({error.strerror}); check oauth2.command") from None
        if done.returncode != 0:
            raise TokenUnavailable(f"{name}: ended with exit code {done.returncode}; run it by hand")
        token = done.stdout.decode("ascii", "replace").strip()
        if not token or len(token) > _LONGEST or not token.isascii() or any(c.isspace() for c in token):
            raise TokenRefused(f"{name}: printed something that is no token; expected the token alone")
        return Secret(token)

    def rejected(self) -> None:
        """Do nothing: nothing is cached here."""
