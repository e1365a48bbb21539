"""What comes as BibTeX goes as BibTeX: every key, type and field."""

from __future__ import annotations

import io
from pathlib import Path

from exporting.bibtex_fields import entries, meaning

from assistant.exporting import ExportRecord, write
from assistant.paper import Paper
from assistant.reading import Failure, read_bytes

LIBRARY = Path(__file__).with_name("library.bib")


def imported(text: str) -> list[Paper]:
    failures: list[Failure] = []
    return list(read_bytes(text.encode(), "x.bib", failures.append))


def exported(papers: list[Paper]) -> str:
    out = io.StringIO()
    write((ExportRecord.from_paper(it, it.id) for it in papers), "bibtex", out)
    return out.getvalue()


def lost(text: str) -> list[str]:
    """The fields of a file that its export has not, or says otherwise."""
    papers = imported(text)
    keys = {paper.reference["citation-key"] for paper in papers}
    before, after = entries(text), entries(exported(papers))
    found = []
    for key in keys & set(before):
        old, new = before[key], after.get(key)
        if new is None or new.kind != old.kind:
            found.append(f"@{old.kind}{{{key}}} -> {new and new.kind}")
            continue
        for name, value in old.fields.items():
            if value and meaning(name, value) != meaning(name, new.fields.get(name, "")):
                found.append(f"{key}.{name}: {value!r} -> {new.fields.get(name)!r}")
    return found


def test_every_field_of_every_type_is_written_again() -> None:
    text = LIBRARY.read_text(encoding="utf-8")
    assert len(imported(text)) == len(entries(text)) - 1  # the xdata is no paper
    assert lost(text) == []


def test_what_was_written_is_read_as_the_same_papers() -> None:
    papers = imported(LIBRARY.read_text(encoding="utf-8"))
    again = imported(exported(papers))
    for paper, same in zip(papers, again, strict=True):
        assert same == paper
    assert exported(again) == exported(papers)


def test_real_files(shared_data: Path) -> None:
    folder = shared_data / "exports" / "bibtex_bibtexparser"
    count = 0
    for path in sorted(folder.glob("*.bib")):
        text = path.read_text(encoding="utf-8-sig")
        try:
            papers = imported(text)
        except Exception as error:
            assert "No papers" in str(error) or "is empty" in str(error), path.name
            continue
        count += len(papers)
        assert imported(exported(papers)) == papers, path.name
        assert lost(text) == [], path.name
    assert count > 150
