"""What is no feed is one clear line; what is damaged gives the papers before the damage."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable

import pytest
from feeds_support import Answer, Site, arxiv, rss, title
from source_support import PROBABLE

from assistant.feeds.updating import FeedUpdate
from assistant.library import Library

Update = Callable[[str], FeedUpdate]

PAGE = b"""<!DOCTYPE html><html><head><title>Journal of Sleep</title>
<link rel="stylesheet" href="/style.css">
<link rel="alternate" type="application/rss+xml" href="/rss?a=1&amp;b=2" title="Latest"></head>
<body><h1>Journal of Sleep</h1><p>Welcome to our journal.</p></body></html>"""


def zipped(body: bytes) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("inner.xml", body)
    return archive.getvalue()


def test_a_web_page_names_the_feed_that_it_links_to(site: Site, update: Update) -> None:
    site.answers["/"] = PAGE
    done = update(site.url("/"))
    assert done.error == (
        "The address is that of a web page, not of a feed. The page names this feed: "
        f"{site.url('/rss?a=1&b=2')}."
    )
    assert done.unusable


@pytest.mark.parametrize(
    "page",
    [
        PAGE.replace(b"application/rss+xml", b"text/css"),
        b"<html><body>Please log in.</body></html>",
        b"<html><head><title>Error</title></head><body><h1>It failed</h1></body></html>",
        "\ufeff<!doctype html><p>Verify you are human</p>".encode(),
    ],
)
def test_a_web_page_without_one_says_what_to_give(site: Site, update: Update, page: bytes) -> None:
    site.answers["/"] = page
    error = update(site.url("/")).error
    assert error.startswith("The address is that of a web page, not of a feed.")
    assert "RSS" in error
    assert "\n" not in error


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "empty"),
        (b" \n ", "empty"),
        (b"Dear all,\nwe meet on Monday and bring cake.\n", "no papers"),
        (PROBABLE.encode(), "no papers"),
        (b'{"ok": true}', "no papers"),
        (b"[]", "no papers"),
        (bytes(range(256)) * 20, "no papers"),
        (
            b'<?xml version="1.0"?><urlset><url><loc>https://x.example</loc></url></urlset>',
            "no papers",
        ),
        (
            b'<rss version="2.0"><channel><item><title>Episode 3: cats</title>'
            b'<enclosure url="https://x.example/3.mp3"/></item></channel></rss>',
            "no papers",
        ),
    ],
)
def test_what_is_no_feed_of_papers_is_one_line(
    library: Library, site: Site, update: Update, body: bytes, why: str
) -> None:
    site.answers["/x"] = body
    done = update(site.url("/x"))
    assert why in done.error
    assert "\n" not in done.error
    assert done.unusable
    assert library.papers.count() == 0


@pytest.mark.parametrize("body", [rss("cats", "dogs"), arxiv("cats", "dogs")])
def test_a_feed_that_is_cut_gives_what_is_whole_and_comes_again(
    library: Library, site: Site, update: Update, body: bytes
) -> None:
    site.answers["/x"] = Answer(body[:-120], headers={"ETag": '"1"'})
    done = update(site.url("/x"))
    assert done.error == ""
    assert [paper.title for paper in library.papers.all()] == [title("cats")]
    assert len(done.failures) == 1
    # The tag is not kept, so that the rest is asked for.
    site.answers["/x"] = Answer(body, headers={"ETag": '"1"'})
    assert update(site.url("/x")).report.added == 1
    assert "if-none-match" not in site.requests[-1].headers


@pytest.mark.parametrize(
    "encoded",
    [
        rss("cats").replace(b"Ada Lovelace", "Zoë Müller".encode("cp1252")).replace(b"UTF-8", b"x"),
        rss("cats")
        .replace(b"Ada Lovelace", "Zoë Müller".encode("latin-1"))
        .replace(b"UTF-8", b"ISO-8859-1"),
        rss("cats").replace(b"Ada Lovelace", "Zoë Müller".encode("cp1252")),
        rss("cats").replace(b"Ada Lovelace", "Zoë Müller".encode()).replace(b"UTF-8", b"us-ascii"),
        rss("cats").replace(b"Ada Lovelace", "Zoë Müller".encode()).decode().encode("utf-16"),
    ],
)
def test_wrong_encodings(library: Library, site: Site, update: Update, encoded: bytes) -> None:
    site.answers["/x"] = encoded
    done = update(site.url("/x"))
    titles = [paper.title for paper in library.papers.all()]
    if titles:
        assert titles == [title("cats")]
        (paper,) = library.papers.all()
        assert paper.paper.authors == ("Zoë Müller",)
    else:
        assert done.error
        assert "\n" not in done.error


def test_entities_that_grow_are_refused(library: Library, site: Site, update: Update) -> None:
    bomb = '<!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
    site.answers["/x"] = rss("cats").replace(b"<rss", f"{bomb}<rss".encode())
    assert update(site.url("/x")).error
    assert library.papers.count() == 0


@pytest.mark.parametrize("pack", [gzip.compress, zipped])
def test_packed_files_have_the_name_of_the_feed(
    library: Library, site: Site, update: Update, pack: Callable[[bytes], bytes]
) -> None:
    site.answers["/x"] = pack(rss("cats"))
    done = update(site.url("/x"))
    assert (done.error, len(done.new)) == ("", 1)
    (paper,) = library.papers.all()
    assert paper.paper.source == done.feed.name


def test_a_packed_bomb_is_refused(library: Library, site: Site, update: Update) -> None:
    site.answers["/x"] = gzip.compress(b"<rss>" + b" " * (128 * 1_048_576))
    done = update(site.url("/x"))
    assert done.error
    assert library.papers.count() == 0


def test_other_files_of_papers_are_feeds_too(library: Library, site: Site, update: Update) -> None:
    site.answers["/papers.bib"] = (
        b"@article{a, title={On the sleep of cats}, author={Ada Lovelace}, year={2026}, "
        b"doi={10.1/a}}"
    )
    assert update(site.url("/papers.bib")).report.added == 1
