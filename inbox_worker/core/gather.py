"""From chosen labels to the text that belongs to each: where a value begins, and where it ends."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from inbox_worker.core.addresses import FOUND
from inbox_worker.core.assign import Choice
from inbox_worker.core.block import is_box
from inbox_worker.core.document import Kind, Line
from inbox_worker.core.ending import (
    Context,
    could_answer,
    ends_letter,
    is_closing,
    is_other_label,
    is_postscript,
    is_remark,
    is_sender,
    is_sign_off,
    takes_leave,
    turns_to_team,
)
from inbox_worker.core.labels import Label, of_text
from inbox_worker.core.scheme import FieldKind
from inbox_worker.core.values import puts_off
from inbox_worker.core.words import fold, pattern

_HEADING = 4  # words of a heading without a meaning of its own
_BRIEF = 30  # words: a shorter paragraph after the last of several one-paragraph answers is a remark
_CUE_WITHIN = 100  # characters of a paragraph in which it shows which question it answers
_WRAP = 55  # characters: a line this long may go on below; shorter ones end because they are finished


@dataclass(frozen=True, slots=True)
class Block:
    """A field's value before cleaning: its pieces of text in order, and the line that it begins on."""

    key: str
    label: Label
    parts: tuple[str, ...]
    line: Line  # where the value (or, where there is none, the label) stands
    score: float
    letter: str = ""  # "(a)" where the answer itself is lettered: its first line's list mark belongs to it


def paragraphs(lines: Iterable[Line]) -> list[list[Line]]:
    """Return `lines` grouped: a new group where a gap lies before a line."""
    groups: list[list[Line]] = []
    for line in lines:
        if line.gap or not groups:
            groups.append([])
        groups[-1].append(line)
    return groups


def _until_end(lines: list[Line], rest: str, ends: bool, context: Context) -> list[Line]:
    """The lines before the letter's end: a closing, the sender's name alone, a postscript, a label of no field.

    rest: what stands beside the label. ends: the sender's text ends with the last of `lines`.
    """
    kept: list[Line] = []
    for line in lines:
        starts = not kept or line.gap
        if is_closing(line.text, context) or ((kept or rest or line.gap) and is_sender(line.text, context)):
            break
        if kept and starts and is_postscript(line.text):
            break
        if is_other_label(line.text, context) or (kept and is_box(line.text) and not is_box(kept[-1].text)):
            break
        before = kept[-1].text if kept else rest
        if before and ends and line is lines[-1] and ends_letter(line, before, context):
            break
        kept.append(line)
    return kept


def _without_remarks(
    lines: list[Line],
    rest: str,
    several: bool,
    compact: bool,
    others: int,
    context: Context,
    opens_another: Callable[[str], bool],
) -> list[Line]:
    """The last answer's lines without the paragraphs after it that are no part of it."""
    groups = paragraphs(lines)
    first = 0 if rest else 1  # how many groups belong to it in any case
    if rest and groups and not lines[0].gap:
        first = 1  # the answer that began beside its label goes on below it
    kept = groups[:first]
    for place, group in enumerate(groups[first:], first):
        text = _joined(group)
        if compact or is_remark(text, context) or puts_off(text, context.lexicon):
            break
        if others < 2 and opens_another(text):
            break  # a letter with one labelled answer: the next paragraph answers another question
        last = place == len(groups) - 1
        brief = len(text.split()) <= _BRIEF and not group[0].bullet and not _continues(text, context)
        if not several and others >= 2 and last and brief:
            break
        kept.append(group)
    while len(kept) > first and not kept[-1][0].bullet and turns_to_team(_joined(kept[-1]), context):
        kept.pop()
    return [line for group in kept for line in group]


def _joined(lines: list[Line]) -> str:
    return " ".join(line.text for line in lines)


def _continues(text: str, context: Context) -> bool:
    """Whether a paragraph goes on with what was said ("And because I can.") rather than turns to the reader."""
    return bool(pattern(context.lexicon.phrases.get("goes_on", ())).match(fold(text)))


_LAST_WORDS = 3  # of a value that a mail program has wrapped


def _is_end(text: str) -> bool:
    """Whether a line can be the end of a wrapped value ("Mathematical | Sciences"): a few words, and no label."""
    words = text.split()
    plain = [word for word in words if word != "&" and not FOUND.fullmatch(word)]
    return len(words) <= _LAST_WORDS and bool(plain) and all(word.strip(",.").isalpha() for word in plain)


