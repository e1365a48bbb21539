"""PDFs of one paper: read where their text says plainly what is what, else refused clearly."""

from __future__ import annotations

import io

import pypdf
import pytest

from assistant.errors import FileUnreadable, NoPapersFound, ReadingError
from assistant.paper import Paper
from assistant.reading import read_bytes

# Size, lines. A page is written from top to bottom.
Lines = list[tuple[int, str]]
FIRST: Lines = [
    (20, "Journal"),
    (16, "Attention is what you"),
    (16, "want of cats"),
    (10, "Ada Lovelace, Alan Turing"),
    (12, "Abstract"),
    (9, "We study the attention of cats, which is the low-"),
    (9, "est of all animals, in a large experiment with two"),
    (9, "cats, of whom neither attended to anything we showed."),
    (12, "1 Introduction"),
    (9, "Cats are animals that sleep for most of the day and do not"),
    (9, "attend to what they are shown, as is known to who has any."),
]
ABSTRACT = (
    "We study the attention of cats, which is the lowest of all animals, in a large experiment "
    "with two cats, of whom neither attended to anything we showed."
)


def pdf(lines: Lines, title: str = "", stamp: str = "") -> pypdf.PdfWriter:
    """A PDF with one page of these lines, and maybe arXiv's upright stamp in the margin."""
    text = "BT 50 800 Td 14 TL\n"
    text += "".join(f"/F1 {size} Tf ({line}) Tj T*\n" for size, line in lines) + "ET\n"
    if stamp:
        text += f"BT /F1 24 Tf 0 1 -1 0 30 200 Tm ({stamp}) Tj ET\n"
    writer = pypdf.PdfWriter()
    page = writer.add_blank_page(600, 850)
    stream = pypdf.generic.DecodedStreamObject()
    stream.set_data(text.encode("latin-1"))
    name = pypdf.generic.NameObject
    font = pypdf.generic.DictionaryObject(
        {
            name("/Type"): name("/Font"),
            name("/Subtype"): name("/Type1"),
            name("/BaseFont"): name("/Helvetica"),
        }
    )
    fonts = pypdf.generic.DictionaryObject({name("/F1"): font})
    page[name("/Contents")] = writer._add_object(stream)
    page[name("/Resources")] = pypdf.generic.DictionaryObject({name("/Font"): fonts})
    if title:
        writer.add_metadata({"/Title": title})
    return writer


def data(writer: pypdf.PdfWriter) -> bytes:
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def read(raw: bytes) -> list[Paper]:
    return list(read_bytes(raw, "a.pdf", lambda failure: pytest.fail(str(failure))))


def test_a_paper_by_its_largest_letters() -> None:
    (paper,) = read(data(pdf(FIRST, stamp="arXiv:2401.00001v2  [cs.CL]  1 Jan 2024")))
    assert paper == Paper(
        title="Attention is what you want of cats",
        abstract=ABSTRACT,
        authors=paper.authors,
        arxiv="2401.00001v2",
        source="a.pdf",
    )


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Attention is what you want of cats", "Attention is what you want of cats"),
        ("Microsoft Word - final.docx", "Attention is what you want of cats"),
        ("untitled", "Attention is what you want of cats"),
    ],
)
def test_the_title_of_the_metadata_is_believed_if_the_page_has_it(
    title: str, expected: str
) -> None:
    assert read(data(pdf(FIRST, title)))[0].title == expected


def test_locked_against_changes_alone() -> None:
    writer = pdf(FIRST)
    writer.encrypt(user_password="", owner_password="x", algorithm="RC4-128")
    assert read(data(writer))[0].abstract == ABSTRACT


def refused(raw: bytes, kind: type[ReadingError], match: str) -> None:
    with pytest.raises(kind, match=match) as caught:
        read(raw)
    assert "a.pdf" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_encrypted() -> None:
    writer = pdf(FIRST)
    writer.encrypt("secret", algorithm="RC4-128")
    refused(data(writer), FileUnreadable, "is an encrypted PDF: save it without its password")


def test_a_scan() -> None:
    refused(data(pdf([])), FileUnreadable, r"without text, such as a scan: recognise its text")


def test_no_abstract() -> None:
    letter = [(10, "Dear cats, we write to you since you have not answered our letter.")] * 9
    refused(data(pdf(letter)), NoPapersFound, 'its text has no "Abstract"')


@pytest.mark.parametrize("size", [5_000_000, 100_000_000])
def test_a_page_that_unpacks_to_more_than_any_has(size: int) -> None:
    writer = pdf(FIRST)
    contents = pypdf.generic.DecodedStreamObject()
    contents.set_data(b"q " * (size // 2))
    writer.pages[0][pypdf.generic.NameObject("/Contents")] = writer._add_object(
        contents.flate_encode()
    )
    refused(data(writer), FileUnreadable, r"is a damaged PDF \((?:more than 4 MB|Limit reached)")


def test_damaged() -> None:
    whole = data(pdf(FIRST))
    refused(b"%PDF-1.7\n", FileUnreadable, "is a damaged PDF")
    for at in range(0, len(whole), 37):
        try:
            read(whole[:at] + b"\xff" + whole[at + 5 :])
        except ReadingError as error:
            assert "a.pdf" in str(error)
