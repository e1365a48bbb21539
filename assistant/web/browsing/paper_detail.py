"""One paper in full: metadata, sources and similar papers."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assistant.errors import AssistantError, UsageError
from assistant.html import render
from assistant.languages import _, format_date
from assistant.reference import has_zotero_pdf, zotero_link
from assistant.text.formatting import format_authors
from assistant.web.rendering import render_job

if TYPE_CHECKING:
    from assistant.library import SourceRecord, StoredPaper, StoredTldr
    from assistant.paper import Paper
    from assistant.session import Session
    from assistant.web.ingestion.tldr_work import TldrWork

NEAR = 5
_MOST_AUTHORS = 30
# Similar papers shown below the open one.
_MOST_AUTHORS_NEAR = 3
_MOST_RECORDS = 20
_LONGEST_TAG = 1_000
# Identifiers that can be linked; anything else is shown as text.
_DOI = re.compile(r"10\.\d{4,9}/[-._;()/:A-Za-z0-9]+")
_ARXIV = re.compile(r"(?:\d{4}\.\d{4,5}|[a-z-]{2,20}(?:\.[A-Z]{2})?/\d{7})(?:v\d{1,3})?")
_PMID = re.compile(r"[1-9]\d{0,8}")


@dataclass(frozen=True)
class DetailView:
    """A paper as HTML: the part above and the part below its tags. Both may be empty."""

    first: str = ""
    more: str = ""


class PaperDetail:
    """Shows papers of a session's library and changes their tags. Thread-safe."""

    def __init__(self, session: Session, tldrs: TldrWork) -> None:
        self._session = session
        self._tldrs = tldrs
        self._refused = itertools.count(1)

    def view(self, number: str) -> DetailView:
        """The paper with this number; empty for an empty string."""
        if not number:
            return DetailView()
        try:
            library = self._session.library
            stored = library.papers.get(f"#{number}")
            tldr = library.tldrs.get(stored.number)
            # Another user may have removed it.
            added = library.papers.added_at([stored.number]).get(stored.number, "")
            records = library.papers.records(stored.number)
            is_queued = self._tldrs.is_queued(stored.number)
        except AssistantError as error:
            return DetailView(render("paper_gone.html", error=str(error)))
        return DetailView(_upper(stored, tldr, added, is_queued=is_queued), _more(stored, records))

    def near(self, number: str) -> str:
        """Papers similar to the paper `number` as HTML; empty if there is none."""
        if not number:
            return ""
        try:
            hits = self._session.library.search.similar(f"#{number}", NEAR)
        except AssistantError:
            return ""  # the pane shows what is wrong
        rows = [
            {
                "number": hit.stored.number,
                "title": hit.stored.shown_title,
                "about": about_paper(hit.stored.paper),
            }
            for hit in hits
        ]
        return render("near_papers.html", rows=rows, number=number)

    def tag(self, number: str, tag: str) -> str:
        """Add a typed tag; return an error as HTML, or an empty string."""
        problem = self._change_tags(number, "tag", lambda: tags_of(tag))
        return render_job(error=problem) if problem else ""

    def change(self, request: str) -> str:
        """Handle a request of library.js: `{"do", "paper", "tag"}`.

        "tag" and "untag" change a tag. "tldr" stores the text in `tag` as the TL;DR, and "rewrite"
        has the model write another one.

        Returns an error as HTML, or "". Each error differs from the one before, so that library.js
        sees it and resets the star that it has already changed.
        """
        try:
            asked = json.loads(request)
            # A single tag, unchanged: imported tags may contain commas.
            tag = str(asked.get("tag", ""))
            paper, action = str(asked["paper"]), str(asked["do"])
            if action in ("tldr", "rewrite"):
                problem = self._change_tldr(paper, action, tag)
            else:
                problem = self._change_tags(paper, action, lambda: [tag])
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            return ""  # not a request of this page
        if not problem:
            return ""
        return render("refused.html", error=problem, serial=next(self._refused))

    def _change_tldr(self, number: str, action: str, typed: str) -> str:
        """Change the TL;DR; return an error or an empty string."""
        try:
            library = self._session.library
            stored = library.papers.get(f"#{number}")
            if action == "rewrite":
                self._tldrs.rewrite([stored.number])
            else:
                library.tldrs.edit(stored.number, typed)
        except AssistantError as error:
            return str(error)
        return ""

    def _change_tags(self, number: str, action: str, tags: Callable[[], list[str]]) -> str:
        """Change tags; return an error or an empty string."""
        try:
            wanted = tags()
            library = self._session.library
            stored = library.papers.get(f"#{number}")
            (library.papers.untag if action == "untag" else library.papers.tag)(
                [stored.number], wanted
            )
        except AssistantError as error:
            return str(error)
        return ""


