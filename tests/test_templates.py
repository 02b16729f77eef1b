"""Templates: what is refused at start, what a sender can do in them, and what every message must hold."""

import ast
import re
import shutil
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from inbox_worker.core import gate, holds
from inbox_worker.core.reading import FieldValue, Flag, Tier
from inbox_worker.core.scheme import Field, FieldKind, Scheme
from inbox_worker.errors import TemplateError
from inbox_worker.reasons import load as load_reasons
from inbox_worker.resources import PACKAGE, directory
from inbox_worker.template_check import element, members
from inbox_worker.template_context import (
    CONTEXT_OF,
    Context,
    DistressContext,
    Note,
    ReplyContext,
    Said,
    field_lines,
    items,
    notes,
)
from inbox_worker.template_docs import with_variables
from inbox_worker.template_names import TEAM, names
from inbox_worker.template_samples import samples
from inbox_worker.templates import PARTS, Rendered, Templates, preview

LONDON = ZoneInfo("Europe/London")
SHIPPED = directory("templates")
SCHEME = "mental-health-ally"
HOSTILE = "<script>x</script> https://evil.example/a \u202eabc\u200b {{ 7*7 }} \r\nBcc: x@example.net"


@pytest.fixture(scope="module")
def templates() -> Templates:
    return Templates.load(SHIPPED, zone=LONDON, folders=[SCHEME])


def every_sample() -> Iterator[tuple[str, str, str]]:
    for folder in (SCHEME, TEAM):
        for name in names(folder):
            for sample in samples(name):
                yield folder, name, sample


EVERY = pytest.mark.parametrize(("folder", "name", "sample"), list(every_sample()))


def rendered(templates: Templates, folder: str, name: str, sample: str) -> Rendered:
    return templates.render(folder, name, samples(name)[sample])


# What is refused at start


def site_with(tmp_path: Path, file: str, content: str) -> Path:
    path = tmp_path / "ours" / file
    path.parent.mkdir(parents=True)
    path.write_text(content, encoding="utf-8")
    return tmp_path / "ours"


def refusal(tmp_path: Path, file: str, content: str) -> list[str]:
    """Return what the start of the service says, which leaves out messages that no file of the site has a part in."""
    site = site_with(tmp_path, file, content)
    with pytest.raises(TemplateError) as caught:
        Templates.load(SHIPPED, site, zone=LONDON, every=False)
    return caught.value.problems


def test_an_unknown_variable_is_refused_by_file_line_and_name_with_the_known_ones(tmp_path: Path) -> None:
    (problem,) = refusal(tmp_path, f"{SCHEME}/acknowledgement.txt", "Hello\n\n{{ referense }}\n")
    assert problem.startswith(
        f"ours/{SCHEME}/acknowledgement.txt line 3: unknown variable 'referense'; known variables: reference, "
    )


def test_an_unknown_part_of_a_variable_is_refused_in_a_branch_that_no_sample_takes(tmp_path: Path) -> None:
    source = "{% if reference == 'never' %}\n{% for item in missing %}{{ item.lable }}{% endfor %}{% endif %}"
    (problem,) = refusal(tmp_path, f"{SCHEME}/withdrawal.html", source)
    assert problem == (
        f"ours/{SCHEME}/withdrawal.html line 2: unknown variable 'item.lable'; known variables: label, question"
    )


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("a\n{% if %}", "line 2: "),
        ("{{ number|nofilter }}", "No filter named 'nofilter'"),
        ("\n{{ 1 / 0 }}", "line 2: ZeroDivisionError"),
        ("{{ ''.__class__.__mro__ }}", "line 1: SecurityError"),
        ("{{ range(1000000000)|list }}", "line 1: OverflowError"),
        ("{% include 'shared/nothing.txt' %}", "shared/nothing.txt: is missing"),
        ("{% include '../../etc/passwd' %}", "is missing"),
        ("{{ received.nothing }}", "line 1: UndefinedError"),
        ("{{ team.__class__ }}", "line 1: "),
        ("{{ team.__init__.__globals__ }}", "line 1: "),
    ],
)
def test_a_template_that_does_not_render_is_refused_by_file_and_line(tmp_path: Path, source: str, told: str) -> None:
    problems = refusal(tmp_path, "team/distress_alert.txt", source)
    assert any(told in problem for problem in problems), problems


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    site = site_with(tmp_path, "team/digest.txt", "{{ one }}\n{{ two }}")
    (site / "team" / "summary.html").write_text("{{ three }}", encoding="utf-8")
    with pytest.raises(TemplateError) as caught:
        Templates.load(SHIPPED, site, zone=LONDON, folders=[SCHEME, "elsewhere"])
    told = "\n".join(caught.value.problems)
    assert all(word in told for word in ("'one'", "'two'", "'three'", "there is no folder 'elsewhere'"))


