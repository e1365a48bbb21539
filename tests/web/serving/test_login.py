"""Logging in: sessions, limits for failed attempts, the log-in page, and owners of windows."""

from __future__ import annotations

import asyncio
import http.client
import json
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import gradio as gr
import pytest
from asgi_support import Got, Page, request, send_request
from gradio.routes import App
from patience import PATIENCE_S
from starlette.requests import Request
from users_support import PASSWORDS, serving, write_ann_and_ben
from web_support import MakeSession

from assistant.web.components import owner, visitor
from assistant.web.serving import login as login_module
from assistant.web.serving import users as users_module
from assistant.web.serving import window_owners
from assistant.web.serving.login import BUSY, UNUSABLE, WRONG, LoginPage
from assistant.web.serving.logins import (
    IDLE_S,
    MAX_SESSIONS,
    NAME_ATTEMPTS,
    NAME_PERIOD_S,
    SOURCE_ATTEMPTS,
    SOURCE_PERIOD_S,
    Attempt,
    LoginAttempts,
    LoginSessions,
    browser_token,
    known_browser,
)
from assistant.web.serving.request_guard import RequestGuard
from assistant.web.serving.users import Users, hash_password, read_users, write_users

if TYPE_CHECKING:
    from collections.abc import Callable

TYPED = {"name": "ann", "password": PASSWORDS["ann"]}


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of Ann and Ben, whose passwords are hashed in no time."""
    monkeypatch.setattr(users_module, "_COST", (2, 1, 1))
    return write_ann_and_ben(tmp_path / "users.txt")


# Sessions and attempts


class Clock:
    """A clock that stands still until it is set."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_session_ends_without_use_or_with_another_password() -> None:
    clock = Clock()
    sessions = LoginSessions(clock)
    first, second = sessions.start("ann", "hash"), sessions.start("ann", "hash")
    assert first != second
    assert len(first) >= 43  # 256 bits
    clock.now += IDLE_S
    assert sessions.user(first, lambda name: "hash") == "ann"
    clock.now += 1
    assert sessions.user(first, lambda name: "hash") == "ann"
    assert sessions.user(second, lambda name: "hash") is None
    assert sessions.user(first, lambda name: "another") is None
    assert sessions.user(first, lambda name: "hash") is None
    third = sessions.start("ann", "hash")
    sessions.end(third)
    sessions.end("unknown")
    assert sessions.user(third, lambda name: "hash") is None


def test_many_sessions_of_a_user_end_nobody_elses() -> None:
    sessions = LoginSessions(Clock())
    ann = sessions.start("ann", "hash")
    ben = [sessions.start("ben", "hash") for _ in range(MAX_SESSIONS + 2)]

    def users(tokens: list[str]) -> list[str | None]:
        return [sessions.user(token, lambda name: "hash") for token in tokens]

    assert users([ann]) == ["ann"]
    assert users(ben) == [None, None, *["ben"] * MAX_SESSIONS]


def starts(attempts: LoginAttempts, *attempt: Any) -> bool:
    return attempts.start(Attempt(*attempt)) == 0


def test_attempts_from_one_address_for_one_name_are_limited() -> None:
    clock = Clock()
    attempts = LoginAttempts(clock)
    allowed = [starts(attempts, "a", "ann") for _ in range(SOURCE_ATTEMPTS + 2)]
    assert allowed == [True] * SOURCE_ATTEMPTS + [False] * 2
    assert starts(attempts, "a", "ben")
    assert starts(attempts, "b", "ann")
    clock.now += SOURCE_PERIOD_S - 1
    assert attempts.start(Attempt("a", "ann")) == 1
    clock.now += 1
    assert starts(attempts, "a", "ann")


def test_a_right_password_takes_back_its_own_attempt_only() -> None:
    attempts = LoginAttempts(Clock())
    for _ in range(SOURCE_ATTEMPTS - 1):
        assert starts(attempts, "a", "ann")
    for _ in range(3):
        assert starts(attempts, "a", "ann")
        attempts.withdraw(Attempt("a", "ann"))
    assert starts(attempts, "a", "ann")
    assert not starts(attempts, "a", "ann")


