"""Answers whose questions were deleted or reworded beyond words: their number, and their place, tell which they are."""

import re

from inbox_worker.core import acts
from inbox_worker.core.assign import Choice
from inbox_worker.core.document import Kind, Line
from inbox_worker.core.labels import Label
from inbox_worker.core.learned import Model
from inbox_worker.core.scheme import FieldKind, Lexicon, Scheme
from inbox_worker.core.values import plausible, puts_off
from inbox_worker.core.words import fold, spoken

_NUMBER = re.compile(r"\d{1,2}")
_LETTERS = {"a": 1, "b": 2, "c": 3, "d": 4, "e": 5, "f": 6, "g": 7, "h": 8, "i": 1, "ii": 2, "iii": 3, "iv": 4}
_BY_NUMBER, _BY_PLACE = 0.7, 0.5


def _number(line: Line) -> int | None:
    mark = line.bullet.strip("().: ").casefold()
    digits = _NUMBER.search(mark)
    if digits:
        return int(digits.group())
    return _LETTERS.get(mark)


def _texts(scheme: Scheme) -> list[str]:
    return [item.key for item in scheme.fields if item.kind is FieldKind.TEXT]


def with_numbers(choices: list[Choice], lines: list[Line], scheme: Scheme, lexicon: Lexicon) -> list[Choice]:
    """Add the items of a numbered (or, after the details, bulleted) list that stand for the questions in order."""
    texts = _texts(scheme)
    choices = _without_words_of_items(choices, lines, texts)
    if any(choice.key in texts for choice in choices):
        return choices
    taken = {choice.label.line for choice in choices}
    items = [(index, _number(line)) for index, line in enumerate(lines) if _is_item(line) and index not in taken]
    counted = [(index, number) for index, number in items if number]
    later = _left_for_later(counted, lines, texts, lexicon)
    counted = [(index, number) for index, number in counted if index != later]
    keys = dict(enumerate(texts, 1)) if later else _keys([number for _, number in counted], scheme, texts)
    if keys:
        found = [(index, keys[number]) for index, number in counted if number in keys]
        score = _BY_NUMBER
    else:
        last = max((choice.label.line for choice in choices), default=-1)
        plain = [index for index, number in items if not number and index > last]
        if len(plain) != len(texts) or not choices or not _is_list(plain, lines):
            return choices
        found, score = list(zip(plain, texts, strict=True)), _BY_PLACE
    free = {choice.key for choice in choices}
    added = [
        Choice(Label(index, "", lines[index].text, {key: score}, "number"), key, score)
        for index, key in found
        if key not in free
    ]
    if later:
        label = lines[later].text
        added += [Choice(Label(later, label, "", {key: score}, LATER), key, score) for key in texts[len(counted) :]]
    return sorted([*choices, *added], key=lambda choice: (choice.label.line, choice.label.column))


def _without_words_of_items(choices: list[Choice], lines: list[Line], texts: list[str]) -> list[Choice]:
    """The choices without the one question that only a dash sets off in a list with an item for every question.

    "2. HR background - eleven years" is the whole second answer; who types labels types them in every item.
    """
    asked = [choice for choice in choices if choice.key in texts]
    if len(asked) != 1 or asked[0].label.mark != "-":
        return choices
    counted = [(index, number) for index, line in enumerate(lines) if _is_item(line) and (number := _number(line))]
    every = [number for _, number in counted] == list(range(1, len(texts) + 1))
    return [c for c in choices if c is not asked[0]] if every and asked[0].label.line in dict(counted) else choices


def _is_item(line: Line) -> bool:
    own = line.kind is Kind.OWN and not line.cells
    return bool(line.bullet) and own and bool(line.text.strip()) and not line.text.rstrip().endswith("?")


def _keys(numbers: list[int], scheme: Scheme, texts: list[str]) -> dict[int, str]:
    """Which field each number stands for: 1..n for the questions, or 1..m for all fields."""
    if len(numbers) < 2 or len(set(numbers)) != len(numbers) or numbers != sorted(numbers):
        return {}
    every = [item.key for item in scheme.fields]
    if max(numbers) <= len(texts) and len(numbers) >= max(2, len(texts) - 1):
        return dict(enumerate(texts, 1))
    if (
        max(numbers) <= len(every)
        and min(numbers) > 1
        and len(numbers) >= len(texts) - 1
        and max(numbers) == len(every)
    ):
        return dict(enumerate(every, 1))
    if len(numbers) == len(every) and max(numbers) == len(every):
        return dict(enumerate(every, 1))
    return {}


