"""A digest as HTML, as plain text, and as a mail that holds both, for a file or a server."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid

from assistant.digesting import wording
from assistant.digesting.digest import Digest, Entry
from assistant.html import render
from assistant.text.formatting import paper_link
from assistant.text.sanitizing import sanitized

_WIDTH = 76
_SUBJECT_TOPICS = 3
_MOST_SUBJECT = 150


def as_email(
    digest: Digest, sender: str | None, recipients: Sequence[str], at: datetime
) -> EmailMessage:
    """The mail, dated `at`.

    Without a `sender` or `recipients` it lacks those lines: a mail program opens it as a draft.
    """
    message = EmailMessage(policy=SMTP)
    message["Subject"] = subject(digest)
    message["Date"] = format_datetime(at)
    if sender:
        message["From"] = sender
        # The name of this machine is nobody's business.
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
    """`73 new papers: Code, Quantum, Reasoning` on one line, whatever the papers contain."""
    topics = [part.name.split(" · ")[0] for part in digest.sections if part.name]
    count = "1 new paper" if digest.count == 1 else f"{digest.count:,} new papers"
    if digest.count == 1:
        topics = [entry.stored.title for entry in digest.shown]
    line = sanitized(f"{count}: {', '.join(topics[:_SUBJECT_TOPICS])}")
    return line if len(line) <= _MOST_SUBJECT else f"{line[:_MOST_SUBJECT].rstrip()}…"


def as_html(digest: Digest) -> str:
    """The digest as an HTML document that runs nothing and loads nothing.

    Without its style, which some mail programs remove, it reads in the same order.
    """
    return render("digest_page.html", digest=digest, wording=wording, paper_link=paper_link)


def as_text(digest: Digest) -> str:
    """The digest without any markup, in short lines."""
    title = wording.heading(digest)
    lines = [title, "=" * len(title), wording.counted(digest), ""]
    if digest.for_you:
        lines += _part(wording.FOR_YOU, digest.for_you)
    for section in digest.sections:
        lines += _part(section.name, section.entries)
        if section.more:
            lines += [f"  {wording.more(section.more)}", ""]
    if rest := wording.more_topics(digest):
        lines += [rest, ""]
    return "\n".join(lines)


def _part(name: str, entries: Sequence[Entry]) -> Iterator[str]:
    yield sanitized(name)
    yield "-" * len(sanitized(name))
    for entry in entries:
        yield from _entry(entry)
        yield ""


def _entry(entry: Entry) -> Iterator[str]:
    paper = entry.stored.paper
    yield from _wrapped(paper.title, "* ")
    yield from _wrapped(
        " · ".join(
            one
            for one in (wording.authors(paper), wording.date(paper), *wording.tags(paper))
            if one
        )
    )
    if entry.tldr:
        yield from _wrapped(entry.tldr)
    if entry.similar_to:
        yield from _wrapped(f"Similar to: {entry.similar_to.title}")
    if address := paper_link(paper):
        yield f"  {address}"


def _wrapped(text: str, first: str = "  ") -> list[str]:
    return textwrap.wrap(
        sanitized(text),
        _WIDTH,
        initial_indent=first,
        subsequent_indent="  ",
        break_long_words=False,
    )