def test_attempts_for_one_name_from_many_addresses_are_limited() -> None:
    clock = Clock()
    attempts = LoginAttempts(clock)
    for number in range(NAME_ATTEMPTS):
        assert starts(attempts, f"address {number}", "ann")
    assert attempts.start(Attempt("another address", "ann")) == NAME_PERIOD_S
    assert starts(attempts, "another address", "ben")
    # The user is not locked out of the browser in which she has logged in before.
    for _ in range(SOURCE_ATTEMPTS):
        assert starts(attempts, "browser", "ann", True)
    assert not starts(attempts, "browser", "ann", True)
    clock.now += NAME_PERIOD_S
    assert starts(attempts, "another address", "ann")


def test_attempts_for_other_names_do_not_reset_a_limit() -> None:
    clock = Clock()
    attempts = LoginAttempts(clock)
    for _ in range(SOURCE_ATTEMPTS):
        assert starts(attempts, "a", "ann")
    for number in range(20_000):
        assert starts(attempts, "a", f"name {number}")
    assert not starts(attempts, "a", "ann")
    clock.now += NAME_PERIOD_S
    assert starts(attempts, "a", "ann")
    # What has expired is forgotten.
    assert [len(limit._times) for limit in (attempts._by_source, attempts._by_name)] == [1, 1]


def test_a_browser_is_known_to_its_user_until_the_password_changes() -> None:
    token = browser_token("ann", "hash")
    assert known_browser(token, "ann", "hash") == token.partition(".")[0]
    for other in (token[:-1], token + "0", "x" + token, token.replace(".", ""), "", ".", "ä.ä"):
        assert known_browser(other, "ann", "hash") is None
    assert known_browser(token, "ben", "hash") is None
    assert known_browser(token, "ann", "another") is None
    assert known_browser(token, "ann", None) is None


# The log-in page


class Site:
    """A page with log-in that remembers the requests it gets."""

    def __init__(self, file: Path) -> None:
        self.page = Page()
        self.guard = RequestGuard(self.page, LoginPage(Users(file), 7860))

    def get(self, path: str = "/", **headers: str) -> Got:
        return request(self.guard, "GET", path, **headers)

    def post(self, path: str, body: str = "", **headers: Any) -> Got:
        return request(self.guard, "POST", path, body, origin="http://127.0.0.1:7860", **headers)

    def log_in(self, name: str, password: str | None = None, **more: Any) -> Got:
        typed = {"name": name, "password": PASSWORDS[name] if password is None else password}
        return self.post("/login", urlencode(typed), **more)

    def cookie(self, name: str) -> str:
        return self.log_in(name).headers.getlist("set-cookie")[0].split(";")[0]


@pytest.fixture
def site(file: Path) -> Site:
    return Site(file)


def test_who_logs_in_gets_the_page_under_the_name(site: Site) -> None:
    logged_in = site.log_in("ann")
    assert (logged_in.status, logged_in.headers["location"]) == (303, "/")
    cookie, browser = (line.split("; ") for line in logged_in.headers.getlist("set-cookie"))
    pair, *flags = cookie
    assert {flag.lower() for flag in flags} == {"path=/", "httponly", "samesite=strict"}
    assert {flag.lower() for flag in browser[1:]} == {
        "path=/", "httponly", "samesite=strict", f"max-age={180 * 24 * 3600}",
    }  # fmt: skip
    got = site.get(cookie=f"theme=dark; {pair}")
    assert (got.status, got.body) == (200, "the page")
    assert got.headers["cache-control"] == "no-store"
    assert site.page.scopes[0]["state"]["user"] == "ann"
    # The other cookie lets nobody in.
    assert site.get(cookie=browser[0]).status == 401
    assert site.get("/login", cookie=pair).headers["location"] == "/"
    assert site.get("/docs", cookie=pair).status == 404


def test_behind_a_proxy_with_tls_the_cookie_is_for_tls_alone(site: Site) -> None:
    for more in ({"x_forwarded_proto": "https"}, {"scheme": "https"}):
        for line in site.log_in("ann", **more).headers.getlist("set-cookie"):
            assert "secure" in line.lower().split("; ")


def test_the_name_cannot_be_given_from_outside(site: Site) -> None:
    pair = site.cookie("ann")
    forged = {"remote_user": "ben", "x_forwarded_user": "ben", "assistant.user": "ben"}
    site.get(cookie=pair, **forged)
    assert site.page.scopes[0]["state"]["user"] == "ann"
    for cookie in ("assistant-7860=", "assistant-7860=x", f"other={pair.partition('=')[2]}", "x"):
        assert site.get(cookie=cookie, **forged).status == 401
    assert len(site.page.scopes) == 1


