"""A digest as Markdown. All text of papers is escaped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assistant.digesting.digest import FOR_YOU, Digest, Entry
from assistant.text.formatting import markdown_text
from assistant.text.sanitizing import sanitized


def as_markdown(digest: Digest) -> str:
    """The whole document, ending with a newline."""
    lines = [f"# {markdown_text(digest.heading)}", "", digest.summary, ""]
    if digest.for_you:
        lines += _section(FOR_YOU, digest.for_you, with_topic=True)
    for section in digest.sections:
        lines += _section(section.name, section.entries)
        if section.more:
            lines += [section.more_text, ""]
    if digest.more:
        lines += [digest.more_text, ""]
    return "\n".join(lines)


def _section(name: str, entries: Sequence[Entry], *, with_topic: bool = False) -> Iterator[str]:
    yield f"## {markdown_text(name)}"
    yield ""
    for entry in entries:
        # A backslash at the end of a line is a line break.
        yield "\\\n  ".join(_lines(entry, with_topic=with_topic))
        yield ""


def _lines(entry: Entry, *, with_topic: bool) -> Iterator[str]:
    title = f"**{markdown_text(entry.stored.shown_title)}**"
    yield f"- [{title}]({entry.link})" if entry.link else f"- {title}"
    if entry.byline:
        yield " · ".join(map(markdown_text, entry.byline))
    if entry.tldr and sanitized(entry.tldr):
        yield markdown_text(entry.tldr)
    if entry.similar_to:
        yield f"*Similar to {markdown_text(entry.similar_to.title)}*"
    if with_topic and entry.topic:
        yield f"Topic: {markdown_text(entry.topic)}"
