"""Feeds of every kind are imported, only what is new, and a failing one costs only itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from feeds_support import (
    Answer,
    Clock,
    Request,
    Rerouted,
    Site,
    arxiv,
    biorxiv,
    doi,
    pubmed,
    pubmed_numbers,
    rss,
    semantic_scholar,
    title,
)

from assistant.errors import LibraryReadOnly
from assistant.feeds.fetching import Fetcher, Stopped
from assistant.feeds.updating import FeedUpdate, FeedUpdater
from assistant.library import Library
from assistant.progress import Progress

Update = Callable[[str], FeedUpdate]
ARXIV = "/export.arxiv.org/api/query"
ESEARCH = "/eutils.ncbi.nlm.nih.gov/entrez/eutils/esearch.fcgi"
EFETCH = "/eutils.ncbi.nlm.nih.gov/entrez/eutils/efetch.fcgi"
S2 = "/api.semanticscholar.org/graph/v1/paper/search/bulk"
BIORXIV = "/api.biorxiv.org/details/biorxiv"


def titles(library: Library) -> list[str]:
    return [paper.title for paper in library.papers.all()]


def test_new_papers_are_added_and_known_ones_merged(
    library: Library, site: Site, update: Update
) -> None:
    site.answers["/feed"] = rss("cats", "dogs")
    first = update(site.url("/feed"))
    assert (first.error, first.report.read, first.report.added) == ("", 2, 2)
    assert len(first.new) == 2
    site.answers["/feed"] = rss("owls", "cats", "dogs")
    second = update(site.url("/feed"))
    assert (second.report.added, second.report.unchanged) == (1, 2)
    assert [library.papers.by_number(second.new)[n].title for n in second.new] == [title("owls")]
    assert library.papers.get(doi("cats")).paper.source == first.feed.name
    assert sorted(titles(library)) == sorted(map(title, ("cats", "dogs", "owls")))


def test_a_paper_of_two_feeds_is_one_paper(library: Library, site: Site, update: Update) -> None:
    site.answers["/a"] = rss("cats")
    site.answers[S2] = semantic_scholar("cats", "dogs")
    update(site.url("/a"))
    done = update("s2:sleep")
    assert (done.error, done.report.added, done.report.merged) == ("", 1, 1)
    assert len(titles(library)) == 2


def test_an_unchanged_feed_is_not_sent_again(library: Library, site: Site, update: Update) -> None:
    def answer(request: Request) -> Answer:
        if request.headers.get("if-none-match") == '"1"':
            return Answer(status=304)
        return Answer(rss("cats"), headers={"ETag": '"1"', "Last-Modified": "Mon, 02 Mar 2026"})

    site.answers["/feed"] = answer
    assert not update(site.url("/feed")).unchanged
    again = update(site.url("/feed"))
    assert (again.error, again.unchanged, again.report.read) == ("", True, 0)
    assert site.requests[1].headers["if-modified-since"] == "Mon, 02 Mar 2026"
    assert library.feeds.all()[0].validators.etag == '"1"'
    # The third time it has changed.
    site.answers["/feed"] = Answer(rss("cats", "dogs"), headers={"ETag": '"2"'})
    third = update(site.url("/feed"))
    assert (third.unchanged, third.report.added) == (False, 1)
    assert library.feeds.all()[0].validators.etag == '"2"'
    assert library.feeds.all()[0].validators.last_modified == ""


def test_a_failure_is_recorded_and_the_next_feed_is_updated(
    library: Library, site: Site, updater: FeedUpdater
) -> None:
    site.answers["/good"] = rss("cats")
    library.feeds.add("bad", site.url("/bad"))
    library.feeds.add("good", site.url("/good"))
    bad, good = updater.update_all(library.feeds.all())
    assert "404" in bad.error
    assert bad.unusable
    assert (good.error, good.report.added) == ("", 1)
    stored = library.feeds.get("bad")
    assert stored.failure == bad.error
    assert stored.checked_at
    assert stored.succeeded_at is None
    site.answers["/bad"] = rss("dogs")
    assert updater.update(stored).error == ""
    assert library.feeds.get("bad").failure == ""


def test_the_host_is_announced_once_before_it_is_contacted(
    library: Library, site: Site, update: Update, notes: list[str]
) -> None:
    said: list[int] = []

    def answer(request: Request) -> bytes:
        said.append(len(notes))
        return arxiv("cats")

    site.answers[ARXIV] = answer
    update("arxiv:cs.CL")
    update("arxiv:cs.CL")
    assert said == [1, 1]
    assert notes == [
        "arxiv:cs.CL: Contacts export.arxiv.org. Sent: the search 'cat:cs.CL', and the name of "
        "this program. Nothing from your library is sent."
    ]
    assert library.feeds.all()[0].announced == ("export.arxiv.org",)


def test_nothing_else_is_sent(site: Site, update: Update) -> None:
    site.answers["/feed"] = rss("cats")
    update(site.url("/feed"))
    (request,) = site.requests
    assert request.headers["user-agent"] == "offline-paper-assistant"
    assert request.headers.keys() == {
        "host", "user-agent", "accept", "accept-encoding", "connection"
    }  # fmt: skip


# Services


def test_arxiv_asks_for_the_latest_papers_of_a_category(
    library: Library, site: Site, update: Update, clock: Clock
) -> None:
    site.answers[ARXIV] = arxiv("cats", "dogs", total=5_000)
    done = update("arxiv:cs.cl")
    assert (done.error, done.report.added, done.cut_off) == ("", 2, False)
    (request,) = site.requests
    assert request.query["search_query"] == "cat:cs.CL"
    assert request.query["sortBy"] == "submittedDate"
    assert library.papers.get("arxiv:2603.00001").title == title("cats")


def test_arxiv_is_read_back_to_the_papers_that_are_known(
    site: Site, update: Update, clock: Clock
) -> None:
    pages = {
        "0": arxiv("cats", total=900),
        "100": arxiv("dogs", total=900, first=2),
        "200": arxiv("cats", total=900),
        "300": arxiv("owls", total=900, first=3),
    }
    site.answers[ARXIV] = lambda request: pages[request.query["start"]]
    update("arxiv:cs.CL")
    pages["0"] = arxiv("bees", total=900, first=4)
    done = update("arxiv:cs.CL")
    assert done.report.added == 2
    assert [request.query["start"] for request in site.requests] == ["0", "0", "100", "200"]
    # arXiv asks for three seconds between two requests, also of two updates.
    assert clock.waits == [3.0, 3.0, 3.0]


@pytest.mark.parametrize(
    ("query", "search"),
    [
        ("cs.CL", "cat:cs.CL"),
        ("q-bio.nc", "cat:q-bio.NC"),
        ("cond-mat.Mtrl-Sci", "cat:cond-mat.mtrl-sci"),
        ("quant-ph", "cat:quant-ph"),
        ("math", "cat:math.*"),
        ("ti:attention AND cat:cs.LG", "ti:attention AND cat:cs.LG"),
        ("language models", "all:language AND all:models"),
    ],
)
def test_searches_of_arxiv(site: Site, update: Update, query: str, search: str) -> None:
    site.answers[ARXIV] = arxiv()
    assert update(f"arxiv:{query}").error == ""
    assert site.requests[0].query["search_query"] == search


def test_a_refused_search_of_arxiv_says_why(site: Site, update: Update, shared_data: Path) -> None:
    (file,) = (shared_data / "exports" / "arxiv_atom").glob("id_abc*.http400.xml")
    site.answers[ARXIV] = Answer(file.read_bytes(), 400)
    error = update("arxiv:cs.CL").error
    assert error == (
        "export.arxiv.org answered '400 incorrect id format for abc'. Check the address."
    )


def test_pubmed_is_searched_and_its_papers_fetched(
    library: Library, site: Site, update: Update, clock: Clock
) -> None:
    site.answers[ESEARCH] = pubmed_numbers(11, 12)
    site.answers[EFETCH] = pubmed(11, 12)
    done = update("pubmed:asthma AND children")
    assert (done.error, done.report.added) == ("", 2)
    search, fetch = site.requests
    assert search.query["term"] == "asthma AND children"
    assert (search.query["mindate"], search.query["maxdate"]) == ("2026/01/31", "2026/03/02")
    assert fetch.query["id"] == "11,12"
    assert library.papers.get("pmid:11").title == title("patient 11")
    assert clock.waits == [pytest.approx(0.34)]
    clock.seconds += 86_400
    site.answers[ESEARCH] = pubmed_numbers()
    assert update("pubmed:asthma AND children").error == ""
    assert site.requests[-1].query["mindate"] == "2026/02/28"


def test_pubmed_with_real_records(site: Site, update: Update, shared_data: Path) -> None:
    site.answers[ESEARCH] = pubmed_numbers(1)
    body = (shared_data / "exports" / "medline_biopython" / "pubmed1.xml").read_bytes()
    site.answers[EFETCH] = body
    done = update("pubmed:x")
    assert done.error == ""
    assert done.report.added > 0


def test_pubmed_reads_all_pages(site: Site, update: Update) -> None:
    pages = {"0": pubmed_numbers(1, count=150), "100": pubmed_numbers(2, count=150)}
    site.answers[ESEARCH] = lambda request: pages[request.query["retstart"]]
    site.answers[EFETCH] = lambda request: pubmed(int(request.query["id"]))
    assert update("pubmed:x").report.added == 2


def test_pubmed_explains_an_error(site: Site, update: Update) -> None:
    site.answers[ESEARCH] = b'{"esearchresult": {"ERROR": "Search Backend failed: quotes"}}'
    assert update("pubmed:x").error == (
        "PubMed answered with an error: Search Backend failed: quotes."
    )


def test_biorxiv_reads_all_days_since_the_last_update(
    library: Library, site: Site, update: Update, clock: Clock
) -> None:
    first = f"{BIORXIV}/2026-02-23/2026-03-02/0/json"
    site.answers[first] = biorxiv("cats", total=2)
    site.answers[first.replace("/0/", "/1/")] = biorxiv("dogs", total=2, cursor=1)
    done = update("biorxiv:Cell Biology")
    assert (done.error, done.report.added) == ("", 2)
    assert site.requests[0].query == {"category": "cell_biology"}
    assert library.papers.get("10.1101/cats").title == title("cats")
    clock.seconds += 86_400
    site.answers[f"{BIORXIV}/2026-02-28/2026-03-03/0/json"] = biorxiv()
    again = update("biorxiv:Cell Biology")
    assert (again.error, again.report.read) == ("", 0)


def test_medrxiv_is_asked_at_its_own_address(site: Site, update: Update) -> None:
    site.answers["/api.biorxiv.org/details/medrxiv/2026-02-23/2026-03-02/0/json"] = biorxiv("cats")
    assert update("medrxiv:epidemiology").report.added == 1


def test_semantic_scholar_is_read_page_after_page(
    library: Library, site: Site, update: Update
) -> None:
    def answer(request: Request) -> bytes:
        if "token" in request.query:
            return semantic_scholar("cats", "dogs", "owls")
        return semantic_scholar("cats", "dogs", token="abc")

    site.answers[S2] = answer
    done = update("s2:sleep of animals")
    assert (done.error, done.report.added) == ("", 3)
    assert site.requests[0].query["query"] == "sleep of animals"
    assert site.requests[0].query["publicationDateOrYear"] == "2026-01-31:"
    assert library.papers.get(doi("cats")).paper.authors == ("Ada Lovelace",)


def test_an_answer_without_papers_is_no_failure(site: Site, update: Update) -> None:
    site.answers[S2] = semantic_scholar()
    site.answers[ARXIV] = arxiv()
    site.answers["/feed"] = rss()
    for address in ("s2:x", "arxiv:cs.CL", site.url("/feed")):
        done = update(address)
        assert (done.error, done.report.read, done.new) == ("", 0, [])


def test_one_update_has_a_limit_and_says_so(site: Site, update: Update) -> None:
    count = iter(range(1, 10_000))
    site.answers[ARXIV] = lambda _: arxiv(f"cat {(n := next(count))}", total=9_000, first=n)
    assert not update("arxiv:cs.CL").cut_off
    done = update("arxiv:cs.CL")
    assert (done.cut_off, done.report.added) == (True, 10)


@pytest.mark.parametrize(
    ("address", "path"), [("pubmed:x", ESEARCH), ("s2:x", S2), ("biorxiv:x", "")]
)
def test_a_service_that_answers_nonsense_is_one_line(
    site: Site, update: Update, address: str, path: str
) -> None:
    site.answers[path or f"{BIORXIV}/2026-02-23/2026-03-02/0/json"] = b"<html>Sorry</html>"
    done = update(address)
    assert "did not answer as it should" in done.error
    assert "\n" not in done.error


# Stops and failures in the middle


def test_a_stop_between_pages_keeps_what_came(
    library: Library, site: Site, update: Update, progress: Progress
) -> None:
    def answer(request: Request) -> bytes:
        if request.query["retstart"] == "0":
            return pubmed_numbers(1, count=150)
        progress.stop()
        return pubmed_numbers(2, count=150)

    site.answers[ESEARCH] = answer
    site.answers[EFETCH] = pubmed(1)
    with pytest.raises(Stopped):
        update("pubmed:x")
    assert titles(library) == [title("patient 1")]
    assert library.feeds.all()[0].succeeded_at is None


def test_what_a_stopped_update_left_out_comes_with_the_next(
    library: Library, site: Site, update: Update, progress: Progress
) -> None:
    pages = {
        "0": arxiv("cats", total=300),
        "100": arxiv("dogs", total=300, first=2),
        "200": arxiv("owls", total=300, first=3),
    }

    def answer(request: Request) -> bytes:
        if request.query["start"] == "100":
            progress.stop()
        return pages[request.query["start"]]

    site.answers[ARXIV] = answer
    update("arxiv:cs.CL")
    pages["0"] = arxiv("bees", total=300, first=4)
    with pytest.raises(Stopped):
        update("arxiv:cs.CL")
    assert sorted(titles(library)) == sorted(map(title, ("cats", "bees")))
    assert "stopped before it was complete" in library.feeds.all()[0].failure
    # Everything on its first page is known now.
    site.answers[ARXIV] = lambda request: pages[request.query["start"]]
    clock = Clock()
    with Fetcher(
        library.feeds,
        print,
        Progress(),
        clock=clock,
        wait=clock.wait,
        transport=Rerouted(site),
    ) as fetcher:
        again = FeedUpdater(library, fetcher, print, Progress(), clock.now)
        assert again.update(library.feeds.all()[0]).report.added == 2
    assert library.feeds.all()[0].failure == ""
    assert sorted(titles(library)) == sorted(map(title, ("bees", "cats", "dogs", "owls")))


def test_papers_before_a_failure_stay(library: Library, site: Site, update: Update) -> None:
    pages: dict[str, Answer | bytes] = {
        "0": pubmed_numbers(1, count=150),
        "100": Answer(status=500),
    }
    site.answers[ESEARCH] = lambda request: pages[request.query["retstart"]]
    site.answers[EFETCH] = pubmed(1)
    done = update("pubmed:x")
    assert "500" in done.error
    assert not done.unusable
    assert len(done.new) == 1
    assert library.feeds.all()[0].succeeded_at is None


def test_a_library_that_cannot_be_written_contacts_nothing(
    library: Library, site: Site, update: Update, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.answers["/feed"] = rss("cats")
    library.feeds.add("x", site.url("/feed"))
    monkeypatch.setattr(library._database, "_refusal", LibraryReadOnly("It cannot be written."))
    with pytest.raises(LibraryReadOnly):
        update(site.url("/feed"))
    assert site.requests == []


# A week


def test_a_week_of_real_updates(
    library: Library, site: Site, update: Update, shared_data: Path, clock: Clock
) -> None:
    folder = shared_data / "exports" / "arxiv_atom"
    days = [
        next(folder.glob(f"q_testing_s{start}_m{size}_*.xml"))
        for start, size in ((0, 10), (5, 10), (9, 15), (20, 10), (20, 10), (30, 10), (40, 10))
    ]
    added = []
    for day in days:
        body = day.read_bytes()
        site.answers["/daily"] = body
        done = update(site.url("/daily"))
        assert (done.error, done.failures) == ("", [])
        added.append(len(done.new))
        clock.seconds += 86_400
    assert added[0] == 10
    assert added[4] == 0
    assert 0 < added[1] < 10
    assert sum(added) == library.papers.count() == len(set(titles(library)))