def test_a_wrong_password_and_an_unknown_name_are_told_alike(site: Site) -> None:
    wrong = site.log_in("ann", "battery staple")
    unknown = site.log_in("bob", "battery staple")
    assert (wrong.status, unknown.status) == (401, 401)
    assert WRONG in wrong.body
    assert wrong.body.replace('value="ann"', 'value="bob"') == unknown.body
    assert not any("set-cookie" in got.headers for got in (wrong, unknown))


def test_failed_attempts_make_their_address_wait_and_no_other(site: Site) -> None:
    statuses = [site.log_in("ann", "wrong wrong").status for _ in range(SOURCE_ATTEMPTS + 1)]
    assert statuses == [401] * SOURCE_ATTEMPTS + [429]
    refused = site.log_in("ann")
    assert refused.status == 429
    assert "Too many failed attempts. Try again in 1 minute." in refused.body
    assert site.log_in("ben").status == 303
    assert site.log_in("ann", client="10.0.0.8").status == 303


def test_the_limit_per_name_spares_a_browser_that_has_logged_in(site: Site) -> None:
    known = "; ".join(
        line.split(";")[0] for line in site.log_in("ann").headers.getlist("set-cookie")
    )
    for number in range(NAME_ATTEMPTS):
        assert site.log_in("ann", "wrong wrong", client=f"10.1.0.{number}").status == 401
    refused = site.log_in("ann", client="10.1.1.1")
    assert refused.status == 429
    assert "Try again in 60 minutes." in refused.body
    assert site.log_in("ann", client="10.1.1.1", cookie=known).status == 303
    # The cookie of another user does not help.
    ben = "; ".join(line.split(";")[0] for line in site.log_in("ben").headers.getlist("set-cookie"))
    assert site.log_in("ann", client="10.1.1.2", cookie=ben).status == 429


def test_attempts_while_busy_do_not_reset_the_limit(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(login_module, "_MAX_WAITING", 3)

    async def attack() -> list[int]:
        guard = RequestGuard(Page(), LoginPage(Users(file), 7860))

        async def attempt(name: str) -> int:
            body = urlencode({"name": name, "password": "wrong wrong"})
            return (await send_request(guard, "POST", "/login", body)).status

        statuses = []
        for turn in range(3):
            statuses += [await attempt("ann") for _ in range(SOURCE_ATTEMPTS - 1)]
            # The decoys keep the server busy while one more attempt arrives.
            decoys = [attempt(f"decoy-{turn}-{number}") for number in range(3)]
            *_, last = await asyncio.gather(*decoys, attempt("ann"))
            statuses.append(last)
        return statuses

    statuses = asyncio.run(attack())
    assert statuses.count(401) == SOURCE_ATTEMPTS
    assert 503 in statuses
    assert statuses[-2] == 429


def test_many_at_the_same_time_are_checked_one_after_the_other(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(login_module, "_MAX_WAITING", 3)
    at_once: list[int] = []
    most: list[int] = []
    verify = Users.verify

    def watched(self: Users, name: str, password: str) -> str | None:
        at_once.append(1)
        most.append(len(at_once))
        try:
            return verify(self, name, password)
        finally:
            at_once.pop()

    monkeypatch.setattr(Users, "verify", watched)

    async def all_at_once() -> list[Got]:
        guard = RequestGuard(Page(), LoginPage(Users(file), 7860))
        body = urlencode({"name": "ann", "password": PASSWORDS["ann"]})
        sent = (send_request(guard, "POST", "/login", body, client=f"10.0.0.{n}") for n in range(5))
        return list(await asyncio.gather(*sent))

    got = asyncio.run(all_at_once())
    assert sorted(one.status for one in got) == [303, 303, 303, 503, 503]
    assert BUSY in max(got, key=lambda one: one.status).body
    assert most == [1, 1, 1]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "name=ann",
        "password=x",
        "name=&password=x",
        "a=1&b=2&c=3&d=4&name=ann&password=x",
        "name=ann&password=" + "x" * 9_000,
        '{"name": "ann"}',
        "name=ann&password=%",
    ],
)
def test_a_form_that_is_none_is_refused(site: Site, body: str) -> None:
    got = site.post("/login", body)
    assert got.status in (400, 401)
    assert "set-cookie" not in got.headers


