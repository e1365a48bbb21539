"""A mail server to send to, and a certificate for it."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from mail_support import Serve, serving


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Start a server that runs until the end of the test."""
    with ExitStack() as running:
        yield lambda **given: running.enter_context(serving(**given))


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with a certificate for 127.0.0.1 that nobody has signed, and its key."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed, so there is no certificate to test with")
    folder = tmp_path_factory.mktemp("certificate")
    key, signed, both = folder / "key.pem", folder / "cert.pem", folder / "both.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
         "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", signed],
        check=True,
        capture_output=True,
    )  # fmt: skip
    both.write_text(key.read_text() + signed.read_text())
    return both


@pytest.fixture
def server_context(certificate: Path) -> ssl.SSLContext:
    """What a server with that certificate works with."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context
