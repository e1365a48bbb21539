"""TL;DRs as notes in a file of Zotero RDF, which Zotero imports: no item is added twice.

Each is a standalone note with a link to its item, in a collection of its own. The elements are
those of https://github.com/zotero/translators/blob/master/RDF.js.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from xml.sax.saxutils import escape

from assistant.html import render
from assistant.library import StoredPaper, StoredTldr
from assistant.reference import zotero_link
from assistant.text.formatting import format_authors
from assistant.text.sanitizing import sanitized

_BEGIN = """<?xml version="1.0" encoding="UTF-8"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns:z="http://www.zotero.org/namespaces/export#"
 xmlns:bib="http://purl.org/net/biblio#"
 xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:dcterms="http://purl.org/dc/terms/">
"""
_TAG = "TL;DR"
_MOST_AUTHORS = 3


def tldr_notes(lines: Iterable[tuple[StoredPaper, StoredTldr]], collection: str) -> Iterator[str]:
    """The file in pieces: a note for each paper with its TL;DR, in a collection of this name.

    All papers have a `zotero_link`.
    """
    yield _BEGIN
    count = 0
    for stored, tldr in lines:
        count += 1
        paper = stored.paper
        note = render(
            "zotero_note.html",
            title=stored.shown_title,
            tldr=tldr.text,
            authors=format_authors(paper.authors, _MOST_AUTHORS),
            year=paper.year,
            link=zotero_link(paper.reference),
            made=f"Written by {tldr.model}"
            if tldr.method == "generated"
            else "Taken from the abstract",
        )
        yield (
            f'<bib:Memo rdf:about="#note-{count}">\n'
            "<z:itemType>note</z:itemType>\n"
            f"<rdf:value>{escape(note)}</rdf:value>\n"
            f"<dc:subject>{_TAG}</dc:subject>\n"
            "</bib:Memo>\n"
        )
    yield (
        '<z:Collection rdf:about="#collection">\n'
        f"<dc:title>{escape(sanitized(collection))}</dc:title>\n"
    )
    for number in range(1, count + 1):
        yield f'<dcterms:hasPart rdf:resource="#note-{number}"/>\n'
    yield "</z:Collection>\n</rdf:RDF>\n"