def _left_for_later(
    counted: list[tuple[int, int]], lines: list[Line], texts: list[str], lexicon: Lexicon
) -> int | None:
    """The line that leaves all questions for later that no item above it answers: "3 and 4 I must think about"."""
    for index, line in enumerate(lines):
        above = [number for place, number in counted if place < index]
        if line.kind is not Kind.OWN or not above or above != list(range(1, len(above) + 1)):
            continue
        missing = list(range(len(above) + 1, len(texts) + 1))
        text = fold(f"{line.bullet} {line.text}")
        together = _TOGETHER.match(text)
        if together and missing == [int(digits) for digits in _NUMBER.findall(together.group())]:
            return index
        last = len(missing) == 1 and text.split()[:1] == [str(missing[0])]
        if (last or (missing and _THE_REST.search(text))) and len(above) >= _ENOUGH and _is_put_off(line.text, lexicon):
            return index
    return None


def _is_put_off(text: str, lexicon: Lexicon) -> bool:
    return puts_off(text, lexicon) or acts.does(spoken(text), "put_off", lexicon.acts)


_THE_REST = re.compile(r"\b(?:the|my) (?:(?:other|last|remaining)(?: (?:one|two|answers?|questions?))?|others|rest)\b")
_ENOUGH = 2  # items from which "the rest" is the rest of the questions
LATER = "later"  # the mark of a label that stands for several questions, and has no answer to any
_TOGETHER = re.compile(
    r"\W*(?:(?:as for|for|on|re|my|the|questions?|answers?|numbers?|nos?|qs?)\W+)*q?\d(?:\W+(?:and )?q?\d)+\b"
)


def _is_list(indices: list[int], lines: list[Line]) -> bool:
    """Whether all items have the same mark and each says more than a word."""
    return len({lines[index].bullet for index in indices}) == 1 and all(
        len(lines[i].text.split()) >= 2 for i in indices
    )


def with_headings(choices: list[Choice], lines: list[Line], scheme: Scheme, model: Model) -> list[Choice]:
    """Add headings of unknown sense: one that stands where a missing question belongs, or over such an answer."""
    texts = _texts(scheme)
    choices = [choice for choice in choices if not _heads_nothing(choice, choices, scheme)]
    by_key = {choice.key: choice for choice in choices}
    known = [by_key[key] for key in texts if key in by_key]
    if len(known) < 2:
        return choices
    bare = all(choice.label.mark in ("alone", "prefix") and not choice.label.rest for choice in known)
    result = list(choices)
    taken = {choice.label.line for choice in choices}
    for place, key in enumerate(texts):
        if key in by_key:
            continue
        before = by_key.get(texts[place - 1]) if place else None
        after = by_key.get(texts[place + 1]) if place + 1 < len(texts) else None
        if before is None and place:
            continue
        start = before.label.line + before.label.lines if before else _after_details(choices, after)
        end = after.label.line if after else len(lines) if before else 0
        headings = [index for index in range(start, end - 1) if _is_heading(lines, index, bare)]
        if not headings and end == len(lines):
            headings = [index for index in range(start, end - 1) if _is_heading(lines, index, False)]
        if len(headings) == 1 and headings[0] not in taken:
            label = Label(headings[0], lines[headings[0]].text, "", {key: _BY_PLACE}, "place")
            result.append(Choice(label, key, _BY_PLACE))
    result += _alike(result, lines, scheme, model, bare=bare)
    return sorted(result, key=lambda choice: (choice.label.line, choice.label.column))


def _alike(choices: list[Choice], lines: list[Line], scheme: Scheme, model: Model, *, bare: bool) -> list[Choice]:
    """The headings below the first label of which the text reads like an answer to a question that is not there yet."""
    taken = {choice.label.line + more for choice in choices for more in range(choice.label.lines)}
    begin = min(taken)
    missing = {item.key: item.act for item in scheme.fields if item.act and item.key not in {c.key for c in choices}}
    found: list[Choice] = []
    for index in range(begin, len(lines) - 1):
        if not missing or index in taken or not _is_heading(lines, index, bare) or index + 1 in taken:
            continue
        likely = acts.of(spoken(lines[index + 1].text), model, scheme)
        key = next((key for key, act in missing.items() if likely.get(act, 0.0) >= _ALIKE), None)
        if key is not None:
            del missing[key]
            label = Label(index, lines[index].text, "", {key: _BY_PLACE}, "place")
            found.append(Choice(label, key, _BY_PLACE))
    return found


