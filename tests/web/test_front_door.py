"""Who is let in."""

from __future__ import annotations

import pytest

from assistant.web.front_door import refusal


def refused(method: str, path: str, **headers: str) -> int | None:
    given = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    answer = refusal(method, path, given)
    return answer[0] if answer else None


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:7860", "localhost:7860", "[::1]:7860"])
def test_this_computer_is_let_in(host: str) -> None:
    assert refused("GET", "/", host=host) is None
    assert refused("POST", "/gradio_api/queue/join", host=host, origin=f"http://{host}") is None


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
    assert refused("GET", "/", host=host) == 403


def test_no_host_or_two_are_refused() -> None:
    assert refused("GET", "/") == 403
    twice = [(b"host", b"127.0.0.1"), (b"host", b"evil.test")]
    assert refusal("GET", "/", twice) is not None


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
        assert refused(method, "/gradio_api/upload", host="127.0.0.1:7860", origin=origin) == 403


def test_another_site_may_link_to_the_page_and_nothing_else() -> None:
    link = {
        "host": "127.0.0.1:7860",
        "sec_fetch_site": "cross-site",
        "sec_fetch_mode": "navigate",
        "sec_fetch_dest": "document",
    }
    assert refused("GET", "/", **link) is None
    assert refused("POST", "/", **link) == 403
    assert refused("GET", "/config", **link) == 403
    assert refused("GET", "/", **{**link, "sec_fetch_dest": "iframe"}) == 403
    assert refused("GET", "/", **{**link, "sec_fetch_mode": "no-cors"}) == 403
    # A page of another server on this computer is another site as well.
    assert refused("GET", "/config", **{**link, "sec_fetch_site": "same-site"}) == 403


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
    ],
)
def test_what_the_page_does_not_use_is_not_there(path: str) -> None:
    assert refused("GET", path, host="127.0.0.1:7860") == 404
