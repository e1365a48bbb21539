"""A PDF with one paper, read with pypdf.

A PDF only has letters at positions. The title is that of the metadata, if page one has it too, else
the text in the largest letters there; the abstract is found as in any text of one paper.
"""

from __future__ import annotations

import io
import logging
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from assistant.errors import FileUnreadable, NoPapersFound
from assistant.paper import Paper, normalised
from assistant.reading import fields
from assistant.reading.archives import Member
from assistant.reading.format import NoPaper
from assistant.reading.paper_text import parts_of
from assistant.reading.record import paper_of

if TYPE_CHECKING:
    from pypdf import PageObject, PdfReader

MAGIC = b"%PDF-"
# A paper with all its figures; the file is held in memory.
_LARGEST = 100 * 1024 * 1024
# What a page or a part of it may unpack to, and what may be drawn on a page: pypdf takes a second
# for each of these last megabytes.
_LARGEST_PART = 16 * 1024 * 1024
_LARGEST_PAGE = 4 * 1024 * 1024
# An abstract is on the first page; before that some publishers put one of their own.
_PAGES = 3
# Fewer letters than these on the first pages are stamps on scanned ones.
_FEWEST_LETTERS = 200
_TITLE_LETTERS = 8
_TITLE_CHARACTERS = 300
_DOI = re.compile(r"\bdoi(?:\.org/|:\s?)(10\.\d{4,9}/[^\s\"<>]+[^\s\"<>.,;)])", re.IGNORECASE)


def papers(member: Member) -> Iterator[Paper]:
    """Yield the one paper of a PDF.

    Raises:
        FileUnreadable: the PDF is encrypted, damaged, a scan or too large.
        NoPapersFound: it has no recognisable title or abstract.
    """
    import pypdf

    label = fields.one_line(member.label)
    data = member.data(_LARGEST, "a PDF", "copy its title and abstract into a text file")
    # It warns about every irregularity, and then reads on.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        with pypdf.apply_configuration(
            zlib_maximum_output_length=_LARGEST_PART,
            lzw_maximum_output_length=_LARGEST_PART,
            run_length_maximum_output_length=_LARGEST_PART,
            array_based_stream_maximum_output_length=_LARGEST_PART,
        ):
            reader = pypdf.PdfReader(io.BytesIO(data))
            # Many are locked against changes alone, and open without a password.
            is_locked = reader.is_encrypted and not reader.decrypt("")
            text, title = ("", "") if is_locked else _text(reader)
    except pypdf.errors.DependencyError as error:
        raise FileUnreadable(
            f"{label} is an encrypted PDF: save it without its password"
        ) from error
    except Exception as error:
        # On damaged files pypdf raises errors of any type.
        reason = fields.one_line(str(error))[:200] or type(error).__name__
        raise FileUnreadable(
            f"{label} is a damaged PDF ({reason}): fetch it again, or copy its text into a file"
        ) from error
    if is_locked:
        raise FileUnreadable(f"{label} is an encrypted PDF: save it without its password")
    if sum(map(str.isalpha, text)) < _FEWEST_LETTERS:
        raise FileUnreadable(
            f"{label} is a PDF without text, such as a scan: recognise its text (OCR) first"
        )
    yield _paper(text, title, member.name, label)


def _paper(text: str, title: str, name: str, label: str) -> Paper:
    found = parts_of(text, whole=True)
    if found is None:
        raise NoPapersFound(
            f'No papers found in {label}: its text has no "Abstract" followed by an '
            "introduction; copy title and abstract into a text file"
        )
    doi = _DOI.search(text)
    try:
        return paper_of(
            name,
            title=title or found.title,
            abstract=found.abstract,
            authors=list(found.authors),
            arxiv=found.arxiv,
            # Of several the others are those of its references.
            doi=doi[1] if doi and doi.start() < text.find(found.abstract[:40]) else None,
        )
    except NoPaper as error:
        raise NoPapersFound(f"No papers found in {label}: {error}") from error


def _text(reader: PdfReader) -> tuple[str, str]:
    """The text of the first pages, and the title."""
    pages = [reader.pages[number] for number in range(min(_PAGES, len(reader.pages)))]
    for page in pages:
        contents = page.get_contents()
        if contents is not None and len(contents.get_data()) > _LARGEST_PAGE:
            raise ValueError(f"more than {_LARGEST_PAGE >> 20} MB are drawn on a page")
    first, largest = _first_page(pages[0]) if pages else ("", "")
    text = "\n".join([first, *(page.extract_text() for page in pages[1:])])
    return text, _title(reader, text) or largest


def _first_page(page: PageObject) -> tuple[str, str]:
    """Its text, and the part in the largest letters."""
    sizes: defaultdict[int, list[str]] = defaultdict(list)

    def visit(text: str, page_matrix: Any, matrix: Any, _font: Any, size: float) -> None:
        # The stamp of arXiv is vertical in the margin, in larger letters than any title.
        if (
            text.strip()
            and abs(matrix[0]) >= abs(matrix[1])
            and not text.lstrip().startswith("arXiv:")
        ):
            scale = abs(matrix[0] * page_matrix[0]) or 1
            sizes[round(size * scale)].append(text)

    text = page.extract_text(visitor_text=visit)
    for _, parts in sorted(sizes.items(), reverse=True):
        title = fields.one_line(" ".join(parts))
        letters = sum(map(str.isalpha, title))
        if letters >= _TITLE_LETTERS and " " in title and len(title) <= _TITLE_CHARACTERS:
            return text, title
    return text, ""


def _title(reader: PdfReader, text: str) -> str:
    """The title in the metadata, unless it is that of a template or a file's name."""
    title = fields.one_line(str(reader.metadata.title or "")) if reader.metadata else ""
    words = normalised(title)
    return title if " " in words and words in normalised(text[:5_000]) else ""
