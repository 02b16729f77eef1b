"""Cheap looks before dear patterns change nothing: each gives what the pattern alone gives."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inbox_worker.core import acts, build_document, cleaning, distress, heads, mentions, plain, words
from inbox_worker.core.block import Block
from inbox_worker.core.document import Kind
from inbox_worker.core.learned import Model
from inbox_worker.core.mentions import found_in, phrases
from inbox_worker.core.reading import Tier
from tests.core.sample_reading import sample_rules

SENTENCES = Path(__file__).resolve().parent.parent / "sentences"
LEXICON = sample_rules().lexicon
SCHEME = sample_rules().schemes[0]
LISTS = (SCHEME.mentions, SCHEME.role_words, SCHEME.topic_words, SCHEME.others)
MARKS = "aiI'`.,:-_() \t\n\u2019\u00e9\u00df\u00a0\u200b\u0130\u212a"
PARTS = (
    "dont", "id like", "ill send", "im", "u", "e.g.", "Dr.", "Approx.", "mental health ally", "Mental-Health", "allies",
    "ally's", "lgbtq+ ally", "mental", "health", "network",
)  # fmt: skip
PIECES = st.sampled_from([*MARKS, *PARTS])
TEXTS = st.lists(PIECES, max_size=12).map("".join) | st.lists(PIECES, max_size=8).map(" ".join)

ENDS = (
    ". ",
    ".) ",
    '." ',
    "! ",
    "?' ",
    " ",
    "\n",
    ". (",
    "Dr",
    "J",
    "Approx",
    "e.g",
    "etc",
    "carefully",
    "ten",
    "3",
    "'",
)
MARKED = st.lists(st.sampled_from(ENDS), max_size=16).map("".join)


@given(TEXTS)
def test_words_are_those_of_the_pattern(text: str):
    assert words.tokens(text) == words._WORD.findall(words.fold(text))


def slow_sentences(text: str) -> list[str]:
    """Cut behind each mark, and join again what an abbreviation parted."""
    parts: list[str] = []
    end = r"(?<=[.!?])[\"')\]]*\s+(?=[\"'(\[]*[^\W\d_])|(?<=[.!?][\"')\]])\s+(?=[\"'(\[]*[^\W\d_])"
    for piece in re.split(end, text):
        if parts and words._ABBREVIATION.search(parts[-1]):
            parts[-1] = f"{parts[-1]} {piece}"
        elif piece.strip():
            parts.append(piece)
    return [part.strip() for part in parts]


@given(TEXTS | MARKED)
def test_sentences_end_where_the_pattern_ends_them(text: str):
    assert words.sentences(text) == slow_sentences(text)


@given(st.lists(TEXTS, max_size=4))
def test_lines_folded_together_are_what_they_are_alone(texts: list[str]):
    folded = words.fold_whole(" ".join(texts))
    assert folded == " ".join(filter(None, map(words.fold, texts)))
    assert words.words_of(folded) == [word for text in texts for word in words.tokens(text)]


@given(TEXTS)
def test_hasty_typing_is_completed_wherever_the_patterns_find_it(text: str):
    completed = words._TYPED_WORD.sub(lambda match: words._TYPED[match.group()], words.fold(text))
    assert words.spoken(text) == words._ID_ILL.sub(lambda match: f"i'{match['short']} ", completed)


@given(TEXTS)
def test_headers_are_cleaned_as_the_pattern_does(text: str):
    slow = cleaning._CONTROLS_AND_SPACE.sub(" ", text)
    assert not text.isascii() or cleaning.header_text(text) == slow.strip()


@pytest.mark.parametrize("texts", LISTS)
@given(text=TEXTS)
def test_a_phrase_is_found_where_its_pattern_finds_it(texts: tuple[str, ...], text: str):
    folded = words.fold(text)
    fast, slow = found_in(folded, texts), phrases(texts).search(folded)
    assert (fast and fast.span()) == (slow and slow.span())
    assert mentions._without(texts, folded) == phrases(texts).sub(" ", folded)


@given(TEXTS)
def test_an_abbreviation_ends_no_sentence_however_long_the_text_before_it(text: str):
    long = "word " * 20 + text
    assert bool(words._ABBREVIATION.search(long)) == bool(
        words._ABBREVIATION.search(long, max(0, len(long) - words._LONGEST_ABBREVIATION))
    )


@pytest.mark.parametrize("abbreviation", ["approx.", "dept.", "prof.", "e.g.", "J."])
def test_the_longest_abbreviations_end_no_sentence(abbreviation: str):
    assert len(words.sentences(f"There were at that time {abbreviation} Ten of us.")) == 1


MODEL = LEXICON.acts
DANGER = ("distress_a", "distress_b")
KNOWN = sorted(name for name in MODEL.places if "~" not in name and name not in "<>")
PHRASES = st.lists(st.sampled_from(KNOWN) | PIECES, max_size=12).map(" ".join)
LABELLED = [
    line for path in sorted(SENTENCES.glob("*.txt")) for line in path.read_text("utf-8").splitlines() if line.strip()
]


@settings(deadline=None)  # the first builds and compiles
@given(PHRASES | st.sampled_from(LABELLED))
def test_no_sentence_that_reads_like_danger_ends_at_the_look(text: str):
    if any(acts.does(text, label, MODEL) for label in DANGER):
        assert acts.may_do(text, DANGER, MODEL)


def test_no_labelled_sentence_ends_at_the_look_and_reads_like_danger():
    ended = [text for text in LABELLED if not acts.may_do(text, DANGER, MODEL)]
    assert len(ended) > len(LABELLED) / 2
    assert not [text for text in ended if any(acts.does(text, label, MODEL) for label in DANGER)]


@pytest.mark.parametrize("labels", [("distress_b",), ("join", "distress_a"), ("request",)])
def test_the_look_serves_any_labels(labels: tuple[str, ...]):
    assert not [
        text
        for text in LABELLED[::7]
        if len(text.split()) > 5
        and any(acts.does(text, label, MODEL) for label in labels)
        and not acts.may_do(text, labels, MODEL)
    ]


def test_an_empty_model_ends_every_sentence():
    assert not acts.may_do("I want to die.", DANGER, Model())


SIGNS = tuple(name.removeprefix("sign_") for name in LEXICON.distress if name.startswith("sign_"))
ALL_SIGNS = replace(LEXICON, distress={**LEXICON.distress, "telling": SIGNS})
TROUBLE = (
    "i", "i'm", "my husband", "he", "they", "knife", "the bridge", "my pills", "sitting here", "i've got", "want to",
    "die", "end it", "kill time", "killing myself", "tonight", "just", "goodbye", "tell my mum", "no point", "hopeless",
    "cut my arms", "every night", "hits me", "the kids", "at home", "afraid", "i'm afraid i can't", "going to", "hope",
    "police", "dead keen", "in 2015", "a student told me", "and", ".", ". ", "! ", "so", "when i was nineteen",
)  # fmt: skip
TALES = st.lists(st.sampled_from(TROUBLE), max_size=14).map(" ".join)


@pytest.mark.parametrize("name", ["combined_a", "combined_b"])
def test_every_combination_has_a_telling_sign(name: str):
    assert [text for text in LEXICON.distress[name] if not {*text.split()} & {*LEXICON.distress["telling"]}] == []
    assert {sign for text in LEXICON.distress[name] for sign in text.split()} <= {*SIGNS}


@settings(deadline=None)  # the first builds and compiles
@given(TALES | st.sampled_from(LABELLED) | st.lists(st.sampled_from(LABELLED), max_size=3).map(" ".join))
def test_looking_for_telling_signs_first_finds_the_same(text: str):
    assert distress.tier([text], LEXICON) == distress.tier([text], ALL_SIGNS)


def test_signs_meet_in_the_tales_that_are_tried():
    tale = "i'm sitting here . i've got my pills . goodbye"
    assert distress.tier([tale], replace(LEXICON, distress={**LEXICON.distress, "A": (), "B": ()})).tier is Tier.A


LINES = (
    "", "Hello,", "Dear team:", "Name: Jo Bell", "On Mon, 2 Nov 2026 at 10:01, Jo Bell", "<jo.bell@kent.ac.uk> wrote:",
    "On Mon, 2 Nov 2026 at 10:01, Jo Bell <jo.bell@kent.ac.uk> wrote:", "wrote:", "2026-11-02 10:01 Jo Bell wrote:",
    "From: Jo Bell", "Sent: 2 November 2026", "To: team@kent.ac.uk", "Subject: Room", "Cc: a@kent.ac.uk;", "发件人：Jo",
    "-----Original Message-----", "Begin forwarded message:", "---------- Forwarded message ---------", "____________",
)  # fmt: skip
BLOCKS = st.lists(
    st.builds(
        Block,
        st.sampled_from(LINES),
        depth=st.sampled_from([0, 0, 0, 1, 2]),
        gap=st.booleans(),
        rule=st.sampled_from([False] * 9 + [True]),
        hint=st.sampled_from([None] * 9 + [Kind.FORWARD_HEAD]),
    ),
    max_size=12,
)


@given(BLOCKS)
def test_a_head_is_found_wherever_one_begins(blocks: list[Block]):
    found, at = [], 0
    while at < len(blocks):
        head = heads._at(blocks, at)
        found += [head] if head else []
        at = head.end if head else at + 1
    assert heads.find(blocks) == found


QUOTING = ">", " >", "   >", "    >", ">> >", "\t>", "x >", "- >", "a"
LINKS = (
    "<http",
    "<HTTPS://a.org/b>",
    "<mailto:jo@kent.ac.uk>",
    "<MAILTO:",
    "<tel:1>",
    "<ma\u0131lto:a>",
    "our page",
    ":",
    " ",
)


@given(st.lists(st.sampled_from(QUOTING), max_size=4).map("".join))
def test_a_line_is_quoted_where_the_pattern_says_so(line: str):
    assert not plain._QUOTE.match(line) or ">" in line[: plain._BEFORE_MARK]


@given(st.lists(st.sampled_from(LINKS), max_size=6).map("".join))
def test_targets_of_links_are_taken_out_wherever_the_patterns_find_them(text: str):
    slow = plain._BARE_MAILTO.sub(r"<\1>", plain._LINK_TARGET.sub(plain._drop_target, text))
    assert plain._plain(text) == slow


@given(st.lists(st.sampled_from(["<style>", "</STYLE>", "<\u017ftyle>", "<p>", "ally", " ", "role", "<"]), max_size=9))
def test_a_style_sheet_is_no_text_however_it_is_written(pieces: list[str]):
    markup = "".join(pieces) + " one two three four five"
    shown = build_document._STYLE.sub("<>", markup)
    # two words of five are just enough: any word more that is shown makes the text say less
    fast = build_document._says_less("one two", markup, markup.lower())
    assert fast == build_document._says_less("one two", shown, "<style")
