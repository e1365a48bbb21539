"""Servers that redirect, refuse, ask for a pause, send too much or too little, or nothing."""

from __future__ import annotations

import gzip
import inspect
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest
from feeds_support import Answer, Clock, Handler, Request, Site, rss

from assistant.errors import FeedError, FeedUnreachable, FeedUnusable
from assistant.feeds import content, fetching
from assistant.feeds.fetching import Fetcher, Stopped, _translated
from assistant.feeds.updating import FeedUpdate
from assistant.library import Library, Validators
from assistant.progress import Progress

Update = Callable[[str], FeedUpdate]


def get(fetcher: Fetcher, url: str) -> bytes | None:
    return fetcher.get(url, Validators(), lambda *_: None).body


def redirect(to: str, status: int = 302) -> Answer:
    return Answer(status=status, headers={"Location": to})


# Redirects


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed(site: Site, fetcher: Fetcher, status: int) -> None:
    site.answers["/old"] = redirect("/new", status)
    site.answers["/new"] = b"here"
    assert get(fetcher, site.url("/old")) == b"here"


def test_another_host_is_announced_before_it_is_contacted(
    library: Library, site: Site, update: Update, notes: list[str]
) -> None:
    site.answers["/one.example/feed"] = redirect("https://two.example/feed?x=1")
    said: list[int] = []

    def answer(_: Request) -> bytes:
        said.append(len(notes))
        return rss("cats")

    site.answers["/two.example/feed"] = answer
    for _ in range(2):
        assert update("https://one.example/feed").error == ""
    assert said == [2, 2]
    assert notes[1:] == [
        "one.example/feed: one.example redirects to two.example, which is contacted now. Sent: the "
        "address https://two.example/feed?x=1. Nothing from your library is sent."
    ]
    assert library.feeds.all()[0].announced == ("one.example", "two.example")


@pytest.mark.parametrize(
    ("to", "why"),
    [
        ("ftp://two.example/feed", "is not followed"),
        ("file:///etc/passwd", "is not followed"),
        ("javascript:alert(1)", "is not followed|an invalid address"),
        ("//user:secret@two.example/", "is not followed"),
        ("http://[", "is not followed"),
        ("http://127.0.0.1:631/", "an address of this computer"),
        ("https://192.168.0.1/reboot", "an address of this computer or its network"),
        ("https://localhost/", "an address of this computer"),
        ("https://169.254.169.254/latest", "an address of this computer"),
        ("http://one.example/", "not encrypted"),
    ],
)
def test_redirects_that_are_not_followed(site: Site, fetcher: Fetcher, to: str, why: str) -> None:
    site.answers["/one.example/"] = redirect(to)
    with pytest.raises(FeedUnusable, match=why):
        get(fetcher, "https://one.example/")
    assert len(site.requests) == 1


def test_a_circle_ends(site: Site, fetcher: Fetcher) -> None:
    site.answers["/a"], site.answers["/b"] = redirect("/b"), redirect("/a")
    with pytest.raises(FeedUnusable, match="redirects more than 5 times"):
        get(fetcher, site.url("/a"))
    assert len(site.requests) == 6


def test_the_tag_of_the_last_address_is_sent_to_it_alone(site: Site, update: Update) -> None:
    site.answers["/old"] = redirect("/new")
    site.answers["/new"] = Answer(rss("cats"), headers={"ETag": '"1"'})
    update(site.url("/old"))
    update(site.url("/old"))
    tags = [(request.path, request.headers.get("if-none-match")) for request in site.requests]
    assert tags == [("/old", None), ("/new", None), ("/old", None), ("/new", '"1"')]


def test_cookies_last_for_one_address(site: Site, fetcher: Fetcher) -> None:
    site.answers["/a"] = Answer(status=302, headers={"Location": "/b", "Set-Cookie": "seen=1"})
    site.answers["/b"] = b"here"
    get(fetcher, site.url("/a"))
    get(fetcher, site.url("/b"))
    assert [request.headers.get("cookie") for request in site.requests] == [None, "seen=1", None]


# Pauses


def test_a_short_pause_is_waited_for(
    site: Site, fetcher: Fetcher, clock: Clock, notes: list[str]
) -> None:
    answers = iter([Answer(status=429, headers={"Retry-After": "20"}), Answer(b"here")])
    site.answers["/feed"] = lambda _: next(answers)
    assert get(fetcher, site.url("/feed")) == b"here"
    assert clock.waits == [20.0]
    assert notes == [f"{site.host} asks for a pause of 20 seconds."]


def test_a_date_is_understood_too(site: Site, fetcher: Fetcher, clock: Clock) -> None:
    at = format_datetime(clock.now() + timedelta(seconds=30), usegmt=True)
    answers = iter([Answer(status=503, headers={"Retry-After": at}), Answer(b"here")])
    site.answers["/feed"] = lambda _: next(answers)
    assert get(fetcher, site.url("/feed")) == b"here"
    assert clock.waits == [30.0]


