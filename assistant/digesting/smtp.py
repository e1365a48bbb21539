"""A mail -> the server that the user named. Nothing else of the program sends anything anywhere."""

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
# The greeting names the sending machine; this stands for "not told" and every server takes it.
_NAMELESS = "[127.0.0.1]"
_MOST_SAID = 200


def check_mail_settings(settings: Settings) -> None:
    """Do nothing if `settings` are enough to send a mail.

    Raises:
        SettingsError: some are missing, or would send in the clear what others could read.
    """
    needed = {
        "smtp_host": settings.smtp_host,
        "mail_from": settings.mail_from,
        "mail_to": settings.mail_to,
    }
    if missing := [name for name, value in needed.items() if not value]:
        names = ", ".join(f"{PREFIX}{name.upper()}" for name in missing)
        raise SettingsError(f"No mail can be sent before these settings are made: {names}.")
    if (settings.smtp_user is None) != (settings.smtp_password is None):
        raise SettingsError(
            f"{PREFIX}SMTP_USER and {PREFIX}SMTP_PASSWORD belong together: set both or none."
        )
    if settings.smtp_password and not settings.smtp_password.get_secret_value().isascii():
        raise SettingsError(
            f"{PREFIX}SMTP_PASSWORD has letters that mail servers do not take: they want ASCII."
        )
    if settings.smtp_security == "none" and not _is_here(settings.smtp_host or ""):
        raise SettingsError(
            f"{PREFIX}SMTP_SECURITY is none, which is for a server on this machine only: "
            f"{settings.smtp_host} would be sent everything readable on the way. "
            "Set it to starttls or tls."
        )


def recipients(settings: Settings) -> list[str]:
    """The addresses of the setting `mail_to`."""
    return [address.strip() for address in (settings.mail_to or "").split(",") if address.strip()]


def send(message: EmailMessage, settings: Settings) -> None:
    """Hand `message` to the server of `settings`.

    Raises:
        SettingsError: see `check_mail_settings`.
        MailNotSent: the server is not there, cannot be trusted, or turns down user, sender,
            recipient or message.
    """
    check_mail_settings(settings)
    host = settings.smtp_host or ""
    port = settings.smtp_port or _PORTS[settings.smtp_security]
    place = f"{host}:{port}"
    try:
        with _connected(host, port, settings) as server:
            if settings.smtp_user is not None and settings.smtp_password is not None:
                server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
            refused = server.send_message(message)
    except (smtplib.SMTPException, OSError) as error:
        raise MailNotSent(_explained(error, place)) from error
    if refused:
        raise MailNotSent(
            f"{_refused(f'The mail server {place}', refused)} The other recipients have got it."
        )


def _connected(host: str, port: int, settings: Settings) -> smtplib.SMTP:
    """The server, greeted, with the security that is set."""
    if settings.smtp_security == "tls":
        return smtplib.SMTP_SSL(
            host, port, _NAMELESS, timeout=TIMEOUT_S, context=ssl.create_default_context()
        )
    server = smtplib.SMTP(host, port, _NAMELESS, timeout=TIMEOUT_S)
    if settings.smtp_security == "starttls":
        try:
            server.starttls(context=ssl.create_default_context())
        except BaseException:
            server.close()
            raise
    return server


def _is_here(host: str) -> bool:
    """Whether `host` is this machine."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _said(reply: bytes | str) -> str:
    """What a server said, as the end of a clause."""
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    shown = sanitized(text)[:_MOST_SAID].rstrip(".")
    return f' ("{shown}")' if shown else ""


def _explained(error: OSError, place: str) -> str:
    """What went wrong with the server at `place`, and what to do."""
    server = f"The mail server {place}"
    match error:
        case smtplib.SMTPAuthenticationError():
            return (
                f"{server} turned down the user or the password{_said(error.smtp_error)}. "
                f"Check {PREFIX}SMTP_USER and {PREFIX}SMTP_PASSWORD."
            )
        case smtplib.SMTPRecipientsRefused():
            return _refused(server, error.recipients)
        case smtplib.SMTPSenderRefused():
            return (
                f"{server} turned down the sender{_said(error.smtp_error)}. "
                f"Check {PREFIX}MAIL_FROM."
            )
        case smtplib.SMTPNotSupportedError() if "STARTTLS" in str(error):
            return (
                f"{server} offers no STARTTLS, so nothing was sent. Set {PREFIX}SMTP_SECURITY to "
                "tls, or to none for a server on this machine."
            )
        case smtplib.SMTPNotSupportedError() if "AUTH" in str(error):
            return (
                f"{server} takes no user and password. Leave {PREFIX}SMTP_USER and "
                f"{PREFIX}SMTP_PASSWORD out, or name another server."
            )
        case smtplib.SMTPServerDisconnected():
            return (
                f"{server} ended the connection. Check {PREFIX}SMTP_PORT and "
                f"{PREFIX}SMTP_SECURITY, or try it later."
            )
        case smtplib.SMTPResponseException():
            return f"{server} did not take the mail{_said(error.smtp_error)}. Try it later."
        case smtplib.SMTPException():
            return f"{server} did not take the mail{_said(str(error))}. Check its settings."
        case ssl.SSLError():
            return (
                f"There is no safe connection to the mail server {place}{_said(str(error))}. Check "
                f"{PREFIX}SMTP_SECURITY and the server's certificate."
            )
        case _:
            return (
                f"{server} cannot be reached{_said(error.strerror or str(error))}. Check "
                f"{PREFIX}SMTP_HOST, {PREFIX}SMTP_PORT and the network."
            )


def _refused(server: str, refused: dict[str, tuple[int, bytes]]) -> str:
    names = ", ".join(f"{name}{_said(reply)}" for name, (_, reply) in sorted(refused.items()))
    return f"{server} turned down the recipient {names}. Check {PREFIX}MAIL_TO."