def tags_of(text: str) -> list[str]:
    """Comma-separated tags.

    Raises:
        UsageError: there is none, or one is no tag but a text.
    """
    # Half of a character, which no file can hold, comes from a text that was cut.
    text = text.encode(errors="replace").decode()
    tags = [tag for part in text.split(",") if (tag := " ".join(part.split()))]
    if not tags:
        raise UsageError(_("Enter a tag, or several separated by commas."))
    if any(len(tag) > _LONGEST_TAG for tag in tags):
        raise UsageError(
            _(
                "A tag has at most {count} characters. Separate tags with commas.",
                count=_LONGEST_TAG,
            )
        )
    return tags


def _upper(stored: StoredPaper, tldr: StoredTldr | None, added: str, *, is_queued: bool) -> str:
    from assistant.exporting import ExportRecord
    from assistant.exporting.bibtex import bibtex
    from assistant.exporting.citation_styles import STYLES, formatted_reference
    from assistant.exporting.ris import ris
    from assistant.library import LONGEST_TLDR, STAR

    paper = stored.paper
    record = ExportRecord.from_paper(paper, stored.id).without_star()
    tags = [tag for tag in paper.tags if tag.casefold() != STAR]
    return render(
        "paper_detail.html",
        number=stored.number,
        title=stored.shown_title,
        authors=format_authors(paper.authors, _MOST_AUTHORS),
        dates=" · ".join(
            part
            for part in (
                str(paper.reference.get("container-title", "")),
                format_date(paper.published or ""),
                _("added {date}", date=format_date(added[:10])) if added else "",
            )
            if part
        ),
        references=[
            {"style": style, "name": name, "text": formatted_reference(record, style)}
            for style, name in STYLES.items()
        ],
        ris="".join(ris([record])).strip(),
        bibtex="".join(bibtex([record])).strip(),
        longest=LONGEST_TLDR,
        is_queued=is_queued,
        abstract=stored.abstract,
        tldr=tldr.text if tldr else "",
        made=_origin(tldr) if tldr else "",
        starred=len(tags) < len(paper.tags),
        zotero=zotero_link(paper.reference),
        zotero_pdf=has_zotero_pdf(paper.reference),
        tags=tags,
    )


def _more(stored: StoredPaper, records: list[SourceRecord]) -> str:
    return render(
        "paper_more.html",
        number=stored.number,
        title=stored.shown_title,
        id=stored.id,
        names=_names(stored.paper),
        records=[_record(record, stored.paper) for record in records[:_MOST_RECORDS]],
        count=len(records),
        can_split=len({record_key(record) for record in records}) > 1,
    )


def _names(paper: Paper) -> list[dict[str, str]]:
    """All identifiers and URLs of the paper; `link` is empty except for known sites."""
    names = []
    for name, value, pattern, place in (
        ("DOI", paper.doi, _DOI, "https://doi.org/"),
        ("arXiv", paper.arxiv, _ARXIV, "https://arxiv.org/abs/"),
        ("PubMed", paper.pmid, _PMID, "https://pubmed.ncbi.nlm.nih.gov/"),
    ):
        if value:
            link = place + value if pattern.fullmatch(value) else ""
            names.append({"name": name, "value": value, "link": link})
    if paper.url:
        names.append({"name": _("Address"), "value": paper.url, "link": ""})
    return names


def _record(record: SourceRecord, paper: Paper) -> dict[str, Any]:
    """A record: its files, and where it differs from the paper."""
    said = record.paper
    parts = [said.title] if said.title != paper.title else []
    names = (("DOI", said.doi), ("arXiv", said.arxiv), ("PubMed", said.pmid))
    parts += [f"{name} {value}" for name, value in names if value]
    parts += [said.published] if said.published else []
    return {
        "sources": ", ".join(source for source in record.sources if source) or _("unnamed"),
        "said": " · ".join(parts),
        "key": record_key(record),
    }


def record_key(record: SourceRecord) -> str:
    """A name of the record; records that cannot be split have the same one."""
    from assistant.library.decisions import content_names

    return content_names(record.paper)[-1]


def about_paper(paper: Paper) -> str:
    """Authors and year in one line."""
    parts = (format_authors(paper.authors, _MOST_AUTHORS_NEAR), paper.year)
    return " · ".join(part for part in parts if part)


def _origin(tldr: StoredTldr) -> str:
    from assistant.library import EDITED

    when = format_date(tldr.made_at[:10])
    how = _("Taken from the abstract")
    if tldr.model == EDITED:
        how = _("Edited by you")
    elif tldr.method == "generated":
        how = _("Written by {model}", model=tldr.model)
    return _("{how}, {date}", how=how, date=when) if when else how