@pytest.mark.parametrize("header", [None, "", "soon", "-5", "1.5", "٣"])
def test_a_pause_of_unknown_length_is_a_minute(
    site: Site, fetcher: Fetcher, clock: Clock, header: str | None
) -> None:
    headers = {"Retry-After": header.encode().decode("latin-1")} if header is not None else {}
    answers = iter([Answer(status=429, headers=headers), Answer(b"here")])
    site.answers["/feed"] = lambda _: next(answers)
    assert get(fetcher, site.url("/feed")) == b"here"
    assert clock.waits == [60.0]


def test_a_long_pause_is_kept_without_waiting(
    library: Library, site: Site, update: Update, clock: Clock
) -> None:
    site.answers["/feed"] = Answer(status=429, headers={"Retry-After": "7200"})
    first = update(site.url("/feed"))
    assert f"{site.host} asked not to be contacted before" in first.error
    assert not first.unusable
    site.answers["/feed"] = rss("cats")
    clock.seconds += 7_100 - 60
    assert "asked not to be contacted" in update(site.url("/feed")).error
    assert len(site.requests) == 1
    # What is left is short enough to be waited for.
    clock.seconds += 100
    assert update(site.url("/feed")).error == ""
    assert clock.waits == [pytest.approx(60)]


def test_a_host_that_only_asks_for_pauses_is_left_alone(
    site: Site, fetcher: Fetcher, clock: Clock
) -> None:
    site.answers["/feed"] = Answer(status=429, headers={"Retry-After": "1"})
    with pytest.raises(FeedUnreachable, match="asked not to be contacted"):
        get(fetcher, site.url("/feed"))
    assert len(site.requests) == 3


def test_a_pause_of_years_ends_after_a_week(
    library: Library, site: Site, update: Update, clock: Clock
) -> None:
    site.answers["/feed"] = Answer(status=503, headers={"Retry-After": "9" * 30})
    update(site.url("/feed"))
    assert library.feeds.closed_until(site.host) == clock() + 7 * 86_400


def test_a_stop_ends_a_pause(site: Site, library: Library, progress: Progress) -> None:
    site.answers["/feed"] = Answer(status=429, headers={"Retry-After": "50"})

    def wait(seconds: float) -> bool:
        progress.stop()
        return True

    with (
        Fetcher(library.feeds, lambda _: None, progress, wait=wait) as fetcher,
        pytest.raises(Stopped),
    ):
        get(fetcher, site.url("/feed"))


def test_turns_are_kept_apart_whoever_takes_them(library: Library) -> None:
    feeds = library.feeds
    assert [feeds.take_turn("a.example", 3, now) for now in (100, 100, 101, 120)] == [0, 3, 5, 0]
    assert feeds.take_turn("b.example", 3, 100) == 0
    # The clock was set back by a day.
    assert feeds.take_turn("a.example", 3, 120 - 86_400) == 0


# Refusals


@pytest.mark.parametrize(
    ("status", "error", "why"),
    [
        (400, FeedUnusable, "Check the address"),
        (401, FeedUnusable, "not give the feed to everyone"),
        (403, FeedUnusable, "not give the feed to everyone"),
        (404, FeedUnusable, "no feed at this address"),
        (410, FeedUnusable, "no feed at this address"),
        (204, FeedUnusable, "204"),
        (304, FeedUnusable, "304"),
        (302, FeedUnusable, "302"),
        (500, FeedUnreachable, "Try again later"),
        (502, FeedUnreachable, "Try again later"),
        (504, FeedUnreachable, "Try again later"),
    ],
)
def test_other_answers_are_one_line(
    site: Site, fetcher: Fetcher, status: int, error: type[FeedError], why: str
) -> None:
    site.answers["/feed"] = Answer(b"" if status in (204, 304) else b"no", status)
    with pytest.raises(error, match=why) as caught:
        get(fetcher, site.url("/feed"))
    assert str(status) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_a_service_says_about_its_refusal_is_shown(site: Site, fetcher: Fetcher) -> None:
    site.answers["/feed"] = Answer(b'{"error": "Unknown field \\u001b[31m x"}', 400)
    with pytest.raises(FeedUnusable, match=r"400 Unknown field \[31m x"):
        get(fetcher, site.url("/feed"))


def test_a_server_that_is_not_there(fetcher: Fetcher, site: Site) -> None:
    with pytest.raises(FeedUnreachable, match="cannot be reached"):
        get(fetcher, "http://127.0.0.1:9/feed")