_ALIKE = 0.5  # share of the learned likeness from which no other act is likelier


def _heads_nothing(choice: Choice, choices: list[Choice], scheme: Scheme) -> bool:
    """Whether a label of doubtful sense has the next label right below it: the title of the whole, no question."""
    label = choice.label
    doubtful = label.mark == "alone" and label.scores.get(choice.key, 0.0) < 0.9
    if not doubtful or scheme.field(choice.key).kind is not FieldKind.TEXT:
        return False
    below = label.line + label.lines
    first = all(o.label.line >= label.line for o in choices if scheme.field(o.key).kind is FieldKind.TEXT)
    return first and any(other.label.line == below for other in choices)


def _after_details(choices: list[Choice], after: Choice | None) -> int:
    """The line after the last one-line label before `after`: there the first question may stand."""
    end = after.label.line if after else 0
    lines = [choice.label.line + choice.label.lines for choice in choices if choice.label.line < end]
    return max(lines, default=end)


def _is_heading(lines: list[Line], index: int, bare: bool) -> bool:
    """Whether a short line is set off as a heading; with `bare`, as the others are, by having no end and text below."""
    line, below = lines[index], lines[index + 1] if index + 1 < len(lines) else None
    text = line.text.strip("*_ ")
    words = text.split()
    if line.kind is not Kind.OWN or not 1 <= len(words) <= 10 or line.cells or line.bullet:
        return False
    if line.gap and (text.isupper() or (text.endswith(("?", ":")) and text.count("?") + text.count(":") == 1)):
        return True
    if not bare or below is None or below.kind is not Kind.OWN or below.origin != line.origin:
        return False
    set_off = line.gap or line.origin.startswith("attachment")
    return set_off and len(words) >= 2 and text[-1:].isalnum() and text[:1].isupper() and not below.gap


def with_stacked(choices: list[Choice], lines: list[Line], scheme: Scheme, lexicon: Lexicon) -> list[Choice]:
    """Pair labels that stand all together with as many values below them: a table's rows read as text."""
    result: list[Choice] = []
    place = 0
    while place < len(choices):
        run = _run(choices, place, lines)
        values = _values(run, lines, {choice.label.line for choice in choices}) if len(run) >= 3 else []
        if len(values) == len(run) and _suits(run, values, scheme, lexicon):
            result += [
                Choice(
                    Label(choice.label.line, choice.label.text, value, choice.label.scores, "cell"),
                    choice.key,
                    choice.score,
                )
                for choice, value in zip(run, values, strict=True)
            ]
        else:
            result += run
        place += len(run)
    return result


def _run(choices: list[Choice], place: int, lines: list[Line]) -> list[Choice]:
    """The choices from `place` that stand line below line, none with a value."""
    run = [choices[place]]
    for choice in choices[place + 1 :]:
        last = run[-1].label
        if last.rest or choice.label.rest or choice.label.line != last.line + last.lines:
            break
        if lines[choice.label.line].kind is not Kind.OWN:
            break
        run.append(choice)
    return run


def _suits(run: list[Choice], values: list[str], scheme: Scheme, lexicon: Lexicon) -> bool:
    kinds = [scheme.field(choice.key).kind for choice in run]
    fits = all(plausible(value, kind, lexicon) > 0.03 for value, kind in zip(values, kinds, strict=True))
    return fits and not any(value.rstrip().endswith(",") for value in values)


def _values(run: list[Choice], lines: list[Line], stops: set[int]) -> list[str]:
    """The sender's lines below the run, one for each label; they end at the next label."""
    start = run[-1].label.line + run[-1].label.lines
    values: list[str] = []
    for place, line in enumerate(lines[start:], start):
        if line.kind is not Kind.OWN or line.origin != lines[run[0].label.line].origin or len(values) == len(run):
            break
        if place in stops or line.text.rstrip().endswith(":"):  # another label: nothing here is filled in
            return []
        values.append(line.text)
    return values
