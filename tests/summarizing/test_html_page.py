"""The page of TL;DRs: what is on it, and that nothing from a paper becomes markup."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from assistant.paper import Paper
from assistant.summarizing import TldrResult
from assistant.summarizing.html_page import tldr_page

PAPER = Paper(
    title="Sleep of cats",
    abstract="Cats sleep a lot and dream of mice.",
    authors=("Ada Lovelace",),
    published="2025-02-14",
    url="https://example.org/cats",
)
LINE = TldrResult(
    number=1,
    paper=PAPER,
    tldr="Cats sleep a lot.",
    method="generated",
    model="a model",
    prompt="a recipe",
    seconds=0.1,
    new=True,
)
VOID = {"meta", "br", "hr", "img", "link", "input"}
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><a href='javascript:alert(1)'>here</a>",
    "</cite></li></ol></style><style>*{display:none}</style>",
    "&lt;b&gt; <!-- -->",
]


def about(line: TldrResult = LINE, **changes: object) -> TldrResult:
    """`line` about the same paper with `changes`, which nothing has checked or cleaned."""
    return replace(line, paper=line.paper.model_copy(update=changes))


class Outline(HTMLParser):
    """The elements and the text of a document; fails on tags that are not balanced."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self._open: list[str] = []
        self.feed(page)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(attrs) == len(dict(attrs)), "an attribute is there twice"
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append((self._open[-1], data))

    def of(self, tag: str) -> list[str]:
        return [text for where, text in self.texts if where == tag]

    def links(self) -> list[str | None]:
        return [attributes["href"] for tag, attributes in self.tags if tag == "a"]


def test_an_entry_has_its_line_first_and_then_where_it_is_from() -> None:
    page = Outline(tldr_page([LINE], "date"))
    said = [text.strip(" ·\n") for _, text in page.texts]
    start = said.index("Cats sleep a lot.")
    assert said[start + 1 :] == ["Sleep of cats", "", "Ada Lovelace", "", "14 February 2025"]
    assert page.links() == ["#group-1", "https://example.org/cats"]
    assert page.of("h1") == ["TL;DRs"]
    assert "1 paper" in page.of("p")


def test_the_page_is_whole_in_itself() -> None:
    page = tldr_page([LINE], "date")
    found = Outline(page).tags
    policies = [tag["content"] for _, tag in found if "http-equiv" in tag]
    assert policies == ["default-src 'none'; style-src 'unsafe-inline'"]
    assert ("html", {"lang": "en"}) in found
    assert ("meta", {"charset": "utf-8"}) in found
    assert not {tag for tag, _ in found} & {"script", "link", "img", "iframe", "form", "base"}
    assert not any("src" in attributes for _, attributes in found)
    assert "url(" not in page
    assert "@import" not in page


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("group", ["topic", "date"])
def test_what_a_paper_says_never_becomes_markup(hostile: str, group: str) -> None:
    bad = about(replace(LINE, tldr=hostile), title=hostile, abstract=hostile, authors=[hostile])
    pages = [
        Outline(tldr_page([line] * 3, "topic" if group == "topic" else "date"))
        for line in (bad, about(replace(LINE, tldr="cats"), title="cats", abstract="cats"))
    ]
    assert pages[0].tags == pages[1].tags
    for tag in ("cite", "bdi", "p"):
        assert hostile in pages[0].of(tag)


def test_the_address_stays_within_its_attribute() -> None:
    url = 'https://example.org/"><script>alert(1)</script>'
    page = Outline(tldr_page([about(url=url)], "date"))
    assert page.links()[1] == "https://example.org/%22%3E%3Cscript%3Ealert%281%29%3C/script%3E"


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "javascript:alert(1)",
        "java\nscript:alert(1)",
        " javascript:alert('https://x')",
        "data:text/html,x",
        "file:///etc/passwd",
        "//example.org/x",
        "10.1000/182",
    ],
)
def test_only_the_web_is_linked_to(url: str | None) -> None:
    assert Outline(tldr_page([about(url=url)], "date")).links() == ["#group-1"]


def test_what_reorders_or_hides_is_dropped_and_every_text_has_its_own_direction() -> None:
    text = "\u202egnp.exe\u2066 \u05e9\u05dc\u05d5\u05dd"
    line = about(replace(LINE, tldr=text), title=text, authors=[text], url="https://x.org/\u202e1")
    written = tldr_page([line], "date")
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", written)
    page = Outline(written)
    assert page.of("cite") == page.of("bdi") == ["gnp.exe \u05e9\u05dc\u05d5\u05dd"]
    assert ("cite", {"dir": "auto"}) in page.tags
    assert ("p", {"dir": "auto"}) in page.tags
    assert page.links()[1] == "https://x.org/1"


def test_months_come_newest_first_then_the_bare_year_and_last_what_has_no_date() -> None:
    dates = ["2024", None, "2025-02", "2024-03-05", "2025-02-28", "soon", "2024-11", "2024-13"]
    page = Outline(tldr_page([about(published=date) for date in dates], "date"))
    names = ["February 2025", "November 2024", "March 2024", "2024", "Without a date"]
    assert page.of("h2") == names
    nav = [text for where, text in page.texts if where == "span"]
    assert nav == [part for pair in zip(names, "21113", strict=True) for part in pair]
    assert page.links()[:5] == [f"#group-{number}" for number in range(1, 6)]
    sections = [attributes.get("id") for tag, attributes in page.tags if tag == "h2"]
    assert sections == [f"group-{number}" for number in range(1, 6)]


def test_a_date_is_said_as_precisely_as_it_is_known() -> None:
    dates = ["2025-02-03", "2025-02", "2025"]
    page = Outline(tldr_page([about(published=date) for date in dates], "date"))
    assert page.of("time") == ["3 February 2025", "February 2025", "2025"]


def test_lines_out_of_the_abstract_are_marked() -> None:
    lines = [replace(LINE, method=method) for method in ("generated", "extracted")]
    page = Outline(tldr_page(lines, "date"))
    assert [text for _, text in page.texts].count("extracted") == 1
    assert page.texts[-1] == ("span", "extracted")


@pytest.mark.parametrize(
    ("authors", "said"),
    [(("A", "B", "C"), "A, B, C"), (("A", "B", "C", "D"), "A, B, C et al."), ((), None)],
)
def test_three_authors_are_named(authors: tuple[str, ...], said: str | None) -> None:
    line = about(authors=authors, published=None, url=None)
    text = "".join(text for _, text in Outline(tldr_page([line], "date")).texts)
    assert text.endswith(f"Sleep of cats · {said}" if said else "Sleep of cats")


def test_by_topic_the_groups_are_what_the_papers_are_about() -> None:
    ants = about(
        replace(LINE, tldr="Ants walk."), title="Trails of ants", abstract="Ants follow trails."
    )
    page = Outline(tldr_page([LINE, ants, LINE, ants, LINE], "topic"))
    assert [name.split(" · ")[0] for name in page.of("h2")] == ["Cats", "Ants"]
    assert page.of("cite") == ["Sleep of cats"] * 3 + ["Trails of ants"] * 2
    assert "5 papers" in page.of("p")


@pytest.mark.parametrize("group", ["topic", "date"])
def test_a_page_without_lines_says_so(group: str) -> None:
    page = Outline(tldr_page([], "topic" if group == "topic" else "date"))
    assert "There are no TL;DRs." in page.of("p")
    assert not {tag for tag, _ in page.tags} & {"nav", "h2", "ol"}
