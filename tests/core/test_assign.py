"""The choice of labels is the best of all that are possible."""

from itertools import pairwise, product

from hypothesis import given
from hypothesis import strategies as st

from inbox_worker.core import assign
from inbox_worker.core.document import Line
from inbox_worker.core.labels import Label
from tests.core.sample_reading import sample_rules

SCHEME, LEXICON = sample_rules().schemes[0], sample_rules().lexicon
KEYS = [item.key for item in SCHEME.fields][2:6]  # two of one line, two of any length
TEXTS = st.sampled_from(
    ["", "Clerk", "Why?", "jo@example.org", "I care, and I have time for it. Really, I do. Ask me."]
)
SCORES = st.dictionaries(st.sampled_from(KEYS), st.sampled_from([0.3, 0.45, 0.62, 0.9, 1.0]), max_size=3)
MARKS = st.sampled_from([":", "?", "alone", "cell"])


@st.composite
def forms(draw: st.DrawFn) -> assign._Form:
    """Up to five labels, with up to two lines below each."""
    labels, lines = [], []
    for each in draw(st.lists(st.tuples(SCORES, MARKS, TEXTS, st.lists(TEXTS, max_size=2)), max_size=5)):
        scores, mark, rest, below = each
        labels.append(Label(len(lines), "label", rest, scores, mark))
        lines += [Line("label"), *map(Line, below)]
    return assign._Form(labels, lines, SCHEME, LEXICON)


def total(uses: list[assign._Use], form: assign._Form) -> float:
    """Return what a chain is worth, label by label."""
    found = 0.0
    for before, use, after in zip([None, *uses], uses, [*uses[1:], None], strict=False):
        previous = before.place if before else -1
        found += use.worth - assign._USED + form.value(use, after.number if after else -1)
        found += assign._NEXT if use.place == previous + 1 else assign._LATER if use.place > previous else 0.0
    return found


def possible(form: assign._Form) -> list[list[assign._Use]]:
    """Return every chain in which no field stands twice."""
    options = [[None, *form.uses(number)] for number in range(len(form.labels))]
    chains = [[use for use in taken if use] for taken in product(*options)]
    return [uses for uses in chains if len({use.key for use in uses}) == len(uses)]


@given(forms())
def test_no_other_chain_of_labels_is_worth_more(form: assign._Form):
    uses: list[assign._Use] = []
    last = assign._best(assign._chains(form), form)
    while last:
        uses.insert(0, last.use)
        last = last.before

    assert all(one.number < other.number for one, other in pairwise(uses))
    assert total(uses, form) >= max(total(chain, form) for chain in possible(form)) - 1e-9


def test_of_fields_that_no_later_label_asks_for_nothing_is_remembered():
    labels = [Label(place, key, "Clerk", {key: 1.0}, ":") for place, key in enumerate(KEYS)]
    form = assign._Form(labels, [Line(key) for key in KEYS], SCHEME, LEXICON)

    assert len(assign._chains(form)) == len(KEYS) + 1  # one for each last label, and the empty one
