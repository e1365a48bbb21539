"""TL;DRs as notes of Zotero RDF."""

from __future__ import annotations

from xml.etree import ElementTree

from assistant.library import StoredPaper, StoredTldr
from assistant.paper import Paper
from assistant.zotero import tldr_notes

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
BIB = "{http://purl.org/net/biblio#}"
Z = "{http://www.zotero.org/namespaces/export#}"
DC = "{http://purl.org/dc/elements/1.1/}"
TERMS = "{http://purl.org/dc/terms/}"


def line(number: int, title: str, text: str) -> tuple[StoredPaper, StoredTldr]:
    link = f"zotero://select/library/items/ABCD234{number}"
    paper = Paper(
        title=title,
        authors=("Ada Lovelace", "Jo Smith", "A", "B"),
        published="2019-03",
        reference={"custom": {"zotero": {"select": link}}},
    )
    tldr = StoredTldr(number, text, "tiny", "p", "generated", 0.1, "2026-01-01T00:00:00+00:00")
    return StoredPaper(number, f"text:{number}", paper), tldr


def test_each_note_has_its_tldr_and_its_link() -> None:
    lines = [line(2, "On <i>sleep</i> & owls", "Owls sleep < 3 h."), line(3, "More\x00", "Yes.")]
    root = ElementTree.fromstring("".join(tldr_notes(lines, "TL;DRs & more")))
    notes = root.findall(f"{BIB}Memo")
    assert [note.findtext(f"{Z}itemType") for note in notes] == ["note", "note"]
    assert [note.findtext(f"{DC}subject") for note in notes] == ["TL;DR", "TL;DR"]
    text = notes[0].findtext(f"{RDF}value") or ""
    assert text.startswith("<h1>TL;DR: On &lt;i&gt;sleep&lt;/i&gt; &amp; owls</h1>")
    assert "<p>Owls sleep &lt; 3 h.</p>" in text
    assert '<a href="zotero://select/library/items/ABCD2342">' in text
    assert "Ada Lovelace, Jo Smith, A and others, 2019." in text
    assert "Written by tiny" in text
    collection = root.find(f"{Z}Collection")
    assert collection is not None
    assert collection.findtext(f"{DC}title") == "TL;DRs & more"
    parts = [part.get(f"{RDF}resource") for part in collection.findall(f"{TERMS}hasPart")]
    assert parts == [f"#{(note.get(f'{RDF}about') or '')[1:]}" for note in notes]
