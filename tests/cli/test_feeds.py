"""`feed`: add, list, remove, update and watch, with a site on loopback."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_support import Run
from feeds_support import Answer, Site, doi, rss, serving, title

from assistant.library import Library
from assistant.models import GenerationRequest
from assistant.settings import load_settings


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as running:
        yield running


@pytest.fixture
def feed(run: Run, site: Site) -> Site:
    """A feed of two papers was added and updated."""
    site.answers["/feed"] = rss("cats", "dogs")
    assert run("feed", "add", site.url("/feed"), "--name", "sleep").exit_code == 0
    return site


def test_a_feed_is_announced_added_and_imported(run: Run, site: Site) -> None:
    site.answers["/feed"] = rss("cats", "dogs")
    result = run("feed", "add", site.url("/feed"))
    assert result.exit_code == 0
    assert result.stderr == (
        f"127.0.0.1/feed: Contacts {site.host}. Sent: the address {site.url('/feed')}, and the "
        "name of this program. Nothing from your library is sent.\n"
    )
    assert result.stdout == (
        "127.0.0.1/feed: 2 papers read: 2 new, 0 merged, 0 unchanged.\n"
        "2 new papers:\n"
        f"  {title('cats')}  doi:{doi('cats')}\n"
        f"  {title('dogs')}  doi:{doi('dogs')}\n"
    )
    with Library.open(load_settings().library, None) as library:
        assert library.vectors.rows.missing() == 0


def test_an_address_without_a_feed_is_not_added(run: Run, site: Site) -> None:
    site.answers["/"] = b"<!doctype html><html><body>Hello</body></html>"
    result = run("feed", "add", site.url("/"))
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.splitlines()[1:] == [
        "Error: 127.0.0.1: The address is that of a web page, not of a feed. Give the address of "
        "an RSS or Atom feed, often linked on the page as RSS.",
        "The feed was not added.",
    ]
    assert run("feed", "list").stderr == (
        "There are no feeds. Add one with `assistant feed add`.\n"
    )


def test_a_server_that_fails_now_is_tried_again(run: Run, site: Site) -> None:
    site.answers["/feed"] = Answer(status=500)
    result = run("feed", "add", site.url("/feed"))
    assert result.exit_code == 1
    assert result.stderr.endswith("The feed was added; `assistant feed update` tries it again.\n")
    assert "500" in run("feed", "list").stdout
    site.answers["/feed"] = rss("cats")
    assert run("feed", "update").exit_code == 0
    assert "500" not in run("feed", "list").stdout


def test_nothing_is_contacted_with_no_update(run: Run, site: Site) -> None:
    result = run("feed", "add", site.url("/feed"), "--no-update")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "Added 127.0.0.1/feed. Nothing was contacted.\n"
    again = run("feed", "add", site.url("/feed?x=1"), "--no-update")
    assert again.stdout == "Added 127.0.0.1/feed 2. Nothing was contacted.\n"
    for command in (
        ("list",),
        ("watch",),
        ("watch", "on"),
        ("watch", "off"),
        ("remove", "127.0.0.1/feed"),
    ):
        assert run("feed", *command).exit_code == 0
    assert site.requests == []


def test_without_these_commands_nothing_is_contacted(
    run: Run, feed: Site, filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[object] = []

    def refuse(*given: object, **_: object) -> None:
        tried.append(given)
        raise OSError("No network in this test.")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    asked = len(feed.requests)
    commands: list[list[str | Path]] = [
        ["import", filled], ["ask", "Who sleeps?"], ["search", "sleep"], ["list"], ["digest"],
        ["digest", "--feed"], ["tldr"], ["status"], ["stats"], ["check"], ["embed"],
        ["feed", "list"], ["feed", "watch", "on"], ["feed", "watch"], ["feed", "watch", "off"],
        ["feed", "add", "arxiv:cs.CL", "--no-update"], ["feed", "remove", "arxiv:cs.CL"],
    ]  # fmt: skip
    for command in commands:
        assert run(*command).exit_code == 0, command
    assert tried == []
    # These do, and say in one line that they cannot.
    result = run("feed", "update")
    assert result.exit_code == 1
    assert len(tried) > 0
    assert result.stderr.startswith(f"Error: sleep: {feed.host} cannot be reached")
    assert result.stderr.count("\n") == 1
    assert len(feed.requests) == asked


def test_a_feed_is_added_once(run: Run, feed: Site) -> None:
    again = run("feed", "add", feed.url("/feed"))
    assert (again.exit_code, again.stdout) == (2, "")
    assert "is a feed already, called sleep" in again.stderr
    other = run("feed", "add", feed.url("/other"), "--name", "Sleep")
    assert (other.exit_code, other.stdout) == (2, "")
    assert "Another feed is called sleep" in other.stderr


def test_feeds_are_listed(run: Run, feed: Site) -> None:
    result = run("feed", "list")
    assert result.exit_code == 0
    first, second = result.stdout.splitlines()
    assert first.startswith("sleep  2 papers, updated on 20")
    assert second == f"  {feed.url('/feed')}"
    assert "only by `assistant feed update`" in result.stderr
    (row,) = json.loads(run("feed", "list", "--json").stdout)
    assert (row["name"], row["papers"], row["failure"]) == ("sleep", 2, "")


def test_a_removed_feed_leaves_its_papers(run: Run, feed: Site) -> None:
    assert run("feed", "remove", "SLEEP").stdout == (
        "Removed the feed sleep. Its papers stay in the library.\n"
    )
    assert run("list").stdout.count(title("")) == 2
    gone = run("feed", "remove", "sleep")
    assert gone.exit_code == 1
    assert "No feed is called 'sleep'" in gone.stderr


def test_an_update_imports_what_is_new_and_a_failing_feed_costs_itself(
    run: Run, feed: Site
) -> None:
    feed.answers["/other"] = rss("newts")
    run("feed", "add", feed.url("/other"), "--name", "other")
    feed.answers["/feed"] = Answer(status=404)
    feed.answers["/other"] = rss("newts", "owls")
    result = run("feed", "update")
    assert result.exit_code == 1
    assert result.stderr == (
        f"Error: sleep: {feed.host} answered '404 Not Found': there is no feed at this address.\n"
    )
    assert result.stdout.startswith("other: 2 papers read: 1 new, 0 merged, 1 unchanged.\n")
    assert title("owls") in result.stdout
    assert title("newts") not in result.stdout
    assert run("feed", "update", "other").exit_code == 0


def test_papers_like_starred_ones_come_first(run: Run, feed: Site) -> None:
    assert run("tag", "star", doi("cats")).exit_code == 0
    feed.answers["/feed"] = rss("bees and ants", "cats and lions")
    lines = run("feed", "update").stdout.splitlines()
    assert lines[1] == "2 new papers:"
    assert title("cats and lions") in lines[2]
    assert lines[3] == f"    similar to {title('cats')}"
    (row,) = json.loads(run("feed", "update", "--json").stdout)
    assert (row["read"], row["added"], row["new"]) == (2, 0, [])
    feed.answers["/feed"] = rss("lions and cats")
    (row,) = json.loads(run("feed", "update", "--json").stdout)
    assert row["new"][0]["similar_to"] == f"doi:{doi('cats')}"
    assert row["new"][0]["similarity"] > 0.5


def test_an_empty_answer_is_nothing_new(run: Run, feed: Site) -> None:
    feed.answers["/feed"] = rss()
    result = run("feed", "update")
    assert (result.exit_code, result.stdout) == (0, "sleep: nothing new.\n")


def test_many_new_papers_are_counted(run: Run, feed: Site) -> None:
    feed.answers["/feed"] = rss(*(f"animal {n}" for n in range(25)))
    result = run("feed", "update")
    assert result.stdout.count("doi:") == 10
    assert result.stdout.endswith("  and 15 more; `assistant digest --feed` shows them by topic\n")


def test_tldrs_are_written_if_asked_for(
    run: Run, feed: Site, requests: list[GenerationRequest]
) -> None:
    feed.answers["/feed"] = rss("owls")
    run("feed", "update")
    assert requests == []
    feed.answers["/feed"] = rss("bees")
    assert run("feed", "update", "--tldr").exit_code == 0
    assert len(requests) == 1


def test_damage_is_reported_with_its_place(run: Run, feed: Site) -> None:
    feed.answers["/feed"] = rss("bees", "ants")[:-150]
    result = run("feed", "update")
    assert result.exit_code == 0
    assert result.stderr.startswith("Not read: sleep:1: ")
    assert "1 record could not be read" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["add", "cs.CL"], "is not the address of a feed"),
        (["add", "arxiv:cs.CL", "--name", " "], "needs a name"),
        (["add", "arxiv:cs.CL", "--name", "x" * 101], "needs a name"),
        (["update"], "There are no feeds"),
        (["watch", "on", "--every", "1m"], "between 1h and 4w"),
        (["watch", "--every", "6h"], "goes with on"),
        (["watch", "perhaps"], "on"),
    ],
)
def test_wrong_use_is_explained(run: Run, arguments: list[str], why: str) -> None:
    result = run("feed", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert why in result.stderr
    assert run("feed", "list", "--json").stdout == "[]\n"


def test_the_schedule_says_what_it_will_contact(run: Run, feed: Site) -> None:
    off = run("feed", "watch")
    assert off.stdout.startswith("The schedule is off.")
    run("feed", "add", "arxiv:cs.CL", "--no-update")
    on = run("feed", "watch", "on", "--every", "1d")
    assert on.stdout == "While `assistant serve` runs, feeds are updated every day.\n"
    assert on.stderr.splitlines()[1].startswith("arxiv:cs.CL: Contacts export.arxiv.org. Sent: ")
    assert run("feed", "watch").stdout == on.stdout
    assert run("feed", "list").stderr == on.stdout
    assert run("feed", "watch", "off").stdout == off.stdout


def test_the_digest_of_feeds_has_what_they_brought_since_the_last_one(
    run: Run, feed: Site, tmp_path: Path
) -> None:
    other = tmp_path / "mine.jsonl"
    other.write_text(
        json.dumps({"title": title("newts"), "abstract": "We show that newts sleep."}), "utf-8"
    )
    assert run("import", other).exit_code == 0
    first = run("digest", "--feed")
    assert first.stderr == "This is the first digest of your feeds; it covers 7 days.\n"
    assert title("cats") in first.stdout
    assert title("newts") not in first.stdout
    assert run("digest", "--feed").stderr.startswith("Nothing is new from your feeds since ")
    # Other digests are counted by themselves.
    everything = run("digest").stdout
    assert title("cats") in everything
    assert title("newts") in everything
    feed.answers["/feed"] = rss("owls", "cats")
    run("feed", "update")
    second = run("digest", "--feed").stdout
    assert title("owls") in second
    assert title("cats") not in second


def test_a_digest_of_feeds_needs_feeds(run: Run) -> None:
    result = run("digest", "--feed")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "feed add" in result.stderr
