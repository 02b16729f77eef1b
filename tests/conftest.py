"""Fixtures of all tests live in the plugins named here, one for each kind of real server."""

pytest_plugins = ["tests.fixtures_database", "tests.fixtures_mail", "tests.fixtures_identity"]
