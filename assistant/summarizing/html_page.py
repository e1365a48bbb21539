"""TL;DRs -> one page of HTML for reading, on a phone or on paper.

The page is whole in itself: it runs nothing and fetches nothing, which its policy makes sure of.
What comes from papers is cleaned and escaped, and linked to only on the web.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, Literal

from assistant.text.formatting import format_date, html_text, paper_link
from assistant.text.sanitizing import sanitized
from assistant.text.topics import group_by_topic

if TYPE_CHECKING:
    from assistant.summarizing.summarizer import TldrResult

# The name of a group and the places of its lines.
_Group = tuple[str, Sequence[int]]

MOST_AUTHORS = 3
WITHOUT_DATE = "Without a date"

_STYLE = """
:root {
  color-scheme: light dark;
  --paper: #fdfcf9; --ink: #1f2124; --quiet: #5a5e66; --line: #dcd9d2; --link: #0b4f9e;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #16181b; --ink: #e6e4df; --quiet: #a7abb3; --line: #383c42; --link: #8fbcf5;
  }
}
* { box-sizing: border-box; }
html { font-size: 100%; text-size-adjust: 100%; -webkit-text-size-adjust: 100%; }
body {
  margin: 0 auto; padding: 2.5rem 1.25rem 4rem; max-width: calc(68ch + 2.5rem);
  background: var(--paper); color: var(--ink); overflow-wrap: break-word;
  font: 1.125rem/1.55 Charter, "Bitstream Charter", "Iowan Old Style", Georgia, Cambria, serif;
}
h1 { margin: 0; font-size: 2rem; line-height: 1.2; }
h2 {
  margin: 3rem 0 1.25rem; padding-bottom: .35rem; border-bottom: 1px solid var(--line);
  font-size: 1.35rem; line-height: 1.3; scroll-margin-top: 1rem;
}
a { color: var(--link); text-underline-offset: .15em; text-decoration-thickness: from-font; }
a:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
.count, nav, .source { font-family: system-ui, sans-serif; }
.count { margin: .25rem 0 0; color: var(--quiet); font-size: 1rem; }
nav { margin-top: 1.75rem; font-size: 1rem; }
nav ul { margin: 0; padding: 0; list-style: none; }
nav li { border-top: 1px solid var(--line); }
nav li:last-child { border-bottom: 1px solid var(--line); }
nav a {
  display: flex; justify-content: space-between; gap: 1rem; padding: .5rem 0;
  text-decoration: none;
}
nav a:hover { text-decoration: underline; }
nav .number { color: var(--quiet); font-variant-numeric: tabular-nums; }
ol { margin: 0; padding: 0 0 0 2.4rem; }
li.entry { margin: 0 0 1.6rem; padding-inline-start: .25rem; }
li.entry::marker { color: var(--quiet); font: 1rem system-ui, sans-serif; }
.entry p { margin: 0; }
.entry .source { margin-top: .35rem; color: var(--quiet); font-size: 1rem; line-height: 1.45; }
.method {
  padding: 0 .4em; border: 1px solid var(--line); border-radius: .3em; white-space: nowrap;
}
@media (max-width: 30rem) {
  body { padding: 1.5rem 1rem 3rem; }
  ol { padding-left: 1.9rem; }
}
@media print {
  @page { size: A4; margin: 20mm 18mm; }
  :root {
    color-scheme: light; --paper: #fff; --ink: #000; --quiet: #000; --line: #000; --link: #000;
  }
  body { max-width: none; padding: 0; font-size: 11pt; line-height: 1.4; }
  nav { display: none; }
  a { text-decoration: none; }
  h2 { margin-top: 1.5rem; font-size: 13pt; break-after: avoid; }
  li.entry { margin-bottom: .8rem; break-inside: avoid; }
  .entry .source, .count, li.entry::marker { font-size: 9.5pt; }
}
"""


def tldr_page(lines: Sequence[TldrResult], group: Literal["topic", "date"]) -> str:
    """The document with all `lines`, grouped by what they are about or by month."""
    groups = _by_topic(lines) if group == "topic" else _by_date(lines)
    body = [
        "<header>",
        "<h1>TL;DRs</h1>",
        f'<p class="count">{_papers(len(lines))}</p>' if lines else "<p>There are no TL;DRs.</p>",
        "</header>",
    ]
    if groups:
        body += ['<nav aria-label="Groups">', "<ul>"]
        for number, (name, places) in enumerate(groups, start=1):
            body.append(
                f'<li><a href="#group-{number}"><span dir="auto">{html_text(name)}</span> '
                f'<span class="number">{len(places):,}</span></a></li>'
            )
        body += ["</ul>", "</nav>"]
    body.append("<main>")
    for number, (name, places) in enumerate(groups, start=1):
        body.append(f'<section aria-labelledby="group-{number}">')
        body.append(f'<h2 id="group-{number}" dir="auto">{html_text(name)}</h2>')
        body += ["<ol>", *(_entry(lines[place]) for place in places), "</ol>", "</section>"]
    body.append("</main>")
    return "\n".join([_HEAD, *body, "</body>", "</html>", ""])


_HEAD = f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>TL;DRs</title>
<style>{_STYLE}</style>
</head>
<body>"""


def _by_topic(lines: Sequence[TldrResult]) -> list[_Group]:
    topics = group_by_topic([f"{sanitized(line.title)}\n{line.paper.abstract}" for line in lines])
    return [(topic.name, topic.members) for topic in topics]


def _by_date(lines: Sequence[TldrResult]) -> list[_Group]:
    """The months, the newest first; what has only a year comes behind the months of that year."""
    months: dict[str, list[int]] = {}
    for place, line in enumerate(lines):
        month = (line.paper.published or "")[:7]
        months.setdefault(month if format_date(month) else "", []).append(place)
    return [
        (format_date(month) or WITHOUT_DATE, months[month])
        for month in sorted(months, reverse=True)
    ]


def _entry(line: TldrResult) -> str:
    title = f'<cite dir="auto">{html_text(line.title)}</cite>'
    if link := paper_link(line.paper):
        title = f'<a href="{escape(link)}" rel="noreferrer">{title}</a>'
    facts = [title]
    if authors := [html_text(author) for author in line.paper.authors if sanitized(author)]:
        others = " et al." if len(authors) > MOST_AUTHORS else ""
        facts.append(f"<bdi>{', '.join(authors[:MOST_AUTHORS])}</bdi>{others}")
    date = line.paper.published
    if date and (spoken := format_date(date)):
        facts.append(f'<time datetime="{escape(date)}">{spoken}</time>')
    if line.method == "extracted":
        facts.append('<span class="method" title="Taken from the abstract">extracted</span>')
    return (
        f'<li class="entry"><p dir="auto">{html_text(line.tldr)}</p>\n'
        f'<p class="source">{" · ".join(facts)}</p></li>'
    )


def _papers(count: int) -> str:
    return "1 paper" if count == 1 else f"{count:,} papers"