def test_a_scheme_folder_that_lacks_a_file_is_refused_by_its_name(tmp_path: Path) -> None:
    problems = refusal(tmp_path, "other-scheme/withdrawal.txt", "Goodbye")
    assert any("other-scheme/acknowledgement.subject: is missing" in problem for problem in problems)


def test_a_shared_file_of_the_site_has_every_message_checked(tmp_path: Path) -> None:
    problems = refusal(tmp_path, "shared/mail.html", "{{ 1 / 0 }}")
    assert len({problem.partition(" line")[0] for problem in problems}) == 1
    assert "mail.html line 1: ZeroDivisionError" in problems[0]


def test_reasons_of_the_site_are_checked(tmp_path: Path) -> None:
    site = site_with(tmp_path, "team/reasons.yaml", "AUTO: 3")
    with pytest.raises(TemplateError, match=r"reasons\.yaml"):
        Templates.load(SHIPPED, site, zone=LONDON, every=False)


def test_messages_that_ship_are_checked_where_all_are_asked_for_and_else_when_they_are_rendered(tmp_path: Path) -> None:
    shutil.copytree(SHIPPED, tmp_path / "shipped")
    (tmp_path / "shipped" / SCHEME / "withdrawal.txt").write_text("{{ 1 / 0 }}", encoding="utf-8")
    with pytest.raises(TemplateError, match=r"withdrawal\.txt line 1: ZeroDivisionError"):
        Templates.load(tmp_path / "shipped", zone=LONDON)
    loaded = Templates.load(tmp_path / "shipped", zone=LONDON, every=False)
    with pytest.raises(TemplateError, match=r"withdrawal\.txt line 1: ZeroDivisionError"):
        rendered(loaded, SCHEME, "withdrawal", "usual")


def test_a_folder_of_templates_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="templates_dir: there is no folder"):
        Templates.load(SHIPPED, tmp_path / "nowhere", zone=LONDON)


def test_a_failure_later_names_file_and_line_and_no_word_of_the_person(tmp_path: Path) -> None:
    source = "\n{% if applicant|greeting == 'Xavier Nobody' %}{{ applicant ~ 1 / 0 }}{% endif %}"
    site = site_with(tmp_path, f"{SCHEME}/withdrawal.txt", source)
    loaded = Templates.load(SHIPPED, site, zone=LONDON)
    context = samples("withdrawal")["usual"]
    assert isinstance(context, ReplyContext)
    with pytest.raises(TemplateError) as caught:
        loaded.render(SCHEME, "withdrawal", replace(context, applicant=Said("Xavier Nobody")))
    assert str(caught.value) == f"ours/{SCHEME}/withdrawal.txt line 2: ZeroDivisionError"


def test_a_template_cannot_reach_the_unprotected_words_of_a_sender(tmp_path: Path) -> None:
    problems = refusal(tmp_path, "team/needs_a_person.html", "{{ mail.subject.text }}")
    assert any("needs_a_person.html line 1: SecurityError" in problem for problem in problems)


# What a site may change


def test_a_site_changes_one_file_and_keeps_all_others(tmp_path: Path, templates: Templates) -> None:
    site = site_with(tmp_path, f"{SCHEME}/withdrawal.txt", "Goodbye from {{ team.name }}.")
    loaded = Templates.load(SHIPPED, site, zone=LONDON)
    ours, theirs = (rendered(kind, SCHEME, "withdrawal", "usual") for kind in (loaded, templates))
    assert ours.text == "Goodbye from Sample Team.\n"
    assert ours.html == theirs.html
    assert ours.version != theirs.version
    assert loaded.version(SCHEME, "acknowledgement") == templates.version(SCHEME, "acknowledgement")


