import pytest

from inbox_worker.core import html, html_tables
from inbox_worker.core.document import Kind
from tests.core.sample_mail import html_document, texts


def lines(source: str) -> list[str]:
    return [block.text for block in html.read(source) if block.text]


def test_blocks_and_breaks_are_lines() -> None:
    assert lines("<div>a<br>b</div><p>c <b>d</b>\n e</p>f<div>g<div>h</div>i</div>") == [
        "a",
        "b",
        "c d e",
        "f",
        "g",
        "h",
        "i",
    ]


def test_entities_and_white_space_become_plain() -> None:
    assert lines("<p>Caf&eacute;&nbsp;&amp;&#8203;tea&#173;s &lt;x&gt;</p>") == ["Café &teas <x>"]


@pytest.mark.parametrize(
    "hidden",
    [
        '<div style="display:none">no</div>',
        '<div style="DISPLAY : none !important">no</div>',
        "<div hidden>no</div>",
        '<span style="mso-hide:all">no</span>',
        '<span style="visibility: hidden">no</span>',
        '<span style="font-size:0">no</span>',
        '<span style="font-size: 0px; color: red">no</span>',
        '<div style="max-height:0;overflow:hidden">no</div>',
        "<style>no</style>",
        "<script>no</script>",
        "<title>no</title>",
        "<!-- no -->",
        "<!--[if mso]>no<![endif]-->",
        "<select><option>no</option></select>",
        '<div style="display:none"><p>no</p><table><tr><td>no<td>no</table></div>',
        "<template>no</template>",
        '<input type="hidden" value="no">',
    ],
)
def test_hidden_text_is_dropped_and_what_follows_is_not(hidden: str) -> None:
    assert lines(f"<p>before</p>{hidden}<p>after</p>") == ["before", "after"]


def test_text_in_a_box_without_font_size_can_have_a_size_of_its_own() -> None:
    assert lines('<div style="font-size:0"><span style="font-size:12pt">yes</span> no</div>') == ["yes"]


def test_a_chosen_option_and_a_filled_field_are_text() -> None:
    assert lines('<select><option>a<option selected>b</select><input value="typed"><textarea>long</textarea>') == [
        "b",
        "typed long",
    ]


def test_rows_of_a_two_column_table_have_cells_with_their_paragraphs() -> None:
    blocks = html.read(
        "<table><tr><td><p>Name</p></td><td><p>Jo</p></td></tr>"
        "<tr><td>Why?</td><td><p>First.</p><p>Second <b>bold</b>.</p><ul><li>one<li>two</ul></td></tr>"
        "<tr><td>Email</td><td>&nbsp;</td></tr></table>"
    )
    assert [block.cells for block in blocks] == [
        ("Name", "Jo"),
        ("Why?", "First.\nSecond bold.\n• one\n• two"),
        ("Email", ""),
    ]
    assert blocks[1].text == "Why? | First. Second bold. • one • two"


def test_a_table_in_a_layout_table_keeps_its_rows() -> None:
    blocks = html.read("<table><tr><td>Intro<table><tr><td>Name<td>Jo<tr><td>Role<td>Porter</table></td></tr></table>")
    assert [(block.text, block.cells) for block in blocks] == [
        ("Intro", ()),
        ("Name | Jo", ("Name", "Jo")),
        ("Role | Porter", ("Role", "Porter")),
    ]


def test_columns_of_a_page_are_read_one_after_the_other() -> None:
    left, right = "left words " * 60, "right words " * 60
    assert lines(f"<table><tr><td>{left}</td><td>{right}</td></tr></table>") == [left.strip(), right.strip()]


def test_lists_have_marks() -> None:
    blocks = html.read('<ol start="3"><li>c<li>d<ul><li>e</ul></ol><p>1. x</p><p>- y</p>')
    assert [(block.bullet, block.text) for block in blocks] == [
        ("3.", "c"),
        ("4.", "d"),
        ("•", "e"),
        ("1.", "x"),
        ("-", "y"),
    ]


def test_a_list_of_word_has_marks() -> None:
    source = (
        '<p class="MsoListParagraph"><!--[if !supportLists]--><span style="mso-list:Ignore">1.<span style="font:7.0pt">'
        "&nbsp;&nbsp;&nbsp; </span></span><!--[endif]-->Why?</p>"
        '<p class="MsoListParagraph"><span style="mso-list:Ignore">·<span>&nbsp;&nbsp; </span></span>Because</p>'
    )
    assert [(block.bullet, block.text) for block in html.read(source)] == [("1.", "Why?"), ("·", "Because")]


