"""A digest as HTML, as plain text, and as a mail with both."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid

from assistant.digesting.digest import FOR_YOU, Digest, Entry
from assistant.html import render
from assistant.text.formatting import format_count
from assistant.text.sanitizing import sanitized

_WIDTH = 76
_SUBJECT_TOPICS = 3
_LONGEST_SUBJECT = 150


def as_email(
    digest: Digest, sender: str | None, recipients: Sequence[str], at: datetime
) -> EmailMessage:
    """The mail, dated `at`; a draft if it has no `sender` or no `recipients`."""
    message = EmailMessage(policy=SMTP)
    message["Subject"] = subject(digest)
    message["Date"] = format_datetime(at)
    if sender:
        message["From"] = sender
        # The default domain would disclose the name of this computer.
        message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    if recipients:
        message["To"] = ", ".join(recipients)
    if not (sender and recipients):
        message["X-Unsent"] = "1"
    message.set_content(as_text(digest), cte="quoted-printable")
    message.add_alternative(as_html(digest), subtype="html", cte="quoted-printable")
    return message


def as_file(message: EmailMessage) -> str:
    """The mail as the text of an `.eml` file."""
    return message.as_bytes(policy=SMTP).decode("ascii", "surrogateescape")


def subject(digest: Digest) -> str:
    """The subject line, such as `73 new papers: Code, Quantum, Reasoning`."""
    topics = [part.name.split(" · ")[0] for part in digest.sections if part.name]
    count = format_count(digest.count, "new paper")
    if digest.count == 1:
        topics = [entry.stored.title for entry in digest.shown]
    line = sanitized(f"{count}: {', '.join(topics[:_SUBJECT_TOPICS])}")
    return line if len(line) <= _LONGEST_SUBJECT else f"{line[:_LONGEST_SUBJECT].rstrip()}…"


def as_html(digest: Digest) -> str:
    """The digest as an HTML document without scripts or external resources.

    The order of the text does not depend on the style sheet, which some mail programs remove.
    """
    return render("digest_page.html", digest=digest, for_you_heading=FOR_YOU)


def as_text(digest: Digest) -> str:
    """The digest as plain text in short lines."""
    title = digest.heading
    lines = [title, "=" * len(title), digest.summary, ""]
    if digest.for_you:
        lines += _section(FOR_YOU, digest.for_you)
    for section in digest.sections:
        lines += _section(section.name, section.entries)
        if section.more:
            lines += [f"  {section.more_text}", ""]
    if digest.more:
        lines += [digest.more_text, ""]
    return "\n".join(lines)


def _section(name: str, entries: Sequence[Entry]) -> Iterator[str]:
    yield sanitized(name)
    yield "-" * len(sanitized(name))
    for entry in entries:
        yield from _entry(entry)
        yield ""


def _entry(entry: Entry) -> Iterator[str]:
    yield from _wrapped(entry.stored.shown_title, "* ")
    yield from _wrapped(" · ".join(entry.byline))
    if entry.tldr:
        yield from _wrapped(entry.tldr)
    if entry.similar_to:
        yield from _wrapped(f"Similar to: {entry.similar_to.title}")
    if entry.link:
        yield f"  {entry.link}"


def _wrapped(text: str, first: str = "  ") -> list[str]:
    return textwrap.wrap(
        sanitized(text),
        _WIDTH,
        initial_indent=first,
        subsequent_indent="  ",
        break_long_words=False,
    )
