"""The servers of the demo start, answer and stop cleanly."""

import socket
import threading

import pytest

from inbox_worker.demo_servers import ImapServer, LoopbackServer, SmtpServer
from inbox_worker.smtp import Sent, SmtpSender
from tests.fixtures_mail import PASSWORD, USER, required, smtp_config


@pytest.mark.parametrize("make", [lambda: ImapServer(USER, PASSWORD), SmtpServer])
def test_a_stopped_server_leaves_no_port_and_no_thread(make: type[LoopbackServer]) -> None:
    before = set(threading.enumerate())
    server = make().start()
    port = server.port
    with socket.create_connection((server.host, port), timeout=5) as waiting:
        waiting.settimeout(5)
        assert waiting.recv(3)
        server.stop()
        while waiting.recv(4096):  # the open connection is closed too
            continue
    server.stop()

    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((server.host, port), timeout=5).close()
    assert {thread for thread in threading.enumerate() if type(server).__name__ in thread.name} <= before


def test_a_stopped_server_starts_again() -> None:
    server = SmtpServer()
    for number in (1, 2):
        with server, SmtpSender(smtp_config(server)) as sender:
            assert isinstance(sender.send(USER, "ana@example.com", b"Subject: x\r\n\r\ny\r\n"), Sent)
        assert len(server.deliveries) == number


def test_a_missing_server_skips_aloud_and_fails_where_the_build_machine_promises_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="CI=true requires it"):
        required("Dovecot is not installed")
    monkeypatch.delenv("CI")
    with pytest.raises(pytest.skip.Exception, match="Dovecot is not installed"):
        required("Dovecot is not installed")
