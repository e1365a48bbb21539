"""Digests of the new papers of a library, as Markdown, HTML or mail (docs/digest.md)."""

from assistant.digesting.digest import (
    MOST_GROUPED,
    MOST_SHOWN,
    Digest,
    Entry,
    NewPaper,
    Section,
    build_digest,
)
from assistant.digesting.mail import as_email, as_file, as_html
from assistant.digesting.markdown import as_markdown
from assistant.digesting.smtp import check_mail_settings, recipients, send

__all__ = [
    "MOST_GROUPED",
    "MOST_SHOWN",
    "Digest",
    "Entry",
    "NewPaper",
    "Section",
    "as_email",
    "as_file",
    "as_html",
    "as_markdown",
    "build_digest",
    "check_mail_settings",
    "recipients",
    "send",
]