def test_blank_lines_of_every_program_show_as_gaps() -> None:
    for blank in (
        '<p class="MsoNormal">a</p><p class="MsoNormal"><o:p>&nbsp;</o:p></p><p class="MsoNormal">b</p>',
        "<div>a</div><div><br></div><div>b</div>",
        "<div>a<br><br>b</div>",
        "<p>a</p><p>b</p>",
        "<div>a</div><div>&nbsp;</div><div>b</div>",
    ):
        assert [(block.text, block.gap) for block in html.read(blank)][1] == ("b", True), blank
    for close in (
        '<p class="MsoNormal">a</p><p class="MsoNormal">b</p>',
        "<div>a</div><div>b</div>",
        '<p style="margin: 0">a</p><p style="margin: 0">b</p>',
        "<style>P {margin-top:0;margin-bottom:0;}</style><p>a</p><p>b</p>",
        '<style>p.p1 {margin: 0.0px 0.0px}</style><p class="p1">a</p><p class="p1">b</p>',
    ):
        assert [(block.text, block.gap) for block in html.read(close)][1] == ("b", False), close


def test_columns_are_made_by_no_break_spaces_and_not_by_the_layout_of_the_source() -> None:
    source = (
        "<p>Name:&nbsp;&nbsp; &nbsp;&nbsp;Jo</p><p>A long\n      line</p><p>\xa0 \xa0 \xa0 \xa0x</p><pre>a\tb</pre>"
    )
    blocks = html.read(source)
    assert [(block.text, block.cells) for block in blocks] == [
        ("Name: | Jo", ("Name:", "Jo")),
        ("A long line", ()),
        ("x", ()),
        ("a | b", ("a", "b")),
    ]


def test_preformatted_text_keeps_its_lines() -> None:
    assert lines("<pre>a\nb  c\n\nd</pre>") == ["a", "b c", "d"]
    assert lines('<div style="white-space:pre-wrap">a\nb</div>') == ["a", "b"]


@pytest.mark.parametrize("depth", [10, 300, 1_999, 3_000, 50_000])
def test_no_text_is_lost_at_any_depth(depth: int) -> None:
    assert lines("<div>" * depth + "deep &amp; down" + "</div>" * depth + "<p>after</p>") == ["deep & down", "after"]


@pytest.mark.parametrize(
    "source", ["", "   ", "<", "<p", "</p>", "<html></html>", "&#0;", "\ud800", "<table><tr></table>", "]]>"]
)
def test_odd_sources_give_lines_or_nothing(source: str) -> None:
    assert all(isinstance(line, str) for line in lines(source))


GMAIL = """<div dir="ltr">My reply<div><br></div><div>Ta</div><div>Jo</div></div><br>
<div class="gmail_quote"><div dir="ltr" class="gmail_attr">Ar Llun, 4 Mai 2026 am 10:02, Team
&lt;<a>team@example.org</a>&gt; ysgrifennodd:<br></div>
<blockquote class="gmail_quote" style="margin:0 0 0 .8ex;border-left:1px #ccc solid">Name:<br>
<br>Email:</blockquote></div>"""
OUTLOOK_WEB = """<div>My reply</div><div id="appendonsend"></div><hr style="display:inline-block;width:98%">
<div id="divRplyFwdMsg"><font><b>Oddi wrth:</b> Team &lt;team@example.org&gt;<br><b>Anfonwyd:</b> 4 Mai 2026 10:02<br>
<b>At:</b> Jo<br><b>Pwnc:</b> Allies</font><div>&nbsp;</div></div><div>Name:<br>Email:</div>"""
OUTLOOK_WINDOWS = """<div class="WordSection1"><p class="MsoNormal">My reply<o:p></o:p></p><div><div style="border:none;
border-top:solid #E1E1E1 1.0pt"><p class="MsoNormal"><b>From:</b> Team<br><b>Sent:</b> 4 May<br><b>To:</b> Jo<br>
<b>Subject:</b> Allies<o:p></o:p></p></div></div><p class="MsoNormal">Name:</p><p class="MsoNormal">Email:</p></div>"""
APPLE = """<div>My reply</div><br><blockquote type="cite"><div>On 4 May 2026, at 10:02, Team
&lt;team@example.org&gt; wrote:</div>
<br><div>Name:<br>Email:</div></blockquote>"""
THUNDERBIRD = """<p>My reply</p><div class="moz-cite-prefix">Le 04/05/2026 à 10:02, Team a écrit&nbsp;:<br></div>
<blockquote type="cite" cite="mid:1@example.org">Name:<br>Email:</blockquote>"""
YAHOO = """<div>My reply</div><div id="ydp1yahoo_quoted_2" class="ydp1yahoo_quoted"><div>
On Monday 4 May 2026 at 10:02:00 BST, Team &lt;team@example.org&gt; wrote:</div><div>Name:<br>Email:</div></div>"""
BARE_QUOTE = (
    """<div>My reply</div><div>On 4 May 2026 at 10:02 Team wrote:</div><blockquote>Name:<br>Email:</blockquote>"""
)
PROTON = """<div>My reply</div><div class="protonmail_quote">On Monday, 4 May 2026 at 10:02, Team
&lt;t@example.org&gt; wrote:<br>
<blockquote type="cite">Name:<br>Email:</blockquote></div>"""
UNKNOWN_LANGUAGE = """<div>My reply</div>
<div id="divRplyFwdMsg"><b>Wêre:</b> Team<br><b>Rê:</b> 4 May</div><div>Name:<br>Email:</div>"""


