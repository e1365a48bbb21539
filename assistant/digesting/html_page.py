"""A digest as one page of HTML, for a browser or the inside of a mail, on a phone too.

The page is whole in itself: it runs nothing and fetches nothing. Without its style, which some mail
programs leave out, it reads in the same order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assistant.digesting import wording
from assistant.digesting.digest import Digest, Entry
from assistant.text.formatting import html_text, paper_link
from assistant.text.sanitizing import sanitized

_STYLE = """
:root { color-scheme: light dark; }
body {
  margin: 0 auto; padding: 1.5rem 1rem 3rem; max-width: 44rem; overflow-wrap: break-word;
  background: #fdfcf9; color: #1f2124; font: 1.0625rem/1.5 Georgia, Cambria, serif;
}
h1 { margin: 0; font-size: 1.7rem; line-height: 1.25; }
h2 { margin: 2.25rem 0 1rem; padding-bottom: .3rem; border-bottom: 1px solid #dcd9d2;
  font-size: 1.25rem; line-height: 1.3; }
ul { margin: 0; padding: 0; list-style: none; }
li { margin: 0 0 1.35rem; }
p { margin: .2rem 0 0; }
h3 { margin: 0; font-size: 1.0625rem; line-height: 1.4; }
a { color: #0b4f9e; text-underline-offset: .15em; }
.quiet { color: #5a5e66; font: .9rem/1.45 system-ui, sans-serif; }
.tag { padding: 0 .35em; border: 1px solid #dcd9d2; border-radius: .3em; white-space: nowrap; }
@media (prefers-color-scheme: dark) {
  body { background: #16181b; color: #e6e4df; }
  h2, .tag { border-color: #383c42; }
  a { color: #8fbcf5; }
  .quiet { color: #a7abb3; }
}
"""


def as_html(digest: Digest) -> str:
    """The whole document."""
    title = html_text(wording.heading(digest))
    body = [
        f'<h1>{title}</h1>\n<p class="quiet">{html_text(wording.counted(digest))}</p>',
        *_part(wording.FOR_YOU, digest.for_you, with_topic=True),
    ]
    for section in digest.sections:
        body += _part(section.name, section.entries, section.more)
    if rest := wording.more_topics(digest):
        body.append(f'<p class="quiet">{html_text(rest)}</p>')
    return "\n".join(
        [
            '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            '<meta http-equiv="Content-Security-Policy" '
            "content=\"default-src 'none'; style-src 'unsafe-inline'\">",
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="referrer" content="no-referrer">',
            '<meta name="color-scheme" content="light dark">',
            f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>",
            *body,
            "</body>\n</html>\n",
        ]
    )


def _part(
    name: str, entries: Sequence[Entry], more: int = 0, *, with_topic: bool = False
) -> Iterator[str]:
    if not entries:
        return
    yield f'<section>\n<h2 dir="auto">{html_text(name)}</h2>\n<ul>'
    for entry in entries:
        yield "<li>" + "\n".join(_entry(entry, with_topic=with_topic)) + "</li>"
    yield "</ul>"
    if more:
        yield f'<p class="quiet">{html_text(wording.more(more))}</p>'
    yield "</section>"


def _entry(entry: Entry, *, with_topic: bool) -> Iterator[str]:
    paper = entry.stored.paper
    title = html_text(paper.title)
    if address := paper_link(paper):
        title = f'<a href="{html_text(address)}" rel="noreferrer">{title}</a>'
    yield f'<h3 dir="auto">{title}</h3>'
    known = [
        *(f"<bdi>{html_text(one)}</bdi>" for one in [wording.authors(paper)] if one),
        *(html_text(one) for one in [wording.date(paper)] if one),
        *(f'<bdi class="tag">{html_text(tag)}</bdi>' for tag in wording.tags(paper)),
    ]
    if known:
        yield f'<p class="quiet">{" · ".join(known)}</p>'
    if entry.tldr and sanitized(entry.tldr):
        yield f'<p dir="auto">{html_text(entry.tldr)}</p>'
    why = []
    if entry.similar_to:
        why.append(f'Similar to <cite dir="auto">{html_text(entry.similar_to.title)}</cite>')
    if with_topic and entry.topic:
        why.append(f"Topic: <bdi>{html_text(entry.topic)}</bdi>")
    if why:
        yield f'<p class="quiet">{" · ".join(why)}</p>'
