"""Takes the pictures of docs/for-the-team.md: the mails to the team with sample data, as headless Chromium shows them.

`make pictures` writes docs/pictures/*.png again after a change of a template. Needs Chromium (Debian package chromium).
"""

import shutil
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

from inbox_worker.resources import directory
from inbox_worker.template_context import Answered, Context, DigestContext, HeldContext, RehearsalContext
from inbox_worker.template_names import TEAM
from inbox_worker.template_samples import samples
from inbox_worker.templates import Templates

PICTURES = Path(__file__).resolve().parent.parent / "docs" / "pictures"
# picture -> template, sample, height in CSS pixels: what can be taken in at a glance, not the whole mail
SHOWN = {
    "summary": ("summary", "usual", 900),
    "needs-a-person": ("needs_a_person", "usual", 900),
    "urgent-alert": ("distress_alert", "usual", 660),
    "digest": ("digest", "usual", 1120),
    "rehearsal": ("rehearsal", "usual", 1000),
}
WIDTH = 720
_QUIET = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars",
          "--disable-background-networking", "--disable-component-update", "--disable-sync")  # fmt: skip


def main() -> int:
    """Write every picture; return 1 where there is no browser."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        print("pictures: Chromium is not installed (Debian package chromium)", file=sys.stderr)
        return 1
    PICTURES.mkdir(exist_ok=True)
    templates = Templates.load(directory("templates"), zone=ZoneInfo("Europe/London"))
    for picture, (name, sample, height) in SHOWN.items():
        page = templates.render(TEAM, name, _everyday(samples(name)[sample])).html
        _take(browser, page, PICTURES / f"{picture}.png", height)
    print(f"pictures: {len(SHOWN)} in docs/{PICTURES.name}")
    return 0


def _everyday(context: Context) -> Context:
    """Return the sample without what seldom happens: samples lead through every branch, a picture shows the usual."""
    if isinstance(context, HeldContext):
        return replace(context, answered=Answered.NOTHING, notes=())
    if isinstance(context, (DigestContext, RehearsalContext)):
        return replace(context, trouble=())
    return context


def _take(browser: str, page: str, out: Path, height: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "page.html"
        source.write_text(page, encoding="utf-8")
        window = f"--window-size={WIDTH},{height}"
        command = (browser, *_QUIET, f"--user-data-dir={folder}/profile", "--blink-settings=preferredColorScheme=1",
                   window, f"--screenshot={out}", source.as_uri())  # fmt: skip
        subprocess.run(command, check=True, capture_output=True, timeout=120)


if __name__ == "__main__":
    sys.exit(main())