@pytest.mark.parametrize(
    "body", [GMAIL, OUTLOOK_WEB, OUTLOOK_WINDOWS, APPLE, THUNDERBIRD, YAHOO, BARE_QUOTE, PROTON, UNKNOWN_LANGUAGE],
    ids=["gmail", "outlook web", "outlook", "apple", "thunderbird", "yahoo", "bare", "proton", "unknown language"],
)  # fmt: skip
def test_quoted_mail_of_every_program_is_known(body: str) -> None:
    found = html_document(body, Subject="Re: Allies")
    assert texts(found, Kind.OWN) == ["My reply"]
    assert texts(found, Kind.QUOTED) == ["Name:", "Email:"]
    assert all(line.depth >= 1 for line in found.of(Kind.QUOTED))
    assert found.of(Kind.FORWARD_HEAD)


@pytest.mark.parametrize("body", [GMAIL, OUTLOOK_WEB, OUTLOOK_WINDOWS, APPLE])
def test_the_same_below_a_forward_is_forwarded(body: str) -> None:
    found = html_document(body, Subject="Fw: Allies")
    assert texts(found, Kind.FORWARDED) == ["Name:", "Email:"]
    assert texts(found, Kind.QUOTED) == []


def test_answers_between_the_pieces_of_a_quotation_are_own() -> None:
    body = (
        '<div class="gmail_quote"><div class="gmail_attr">On 4 May 2026 Team &lt;t@example.org&gt; wrote:</div>'
        '<blockquote class="gmail_quote">Name:</blockquote><div>Jo</div>'
        '<blockquote class="gmail_quote">Email:</blockquote>'
        "<div>jo@example.org</div></div>"
    )
    found = html_document(body)
    assert [(line.text, line.kind) for line in found.lines][1:] == [
        ("Name:", Kind.QUOTED),
        ("Jo", Kind.OWN),
        ("Email:", Kind.QUOTED),
        ("jo@example.org", Kind.OWN),
    ]


def test_answers_in_another_colour_below_a_head_are_own() -> None:
    head = "<p>See red.</p><div><b>From:</b> T<br><b>Sent:</b> 4 May<br><b>To:</b> J<br><b>Subject:</b> A</div>"
    body = (
        '<p>Dear all, <a style="color:blue">a link</a></p><p>Name: <span style="color:#C00000">Jo</span></p>'
        "<p>Why do you ask?</p>"
        '<p><font color="#c00000">Because I care.</font></p><p style="color:gray">Small print</p>'
    )
    found = html_document(head + body, Subject="RE: A")
    assert texts(found, Kind.OWN) == ["See red.", "Name: Jo", "Because I care."]
    assert "Why do you ask?" in texts(found, Kind.QUOTED)


def test_a_coloured_announcement_is_no_answer() -> None:
    head = "<p>Hi.</p><div><b>From:</b> T<br><b>Sent:</b> 4 May<br><b>To:</b> J<br><b>Subject:</b> A</div>"
    body = (
        '<h1 style="color:red">Become an ally</h1><p style="color:red">Please write:</p><p style="color:red">Name:</p>'
    )
    assert texts(html_document(head + body, Subject="RE: A"), Kind.OWN) == ["Hi."]


def test_an_indented_block_is_the_senders() -> None:
    style = "margin:0 0 0 40px;border:none;padding:0px"
    body = f'<div>Below.</div><blockquote style="{style}"><div>Name: Jo</div></blockquote>'
    assert texts(html_document(body), Kind.OWN) == ["Below.", "Name: Jo"]


@pytest.mark.parametrize(
    "signature",
    [
        '<div class="gmail_signature" data-smartmail="gmail_signature">Jo Bell<br>Porter</div>',
        '<div class="moz-signature">-- <br>Jo Bell<br>Porter</div>',
        '<div id="Signature">Jo Bell<br>Porter</div>',
        '<div><br class="AppleMailSignature"><div id="AppleMailSignature">Jo Bell<br>Porter</div></div>',
    ],
)
def test_a_marked_signature_is_known(signature: str) -> None:
    found = html_document(f"<p>I should like to join and to hear more about it.</p>{signature}")
    assert [text for text in texts(found, Kind.SIGNATURE) if text != "--"] == ["Jo Bell", "Porter"]
    assert texts(found, Kind.OWN) == ["I should like to join and to hear more about it."]


def test_a_form_typed_into_a_marked_signature_is_own() -> None:
    found = html_document(
        '<div id="Signature"><p>Name: Jo<br>Role: Porter<br>Why do you want to do this?<br>To help</p></div>'
    )
    assert texts(found, Kind.OWN) == ["Name: Jo", "Role: Porter", "Why do you want to do this?", "To help"]


def test_a_failure_of_our_walk_loses_no_text(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> list[object]:
        raise RuntimeError

    monkeypatch.setattr(html_tables, "_length", fail)
    assert lines("<p>before</p><table><tr><td>Name</td><td>Jo</td></tr></table>") == ["before", "Name Jo"]
