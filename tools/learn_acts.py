"""Learns what sentences do from training/sentences and the odd lines of tests/sentences; writes the model.

learn_acts.py            write inbox_worker/phrases/acts.json.gz, and print what it is worth on the even lines
learn_acts.py --measure  write nothing; print what acts.LEAST and acts.FLOOR are worth on sentences not learned

Needs scikit-learn (the extra "learn"), which the service itself does not.
"""

import hashlib
import re
import sys
from dataclasses import replace
from pathlib import Path

import numpy
from rich.console import Console
from rich.progress import track
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
from sklearn.linear_model import LogisticRegression

TOP = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TOP))

from inbox_worker.core import acts, distress  # noqa: E402
from inbox_worker.core.learned import Model, packed, to_file  # noqa: E402
from inbox_worker.core.reading import Tier  # noqa: E402
from inbox_worker.core.signs import WISHES  # noqa: E402
from inbox_worker.core.wording import find, speaking_of  # noqa: E402
from inbox_worker.core.words import spoken  # noqa: E402

MODEL = TOP / "inbox_worker" / "phrases" / "acts.json.gz"
FOLDERS = ((TOP / "training" / "sentences", None), (TOP / "tests" / "sentences", 1))
_FEATURES, _STRENGTH = 24_000, 10.0
_FOLDS = 8
_DENIED = {  # lists of phrases that acts.could may overrule -> the labels that speak for them
    "join": WISHES,
    "withdraw": ("withdraw", "not_joining"),
    "condition": ("condition",),
    "several": ("several",),
}
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


def unseen() -> list[tuple[str, str, dict[str, float]]]:
    """Return every training sentence with its label and the likeness that a model gives it which was learned without
    it: without the eighth of each class that it stands in, which is mostly one author's.
    """
    pairs = read(TOP / "training" / "sentences", None)
    own = {label: [pair for pair in pairs if pair[1] == label] for label in {label for _, label in pairs}}
    found = []
    for fold in track(range(_FOLDS), description="learning", console=Console(stderr=True), transient=True):
        held = [
            p for group in own.values() for p in group[len(group) * fold // _FOLDS : len(group) * (fold + 1) // _FOLDS]
        ]
        out = {id(pair) for pair in held}
        rest = [pair for pair in pairs if id(pair) not in out]
        names, _, model = fitted([prepared(text) for text, _ in rest], [label for _, label in rest], None)
        counter = CountVectorizer(analyzer=acts.features, binary=True, vocabulary=names)
        weigher = TfidfTransformer().fit(counter.fit_transform(prepared(text) for text, _ in rest))
        shares = model.predict_proba(weigher.transform(counter.transform(prepared(text) for text, _ in held)))
        found += [(*pair, dict(zip(model.classes_, row, strict=True))) for pair, row in zip(held, shares, strict=True)]
    return found


def measure() -> int:
    """Print how many sentences of each label reach its limit, and how many of the others; and what the floor denies."""
    from tests.core.sample_reading import sample_rules  # to learn needs no test

    rules = sample_rules()
    lexicon = speaking_of(rules.lexicon, rules.schemes[0])
    lists = replace(rules.lexicon, acts=Model())  # without likeness
    sentences = unseen()
    print(f"{len(sentences)} sentences\n")
    print("| label | limit | found | of the others, taken wrongly |\n| --- | ---: | ---: | ---: |")
    for label, least in acts.LEAST.items():
        own = [shares[label] >= least for _, given, shares in sentences if given == label]
        other = [shares[label] >= least for _, given, shares in sentences if given != label]
        print(f"| {label} | {least} | {sum(own) / len(own):.0%} | {sum(other) / len(other):.2%} |")
    print("\n| phrases for | floor | rightly taken, denied | wrongly taken, denied |\n| --- | ---: | ---: | ---: |")
    for name, labels in _DENIED.items():
        hits = [
            (given in labels, sum(map(shares.__getitem__, labels)))
            for text, given, shares in sentences
            if find(name, spoken(text), lexicon)
        ]
        _denied(name, acts.FLOOR, hits)
    danger = ("distress_a", "distress_b")
    hits = [
        (given in danger, sum(map(shares.__getitem__, danger)))
        for text, given, shares in sentences
        if distress.tier([text], lists).tier is Tier.B
    ]
    _denied("distress, tier B", distress.DENIED, hits)
    return 0


def _denied(name: str, floor: float, hits: list[tuple[bool, float]]) -> None:
    right = [share < floor for rightly, share in hits if rightly]
    wrong = [share < floor for rightly, share in hits if not rightly]
    print(f"| {name} | {floor} | {sum(right)} of {len(right)} | {sum(wrong)} of {len(wrong)} |")


def main() -> int:
    """Learn, write, and print the share of even lines that the model labels right."""
    if "--measure" in sys.argv[1:]:
        return measure()
    pairs = [pair for folder, parity in FOLDERS for pair in read(folder, parity)]
    texts, labels = [prepared(text) for text, _ in pairs], [label for _, label in pairs]
    names, _, first = fitted(texts, labels, None)
    heaviest = numpy.argsort(-numpy.abs(first.coef_).max(axis=0), kind="stable")[:_FEATURES]
    names, idf, model = fitted(texts, labels, sorted(names[place] for place in heaviest))
    rows = {
        name: [round(100 * float(number)) for number in (idf[place], *model.coef_[:, place])]
        for place, name in enumerate(names)
    }
    digest = hashlib.sha256("\n".join(f"{label}\t{text}" for text, label in pairs).encode()).hexdigest()[:16]
    bias = [round(float(number), 3) for number in model.intercept_]
    found = packed(digest, list(model.classes_), bias, rows)
    MODEL.write_bytes(to_file(found))
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