@pytest.mark.parametrize(
    ("name", "value"), [("HTTPS_PROXY", "nonsense://x"), ("SSL_CERT_FILE", "/nowhere/ca.pem")]
)
def test_an_environment_that_cannot_be_used_is_one_line(
    library: Library,
    progress: Progress,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    value: str,
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(FeedUnreachable, match=name) as told:
        Fetcher(library.feeds, print, progress)
    assert "\n" not in str(told.value)


def test_every_error_of_the_client_is_translated() -> None:
    kinds = [
        kind
        for _, kind in inspect.getmembers(httpx, inspect.isclass)
        if issubclass(kind, httpx.TransportError | httpx.InvalidURL)
    ]
    assert len(kinds) > 10
    for kind in kinds:
        error = _translated(kind("It broke.\nBadly."), "a.example")
        assert isinstance(error, FeedUnreachable | FeedUnusable)
        assert "a.example" in str(error)
        assert "\n" not in str(error)


def test_silence_is_no_answer(library: Library, progress: Progress) -> None:
    def silent(_: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("timed out")

    with (
        Fetcher(
            library.feeds, lambda _: None, progress, transport=httpx.MockTransport(silent)
        ) as fetcher,
        pytest.raises(FeedUnreachable, match="did not answer in time"),
    ):
        get(fetcher, "http://127.0.0.1/feed")


# Bodies


def endless(handler: Handler) -> None:
    while True:
        handler.wfile.write(b"x" * 65_536)


def test_an_endless_answer_is_cut(
    site: Site, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(content, "LARGEST_BYTES", 1_048_576)
    site.answers["/feed"] = Answer(write=endless)
    with pytest.raises(FeedUnusable, match="sends more than 1 MB"):
        get(fetcher, site.url("/feed"))


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_bomb_is_unpacked_piece_by_piece(
    site: Site, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    monkeypatch.setattr(content, "LARGEST_BYTES", 1_048_576)
    zeros = bytes(64 * 1_048_576)
    packed = gzip.compress(zeros) if encoding == "gzip" else zlib.compress(zeros)
    assert len(packed) < 100_000
    site.answers["/feed"] = Answer(packed, headers={"Content-Encoding": encoding})
    with pytest.raises(FeedUnusable, match="sends more than 1 MB"):
        get(fetcher, site.url("/feed"))


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "deflate", "identity", "GZIP"])
def test_packed_answers_are_unpacked(site: Site, fetcher: Fetcher, encoding: str) -> None:
    body = rss("cats") * 20
    packings = {"deflate": zlib.compress, "identity": lambda data: data}
    packed = packings.get(encoding, gzip.compress)(body)
    site.answers["/feed"] = Answer(packed, headers={"Content-Encoding": encoding})
    assert get(fetcher, site.url("/feed")) == body


@pytest.mark.parametrize(
    ("body", "encoding", "error"),
    [
        (b"no gzip at all", "gzip", FeedUnreachable),
        (gzip.compress(b"x" * 999)[:-12], "gzip", FeedUnreachable),
        (b"x", "br", FeedUnusable),
    ],
)
def test_damaged_packing_is_one_line(
    site: Site, fetcher: Fetcher, body: bytes, encoding: str, error: type[FeedError]
) -> None:
    site.answers["/feed"] = Answer(body, headers={"Content-Encoding": encoding})
    with pytest.raises(error):
        get(fetcher, site.url("/feed"))


def test_an_answer_that_ends_too_early_is_not_imported(
    library: Library, site: Site, update: Update
) -> None:
    body = rss("cats", "dogs")
    site.answers["/feed"] = Answer(body[:-200], headers={"Content-Length": str(len(body))})
    done = update(site.url("/feed"))
    assert "connection" in done.error
    assert not done.unusable
    assert library.papers.count() == 0


def arriving(meanwhile: Callable[[], None]) -> httpx.MockTransport:
    """Answers piece by piece; `meanwhile` happens after the first."""

    def pieces() -> Iterator[bytes]:
        yield b"<rss>"
        meanwhile()
        yield b" " * 1_000

    return httpx.MockTransport(lambda _: httpx.Response(200, content=pieces()))


def test_a_slow_answer_is_given_up(library: Library, progress: Progress, clock: Clock) -> None:
    transport = arriving(lambda: setattr(clock, "seconds", clock.seconds + fetching._WHOLE_S + 1))
    slow = Fetcher(library.feeds, lambda _: None, progress, clock=clock, transport=transport)
    with slow as fetcher, pytest.raises(FeedUnreachable, match="too slow"):
        get(fetcher, "http://127.0.0.1/feed")


def test_a_stop_ends_a_download(library: Library, progress: Progress) -> None:
    transport = arriving(progress.stop)
    stopping = Fetcher(library.feeds, lambda _: None, progress, transport=transport)
    with stopping as fetcher, pytest.raises(Stopped):
        get(fetcher, "http://127.0.0.1/feed")


def test_a_date_without_a_zone_is_meant_in_utc() -> None:
    now = datetime(2026, 3, 2, 8, tzinfo=UTC)
    assert fetching._pause_s("Mon, 02 Mar 2026 08:01:00 -0000", now.timestamp()) == 60.0
    assert fetching._pause_s("Mon, 02 Mar 2026 07:00:00 GMT", now.timestamp()) == 0.0
