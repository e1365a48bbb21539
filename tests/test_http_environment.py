from __future__ import annotations

import errno
import ssl

import pytest

from assistant.http_environment import connection_problem


def untrusted() -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_message = "self-signed certificate"
    return error


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (untrusted(), "its certificate is not trusted: self-signed certificate; see SSL_CERT_FILE"),
        (
            ssl.SSLError(1, "wrong version number"),
            "the server does not speak TLS there; try http:// instead of https://",
        ),
        (ConnectionRefusedError(errno.ECONNREFUSED, ""), "connection refused"),
        (ValueError(), "ValueError"),
    ],
)
def test_why_there_is_no_connection(error: Exception, expected: str) -> None:
    assert connection_problem(error) == expected
