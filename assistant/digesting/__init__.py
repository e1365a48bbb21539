"""New papers of the library -> a digest to read, by topic, as Markdown, HTML or mail."""

from assistant.digesting.digest import (
    MOST_GROUPED,
    MOST_SHOWN,
    Digest,
    Entry,
    Item,
    Section,
    grouped,
)
from assistant.digesting.mail import as_email, as_file, as_html
from assistant.digesting.markdown import as_markdown
from assistant.digesting.smtp import check_mail_settings, recipients, send

__all__ = [
    "MOST_GROUPED",
    "MOST_SHOWN",
    "Digest",
    "Entry",
    "Item",
    "Section",
    "as_email",
    "as_file",
    "as_html",
    "as_markdown",
    "check_mail_settings",
    "grouped",
    "recipients",
    "send",
]