def test_a_tag_with_a_style_of_its_own_keeps_it_and_every_other_one_gets_ours(tmp_path: Path) -> None:
    site = site_with(tmp_path, f"{SCHEME}/withdrawal.html", '<p>a</p>\n<p style="color:#000000">b</p>\n<pre>c</pre>')
    html = rendered(Templates.load(SHIPPED, site, zone=LONDON), SCHEME, "withdrawal", "usual").html
    assert html.splitlines()[0].startswith('<p style="font-family:')
    assert html.splitlines()[1:] == ['<p style="color:#000000">b</p>', "<pre>c</pre>"]


def test_a_second_scheme_uses_the_same_folder_with_its_own_words(templates: Templates) -> None:
    context = samples("role_description")["usual"]
    assert isinstance(context, ReplyContext)
    scheme = replace(context.scheme, name="Dignity and Respect Contacts", role="Equality Contact")
    text = templates.render(SCHEME, "role_description", replace(context, scheme=scheme)).text
    assert "becoming an Equality Contact" in text
    assert "ally" not in text.replace("sample-ally", "").casefold().replace("automatically", "")


# What a sender can do


def with_hostile(value: Any) -> Any:
    """Return `value` with every word of a sender in it replaced by a hostile one."""
    if isinstance(value, Said):
        return Said(HOSTILE)
    if isinstance(value, tuple):
        return tuple(with_hostile(each) for each in value)
    if is_dataclass(value) and not isinstance(value, type):
        changed = {field.name: with_hostile(getattr(value, field.name)) for field in fields(value)}
        return replace(value, **(changed | {"subject": HOSTILE} if isinstance(value, ReplyContext) else changed))
    return value


@EVERY
def test_nothing_that_a_sender_writes_acts_in_any_message(
    templates: Templates, folder: str, name: str, sample: str
) -> None:
    message = templates.render(folder, name, with_hostile(samples(name)[sample]))
    assert "<script" not in message.html
    for part in (message.text, message.html):
        assert not re.search("[\u202a-\u202e\u2066-\u2069\u200b]", part)
        assert "https://evil.example" not in part
        assert "49" not in part
    assert not re.search(r"[\x00-\x1f\x7f]", message.subject)
    assert len(message.subject) <= 200


def kinds_within(kind: Any) -> Iterator[Any]:
    for inner in members(kind).values():
        target = element(inner) or inner
        yield target
        yield from kinds_within(target)


def test_a_reply_can_hold_no_word_of_a_sender_but_the_name() -> None:
    assert list(kinds_within(ReplyContext)).count(Said) == 1
    assert members(ReplyContext)["applicant"] is Said


def test_the_distress_alert_can_hold_no_word_of_a_sender() -> None:
    assert Said not in kinds_within(DistressContext)
    assert not {"name", "subject", "sender"} & set(members(DistressContext))


def test_the_distress_alert_speaks_of_second_contacts_only_where_there_are_some(templates: Templates) -> None:
    context: Any = samples("distress_alert")["usual"]
    both, alone = (templates.render(TEAM, "distress_alert", replace(context, escalates=each)) for each in (True, False))
    assert all("second contacts" in part for part in (both.text, both.html))
    assert not any("second contact" in part for part in (alone.text, alone.html))
    assert "Tier: A, words of present danger" in both.text
    assert (
        "Tier: B, words of present distress"
        in templates.render(TEAM, "distress_alert", replace(context, tier=Tier.B)).text
    )


def test_an_urgent_mail_stands_in_the_digest_first_and_without_name_or_subject(templates: Templates) -> None:
    context: Any = samples("digest")["usual"]
    urgent = replace(
        context.needs_a_person[1], name=Said("Nameless"), subject=Said("Wordless"), sender=Said("a@b.example")
    )
    message = templates.render(TEAM, "digest", replace(context, needs_a_person=(context.needs_a_person[0], urgent)))
    for part in (message.text, message.html):
        assert not any(word in part for word in ("Nameless", "Wordless", "a@b.example"))
        assert part.index("Urgent:") < part.index("Jude Okafor")


