"""Which requests reach the page."""

from __future__ import annotations

from pathlib import Path

import pytest
from asgi_support import Page, request
from starlette.requests import Request

from assistant.web.revisions import PATH as NEWS
from assistant.web.serving.login import LoginPage
from assistant.web.serving.request_guard import RequestGuard, refusal
from assistant.web.serving.users import Users, write_users


def is_refused(method: str, path: str, *more: tuple[str, str], **headers: str) -> bool:
    given = [*((name.replace("_", "-"), value) for name, value in headers.items()), *more]
    raw = [(name.encode(), value.encode()) for name, value in given]
    return (
        refusal(Request({"type": "http", "method": method, "path": path, "headers": raw}))
        is not None
    )


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:7860", "localhost:7860", "[::1]:7860"])
def test_this_computer_is_let_in(host: str) -> None:
    assert not is_refused("GET", "/", host=host)
    assert not is_refused("POST", "/gradio_api/queue/join", host=host, origin=f"http://{host}")


@pytest.mark.parametrize(
    "host",
    [
        "evil.test",
        "evil.test:7860",
        "127.0.0.1.evil.test",
        "localhost@evil.test",
        "0.0.0.0:7860",
        "",
    ],
)
def test_another_name_for_this_computer_is_refused(host: str) -> None:
    assert is_refused("GET", "/", host=host)


def test_no_host_or_two_are_refused() -> None:
    assert is_refused("GET", "/")
    assert is_refused("GET", "/", ("host", "127.0.0.1"), ("host", "evil.test"))


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.test",
        "null",
        "https://127.0.0.1:7860",
        "http://127.0.0.1:9999",
        "http://localhost:7860",
    ],
)
def test_the_page_of_another_site_is_refused(origin: str) -> None:
    for method in ("POST", "GET"):
        assert is_refused(method, "/gradio_api/upload", host="127.0.0.1:7860", origin=origin)


def test_another_site_may_link_to_the_page_and_nothing_else() -> None:
    link = {
        "host": "127.0.0.1:7860",
        "sec_fetch_site": "cross-site",
        "sec_fetch_mode": "navigate",
        "sec_fetch_dest": "document",
    }
    assert not is_refused("GET", "/", **link)
    assert is_refused("POST", "/", **link)
    assert is_refused("GET", "/config", **link)
    assert is_refused("GET", "/", **{**link, "sec_fetch_dest": "iframe"})
    assert is_refused("GET", "/", **{**link, "sec_fetch_mode": "no-cors"})
    # A page of another server on this computer is another site as well.
    assert is_refused("GET", "/config", **{**link, "sec_fetch_site": "same-site"})


@pytest.mark.parametrize(
    "path",
    [
        "/docs",
        "/openapi.json",
        "/monitoring",
        "/gradio_api/info",
        "/gradio_api/openapi.json",
        "/gradio_api/file=/etc/passwd",
        "/gradio_api/proxy=https://evil.test/",
        "/gradio_api/vibe-edit",
        "/gradio_api/runs",
        "/login",
        "/logout",
    ],
)
def test_what_the_page_does_not_use_is_not_there(path: str) -> None:
    page = Page()
    got = request(RequestGuard(page), "GET", path)
    assert (got.status, got.body) == (404, "There is nothing here.")
    assert page.scopes == []


def test_what_the_page_uses_is_handed_on_with_our_headers() -> None:
    page = Page()
    got = request(RequestGuard(page), "GET", "/", x_forwarded_host="evil.test", cookie="a=b")
    assert (got.status, got.body) == (200, "the page")
    assert got.headers["x-frame-options"] == "DENY"
    assert "cache-control" not in got.headers
    # Gradio would make its addresses of it.
    names = [name for name, _ in page.scopes[0]["headers"]]
    assert names == [b"host", b"content-type", b"cookie"]


def test_news_are_for_the_page_and_for_who_has_logged_in(shared: RequestGuard) -> None:
    assert request(RequestGuard(Page()), "GET", NEWS).body == "the page"
    assert request(RequestGuard(Page()), "GET", NEWS, host="evil.test").status == 403
    assert request(RequestGuard(Page()), "GET", NEWS, sec_fetch_site="cross-site").status == 403
    assert request(shared, "GET", NEWS).status == 401


