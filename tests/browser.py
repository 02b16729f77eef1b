"""Pages in headless Chromium: what axe-core finds in them, and whether they fit a width.

axe-core comes out of the package axe-playwright-python, which carries it; neither Playwright nor npm is needed.
"""

import importlib.util
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import NoReturn

import pytest

_QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)
# Each page gets a frame of its own, as wide as the reader's window; axe runs inside of it.
_HARNESS = """<!doctype html><html lang="en"><title>harness</title><body><script>
const pages = %s, axe = %s, width = %d;
async function look(name, html) {
  const frame = document.createElement("iframe");
  frame.style.cssText = `width:${width}px;height:4000px;border:0`;
  const loaded = new Promise(done => frame.onload = done);
  frame.srcdoc = html;
  document.body.appendChild(frame);
  await loaded;
  const inner = frame.contentDocument, script = inner.createElement("script");
  script.text = axe;
  inner.head.appendChild(script);
  const found = await frame.contentWindow.axe.run(inner, {resultTypes: ["violations", "incomplete"]});
  const told = [...found.violations, ...found.incomplete].map(
    rule => `${rule.id}: ${rule.help}: ${rule.nodes.map(node => node.html.slice(0, 120)).join(" ; ")}`);
  const wide = inner.documentElement.scrollWidth;
  const ground = getComputedStyle(frame.contentDocument.body).backgroundColor;
  frame.remove();
  return {told, wide, ground, passes: found.passes.length};
}
(async () => {
  const out = {};
  for (const [name, html] of Object.entries(pages)) out[name] = await look(name, html);
  document.body.innerHTML = "<pre id=result></pre>";
  document.getElementById("result").textContent = JSON.stringify(out);
})().catch(error => { document.body.innerHTML = "<pre id=failed></pre>";
  document.getElementById("failed").textContent = String(error); });
</script></body></html>
"""


@dataclass(frozen=True, slots=True)
class Look:
    """What the browser says of one page."""

    findings: tuple[str, ...]  # violations of axe-core's rules, and what it could not decide
    width: int  # that the page needs, in CSS pixels
    background: str  # "rgb(255, 255, 255)"
    passes: int  # rules that it keeps


def chromium() -> str:
    """Return the path of Chromium. Skips the test aloud where there is none; fails it where CI=true."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    return path or _lacking("Chromium is not installed (Debian package chromium)")


def axe() -> str:
    """Return the source of axe-core."""
    package = importlib.util.find_spec("axe_playwright_python")
    if package is None or package.origin is None:
        _lacking("axe-core is not installed (package axe-playwright-python)")
    return Path(package.origin).with_name("axe.min.js").read_text(encoding="utf-8")


def look(pages: Mapping[str, str], *, width: int = 800, dark: bool = False) -> dict[str, Look]:
    """Return name -> what the browser says of the HTML `pages`, each shown `width` CSS pixels wide."""
    harness = _HARNESS % (_script(dict(pages)), _script(axe()), width)
    scheme = f"--blink-settings=preferredColorScheme={0 if dark else 1}"
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "harness.html"
        page.write_text(harness, encoding="utf-8")
        command = (chromium(), *_QUIET, scheme, f"--user-data-dir={folder}/profile", "--window-size=1000,1000")
        command = (*command, "--virtual-time-budget=100000", "--dump-dom", page.as_uri())
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    result = re.search(r'<pre id="result">(.*?)</pre>', done.stdout, re.DOTALL)
    assert result, f"the browser gave no result: {done.stdout[-300:]} {done.stderr[-300:]}"
    found = json.loads(unescape(result[1]))
    return {name: Look(tuple(one["told"]), one["wide"], one["ground"], one["passes"]) for name, one in found.items()}


def _script(value: object) -> str:
    return json.dumps(value).replace("</", "<\\/").replace("<!--", "<\\!--")


def _lacking(what: str) -> NoReturn:
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what}, and CI=true requires it")
    pytest.skip(what)
