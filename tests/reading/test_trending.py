"""Pages of trending papers: their JSON, alone or in the attributes of a saved page."""

from __future__ import annotations

import html
import io
import json
import random
from pathlib import Path
from typing import Any

import pytest
from hang_guard import hang_guard
from source_support import read_source

from assistant.paper import Paper
from assistant.reading import Failure, trending
from assistant.reading.format import Format
from assistant.reading.record import paper_of
from assistant.reading.source import HEAD_BYTES, Source


def entry(number: int = 1, **paper: object) -> dict[str, Any]:
    """One entry with the keys of the API."""
    return {
        "paper": {
            "id": f"2503.{number:05}",
            "authors": [
                {"_id": "67d3", "name": "Ada Lovelace", "hidden": False},
                {"_id": "67d4", "user": {"fullname": "A. T."}, "name": "Alan Turing"},
            ],
            "publishedAt": "2025-03-13T17:59:59.000Z",
            "title": f"A title, the {number}th",
            "summary": f'An abstract with "quotes", {{braces}}\nand $a<b$; {number}.',
            "upvotes": 93,
            "discussionId": "67d3",
            "ai_summary": "A model's summary.",
            "ai_keywords": ["diffusion", "graphs"],
            **paper,
        },
        "publishedAt": "2025-03-14T00:00:00.000Z",
        "title": f"A title, the {number}th",
        "numComments": 2,
        "submittedBy": {"fullname": "AK", "name": "akhaliq", "type": "user"},
    }


def expected(number: int = 1) -> Paper:
    return Paper(
        title=f"A title, the {number}th",
        abstract=f'An abstract with "quotes", {{braces}}\nand $a<b$; {number}.',
        authors=("Ada Lovelace", "Alan Turing"),
        published="2025-03-13",
        arxiv=f"2503.{number:05}",
        tags=("diffusion", "graphs"),
        source="x",
    )


def read(form: Format, text: str | bytes) -> tuple[list[Paper], list[Failure]]:
    data = text if isinstance(text, bytes) else text.encode()
    source = Source(io.BufferedReader(io.BytesIO(data), HEAD_BYTES), "x")
    return read_source(form, source)


def page(*values: object) -> str:
    """A saved page; each value is the data of one of its parts."""
    parts = "".join(
        f'<div class="SVELTE_HYDRATER contents" data-target="Part" data-props="'
        f'{html.escape(json.dumps(value))}"><h3>Seen</h3></div>\n'
        for value in values
    )
    menu = html.escape(json.dumps({"classNames": "", "isWide": True, "user": None}))
    return (
        '<!doctype html>\n<html class="">\n<head><title>Daily Papers</title></head>\n<body>'
        f'<div data-target="MainHeader" data-props="{menu}"></div>\n{parts}</body></html>\n'
    )


TWO = [entry(1), entry(2)]
DOCUMENTS = {
    "list": json.dumps(TWO),
    "indented list": json.dumps(TWO, indent=2),
    "page": json.dumps({"dailyPapers": TWO, "date": "2025-03-14", "users": [{"name": "AK"}]}),
    "indented page": json.dumps({"isLoggedIn": False, "dailyPapers": TWO}, indent=1),
    "deep": json.dumps({"props": [{"x": 1}, {"page": {"data": {"papers": TWO}}}]}),
    "entries in lines": "\n".join(map(json.dumps, TWO)),
    "papers without their entries": json.dumps([one["paper"] for one in TWO]),
    "papers in lines": "\n".join(json.dumps(one["paper"]) for one in TWO),
    "two lists": json.dumps(TWO[:1]) + "\n" + json.dumps(TWO[1:]),
    "after a blank line": "\n\n  " + json.dumps(TWO),
}


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_documents(kind: str) -> None:
    text = DOCUMENTS[kind]
    assert trending.DOCUMENT.matches(text)
    assert not trending.PAGE.matches(text)
    assert read(trending.DOCUMENT, text) == ([expected(1), expected(2)], [])


@pytest.mark.parametrize("kind", ["list", "indented list", "page", "indented page"])
def test_documents_longer_than_what_is_looked_at(kind: str) -> None:
    many = [{"_id": str(number), "name": f"Name {number}"} for number in range(5000)]
    wide = DOCUMENTS[kind].replace('"upvotes": 93', f'"upvotes": 93, "x": {json.dumps(many)}')
    assert trending.DOCUMENT.matches(wide[:HEAD_BYTES])
    first = DOCUMENTS[kind].replace('"id"', f'"x": {json.dumps(many)}, "id"', 1)
    assert trending.DOCUMENT.matches(first[:HEAD_BYTES])
    assert read(trending.DOCUMENT, first) == ([expected(1), expected(2)], [])


def test_a_paper_alone() -> None:
    for text in (
        json.dumps(entry()),
        json.dumps(entry()["paper"]),
        json.dumps(entry()["paper"], indent=2),
        json.dumps({"paper": entry()["paper"], "comments": [{"title": "x"}]}),
    ):
        assert trending.DOCUMENT.matches(text)
        assert read(trending.DOCUMENT, text) == ([expected()], [])


