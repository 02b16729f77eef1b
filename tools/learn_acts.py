"""Learns what sentences do from training/sentences and the odd lines of tests/sentences; writes the model.

learn_acts.py            write inbox_worker/phrases/acts.json.gz, and print what it is worth on the even lines

Needs scikit-learn (the extra "learn"), which the service itself does not.
"""

import gzip
import hashlib
import json
import re
import sys
from pathlib import Path

import numpy
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
from sklearn.linear_model import LogisticRegression

TOP = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TOP))

from inbox_worker.core import acts  # noqa: E402
from inbox_worker.core.learned import Model  # noqa: E402
from inbox_worker.core.words import spoken  # noqa: E402

MODEL = TOP / "inbox_worker" / "phrases" / "acts.json.gz"
FOLDERS = ((TOP / "training" / "sentences", None), (TOP / "tests" / "sentences", 1))
_FEATURES, _STRENGTH = 20_000, 10.0
# The training sentences speak of many schemes: whatever their roles are called, the model sees one mark.
_KINDS = (
    r"mental[ -]health|mh|mental wellbeing|menopause|dignity|wellbeing|carers?'?|digital|inclusion|disability|race"
    r"|lgbt\w*\+?|faith|green|sustainability|domestic abuse|bullying|peer|equality|respect"
)
_ROLES = re.compile(
    rf"\b(?:(?:{_KINDS})(?: (?:and|&) \w+)? )?(?:allyship|allies|ally'?s?|allys|champions?|ambassadors?|advocates?"
    r"|first[ -]aiders?|dignity contacts?)\b"
)
_TOPICS = re.compile(r"\bmental[ -]health\b|\bmh\b|\bmental wellbeing\b")


def prepared(sentence: str) -> str:
    """Return a training sentence as the service will see it."""
    return acts.normal(_TOPICS.sub(acts.TOPIC, _ROLES.sub(acts.ROLE, spoken(sentence))), None)


def read(folder: Path, parity: int | None) -> list[tuple[str, str]]:
    """Return (sentence, label) of every line, or of the odd (1) or even (0) ones."""
    found = []
    for path in sorted(folder.glob("*.txt")):
        lines = path.read_text(encoding="utf-8").splitlines() if path.stem != "job_line" else []
        numbered = ((number, line.strip()) for number, line in enumerate(lines, 1))
        found += [(line, path.stem) for number, line in numbered if line and parity in (None, number % 2)]
    return found


def fitted(
    texts: list[str], labels: list[str], vocabulary: list[str] | None
) -> tuple[list[str], numpy.ndarray, LogisticRegression]:
    """Return (features, their inverse document frequencies, the regression)."""
    counter = CountVectorizer(
        analyzer=acts.features, binary=True, min_df=2 if vocabulary is None else 1, vocabulary=vocabulary
    )
    weigher = TfidfTransformer()
    table = weigher.fit_transform(counter.fit_transform(texts))
    regression = LogisticRegression(C=_STRENGTH, max_iter=3000, class_weight="balanced").fit(table, labels)
    return list(counter.get_feature_names_out()), weigher.idf_, regression


def main() -> int:
    """Learn, write, and print the share of even lines that the model labels right."""
    pairs = [pair for folder, parity in FOLDERS for pair in read(folder, parity)]
    texts, labels = [prepared(text) for text, _ in pairs], [label for _, label in pairs]
    names, _, first = fitted(texts, labels, None)
    heaviest = numpy.argsort(-numpy.abs(first.coef_).max(axis=0), kind="stable")[:_FEATURES]
    names, idf, model = fitted(texts, labels, sorted(names[place] for place in heaviest))
    rows = {
        name: [round(float(idf[place]), 2), *(round(float(weight), 2) for weight in model.coef_[:, place])]
        for place, name in enumerate(names)
    }
    digest = hashlib.sha256("\n".join(f"{label}\t{text}" for text, label in pairs).encode()).hexdigest()[:16]
    content = {
        "name": digest,
        "labels": list(model.classes_),
        "bias": [round(float(b), 3) for b in model.intercept_],
        "weights": rows,
    }
    MODEL.write_bytes(gzip.compress(json.dumps(content, separators=(",", ":")).encode(), mtime=0))
    found = Model(digest, tuple(model.classes_), tuple(content["bias"]), {k: tuple(v) for k, v in rows.items()})
    even = read(TOP / "tests" / "sentences", 0)
    right = 0
    for text, label in even:
        given = acts.of(prepared(text), found)
        right += bool(given) and max(given, key=given.__getitem__) == label
    print(f"{len(pairs)} sentences, {len(names)} features, {MODEL.stat().st_size:,} octets")
    print(f"right on even lines: {right} of {len(even)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