def test_a_form_that_never_ends_is_not_waited_for(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(login_module, "_FORM_S", 0.05)

    async def slow() -> int:
        async def receive() -> Any:
            await asyncio.sleep(3600)

        form = (b"content-type", b"application/x-www-form-urlencoded")
        scope = {"type": "http", "method": "POST", "path": "/login", "headers": [form]}
        response = await LoginPage(Users(file), 7860).respond(Request(scope, receive))
        return response.status_code

    assert asyncio.run(slow()) == 400


def test_a_form_of_any_length_is_not_kept_in_memory(file: Path) -> None:
    taken = 0

    async def endless() -> int:
        async def receive() -> Any:
            nonlocal taken
            taken += 1
            return {"type": "http.request", "body": b"x" * 1024, "more_body": True}

        form = (b"content-type", b"application/x-www-form-urlencoded")
        scope = {"type": "http", "method": "POST", "path": "/login", "headers": [form]}
        response = await LoginPage(Users(file), 7860).respond(Request(scope, receive))
        return response.status_code

    assert asyncio.run(endless()) == 400
    assert taken < 50


def test_logging_out_ends_it(site: Site) -> None:
    pair, other = site.cookie("ann"), site.cookie("ann")
    assert site.get("/logout", cookie=pair).status == 303
    assert site.get(cookie=pair).status == 200
    gone = site.post("/logout", cookie=pair)
    assert (gone.status, gone.headers["location"]) == (303, "/login")
    assert gone.headers["set-cookie"].startswith('assistant-7860=""; ')
    assert "max-age=0" in gone.headers["set-cookie"].lower().split("; ")
    assert site.get(cookie=pair).status == 401
    assert site.get(cookie=other).status == 200


def test_a_new_log_in_ends_the_one_of_the_same_browser(site: Site) -> None:
    pair = site.cookie("ann")
    assert site.log_in("ben", cookie=pair).status == 303
    assert site.get(cookie=pair).status == 401


def test_who_is_taken_out_of_the_file_is_logged_out(site: Site, file: Path) -> None:
    ann, ben = site.cookie("ann"), site.cookie("ben")
    users = read_users(file)
    write_users(file, {"ann": hash_password("a new password"), "ben": users["ben"]})
    assert [site.get(cookie=one).status for one in (ann, ben)] == [401, 200]
    write_users(file, {"ann": users["ann"]})
    assert site.get(cookie=ben).status == 401


def test_a_file_that_goes_bad_lets_nobody_in_and_is_told(
    site: Site, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    pair = site.cookie("ann")
    before = file.read_bytes()
    file.write_text("broken\n", encoding="utf-8")
    assert [site.get(cookie=pair).status for _ in range(3)] == [401] * 3
    refused = site.log_in("ann")
    assert (refused.status, UNUSABLE in refused.body) == (503, True)
    assert str(file) not in refused.body
    assert [str(file) in record.getMessage() for record in caplog.records] == [True]
    file.write_bytes(before)
    assert site.get(cookie=pair).status == 200


def test_what_is_typed_stays_text(site: Site) -> None:
    got = site.log_in('"><script>alert(1)</script>', "x")
    assert "<script" not in got.body


def test_a_word_of_a_window_belongs_to_who_came_with_it_first(site: Site) -> None:
    ann, ben = site.cookie("ann"), site.cookie("ben")
    body = json.dumps({"data": ["ä"], "session_hash": "word"})
    assert site.post("/gradio_api/queue/join", body, cookie=ann).status == 200
    assert site.page.bodies == [body.encode()]
    others: list[Callable[[str], Got]] = [
        lambda pair: site.post("/gradio_api/queue/join", body, cookie=pair),
        lambda pair: site.post("/gradio_api/queue/join/", body, cookie=pair),
        lambda pair: site.post("/gradio_api/cancel", body, cookie=pair),
        lambda pair: site.post("/gradio_api/run/predict", body, cookie=pair),
        lambda pair: site.get("/gradio_api/heartbeat/word", cookie=pair),
        lambda pair: site.get("/gradio_api/queue/data", query="session_hash=word", cookie=pair),
        lambda pair: site.get(
            "/gradio_api/queue/data", query="session_hash=x&session%5fhash=word", cookie=pair
        ),
    ]
    for send in others:
        assert send(ben).status == 403
    assert len(site.page.scopes) == 1
    for send in others[:-1]:
        assert send(ann).status == 200
    site.post("/gradio_api/queue/join", "no JSON", cookie=ben)
    site.post("/gradio_api/queue/join", '{"session_hash": null}', cookie=ben)
    assert site.page.bodies[-2:] == [b"no JSON", b'{"session_hash": null}']
    assert site.post("/gradio_api/queue/join", '{"session_hash": 1}', cookie=ben).status == 403


def test_windows_of_one_user_do_not_make_those_of_another_free(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(window_owners, "_MAX_WINDOWS", 3)
    ann, ben = site.cookie("ann"), site.cookie("ben")

    def beat(word: str, pair: str) -> int:
        return site.get(f"/gradio_api/heartbeat/{word}", cookie=pair).status

    assert beat("hers", ann) == 200
    assert [beat(f"his-{number}", ben) for number in range(5)] == [200] * 5
    assert beat("hers", ben) == 403
    assert beat("hers", ann) == 200


def test_a_visitor_is_a_user_in_a_window() -> None:
    def of(name: str | None, word: str) -> str:
        return visitor(gr.Request(username=name, session_hash=word))

    assert len({of("ann", "x"), of("ben", "x"), of("ann", "y"), of(None, "x")}) == 4
    assert owner(gr.Request(username="ann")) == "ann"
    assert owner(gr.Request(headers={"username": "ann"})) == ""


# The whole server


def test_without_a_log_in_every_path_is_the_log_in_page(
    make_session: MakeSession, file: Path
) -> None:
    with serving(make_session(), file) as server:

        def answer(method: str, path: str, **headers: str) -> tuple[int, bytes]:
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE_S)
            with closing(connection):
                connection.request(method, path, b"{}" if method == "POST" else None, headers)
                response = connection.getresponse()
                return response.status, response.read()

        status, page = answer("GET", "/login")
        assert status == 200
        assert b'type="password"' in page
        paths = {re.sub(r"\{[^}]*\}", "x", path) for path in gradio_paths()}
        assert {"/", "/config", "/gradio_api/queue/join", "/gradio_api/heartbeat/x"} <= paths
        for path in sorted((paths | {"/nowhere", "/assets/x.js"}) - {"/login", "/logout"}):
            for method in ("GET", "POST"):
                assert answer(method, path) == (401, page), (method, path)
        # The name that Gradio itself would take.
        forged = {"Cookie": "access-token=x", "Authorization": "Basic YW5uOng="}
        assert answer("GET", "/config", **forged)[0] == 401


def test_behind_a_proxy_the_page_knows_its_address(make_session: MakeSession, file: Path) -> None:
    with serving(make_session(), file) as server:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE_S)
        proxied = {
            "Host": "localhost",
            "Origin": "https://localhost",
            "X-Forwarded-Proto": "https",
            "X-Forwarded-Host": "evil.test",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        with closing(connection):
            connection.request("POST", "/login", urlencode(TYPED), proxied)
            response = connection.getresponse()
            cookies = response.headers.get_all("set-cookie", [])
            response.read()
            assert ["; Secure" in cookie for cookie in cookies] == [True, True]
            session = cookies[0].split(";")[0]
            connection.request("GET", "/config", None, {**proxied, "Cookie": session})
            config = json.loads(connection.getresponse().read())
        assert config["root"] == "https://localhost"
        assert config["username"] == "ann"


def gradio_paths() -> set[str]:
    """Every path that Gradio answers, with what is variable in braces."""

    async def made() -> set[str]:
        # Without an event loop Gradio makes some, and leaves them open.
        with gr.Blocks() as blocks:
            gr.Textbox()
        return set(_paths(App.create_app(blocks).routes))

    return asyncio.run(made())


def _paths(routes: Any) -> Iterator[str]:
    for route in routes:
        nested = getattr(route, "original_router", route)
        if path := getattr(route, "path", ""):
            yield path
        yield from _paths(getattr(nested, "routes", None) or [])
