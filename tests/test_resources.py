import pytest

from inbox_worker import resources
from inbox_worker.errors import ConfigError


def test_the_migrations_are_found_in_a_checkout() -> None:
    assert resources.directory("migrations").name == "migrations"


def test_the_packaged_copy_wins_over_a_directory_beside_the_package(tmp_path, monkeypatch) -> None:
    package = tmp_path / "inbox_worker"
    packaged = package / "data" / "templates"
    packaged.mkdir(parents=True)
    (tmp_path / "templates").mkdir()
    monkeypatch.setattr(resources, "PACKAGE", package)
    assert resources.directory("templates") == packaged


def test_what_an_installation_lacks_is_named_in_the_error() -> None:
    with pytest.raises(ConfigError, match="no-such-thing"):
        resources.directory("no-such-thing")
