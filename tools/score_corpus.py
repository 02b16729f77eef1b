"""Scores the reading of labelled mails by `explain --json`, exactly as an outside program would.

    score_corpus.py [FOLDER...]      default: every folder of tests/corpus with the scheme's mails, and ../shared/corpus

Needs ../shared/score.py beside the checkout; says so where it is missing.
"""

import json
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
SCORER = TOP.parent / "shared" / "score.py"
CORPUS = TOP / "tests" / "corpus"
OURS = sorted(folder for folder in CORPUS.iterdir() if folder.is_dir() and not (folder / "scheme.yaml").exists())
DEFAULT = (TOP.parent / "shared" / "corpus", *OURS)


def predictions(folder: Path) -> str:
    """Return one JSON object a line for every mail of `folder`; mails on record are explained with --on-record."""
    found: dict[bool, list[str]] = {True: [], False: []}
    for mail in sorted(folder.glob("*.eml")):
        label = json.loads(mail.with_suffix(".json").read_text(encoding="utf-8"))
        found[bool(label["on_record"])].append(str(mail))
    program = [
        str(Path(sys.executable).parent / "inbox-worker"),
        "explain",
        "--json",
        "--config",
        "config.example.yaml",
    ]
    parts = []
    for on_record, mails in found.items():
        if mails:
            command = [*program, *(["--on-record"] if on_record else []), *mails]
            parts.append(subprocess.run(command, cwd=TOP, check=True, capture_output=True, text=True).stdout)
    return "".join(parts)


def main() -> int:
    """Print the scorer's report of each folder."""
    summary = "--summary" in sys.argv
    folders = [Path(each) for each in sys.argv[1:] if not each.startswith("-")] or [f for f in DEFAULT if f.is_dir()]
    if not SCORER.exists():
        print(
            "nothing is scored: the scorer is not part of this repository and is looked for beside the checkout, at "
            "../shared/score.py; the labelled mails in tests/corpus/visible are also read by make test",
            file=sys.stderr,
        )
        return 2
    for folder in folders:
        print(f"===== {folder.name}")
        out = subprocess.run(
            [sys.executable, str(SCORER), "-", "--corpus", str(folder)],
            input=predictions(folder), capture_output=True, text=True,
        )  # fmt: skip
        text = out.stdout + out.stderr
        print(text.split("\n\nWRONG AUTO")[0].split("\n\nwrong_intents")[0] if summary else text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
