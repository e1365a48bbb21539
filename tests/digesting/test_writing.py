"""Digests as Markdown, HTML and mail: contents, and escaping of the text of papers."""

from __future__ import annotations

import email
import email.policy
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import Any

import pytest
from digest_support import near, stored
from markdown_it import MarkdownIt

from assistant.digesting import Digest, NewPaper, as_email, as_html, as_markdown, build_digest
from assistant.library import StoredPaper

NOW = datetime(2026, 11, 19, 7, 30, tzinfo=UTC)
AUTHORS = ("Ada Lovelace", "Grace Hopper", "Alan Turing", "Emmy Noether", "Mary Somerville")
KNOWN: dict[str, Any] = {
    "doi": "10.1000/182",
    "arxiv": "1706.03762",
    "url": "https://example.org/cats",
    "authors": AUTHORS,
    "published": "2026-11-14",
    "tags": ("nlp", "to read"),
}
STAR = stored(50, "My cats")
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "](https://evil.example) [x](javascript:alert(1))",
    "![x](https://evil.example/pixel.png)",
    "</h3></li></ul></style><style>*{display:none}</style>",
    "- - - # > 1. * ``` ~~~ | a | b |",
    "---",
    "===",
    "+ one",
    "7. seven",
    "[x]: https://evil.example",
    "&lt;b&gt; &#60;b&#62; <!-- -->",
    "two\n\n# lines\r\nBcc: eve@example.org",
    "back\\",
    "**bold** _it_ `code` ~~gone~~ $x$",
]
VOID = {"meta", "br"}


def digest_of(*papers: StoredPaper, tldr: str = "Cats sleep.") -> Digest:
    items = [NewPaper(one, near(0, n)) for n, one in enumerate(papers)]
    found = build_digest(items, [(STAR, near(0, 9))], since="2026-11-12", until="2026-11-19")
    return found.with_tldrs({one.number: tldr for one in papers})


def cats(**known: Any) -> Digest:
    papers = [stored(n, f"Sleep of cats {n}", **{**KNOWN, **known}) for n in range(1, 6)]
    return digest_of(*papers)


