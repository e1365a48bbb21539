"""What the tests of mails share: a real mail server on this machine, which keeps what it gets."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

PASSWORD = "open sesame"


class Inbox:
    """Takes mails, except for recipients that begin with `nobody` and senders with `banned`."""

    def __init__(self) -> None:
        self.mails: list[Envelope] = []
        self.greetings: list[str] = []
        self.answer = "250 OK"

    async def handle_EHLO(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, name: str, replies: list[str]
    ) -> list[str]:
        session.host_name = name
        self.greetings.append(name)
        return replies

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.startswith("banned"):
            return "553 Not you"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.startswith("nobody"):
            return "550 \x1b[31mNo such user here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        self.mails.append(envelope)
        return self.answer


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _authenticate(
    server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object
) -> AuthResult:
    right = LoginPassword(b"ada", PASSWORD.encode())
    return AuthResult(success=data == right, handled=False)


# The fixture `serve`: what the server is to have; hands out its inbox and its port.
Serve = Callable[..., tuple[Inbox, int]]


@contextmanager
def serving(
    *, auth: bool = False, context: ssl.SSLContext | None = None, tls: bool = False
) -> Iterator[tuple[Inbox, int]]:
    """A server: hands out its inbox and its port.

    With a `context` it offers STARTTLS, or speaks `tls` from the beginning.
    """
    inbox, port = Inbox(), free_port()
    options: dict[str, Any] = {
        "authenticator": _authenticate,
        "auth_require_tls": context is not None,
    }
    controller = Controller(
        inbox,
        hostname="127.0.0.1",
        port=port,
        ssl_context=context if tls else None,
        tls_context=None if tls else context,
        **(options if auth else {}),
    )
    controller.start()
    try:
        yield inbox, port
    finally:
        controller.stop()
