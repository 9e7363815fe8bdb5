"""Certificates of the operator's own making: valid for their server, renewed in time, authority kept."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from resee_operator.components.encryption import parts
from resee_operator.engine.certificates import AUTHORITY_LIFE, LIFE, RENEWED_BEFORE, issue
from tests.support.wait import Budget

NAMES = ("localhost", "demo-postgres.shop.svc")
NOW = datetime.now(UTC)


def handshake(folder: Path, served: str, trusted: str, name: str) -> None:
    """A TLS connection with these files; raises SSLError where the client does not trust the server."""
    for file, text in parts(served).items():
        (folder / file).write_text(text)
    (folder / "trusted.crt").write_text(parts(trusted)["ca.crt"])
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "tls.crt", folder / "tls.key")
    client = ssl.create_default_context(cafile=str(folder / "trusted.crt"))
    ours, theirs = socket.socketpair()
    with ours, theirs:
        thread = threading.Thread(
            target=quietly, args=(lambda: server.wrap_socket(theirs, server_side=True),)
        )
        thread.start()
        try:
            client.wrap_socket(ours, server_hostname=name).close()
        finally:
            ours.close()
            thread.join(Budget.ANSWER.seconds)


def quietly(act: Callable[[], ssl.SSLSocket]) -> None:
    """What the server says to a client that turns away is of no interest."""
    try:
        act().close()
    except (ssl.SSLError, OSError):
        return


@pytest.mark.parametrize("name", NAMES)
def test_a_client_trusts_the_server_under_its_names(name: str, tmp_path: Path) -> None:
    bundle = issue(NAMES, NOW)
    handshake(tmp_path, bundle, bundle, name)


def test_a_client_does_not_trust_it_under_another_name(tmp_path: Path) -> None:
    bundle = issue(NAMES, NOW)
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(tmp_path, bundle, bundle, "example.com")


def test_a_client_does_not_trust_another_authority(tmp_path: Path) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(tmp_path, issue(NAMES, NOW), issue(NAMES, NOW), "localhost")


def test_what_will_do_stands() -> None:
    bundle = issue(NAMES, NOW)
    assert issue(NAMES, NOW + LIFE - RENEWED_BEFORE - timedelta(minutes=1), bundle) == bundle


def test_a_certificate_that_ends_soon_is_renewed_by_the_same_authority(tmp_path: Path) -> None:
    old = issue(NAMES, NOW - LIFE + RENEWED_BEFORE)
    new = issue(NAMES, NOW, old)
    assert parts(new)["ca.crt"] == parts(old)["ca.crt"]
    assert parts(new)["tls.crt"] != parts(old)["tls.crt"]
    handshake(tmp_path, new, old, "localhost")


def test_other_names_are_another_certificate() -> None:
    bundle = issue(NAMES, NOW)
    assert parts(issue((*NAMES, "more"), NOW, bundle))["ca.crt"] == parts(bundle)["ca.crt"]
    assert issue((*NAMES, "more"), NOW, bundle) != bundle


def test_a_name_too_many_does_no_harm() -> None:
    bundle = issue((*NAMES, "more"), NOW)
    assert issue(NAMES, NOW, bundle) == bundle


def test_an_authority_that_ends_is_replaced() -> None:
    old = issue(NAMES, NOW - AUTHORITY_LIFE + LIFE)
    assert parts(issue(NAMES, NOW, old))["ca.crt"] != parts(old)["ca.crt"]


@pytest.mark.parametrize("text", ["", "no certificate", "-----BEGIN A-----\n-----END A-----\n" * 4])
def test_what_cannot_be_read_is_replaced(text: str) -> None:
    assert parts(issue(NAMES, NOW, text))["tls.crt"].startswith("-----BEGIN CERTIFICATE-----")