@pytest.fixture
def shared(tmp_path: Path) -> RequestGuard:
    """The guard of a page on which people log in, which answers to more names."""
    file = tmp_path / "users.txt"
    write_users(file, {"ann": f"scrypt$2$1$1${'A' * 22}==${'A' * 43}="})
    return RequestGuard(
        Page(), LoginPage(Users(file), 7860), ["Papers.example.org", "vm", "vm.local"]
    )


@pytest.mark.parametrize(
    ("host", "server", "let_in"),
    [
        ("127.0.0.1:7860", "127.0.0.1", True),
        ("localhost", "127.0.0.1", True),
        ("papers.example.org", "127.0.0.1", True),
        ("PAPERS.example.org:443", "127.0.0.1", True),
        ("vm:7860", "192.168.1.5", True),
        ("vm.local:7860", "192.168.1.5", True),
        ("192.168.1.5:7860", "192.168.1.5", True),
        ("192.168.1.5:7860", "::ffff:192.168.1.5", True),
        ("[fd00::2]:7860", "fd00::2", True),
        ("[FD00:0::2]:7860", "fd00::2", True),
        ("192.168.1.6:7860", "192.168.1.5", False),
        ("0.0.0.0:7860", "192.168.1.5", False),
        ("[fd00::3]:7860", "fd00::2", False),
        ("evil.test:7860", "192.168.1.5", False),
        ("papers.example.org.evil.test", "127.0.0.1", False),
        ("evil-papers.example.org", "127.0.0.1", False),
        ("papers.example.org@evil.test", "127.0.0.1", False),
        ("vm:7860:7860", "127.0.0.1", False),
        ("", "127.0.0.1", False),
    ],
)
def test_the_names_that_a_shared_page_answers_to(
    shared: RequestGuard, host: str, server: str, let_in: bool
) -> None:
    got = request(shared, "GET", "/", host=host, server=server)
    # Nobody is logged in.
    assert got.status == (401 if let_in else 403)
    assert ("Password" in got.body) == let_in


@pytest.mark.parametrize(
    ("origin", "let_in"),
    [
        ("http://vm:7860", True),
        ("https://vm:7860", True),
        ("HTTP://VM:7860", True),
        ("http://vm", False),
        ("http://vm.local:7860", False),
        ("http://127.0.0.1:7860", False),
        ("http://evil.test", False),
        ("null", False),
        ("", False),
    ],
)
@pytest.mark.parametrize("path", ["/login", "/logout", "/", "/gradio_api/queue/join"])
def test_the_origins_from_which_a_shared_page_is_used(
    shared: RequestGuard, path: str, origin: str, let_in: bool
) -> None:
    got = request(shared, "POST", path, host="vm:7860", origin=origin)
    assert (got.status != 403) == let_in


def test_names_of_a_shared_page_are_not_those_of_one_without_log_in() -> None:
    guard = RequestGuard(Page(), None, ["vm"])
    assert request(guard, "GET", "/", host="vm:7860").status == 403
    assert request(guard, "GET", "/", host="192.168.1.5", server="192.168.1.5").status == 403


@pytest.mark.parametrize(
    ("path", "query", "leads_to"),
    [
        ("/chat/12", "", "/?at=%2Fchat%2F12"),
        ("/papers/34", "", "/?at=%2Fpapers%2F34"),
        ("/library", "q=owls+%26+cats", "/?at=%2Flibrary%3Fq%3Dowls%2B%2526%2Bcats"),
        ("/settings", "__theme=dark", "/?at=%2Fsettings%3F__theme%3Ddark&__theme=dark"),
        ("/chat/x", "", None),
        ("/chat/1/2", "", None),
        ("//evil.test/chat/1", "", None),
    ],
)
def test_addresses_of_places_lead_to_the_page(path: str, query: str, leads_to: str | None) -> None:
    page = Page()
    got = request(RequestGuard(page), "GET", path, query=query)
    if leads_to is None:
        assert got.status == 404
    else:
        assert (got.status, got.headers["location"]) == (307, leads_to)
    assert page.scopes == []


def test_other_sites_may_link_to_a_place() -> None:
    opens = {"sec_fetch_site": "cross-site", "sec_fetch_mode": "navigate"}
    local = {"host": "127.0.0.1:7860", "sec_fetch_dest": "document"}
    assert not is_refused("GET", "/chat/12", **opens, **local)
    assert is_refused("POST", "/chat/12", **opens, **local)
    assert is_refused("GET", "/chat/12", **(opens | {"sec_fetch_mode": "no-cors"}), **local)
