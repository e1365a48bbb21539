"""Sends a mail through the user's own server. Nothing else in the program sends data."""

from __future__ import annotations

import ipaddress
import smtplib
import ssl
from email.message import EmailMessage

from assistant.errors import MailNotSent, SettingsError
from assistant.settings import PREFIX, Settings
from assistant.text.sanitizing import sanitized

TIMEOUT_S = 30
_PORTS = {"starttls": 587, "tls": 465, "none": 25}
# The greeting contains the name of the sending machine. This address keeps the name private, and
# every server accepts it.
_GREETING_NAME = "[127.0.0.1]"
_MAX_REPLY = 200


def check_mail_settings(settings: Settings) -> None:
    """Check that `settings` allow sending a mail.

    Raises:
        SettingsError: some are missing or invalid, or would send the mail unencrypted.
    """
    required = {
        "smtp_host": settings.smtp_host,
        "mail_from": settings.mail_from,
        "mail_to": settings.mail_to,
    }
    if missing := [name for name, value in required.items() if not value]:
        names = ", ".join(f"{PREFIX}{name.upper()}" for name in missing)
        raise SettingsError(f"Mail cannot be sent. Set {names}.")
    if (settings.smtp_user is None) != (settings.smtp_password is None):
        raise SettingsError(f"Set both {PREFIX}SMTP_USER and {PREFIX}SMTP_PASSWORD, or neither.")
    if settings.smtp_password and not settings.smtp_password.get_secret_value().isascii():
        raise SettingsError(
            f"{PREFIX}SMTP_PASSWORD contains non-ASCII characters, which mail servers reject."
        )
    if settings.smtp_security == "none" and not _is_local(settings.smtp_host or ""):
        raise SettingsError(
            f"{PREFIX}SMTP_SECURITY=none is allowed only for a server on this machine, because the "
            f"mail to {settings.smtp_host} would not be encrypted. Set it to starttls or tls."
        )


def recipients(settings: Settings) -> list[str]:
    """The addresses in the setting `mail_to`."""
    return [address.strip() for address in (settings.mail_to or "").split(",") if address.strip()]


def send(message: EmailMessage, settings: Settings) -> None:
    """Send `message` through the configured server.

    Raises:
        SettingsError: see `check_mail_settings`.
        MailNotSent: the server cannot be reached, has no valid certificate, or rejects the log-in,
            the sender, a recipient or the message.
    """
    check_mail_settings(settings)
    host = settings.smtp_host or ""
    port = settings.smtp_port or _PORTS[settings.smtp_security]
    server_name = f"The mail server {host}:{port}"
    try:
        with _connect(host, port, settings) as connection:
            if settings.smtp_user is not None and settings.smtp_password is not None:
                connection.login(settings.smtp_user, settings.smtp_password.get_secret_value())
            refused = connection.send_message(message)
    except (smtplib.SMTPException, OSError) as error:
        raise MailNotSent(_explanation(error, server_name)) from error
    if refused:
        raise MailNotSent(
            f"{_rejected(server_name, refused)} The mail was sent to the other recipients."
        )


def _connect(host: str, port: int, settings: Settings) -> smtplib.SMTP:
    """Connect with the configured encryption."""
    if settings.smtp_security == "tls":
        return smtplib.SMTP_SSL(
            host, port, _GREETING_NAME, timeout=TIMEOUT_S, context=ssl.create_default_context()
        )
    server = smtplib.SMTP(host, port, _GREETING_NAME, timeout=TIMEOUT_S)
    if settings.smtp_security == "starttls":
        try:
            server.starttls(context=ssl.create_default_context())
        except BaseException:
            server.close()
            raise
    return server


def _is_local(host: str) -> bool:
    """Whether `host` is this machine."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _quoted(reply: bytes | str) -> str:
    """The reply of a server in parentheses, to append to a clause; "" if it is empty."""
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    shown = sanitized(text)[:_MAX_REPLY].rstrip(".")
    return f' ("{shown}")' if shown else ""


def _explanation(error: OSError, server: str) -> str:
    """What went wrong with `server`, and what to do."""
    match error:
        case smtplib.SMTPAuthenticationError():
            return (
                f"{server} rejected the user name or password{_quoted(error.smtp_error)}. "
                f"Check {PREFIX}SMTP_USER and {PREFIX}SMTP_PASSWORD."
            )
        case smtplib.SMTPRecipientsRefused():
            return _rejected(server, error.recipients)
        case smtplib.SMTPSenderRefused():
            return (
                f"{server} rejected the sender{_quoted(error.smtp_error)}. Check {PREFIX}MAIL_FROM."
            )
        case smtplib.SMTPNotSupportedError() if "STARTTLS" in str(error):
            return (
                f"{server} does not support STARTTLS, so nothing was sent. Set "
                f"{PREFIX}SMTP_SECURITY to tls, or to none for a server on this machine."
            )
        case smtplib.SMTPNotSupportedError() if "AUTH" in str(error):
            return (
                f"{server} does not support log-in. Unset {PREFIX}SMTP_USER and "
                f"{PREFIX}SMTP_PASSWORD, or use another server."
            )
        case smtplib.SMTPServerDisconnected():
            return (
                f"{server} closed the connection. Check {PREFIX}SMTP_PORT and "
                f"{PREFIX}SMTP_SECURITY, or try again later."
            )
        case smtplib.SMTPResponseException():
            return f"{server} rejected the mail{_quoted(error.smtp_error)}. Try again later."
        case smtplib.SMTPException():
            return f"{server} rejected the mail{_quoted(str(error))}. Check its settings."
        case ssl.SSLError():
            return (
                f"{server} has no valid TLS certificate or does not use TLS{_quoted(str(error))}. "
                f"Check {PREFIX}SMTP_SECURITY and the server's certificate."
            )
        case _:
            return (
                f"{server} cannot be reached{_quoted(error.strerror or str(error))}. Check "
                f"{PREFIX}SMTP_HOST, {PREFIX}SMTP_PORT and the network."
            )


def _rejected(server: str, refused: dict[str, tuple[int, bytes]]) -> str:
    names = ", ".join(f"{name}{_quoted(reply)}" for name, (_, reply) in sorted(refused.items()))
    return f"{server} rejected the recipient {names}. Check {PREFIX}MAIL_TO."