def test_plain_lists_with_title_and_abstract() -> None:
    text = (
        '[{"title": "A", "abstract": "B", "authors": "C and D", "year": 2020, "doi": "10.1000/x"}]'
    )
    assert trending.DOCUMENT.matches(text)
    assert read(trending.DOCUMENT, text)[0] == [
        Paper(
            title="A",
            abstract="B",
            authors=("C", "D"),
            published="2020",
            doi="10.1000/x",
            source="x",
        )
    ]


@pytest.mark.parametrize(
    "text",
    [
        '{"title": "A", "abstract": "B"}',
        '{"title": "A", "abstract": "B"}\n{"title": "C", "abstract": "D"}',
        '{"title": "A", "abstract": "B", "references": [{"title": "C", "abstract": "D"}]}',
        '{"title": "A", "abstract": "' + "B " * 40_000,
        '{"title": "cut sho\n{"title": "A", "abstract": "B"}',
        '{"title": "A", "abstract": }\n{"title": "A", "abstract": "B"}',
        '{"title": "A"}\n{"title": "A", "abstract": "B"}',
        '{"name": "x", "items": [{"title": "no more"}]}',
        '{\n "name": "x",\n "version": 1\n}',
        "[1, 2]",
        '["title", "abstract"]',
        "[]",
        "[",
        "{",
        "",
        "[A note in brackets about a paper] with title and abstract",
        "{" * 1000,
        "[" * 100_000,
    ],
)
def test_other_texts_are_not_recognised(text: str) -> None:
    assert not trending.DOCUMENT.matches(text[:HEAD_BYTES])
    assert not trending.PAGE.matches(text[:HEAD_BYTES])


def test_the_snapshot_stays_json_lines(shared_data: Path) -> None:
    folder = shared_data / "exports" / "arxiv_kaggle_jsonl"
    text = (folder / "arxiv-metadata-oai-snapshot.json").read_text(encoding="utf-8")
    assert not trending.DOCUMENT.matches(text[:HEAD_BYTES])
    for path in (shared_data / "scitldr").glob("*.jsonl"):
        assert not trending.DOCUMENT.matches(path.read_text(encoding="utf-8")[:HEAD_BYTES])


def test_the_real_page_as_its_json_and_html(pairs: list[tuple[str, str]]) -> None:
    entries = [
        {"paper": {"id": f"2503.{number:05}", "title": title, "summary": abstract}}
        for number, (title, abstract) in enumerate(pairs)
    ]
    for form, text in (
        (trending.DOCUMENT, json.dumps(entries)),
        (trending.DOCUMENT, json.dumps({"dailyPapers": entries}, indent=2, ensure_ascii=False)),
        (trending.PAGE, page({"dailyPapers": entries})),
    ):
        assert form.matches(text[:HEAD_BYTES])
        papers, failures = read(form, text)
        assert failures == []
        # Their markup is what every format has taken away.
        assert papers == [
            paper_of("x", title=title, abstract=abstract, arxiv=f"2503.{number:05}")
            for number, (title, abstract) in enumerate(pairs)
        ]


def test_entries_that_are_no_papers_cost_nothing_else() -> None:
    entries = [
        entry(1),
        entry(2, summary=None),
        {"paper": {"id": "2503.00003"}},
        entry(4, title="", summary=None) | {"title": ""},
        None,
        {"title": "No paper within"},
        entry(7, title=None, authors=None, ai_keywords=None, publishedAt="soon"),
    ]
    papers, failures = read(trending.DOCUMENT, json.dumps(entries))
    assert [paper.title for paper in papers] == [
        "A title, the 1th",
        "A title, the 2th",
        "A title, the 7th",
    ]
    assert papers[1].abstract == ""
    assert papers[2].authors == ()
    assert failures == [
        Failure("x:3", "it has no title (2503.00003)"),
        Failure("x:4", "it has no title (2503.00004)"),
        Failure("x:5", "it is not an object"),
        Failure("x:6", "it has no abstract (No paper within)"),
    ]


def test_a_title_alone_in_a_list_of_papers() -> None:
    papers, failures = read(trending.DOCUMENT, '[{"title": "A", "abstract": "B."}, {"title": "C"}]')
    assert [(paper.title, paper.abstract) for paper in papers] == [("A", "B."), ("C", "")]
    assert failures == []


@pytest.mark.parametrize("form", [trending.DOCUMENT, trending.PAGE])
def test_bytes_that_are_no_text_cost_their_entry(form: Format) -> None:
    whole = json.dumps(TWO) if form is trending.DOCUMENT else page({"dailyPapers": TWO})
    papers, failures = read(form, whole.encode().replace(b"Alan", b"Al\xffn", 1))
    assert papers == [expected(2)]
    (failure,) = failures
    assert failure.where == "x:1"
    assert failure.why.startswith("it has bytes that are not text")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_byte_order_marks(encoding: str) -> None:
    text = json.dumps([entry(1, summary="Caf\u00e9 \U0001d49e")], ensure_ascii=False)
    (paper,), failures = read(trending.DOCUMENT, text.encode(encoding))
    assert (paper.abstract, failures) == ("Caf\u00e9 \U0001d49e", [])