_UNFINISHED = (",", " and", " &", " of", "/", " -", " for", " in")


def _short_lines(label: Label, lines: list[Line]) -> list[Line]:
    """The line or two that hold a one-line value; a value that breaks off ("School of Physics and") goes on below."""
    if not lines:
        return []
    if label.rest:
        on_line = label.mark != "cell" and not lines[0].gap and not lines[0].bullet and not lines[0].cells
        unfinished = label.rest.rstrip().casefold().endswith(_UNFINISHED)
        last_words = len(lines) == 1 and _is_end(lines[0].text)  # nothing else stands below
        long = len(label.text) + len(label.rest) >= _WRAP and (lines[0].text[:1].islower() or last_words)
        return lines[:1] if on_line and (unfinished or long) else []
    if lines[0].cells:
        return []
    wraps = len(lines) > 1 and not lines[1].gap and not lines[1].cells
    long = len(lines[0].text) >= _WRAP and wraps and lines[1].text[:1].islower()
    unfinished = wraps and lines[0].text.rstrip().casefold().endswith(_UNFINISHED)
    return lines[:2] if long or unfinished else lines[:1]


def _owned(start: int, end: int, lines: list[Line]) -> list[Line]:
    """The sender's lines from `start` that follow each other in one origin."""
    kept: list[Line] = []
    for line in lines[start:end]:
        if line.kind is not Kind.OWN or (start and line.origin != lines[start - 1].origin):
            if kept or line.kind is not Kind.QUOTED or line.text.strip():
                break
            continue
        kept.append(line)
    return kept


def gather(choices: list[Choice], spare: list[Label], lines: list[Line], context: Context) -> list[Block]:
    """Return the value of every choice, in reading order. `spare` are repeated labels: they end a value too."""
    stops = sorted({choice.label.line for choice in choices} | {label.line for label in spare})
    raw = [(choice, _region(choice.label, stops, lines)) for choice in choices]
    texts = [(choice, region) for choice, region in raw if context.scheme.field(choice.key).kind is FieldKind.TEXT]
    compact, several = _style(raw, lines, context)
    beside = _starts_beside(raw, context)
    blank = len(texts) >= 2 and not any(choice.label.rest or region for choice, region in texts[:-1])
    blocks: list[Block] = []
    for number, (choice, region) in enumerate(raw):
        label = choice.label
        origin = lines[label.line].origin
        is_last = all(lines[other.label.line].origin != origin for other, _ in raw[number + 1 :])
        if context.scheme.field(choice.key).kind is not FieldKind.TEXT:
            kept = _short_lines(label, region)
        else:
            ends = origin_ends(lines, region)
            kept = _until_end(_without_heading(region, label, lines, context), label.rest, ends, context)
            kept = _without_name_below(kept, region, ends)
            if is_last and label.mark != "cell" and not lines[label.line].origin.startswith("attachment"):
                kept = _without_remarks(
                    kept, label.rest, several, compact, len(texts) - 1, context, _opener(choice.key, context)
                )
                if kept and kept[0].gap and not label.rest and _goes_on(choice.key, kept, blank, beside, context):
                    kept = []  # the question was left blank, and the letter goes on
        parts = (label.rest, *(line.text for line in kept)) if label.rest else tuple(line.text for line in kept)
        letter = "" if label.rest else _letter(kept)
        blocks.append(Block(choice.key, label, parts, _place(label, kept, lines), choice.score, letter))
    return blocks


def _letter(kept: list[Line]) -> str:
    """The "(a)" that opens an answer, where "(b)" stands further on in its sentences, else ""."""
    mark = kept[0].bullet if kept else ""
    is_first = mark.strip("().").casefold() == "a"
    return mark if is_first and f" {_second(mark)} " in " ".join(line.text for line in kept) else ""


def _second(mark: str) -> str:
    return mark.replace("a", "b").replace("A", "B")


