"""Secrets stay secret, and come from where the configuration says."""

import copy
import pickle
from pathlib import Path

import pytest

from inbox_worker.credentials import Secret, from_environment, from_file, from_systemd
from inbox_worker.errors import ConfigError


def test_no_way_of_printing_shows_a_secret() -> None:
    secret = Secret("open sesame")

    for shown in (repr(secret), str(secret), f"{secret}", f"{secret:>5}", f"{secret!r}", "%s" % secret, repr([secret])):  # noqa: UP031
        assert "sesame" not in shown
        assert "***" in shown
    assert secret.reveal() == "open sesame"


@pytest.mark.parametrize("take", [pickle.dumps, copy.deepcopy, vars])
def test_a_secret_cannot_be_pickled_copied_or_looked_into(take: object) -> None:
    with pytest.raises(TypeError) as caught:
        take(Secret("open sesame"))  # type: ignore[operator]
    assert "sesame" not in str(caught.value)


def test_secrets_are_equal_by_their_value_and_to_nothing_else() -> None:
    assert Secret("a") == Secret("a")
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert len({Secret("a"), Secret("a")}) == 1


@pytest.mark.parametrize("text", ["päss wörd", "päss wörd\n", "päss wörd\r\n"])
def test_a_secret_is_the_one_line_of_a_file(tmp_path: Path, text: str) -> None:
    path = tmp_path / "password"
    path.write_bytes(text.encode())

    assert from_file(path) == Secret("päss wörd")


def test_spaces_at_the_ends_belong_to_the_secret(tmp_path: Path) -> None:
    path = tmp_path / "password"
    path.write_text(" a \n")

    assert from_file(path) == Secret(" a ")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\n", "empty"),
        (b"hidden\nhidden\n", "more than one line"),
        (b"hidden\0", "more than one line"),
        (b"hidden\xff", "UTF-8"),
    ],
)
def test_a_file_that_holds_no_single_line_is_refused_without_showing_it(
    tmp_path: Path, content: bytes, words: str
) -> None:
    path = tmp_path / "password"
    path.write_bytes(content)

    with pytest.raises(ConfigError, match=words) as caught:
        from_file(path)
    assert "hidden" not in str(caught.value)
    assert str(path) in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_file_that_is_not_there_or_is_a_directory_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="not found; create it"):
        from_file(tmp_path / "absent")
    with pytest.raises(ConfigError, match="IsADirectoryError"):
        from_file(tmp_path)


def test_a_secret_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEAM_PASSWORD", "open sesame")

    assert from_environment("TEAM_PASSWORD") == Secret("open sesame")
    monkeypatch.setenv("TEAM_PASSWORD", "")
    with pytest.raises(ConfigError, match="TEAM_PASSWORD: empty"):
        from_environment("TEAM_PASSWORD")
    monkeypatch.delenv("TEAM_PASSWORD")
    with pytest.raises(ConfigError, match="TEAM_PASSWORD: not set"):
        from_environment("TEAM_PASSWORD")


def test_a_secret_comes_from_systemd(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "imap").write_text("open sesame\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))

    assert from_systemd("imap") == Secret("open sesame")
    for name in ("../imap", "a/b", "", "..", "."):
        with pytest.raises(ConfigError, match="plain name"):
            from_systemd(name)
    monkeypatch.delenv("CREDENTIALS_DIRECTORY")
    with pytest.raises(ConfigError, match="LoadCredential=imap"):
        from_systemd("imap")
