"""A sender's words made safe to look at."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox_worker import safe_text
from inbox_worker.safe_text import greeting_name, harmless, one_line, revealed


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("plain words, with café and 你好", "plain words, with café and 你好"),
        ("abc\u202edef", "abc[U+202E]def"),
        ("pay\u200bpal", "pay[U+200B]pal"),
        ("\ufeffstart", "[U+FEFF]start"),
        ("soft\u00adhyphen", "soft[U+00AD]hyphen"),
        ("tab\tand\nline", "tab\tand\nline"),
        ("bell\x07", "bell[U+0007]"),
        ("a\u2028b", "a[U+2028]b"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("👩\u200d🔬", "👩\u200d🔬"),
        ("lat\u200din", "lat[U+200D]in"),
    ],
)
def test_hidden_characters_are_shown_as_code_points_and_needed_joiners_stay(written: str, shown: str) -> None:
    assert revealed(written) == shown


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("see https://evil.example/x?y", "see https[:]//evil.example/x?y"),
        ("HTTP://EVIL.EXAMPLE", "HTTP[:]//EVIL.EXAMPLE"),
        ("www.example.org", "www[.]example[.]org"),
        ("go to login.example.com now", "go to login[.]example[.]com now"),
        ("kent.ac.uk", "kent[.]ac[.]uk"),
        ("javascript:alert(1)", "javascript[:]alert(1)"),
        ("mailto:a@example.org", "mailto[:]a@example.org"),
        ("write to sam.lee@example.org", "write to sam.lee@example.org"),
        ("Dr.Smith came.To help. e.g. this", "Dr.Smith came.To help. e.g. this"),
        ("Note: at 10:30, 1.5 hours", "Note: at 10:30, 1.5 hours"),
    ],
)
def test_web_addresses_are_broken_and_ordinary_text_is_left_alone(written: str, shown: str) -> None:
    assert harmless(written) == shown


@given(st.text())
def test_no_text_keeps_a_hidden_character_or_a_link(text: str) -> None:
    shown = harmless(text)
    hidden = {char for char in shown if unicodedata.category(char) in ("Cc", "Cf", "Zl", "Zp", "Cs")}
    assert hidden <= {"\n", "\t", "\u200c", "\u200d"}
    assert "https://" not in shown.casefold()


@given(
    st.lists(st.sampled_from([*":/.wWtToOmailscript", "www", "http", "mailto", "\u0130", "\u017f", " ", "\n"])).map(
        "".join
    )
)
def test_cheap_looks_for_links_change_nothing(text: str) -> None:
    broken = safe_text._LINK_START.sub(lambda found: f"{found[0][:-1]}[:]", text)
    broken = safe_text._WWW.sub(lambda found: f"{found[0][:-1]}[.]", broken)
    assert harmless(text) == safe_text._DOMAIN.sub(lambda found: found[1].replace(".", "[.]"), broken)


def test_a_very_long_text_is_made_harmless_quickly() -> None:
    assert harmless("a." * 500_000).startswith("a.")
    assert len(harmless("x" * 1_000_000)) == 1_000_000
    assert harmless("http:" * 200_000).startswith("http:")


@pytest.mark.parametrize(
    ("name", "greeted"),
    [
        ("Alex Morgan-Price", "Alex Morgan-Price"),
        ("O\u2019Neil, Siân", "Siân O\u2019Neil"),
        ("Dr. J. Okafor", "Dr. J. Okafor"),
        ("王小明", "王小明"),
        ("  Alex \n Price ", "Alex Price"),
        ("", ""),
        ("X", ""),
        ("Visit evil.com", ""),
        ("You have won: click here", ""),
        ("alex@example.org", ""),
        ("Alex <b>Price</b>", ""),
        ("Please call this number at once to keep your account", ""),
        ("A" * 61, ""),
    ],
)
def test_only_what_looks_like_a_name_is_greeted(name: str, greeted: str) -> None:
    assert greeting_name(name) == greeted


def test_a_header_gets_one_line_of_limited_length() -> None:
    assert one_line("a\r\nBcc: x@example.org\x00 b") == "a Bcc: x@example.org b"
    assert one_line("word " * 100).endswith("…")
    assert len(one_line("word " * 100)) <= 200


@given(st.text(st.characters(categories=["L", "M", "N", "P", "Zs"]) | st.sampled_from(" .'’-"), max_size=60))
def test_a_name_to_greet_by_is_of_letters_and_what_stands_between_them(text: str) -> None:
    letters = {"Lu", "Ll", "Lt", "Lo", "Lm", "Mn", "Mc"}
    assert all(char in " .'’-" or unicodedata.category(char) in letters for char in greeting_name(text))
    plain = "".join(char for char in text if char.isalpha())[:60]
    assert greeting_name(plain) == (plain if len(plain) > 1 else "")