def test_a_page_with_several_parts() -> None:
    text = page({"dailyPapers": TWO}, {"query": {}, "papers": [entry(2), entry(3)]}, "text", [])
    assert trending.PAGE.matches(text)
    assert not trending.DOCUMENT.matches(text)
    assert read(trending.PAGE, text) == ([expected(1), expected(2), expected(3)], [])


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("&quot;", "&#34;"),
        lambda text: text.replace("data-props=", "DATA-PROPS = "),
        lambda text: text.replace('data-target="Part"', ""),
        lambda text: "<!-- saved from url=(0030)https://huggingface.co/papers -->\n" + text,
        lambda text: text.replace('"', "'").replace("&quot;", '"'),
        lambda text: text[: text.index("<h3>")],
        lambda text: text[: text.index('"><h3>')],
    ],
)
def test_a_page_however_it_was_saved(change: Any) -> None:
    text = change(page({"dailyPapers": TWO}))
    assert trending.PAGE.matches(text)
    assert read(trending.PAGE, text) == ([expected(1), expected(2)], [])


@pytest.mark.parametrize(
    "text",
    [
        "<html><body><p>A page about papers.</p></body></html>",
        "<?xml version='1.0'?><feed data-props='{'></feed>",
        "A text about data-props='{' and https://huggingface.co/papers",
    ],
)
def test_other_pages_are_not_recognised(text: str) -> None:
    assert not trending.PAGE.matches(text)


def test_an_entry_may_be_deep() -> None:
    deep = json.dumps([entry(1), entry(2)]).replace("93", "[" * 900 + "]" * 900, 1)
    assert read(trending.DOCUMENT, deep) == ([expected(1), expected(2)], [])


def test_nesting_without_end() -> None:
    for text in ("[" * 100_000, '{"a":' * 100_000, "[" + "9" * 5000 + ", " + json.dumps(TWO)[1:]):
        papers, failures = read(trending.DOCUMENT, text)
        assert len(failures) >= 1
        assert len(papers) in (0, 2)


DAMAGED = [
    (trending.DOCUMENT, json.dumps([entry(number) for number in range(6)])),
    (trending.DOCUMENT, json.dumps({"dailyPapers": [entry(n) for n in range(6)]}, indent=1)),
    (trending.PAGE, page({"dailyPapers": [entry(n) for n in range(6)]}, {"x": [entry(7)]})),
]


@pytest.mark.parametrize(("form", "text"), DAMAGED)
def test_cut_files_give_what_is_whole(form: Format, text: str) -> None:
    whole, _ = read(form, text)
    previous = 0
    for end in range(1, len(text), 41):
        form.matches(text[:end])
        papers, failures = read(form, text[:end])
        assert [paper.title for paper in papers] == [p.title for p in whole[: len(papers)]]
        assert len(papers) >= previous
        assert len(failures) <= 2
        previous = len(papers)


@pytest.mark.parametrize(("form", "text"), DAMAGED)
def test_damage_costs_its_own_entry(form: Format, text: str) -> None:
    draw = random.Random(11)
    whole, _ = read(form, text)
    titles = {paper.title for paper in whole}
    # Without its name an attribute is not found.
    is_page = form is trending.PAGE
    lost = 0
    for _ in range(200):
        place = draw.randrange(text.index("dailyPapers") if is_page else 0, len(text))
        damaged = text[:place] + draw.choice('"{}[],:\\<&x\n') + text[place + 1 :]
        form.matches(damaged)
        papers, _ = read(form, damaged)
        lost = max(lost, len(titles - {paper.title for paper in papers}))
    assert lost <= 1
    for _ in range(200):
        data = bytearray(text.encode())
        for _ in range(draw.randint(1, 40)):
            data[draw.randrange(len(data))] = draw.choice(b'"{}[],:\\<&x\n')
        read(form, bytes(data))


@pytest.mark.parametrize("unit", ['{"', '{"a":{', '[{"a":"b"},', '{"paper":{"title":"', "[{", '"'])
@pytest.mark.parametrize("start", ["", "["])
def test_no_json_takes_long(unit: str, start: str) -> None:
    text = start + unit * (500_000 // len(unit))
    with hang_guard():
        trending.DOCUMENT.matches(text[:HEAD_BYTES])
        read(trending.DOCUMENT, text)


@pytest.mark.parametrize("unit", ["<a ", "<!--", ' data-props="', " data-props='{&quot;", "&", "<"])
def test_no_page_takes_long(unit: str) -> None:
    text = "<html>" + unit * (500_000 // len(unit))
    with hang_guard():
        trending.PAGE.matches(text[:HEAD_BYTES])
        read(trending.PAGE, text)