class Outline(HTMLParser):
    """The elements and the texts of a document; fails on tags that are not balanced."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self._open: list[str] = []
        self.feed(page)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append(data.strip())

    def links(self) -> list[str | None]:
        return [attributes["href"] for tag, attributes in self.tags if tag == "a"]


def shape(markdown: str) -> list[str]:
    """The kinds of what a Markdown program makes of a text, tables and deletions among them."""
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    found = []
    for token in parser.parse(markdown):
        found += [token.type, *(child.type for child in token.children or ())]
    # An escaped character is a piece of text of its own to some versions.
    return [kind for kind in found if kind not in {"text", "text_special"}]


def mailed(digest: Digest) -> tuple[EmailMessage, str, str]:
    """The mail as it comes out of a server, its text and its HTML."""
    sent = as_email(digest, "ada@example.org", ["grace@example.org"], NOW)
    got = email.message_from_bytes(sent.as_bytes(), policy=email.policy.default)
    assert isinstance(got, EmailMessage)
    plain, html = got.get_body(("plain",)), got.get_body(("html",))
    assert plain is not None
    assert html is not None
    return got, plain.get_content(), html.get_content()


def test_markdown_contains_all_known_fields() -> None:
    written = as_markdown(cats())
    assert written.startswith(
        "# New papers, 12 to 19 November 2026\n\n5 papers\n\n## Most relevant to you\n\n"
        "- [**Sleep of cats"
    )
    assert (
        "](https://doi.org/10.1000/182)\\\n"
        "  Ada Lovelace, Grace Hopper, Alan Turing, … +2 · 14 November 2026 · nlp · to read\\\n"
        "  Cats sleep.\\\n"
        "  *Similar to My cats*\\\n"
        "  Topic: " in written
    )
    assert written.count("Cats sleep.") == 5
    assert written.endswith("\n")


@pytest.mark.parametrize(
    ("known", "link"),
    [
        ({}, "https://doi.org/10.1000/182"),
        ({"doi": None}, "https://arxiv.org/abs/1706.03762"),
        ({"doi": None, "arxiv": None}, "https://example.org/cats"),
        ({"doi": None, "arxiv": None, "url": "javascript:alert(1)"}, None),
        ({"doi": None, "arxiv": None, "url": None}, None),
        ({"doi": '10.1/"><b>(x)'}, "https://doi.org/10.1/%22%3E%3Cb%3E%28x%29"),
    ],
)
def test_the_title_links_to_the_paper(known: dict[str, object], link: str | None) -> None:
    digest = cats(**known)
    links = Outline(as_html(digest)).links()
    assert links == ([link] * 5 if link else [])
    assert as_markdown(digest).count(f"]({link})") == (5 if link else 0)
    assert mailed(digest)[1].count(f"  {link}") == (5 if link else 0)


def test_four_authors_are_named() -> None:
    assert "Ada Lovelace, Grace Hopper, Alan Turing, Emmy Noether ·" in as_markdown(
        cats(authors=AUTHORS[:4])
    )


def test_html_has_the_same_content_and_loads_nothing() -> None:
    written = as_html(cats())
    page = Outline(written)
    assert [tag["content"] for _, tag in page.tags if "http-equiv" in tag] == [
        "default-src 'none'; style-src 'unsafe-inline'"
    ]
    assert not {tag for tag, _ in page.tags} & {"script", "link", "img", "iframe", "form", "base"}
    assert "url(" not in written
    assert "@import" not in written
    assert page.texts.count("Cats sleep.") == 5
    assert {"5 papers", "Most relevant to you", "nlp", "to read", "My cats"} <= set(page.texts)


def test_what_is_not_shown_is_counted() -> None:
    items = [NewPaper(stored(n, f"Sleep of cats {n}"), near(0, n)) for n in range(6)]
    digest = build_digest(items, until="2026-11-19", limit=2, not_grouped=1_000)
    for written in (as_markdown(digest), as_html(digest), mailed(digest)[1]):
        assert "and 4 more" in written
        assert "and 1,000 more on other topics" in written
        assert "1,006 papers" in written


@pytest.mark.parametrize(
    ("since", "until", "said"),
    [
        (None, "2026-11-19", "New papers until 19 November 2026"),
        ("2026-11-19", "2026-11-19", "New papers, 19 November 2026"),
        ("2026-11-02", "2026-11-19", "New papers, 2 to 19 November 2026"),
        ("2026-10-31", "2026-11-19", "New papers, 31 October to 19 November 2026"),
        ("2025-11-02", "2026-11-19", "New papers, 2 November 2025 to 19 November 2026"),
    ],
)
def test_the_heading_shows_the_period(since: str | None, until: str, said: str) -> None:
    assert as_markdown(build_digest([], since=since, until=until)).startswith(f"# {said}\n")


@pytest.mark.parametrize("hostile", HOSTILE)
def test_text_of_papers_never_becomes_markup(hostile: str) -> None:
    def written(text: str) -> Digest:
        known = {"authors": [text], "tags": [text], "doi": None, "arxiv": None, "url": None}
        papers = [stored(n, text, text, **known) for n in range(1, 6)]
        digest = digest_of(*papers, tldr=text)
        # A name made of such words, and such a liked paper.
        sections = tuple(replace(part, name=text) for part in digest.sections)
        for_you = tuple(
            replace(one, similar_to=stored(50, text), topic=text) for one in digest.for_you
        )
        return replace(digest, sections=sections, for_you=for_you)

    bad, good = written(hostile), written("cats")
    assert Outline(as_html(bad)).tags == Outline(as_html(good)).tags
    assert " ".join(hostile.split()) in Outline(as_html(bad)).texts
    assert shape(as_markdown(bad)) == shape(as_markdown(good))
    message, _, html = mailed(bad)
    assert message.keys() == mailed(good)[0].keys()
    assert Outline(html).tags == Outline(as_html(good)).tags


def test_a_title_with_a_trailing_backslash_stays_within_its_link() -> None:
    digest = cats(authors=())
    papers = [replace(one.stored, paper=one.stored.paper) for one in digest.shown]
    bad = digest_of(*(stored(one.number, "cats\\", doi="10.1/2") for one in papers))
    good = digest_of(*(stored(one.number, "cats", doi="10.1/2") for one in papers))
    assert shape(as_markdown(bad)) == shape(as_markdown(good))


def test_a_mail_has_text_and_html_and_no_name_of_this_machine() -> None:
    message, plain, html = mailed(cats())
    assert message.get_content_type() == "multipart/alternative"
    assert message["From"] == "ada@example.org"
    assert message["To"] == "grace@example.org"
    assert message["Date"] == "Thu, 19 Nov 2026 07:30:00 +0000"
    assert message["Message-ID"].endswith("@example.org>")
    assert message["Subject"].startswith("5 new papers: ")
    assert message["X-Unsent"] is None
    assert html.replace("\r\n", "\n") == as_html(cats())
    assert "* Sleep of cats" in plain
    assert "  Similar to: My cats" in plain


def test_a_title_cannot_inject_mail_headers() -> None:
    title = "Cats\r\nBcc: eve@example.org\n\n<b>Grüße</b> " + "x" * 500
    message, _, _ = mailed(digest_of(stored(1, title)))
    assert message["Bcc"] is None
    assert message["Subject"].startswith("1 new paper: Cats Bcc: eve@example.org <b>Grüße</b> xxx")
    assert len(message["Subject"]) < 200
    raw = as_email(digest_of(stored(1, title)), None, [], NOW).as_bytes()
    assert all(len(line) < 998 for line in raw.split(b"\r\n"))
    assert raw.isascii()


def test_a_mail_without_addresses_is_a_draft() -> None:
    message = as_email(cats(), None, [], NOW)
    assert message["X-Unsent"] == "1"
    assert message["From"] is message["To"] is message["Message-ID"] is None


def test_surrogates_and_control_characters_are_removed() -> None:
    digest = digest_of(stored(1, "Cats \ud83d and \x00 dogs"), tldr="\udcff sleep.")
    for written in (as_markdown(digest), as_html(digest), mailed(digest)[1]):
        assert "Cats and dogs" in written
        assert written.encode()
