"""The output of each export format."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator

import pytest
from hostile import HOSTILE, unseen, writable
from markdown_it import MarkdownIt

from assistant.errors import UsageError
from assistant.exporting import FORMATS, ExportRecord, write
from assistant.exporting.citation_keys import CitationKeys
from assistant.exporting.record import family_and_given
from assistant.paper import Paper

ATTENTION = ExportRecord.from_paper(
    Paper(
        title="Attention Is All You Need",
        abstract="We propose the Transformer.\nIt costs 10% & needs no recurrence.",
        authors=("Ashish Vaswani", "Jan van der Berg", "OpenAI", "ACME, Inc."),
        published="2017-06-12",
        arxiv="1706.03762",
        url="https://arxiv.org/abs/1706.03762",
        tags=("to read", "nlp"),
    ),
    "arxiv:1706.03762",
    "Attention alone is enough.",
)
FILES = [name for name, form in FORMATS.items() if form.text]


def text_of(form: str, *records: ExportRecord) -> str:
    out = io.StringIO()
    assert write(records, form, out) == len(records)
    return out.getvalue()


def paper(title: str = "A title", abstract: str = "An abstract.", **values: object) -> ExportRecord:
    made = Paper.model_validate({"title": title, "abstract": abstract, **values})
    return ExportRecord.from_paper(made, made.id)


def test_bibtex_entry() -> None:
    assert text_of("bibtex", ATTENTION) == (
        "@misc{vaswani2017attention,\n"
        "  title = {Attention Is All You Need},\n"
        "  author = {Vaswani, Ashish and van der Berg, Jan and {OpenAI} and {ACME, Inc.}},\n"
        "  year = {2017},\n"
        "  month = jun,\n"
        "  date = {2017-06-12},\n"
        "  eprint = {1706.03762},\n"
        "  archiveprefix = {arXiv},\n"
        "  url = {https://arxiv.org/abs/1706.03762},\n"
        "  keywords = {to read, nlp},\n"
        "  annote = {TL;DR: Attention alone is enough.},\n"
        "  abstract = {We propose the Transformer.\n\nIt costs 10\\% \\& needs no recurrence.},\n"
        "}\n\n"
    )


def test_bibtex_balances_braces_and_keeps_formulas() -> None:
    text = text_of("bibtex", paper("A } and {, of $x_{i}^2$", doi="10.1000/a_b", tags=["a,b", "c"]))
    assert text.startswith("@article{")
    assert "title = {A \\textbraceright{} and \\textbraceleft{}, of $x_{i}^2$}" in text
    assert "doi = {10.1000/a_b}" in text
    assert "keywords = {a,b; c;}" in text
    assert text.count("{") == text.count("}")


def test_ris_record() -> None:
    assert text_of("ris", ATTENTION) == (
        "TY  - UNPB\n"
        "TI  - Attention Is All You Need\n"
        "AU  - Vaswani, Ashish\n"
        "AU  - van der Berg, Jan\n"
        "AU  - OpenAI\n"
        "AU  - ACME, Inc.,\n"
        "PY  - 2017\n"
        "DA  - 2017/06/12/\n"
        "AB  - We propose the Transformer.\n"
        "It costs 10% & needs no recurrence.\n"
        "UR  - https://arxiv.org/abs/1706.03762\n"
        "LK  - arXiv:1706.03762\n"
        "KW  - to read\n"
        "KW  - nlp\n"
        "N1  - TL;DR: Attention alone is enough.\n"
        "ER  - \n\n"
    )
    assert "DA  - 2017/06//\n" in text_of("ris", paper(published="2017-06"))
    assert "DA  -" not in text_of("ris", paper(published="2017"))


def test_csl_json_item() -> None:
    assert json.loads(text_of("csljson", ATTENTION)) == [
        {
            "id": "arxiv:1706.03762",
            "citation-key": "vaswani2017attention",
            "type": "article",
            "title": "Attention Is All You Need",
            "author": [
                {"family": "Vaswani", "given": "Ashish"},
                {"family": "van der Berg", "given": "Jan"},
                {"literal": "OpenAI"},
                {"literal": "ACME, Inc."},
            ],
            "issued": {"date-parts": [[2017, 6, 12]]},
            "abstract": "We propose the Transformer.\nIt costs 10% & needs no recurrence.",
            "archive": "arXiv",
            "number": "arXiv:1706.03762",
            "URL": "https://arxiv.org/abs/1706.03762",
            "keyword": "to read, nlp",
            "note": "TL;DR: Attention alone is enough.",
        }
    ]


def test_csv_cells_are_never_formulas() -> None:
    text = text_of("csv", ATTENTION, paper("=1+1", "-2", tags=["@x"], authors=["+y"]))
    assert text.startswith("\ufeffid,title,")
    rows = list(csv.DictReader(io.StringIO(text[1:])))
    assert rows[0]["authors"] == "Ashish Vaswani; Jan van der Berg; OpenAI; ACME, Inc."
    assert rows[0]["abstract"] == ATTENTION.abstract
    computed = [rows[1][name] for name in ("title", "abstract", "tags", "authors")]
    assert computed == ["'=1+1", "'-2", "'@x", "'+y"]


@pytest.mark.parametrize("form", FILES)
@pytest.mark.parametrize("name", HOSTILE)
def test_no_invisible_characters_are_written(form: str, name: str) -> None:
    text = writable(HOSTILE[name])
    hostile = Paper.model_construct(
        title=f"On {text}", abstract=f"It is {text}", authors=(text,), tags=(text,), url=text
    )
    written = text_of(form, ExportRecord.from_paper(hostile, f"x:{text}", text))
    assert unseen(written.removeprefix("\ufeff")) == []


def test_an_unknown_format_is_a_usage_error() -> None:
    for name in ("word", "obsidian"):
        with pytest.raises(
            UsageError, match=r"not a file format\. Use one of bibtex, ris, csljson"
        ):
            write([], name, io.StringIO())


def test_papers_are_written_as_a_stream() -> None:
    seen: list[int] = []

    def papers() -> Iterator[ExportRecord]:
        for number in range(3):
            seen.append(written.tell())
            yield paper(f"Title {number}")

    for form in FILES:
        written = io.StringIO()
        seen.clear()
        assert write(papers(), form, written) == 3
        assert seen[1] < seen[2] < written.tell(), form


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Ada Lovelace", ("Lovelace", "Ada")),
        ("Jean-Luc van 't Hoff", ("van 't Hoff", "Jean-Luc")),
        ("J. R. R. Tolkien", ("Tolkien", "J. R. R.")),
        ("Plato", None),
        ("John Smith Jr.", None),
        ("The ATLAS Collaboration", None),
        ("Google Research", None),
        ("King, Martin", None),
        ("李 明", None),
    ],
)
def test_names_are_split_only_if_certain(name: str, parts: tuple[str, str] | None) -> None:
    assert family_and_given(name) == parts


def test_citation_keys_are_ascii_and_unique() -> None:
    keys = CitationKeys()

    def key(title: str, *authors: str, published: str | None = "2020") -> str:
        return keys.key(paper(title, authors=authors, published=published))

    assert key("The Bée-Attention of Owls", "Zoë Müller") == "muller2020bee"
    assert key("Bee", "A. Muller") == "muller2020beea"
    assert key("Bee", "B. Muller") == "muller2020beeb"
    assert key("Beea", "B. Muller") == "muller2020beeaa"
    assert key("Sleep", published=None) == "sleep"
    assert key("睡眠", "李明").startswith("paper")
    many = [key("Owls", "Ann Lee") for _ in range(800)]
    assert len(set(many)) == 800
    assert (many[26], many[27]) == ("lee2020owlsz", "lee2020owlsaa")


MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_in_markdown_becomes_markup(name: str) -> None:
    text = writable(HOSTILE[name])
    made = Paper.model_construct(title=f"On {text}", abstract=f"{text}\n{text}", authors=(text,))
    tokens = MARKDOWN.parse(text_of("markdown", ExportRecord.from_paper(made, "x:1", text)))
    blocks = {token.type for token in tokens}
    assert blocks <= {
        *("heading_open", "inline", "heading_close", "paragraph_open", "paragraph_close")
    }
    inline = {child.type for token in tokens for child in token.children or ()}
    assert inline <= {"text", "text_special", "strong_open", "strong_close"}


def test_markdown_reads_as_the_text() -> None:
    made = paper("1. On *x* - R&amp;D", "# A\n- b\n+ c\n2) d\n=== :smile: www.a.b http://a.b")
    text = text_of("markdown", made)
    tokens = MARKDOWN.parse(text)
    shown = [
        "".join(child.content for child in token.children or ())
        for token in tokens
        if token.type == "inline"
    ]
    assert shown == [made.title, *made.abstract.split("\n")]
    assert "http://" not in text
    assert "www." not in text
    linked = text_of("markdown", paper(doi="10.1000/a<b>", published="2020-01"))
    assert "2020 · <https://doi.org/10.1000/a%3Cb%3E>" in linked
