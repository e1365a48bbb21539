"""Sending through a real mail server: the received mail, and the error messages."""

from __future__ import annotations

import email
import email.policy
import ssl
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from mail_support import PASSWORD, Serve, free_port

from assistant.digesting import recipients, send
from assistant.errors import MailNotSent, SettingsError
from assistant.settings import Settings, load_settings


def settings(port: int | None = None, **given: Any) -> Settings:
    return load_settings(
        **{
            "smtp_host": "127.0.0.1",
            "smtp_port": port,
            "smtp_security": "none",
            "mail_from": "ada@example.org",
            "mail_to": "grace@example.org",
        }
        | given
    )


def mail(to: str = "grace@example.org", sender: str = "ada@example.org") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, "Zwölf papers"
    message.set_content("Über Katzen.\n")
    return message


def test_a_mail_arrives_unchanged_without_the_name_of_this_machine(serve: Serve) -> None:
    inbox, port = serve()
    send(mail("grace@example.org, alan@example.org"), settings(port))
    (envelope,) = inbox.mails
    assert envelope.mail_from == "ada@example.org"
    assert envelope.rcpt_tos == ["grace@example.org", "alan@example.org"]
    assert isinstance(envelope.content, bytes)
    got = email.message_from_bytes(envelope.content, policy=email.policy.default)
    assert got["Subject"] == "Zwölf papers"
    assert got.get_content() == "Über Katzen.\r\n"
    assert inbox.greetings == ["[127.0.0.1]"]


def test_user_and_password(serve: Serve) -> None:
    inbox, port = serve(auth=True)
    send(mail(), settings(port, smtp_user="ada", smtp_password=PASSWORD))
    assert len(inbox.mails) == 1
    with pytest.raises(MailNotSent, match="rejected the user name or password") as caught:
        send(mail(), settings(port, smtp_user="ada", smtp_password="wrong one"))
    assert "wrong one" not in str(caught.value)
    assert len(inbox.mails) == 1


def test_a_server_without_log_in(serve: Serve) -> None:
    inbox, port = serve()
    with pytest.raises(MailNotSent, match="does not support log-in"):
        send(mail(), settings(port, smtp_user="ada", smtp_password=PASSWORD))
    assert inbox.mails == []


def test_rejected_recipients_are_listed_with_the_reply_of_the_server(serve: Serve) -> None:
    inbox, port = serve()
    with pytest.raises(MailNotSent, match=r"rejected the recipient nobody@example.org") as caught:
        send(mail("nobody@example.org"), settings(port))
    assert "No such user here" in str(caught.value)
    assert "\x1b" not in str(caught.value)
    assert inbox.mails == []
    with pytest.raises(MailNotSent, match=r"nobody@example.org.* sent to the other recipients"):
        send(mail("nobody@example.org, grace@example.org"), settings(port))
    assert [one.rcpt_tos for one in inbox.mails] == [["grace@example.org"]]


def test_a_rejected_sender_and_a_rejected_mail(serve: Serve) -> None:
    inbox, port = serve()
    with pytest.raises(MailNotSent, match=r'rejected the sender \("Not you"\).*MAIL_FROM'):
        send(mail(sender="banned@example.org"), settings(port))
    inbox.answer = "552 Too long"
    with pytest.raises(MailNotSent, match=r'rejected the mail \("Too long"\)'):
        send(mail(), settings(port))


def test_a_server_that_cannot_be_reached() -> None:
    port = free_port()
    with pytest.raises(MailNotSent, match=f"127.0.0.1:{port} cannot be reached .*SMTP_HOST"):
        send(mail(), settings(port))
    with pytest.raises(MailNotSent, match="cannot be reached"):
        send(mail(), settings(port, smtp_security="tls"))


def test_without_starttls_nothing_is_sent(serve: Serve) -> None:
    inbox, port = serve(auth=True)
    secret = {"smtp_user": "ada", "smtp_password": PASSWORD}
    with pytest.raises(MailNotSent, match="does not support STARTTLS, so nothing was sent"):
        send(mail(), settings(port, smtp_security="starttls", **secret))
    assert inbox.mails == []


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_an_untrusted_certificate_is_rejected(
    serve: Serve,
    server_context: ssl.SSLContext,
    certificate: Path,
    monkeypatch: pytest.MonkeyPatch,
    security: str,
) -> None:
    inbox, port = serve(auth=True, context=server_context, tls=security == "tls")
    safe = settings(port, smtp_security=security)
    with pytest.raises(MailNotSent, match=r"no valid TLS certificate .*self-signed certificate"):
        send(mail(), safe)
    assert inbox.mails == []
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    send(mail(), safe)
    assert len(inbox.mails) == 1


def test_a_server_without_tls(serve: Serve) -> None:
    inbox, port = serve()
    with pytest.raises(MailNotSent, match=r"does not use TLS .*SMTP_SECURITY"):
        send(mail(), settings(port, smtp_security="tls"))
    assert inbox.mails == []


def test_missing_settings_are_listed() -> None:
    with pytest.raises(SettingsError) as caught:
        send(mail(), load_settings(smtp_host="mail.example.org"))
    assert str(caught.value) == "Mail cannot be sent. Set ASSISTANT_MAIL_FROM, ASSISTANT_MAIL_TO."


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"smtp_user": "ada"}, "Set both"),
        ({"smtp_password": "hunter2"}, "Set both"),
        ({"smtp_user": "ada", "smtp_password": "hünter2"}, "non-ASCII"),
        ({"smtp_host": "mail.example.org"}, "server on this machine"),
        ({"smtp_host": "192.0.2.1"}, "server on this machine"),
    ],
)
def test_invalid_or_insecure_settings(given: dict[str, Any], said: str) -> None:
    with pytest.raises(SettingsError, match=said) as caught:
        send(mail(), settings(**given))
    assert "nter2" not in str(caught.value)


def test_settings_never_print_the_password() -> None:
    one = settings(smtp_user="ada", smtp_password="hunter2")
    assert "hunter2" not in f"{one} {one!r} {one.model_dump()} {one.model_dump_json()}"


@pytest.mark.parametrize(
    "given",
    [
        {"mail_from": "ada@example.org\nBcc: eve@example.org"},
        {"mail_from": "Ada <ada@example.org>"},
        {"mail_from": "ada@example.org\n"},
        {"mail_to": "grace@example.org,"},
        {"mail_to": "grace"},
        {"smtp_port": 0},
        {"smtp_host": "mail.example.org:25/x"},
        {"smtp_security": "perhaps"},
    ],
)
def test_settings_out_of_bounds(given: dict[str, Any]) -> None:
    with pytest.raises(SettingsError, match=next(iter(given))):
        settings(**given)


def test_several_recipients() -> None:
    assert recipients(settings(mail_to="a@b.org , c@d.org,e@f.org")) == [
        "a@b.org",
        "c@d.org",
        "e@f.org",
    ]
    assert recipients(load_settings()) == []
