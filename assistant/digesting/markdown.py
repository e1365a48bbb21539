"""A digest as Markdown. Nothing that a paper says becomes markup."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assistant.digesting import wording
from assistant.digesting.digest import Digest, Entry
from assistant.text.formatting import markdown_text, paper_link
from assistant.text.sanitizing import sanitized


def as_markdown(digest: Digest) -> str:
    """The whole document; it ends with a line end."""
    lines = [f"# {markdown_text(wording.heading(digest))}", "", wording.counted(digest), ""]
    if digest.for_you:
        lines += _part(wording.FOR_YOU, digest.for_you, with_topic=True)
    for section in digest.sections:
        lines += _part(section.name, section.entries)
        if section.more:
            lines += [wording.more(section.more), ""]
    if rest := wording.more_topics(digest):
        lines += [rest, ""]
    return "\n".join(lines)


def _part(name: str, entries: Sequence[Entry], *, with_topic: bool = False) -> Iterator[str]:
    yield f"## {markdown_text(name)}"
    yield ""
    for entry in entries:
        # A backslash at the end of a line keeps it a line of its own.
        yield "\\\n  ".join(_lines(entry, with_topic=with_topic))
        yield ""


def _lines(entry: Entry, *, with_topic: bool) -> Iterator[str]:
    paper = entry.stored.paper
    title = f"**{markdown_text(paper.title)}**"
    address = paper_link(paper)
    yield f"- [{title}]({address})" if address else f"- {title}"
    about = [wording.authors(paper), wording.date(paper), *wording.tags(paper)]
    if known := " · ".join(markdown_text(one) for one in about if one):
        yield known
    if entry.tldr and sanitized(entry.tldr):
        yield markdown_text(entry.tldr)
    if entry.similar_to:
        yield f"*Similar to {markdown_text(entry.similar_to.title)}*"
    if with_topic and entry.topic:
        yield f"Topic: {markdown_text(entry.topic)}"