def _without_heading(region: list[Line], label: Label, lines: list[Line], context: Context) -> list[Line]:
    """The lines without a heading that opens the block of the next label ("About me" right above "Name:")."""
    if not region or not (label.rest or len(region) > 1):
        return region
    last = region[-1]
    at = next((index for index, line in enumerate(lines) if line is last), len(lines))
    follower = lines[at + 1] if at + 1 < len(lines) else None
    heads = last.gap and follower is not None and not follower.gap and follower.origin == last.origin
    words = last.text.split()
    if heads and follower and 1 <= len(words) <= _HEADING and last.text[-1:].isalnum() and not last.bullet:
        named = of_text(follower.text, context.scheme)
        if named and any(context.scheme.field(key).kind is not FieldKind.TEXT for key in named.scores):
            return region[:-1]
    return region


def origin_ends(lines: list[Line], region: list[Line]) -> bool:
    """Whether the sender's text, a postscript aside, ends with the last line of `region`."""
    if not region:
        return False
    after = [line for line in lines if line.origin == region[-1].origin and line.number > region[-1].number]
    own = next((line for line in after if line.kind is Kind.OWN), None)
    return own is None or is_postscript(own.text)


def _without_name_below(kept: list[Line], region: list[Line], ends: bool) -> list[Line]:
    """The lines without a first name or nickname that stands alone as the last thing in the letter."""
    if ends and len(kept) >= 2 and kept[-1] is region[-1] and kept[-1].gap and is_sign_off(kept[-1].text):
        return kept[:-1]
    return kept


def _opener(key: str, context: Context) -> Callable[[str], bool]:
    """Whether a paragraph begins to answer another question than `key`."""
    cues = [pattern(item.prose) for item in context.scheme.fields if item.prose and item.key != key]

    def opens(text: str) -> bool:
        return any(cue.search(fold(text[:_CUE_WITHIN])) for cue in cues)

    return opens


def _goes_on(key: str, kept: list[Line], blank: bool, beside: bool, context: Context) -> bool:
    """Whether the paragraph below the last question, that of `key`, is the end of the letter.

    It is where all other answers are blank too; where they begin beside or right below their questions and it speaks to
    the team or is unlike any answer; and where it opens, or ends, as only the end of a letter does.
    """
    text = _joined(paragraphs(kept)[0])
    if blank or (beside and (is_remark(text, context) or not could_answer(text, context.scheme.field(key), context))):
        return True
    alone = len(paragraphs(kept)) == 1 and not _continues(text, context)
    if alone and takes_leave(replace(kept[0], text=text), ""):  # the name stood below
        return True
    return bool(pattern(context.lexicon.phrases.get("sign_off", ())).search(fold(text)))


def _starts_beside(raw: list[tuple[Choice, list[Line]]], context: Context) -> bool:
    """Whether the other answers begin on their label's line or right below it, without a gap."""
    texts = [(c.label, region) for c, region in raw if context.scheme.field(c.key).kind is FieldKind.TEXT]
    filled = [(label, region) for label, region in texts[:-1] if label.rest or region]
    return bool(filled) and all(label.rest or not region[0].gap for label, region in filled)


def _place(label: Label, kept: list[Line], lines: list[Line]) -> Line:
    return kept[0] if kept and not label.rest else lines[min(label.line + label.lines - 1, len(lines) - 1)]


def _region(label: Label, stops: list[int], lines: list[Line]) -> list[Line]:
    """The sender's lines after the label's own, up to the next label. A cell's value is beside it, never below."""
    if label.mark == "cell":
        return []
    start = label.line + label.lines
    end = next((stop for stop in stops if stop > label.line), len(lines))
    if label.rest and any(stop == label.line for stop in stops if stop != label.line):
        return []
    return _owned(start, end, lines)


def _style(raw: list[tuple[Choice, list[Line]]], lines: list[Line], context: Context) -> tuple[bool, bool]:
    """How the form is laid out: (no gaps between its questions, some answer but the last has several paragraphs)."""
    texts = [(c.label, region) for c, region in raw if context.scheme.field(c.key).kind is FieldKind.TEXT]
    several = any(_breaks(label, region) for label, region in texts[:-1])
    spaced = any(lines[label.line].gap for label, _ in texts[1:])
    compact = len(texts) >= 2 and bool(texts[-1][0].rest) and not spaced and not several
    return compact, several


def _breaks(label: Label, region: list[Line]) -> bool:
    """Whether an answer has a paragraph border inside."""
    inner = region if label.rest else region[1:]
    return any(line.gap for line in inner)