def test_answers_are_left_out_of_the_summary_where_the_configuration_says_so(templates: Templates) -> None:
    context: Any = samples("summary")["usual"]
    shown, omitted = (templates.render(TEAM, "summary", replace(context, show_answers=show)) for show in (True, False))
    assert all("union representative" in part for part in (shown.text, shown.html))
    assert not any("union representative" in part for part in (omitted.text, omitted.html))
    assert all("School of Biosciences" in part for part in (omitted.text, omitted.html))


# What every message must hold


class _Words(HTMLParser):
    """Collects what a reader of the HTML part reads, with the address of each link after its words."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._hidden = 0
        self._links: list[str] = []
        self._numbers: list[int] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("style", "title"):
            self._hidden += 1
        elif tag == "a":
            self._links.append(dict(attrs).get("href") or "")
        elif tag in ("ol", "ul"):
            self._numbers.append(0 if tag == "ol" else -1)
        elif tag == "li" and self._numbers[-1] >= 0:
            self._numbers[-1] += 1
            self.found.append(f" {self._numbers[-1]}. ")
        if tag != "strong":
            self.found.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("style", "title"):
            self._hidden -= 1
        elif tag == "a" and not (link := self._links.pop()).startswith("mailto:"):
            self.found.append(f" {link} ")
        elif tag in ("ol", "ul"):
            self._numbers.pop()

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.found.append(data)


def words(text: str) -> list[str]:
    return [word for part in text.split() if (word := part.strip(".,:;-()"))]


@EVERY
def test_text_and_html_say_the_same_words(templates: Templates, folder: str, name: str, sample: str) -> None:
    message = rendered(templates, folder, name, sample)
    reader = _Words()
    reader.feed(message.html)
    assert words("".join(reader.found)) == words(message.text)


@EVERY
def test_every_page_has_language_title_one_heading_and_described_tables(
    templates: Templates, folder: str, name: str, sample: str
) -> None:
    html = rendered(templates, folder, name, sample).html
    assert html.startswith('<!doctype html>\n<html lang="en-GB">')
    title = re.search(r"<title>(.*?)</title>", html, re.DOTALL)
    heading = re.findall(r"<h1[ >].*?</h1>", html, re.DOTALL)
    assert title
    assert len(heading) == 1
    assert title[1].strip() in heading[0]
    data_tables = re.findall(r"<table(?! role=\"presentation\").*?</table>", html, re.DOTALL)
    assert len(data_tables) == html.count("<table") - 1
    for table in data_tables:
        assert table.count("<caption") == 1
        assert table.count("<tr>") == len(re.findall('<th [^>]*scope="row"', table))
    assert {int(size) for size in re.findall(r"font-size:(\d+)px", html)} <= {16, 20, 24}
    assert "<img" not in html
    assert '<meta name="color-scheme" content="light dark">' in html


@EVERY
def test_no_message_shouts_or_uses_emoji(templates: Templates, folder: str, name: str, sample: str) -> None:
    message = rendered(templates, folder, name, sample)
    html = re.sub(r"<style>.*?</style>|<!doctype", "", message.html, flags=re.DOTALL)
    for part in (message.subject, message.text, html):
        assert "!" not in part
        assert not re.search("[\U0001f000-\U0001faff\u2600-\u27bf]", part)
        assert "{" not in part


@pytest.mark.parametrize("name", names(SCHEME))
@pytest.mark.parametrize("sample", ["usual", "least"])
def test_a_reply_says_first_that_it_is_automatic_and_last_that_nobody_watches(
    templates: Templates, name: str, sample: str
) -> None:
    text = rendered(templates, SCHEME, name, sample).text
    assert text.startswith("This is an automatic reply from the Sample Team, University of Example.\n")
    assert "This mailbox is not watched round the clock." in text
    assert "reply to this mail" in text.casefold()


def test_an_acknowledgement_tells_reference_items_next_step_data_and_help(templates: Templates) -> None:
    text = rendered(templates, SCHEME, "acknowledgement", "usual").text
    for words_of_it in (
        "Dear Alex Morgan-Price,",
        "Your reference is SAMPLE-0012.",
        "- What can you bring to it?",
        "within 10 working days",
        "talk to your manager",
        "role description (role-description.pdf)",
        "our privacy notice: https://www.example.org/privacy",
        "Robin Sample",
        "116 123",
    ):
        assert words_of_it in text


def test_an_incomplete_application_is_told_what_is_missing_in_the_words_of_the_form(templates: Templates) -> None:
    text = rendered(templates, SCHEME, "acknowledgement_incomplete", "usual").text
    asked, _, have = text.partition("What we have from you")
    assert "- What can you bring to it?\n- What support do you think you will need?" in asked
    assert "What can you bring to it?" not in have
    assert "Just reply to this mail with these." in asked


def test_times_are_those_of_the_site_in_summer_and_in_winter(templates: Templates) -> None:
    context: Any = samples("distress_alert")["usual"]
    for at, shown in (
        (datetime(2026, 7, 1, 23, 30, tzinfo=UTC), "Thursday 2 July 2026 at 00:30"),
        (datetime(2026, 12, 1, 9, 5, tzinfo=UTC), "Tuesday 1 December 2026 at 09:05"),
    ):
        assert shown in templates.render(TEAM, "distress_alert", replace(context, received=at)).text


def test_a_message_gets_the_values_that_it_is_made_for(templates: Templates) -> None:
    with pytest.raises(TypeError, match="digest needs a DigestContext"):
        templates.render(TEAM, "digest", samples("summary")["usual"])


# Reasons


def test_every_reason_has_title_why_and_what_to_do(templates: Templates) -> None:
    assert len(templates.reasons) > 40
    for code, reason in templates.reasons.items():
        for text in (reason.title, reason.why, reason.todo):
            assert len(text.split()) >= 1, code
            assert "!" not in text
        assert not reason.title.endswith("."), code
        assert reason.why.endswith("."), code
        assert reason.todo.endswith("."), code


def test_every_code_that_reading_gives_has_a_reason(templates: Templates) -> None:
    given = {*(rule.code for rule in gate.RULES), *holds.CODES, "DISTR", "UNRELATED", "NO_RECORD", "SCAN", "CRYPT"}
    assert given - set(templates.reasons) == set()


def test_a_code_without_an_entry_gets_a_general_answer(templates: Templates) -> None:
    assert templates.reason("NEVER_HEARD_OF") == templates.reason("OTHER")
    context: Any = samples("needs_a_person")["usual"]
    unknown = replace(context, mail=replace(context.mail, code="NEVER_HEARD_OF"), notes=(Note("NOR_THIS"),))
    assert templates.reason("OTHER").todo in templates.render(TEAM, "needs_a_person", unknown).text


def codes_in_the_program() -> set[str]:
    """Return the codes that the program gives by name to decisions, flags, held mail and parts it could not read."""
    found: set[str] = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                found |= {code for value in _code_arguments(node) for code in _constants(value)}
            if isinstance(node, ast.Return) and isinstance(node.value, ast.Constant) and path.parent.name == "core":
                found |= _constants(node.value)
    return {code for code in found if re.fullmatch("[A-Z][A-Z_]{2,}", code)}


def _code_arguments(call: ast.Call) -> Iterator[ast.expr]:
    name = getattr(call.func, "id", getattr(call.func, "attr", ""))
    owner = getattr(getattr(call.func, "value", None), "attr", getattr(getattr(call.func, "value", None), "id", ""))
    if name in ("Flag", "Decision", "Rule", "LedgerEntry") or (name == "append" and owner in ("defects", "unread")):
        yield from call.args
    yield from (keyword.value for keyword in call.keywords if keyword.arg in ("code", "problem", "unread", "defects"))


def _constants(value: ast.expr) -> set[str]:
    return {each.value for each in ast.walk(value) if isinstance(each, ast.Constant) and isinstance(each.value, str)}


def test_every_code_that_the_program_gives_is_explained(templates: Templates) -> None:
    nobody_sees = {"OWN_ID", "UNRELATED", "CLEAR", "STALE_CLAIM", "SCL"}  # mail left alone, a log line, evidence
    found = codes_in_the_program()
    assert {"SPOOF", "RATE", "DUPLICATE"} <= found
    assert found - set(templates.reasons) - nobody_sees == set()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("OTHER: {title: a, why: b., todo: c.}\nX: {title: a}", "X: expected exactly title, why and todo, found title"),
        ("OTHER: {title: a, why: '', todo: c.}", "OTHER: expected a text, found nothing for why"),
        ("X: {title: a, why: b., todo: c.}", "OTHER: is missing"),
        ("a: [", "line 1: not YAML"),
        ("- a", "expected codes"),
    ],
)
def test_a_broken_file_of_reasons_is_refused(tmp_path: Path, content: str, told: str) -> None:
    path = tmp_path / "reasons.yaml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(TemplateError) as caught:
        load_reasons(path)
    assert told in str(caught.value)


# Documents, previews, the reference


def test_documents_come_by_name_and_only_from_their_folder(templates: Templates, tmp_path: Path) -> None:
    found = templates.documents(SCHEME, ["role-description.pdf", "details-of-training.pdf"])
    assert [name for name, _ in found] == ["role-description.pdf", "details-of-training.pdf"]
    assert all(content.startswith(b"%PDF-") for _, content in found)
    with pytest.raises(TemplateError, match="without folders"):
        templates.documents(SCHEME, ["../acknowledgement.txt"])
    with pytest.raises(TemplateError, match=r"documents/nothing\.pdf: cannot be read"):
        templates.documents(SCHEME, ["nothing.pdf"])


def test_a_document_of_the_site_takes_the_place_of_ours(tmp_path: Path) -> None:
    site = site_with(tmp_path, f"{SCHEME}/documents/role-description.pdf", "approved")
    loaded = Templates.load(SHIPPED, site, zone=LONDON)
    assert loaded.documents(SCHEME, ["role-description.pdf"]) == (("role-description.pdf", b"approved"),)


def test_a_preview_writes_text_and_html_of_every_message(templates: Templates, tmp_path: Path) -> None:
    written = preview(templates, tmp_path)
    assert {path.relative_to(tmp_path).as_posix() for path in written} >= {
        f"{folder}/{name}{suffix}"
        for folder in (SCHEME, TEAM)
        for name in names(folder)
        for suffix in (".txt", ".html")
    }
    assert all(path.read_text(encoding="utf-8").strip() for path in written)


def test_every_message_has_a_name_and_says_what_it_may_say():
    assert set(CONTEXT_OF) == {*names(SCHEME), *names(TEAM)}


def test_every_message_has_a_sample_that_fills_everything_and_one_that_fills_little() -> None:
    assert all(len(samples(name)) >= 2 and "usual" in samples(name) for name in CONTEXT_OF)
    assert all(isinstance(context, Context) for name in CONTEXT_OF for context in samples(name).values())
    assert len(PARTS) == 3


def test_the_reference_of_variables_is_fresh() -> None:
    page = Path(__file__).parents[1] / "docs" / "templates.md"
    text = page.read_text(encoding="utf-8")
    assert with_variables(text) == text, "run `make docs`"


# Values of the core for templates

SMALL = Scheme(
    key="small",
    name="Small",
    role="Helper",
    reference="SM",
    mentions=("small",),
    role_words=(),
    topic_words=(),
    others=(),
    fields=(
        Field("name", "Name", FieldKind.NAME),
        Field("why", "Why do you want to help?", FieldKind.TEXT),
        Field("phone", "Telephone", FieldKind.SHORT, required=False),
    ),
    templates=SCHEME,
)


def test_items_and_values_follow_the_order_of_the_form() -> None:
    assert [item.label for item in items(SMALL)] == ["Name", "Why do you want to help?", "Telephone"]
    assert [(item.label, item.question) for item in items(SMALL, ["why", "name"])] == [
        ("Name", False),
        ("Why do you want to help?", True),
    ]
    lines = field_lines(SMALL, {"why": FieldValue("Because", "body line 3", 0.9), "name": FieldValue("Sam", "x", 0.4)})
    assert [(line.label, line.value.text, line.sure) for line in lines] == [
        ("Name", "Sam", False),
        ("Why do you want to help?", "Because", True),
    ]


def test_a_note_names_the_item_by_its_label_and_stands_once() -> None:
    flags = (Flag("LOW_CONFIDENCE", "why"), Flag("LOW_CONFIDENCE", "why"), Flag("QUESTION"))
    assert notes(SMALL, flags) == (Note("LOW_CONFIDENCE", "Why do you want to help?"), Note("QUESTION"))
    assert notes(None, flags[2:]) == (Note("QUESTION"),)
