"""Who may use the page: the file of users, log-ins, tries, and whose window is whose."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
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
from users_support import PASSWORDS, serving, write_ann_and_ben
from web_support import MakeSession

from assistant.errors import OutputError, PageError, UsageError
from assistant.web.components import owner, visitor
from assistant.web.serving import login as login_module
from assistant.web.serving import users as users_module
from assistant.web.serving.asgi import USER
from assistant.web.serving.front_door import FrontDoor
from assistant.web.serving.login import BUSY, TOO_OFTEN, UNUSABLE, WRONG, Login
from assistant.web.serving.logins import IDLE_S, TRIES, TRIES_WITHIN_S, LoginAttempts, Sessions
from assistant.web.serving.users import Users, hashed, is_name, name_of, read_users, write_users

if TYPE_CHECKING:
    from collections.abc import Callable

TYPED = {"name": "ann", "password": PASSWORDS["ann"]}
HASH = f"scrypt$2$1$1${'A' * 22}==${'A' * 43}="


@pytest.fixture
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords are hashed in no time."""
    monkeypatch.setattr(users_module, "_COST", (2, 1, 1))


@pytest.fixture
def file(tmp_path: Path, cheap: None) -> Path:
    """The file of Ann and Ben."""
    return write_ann_and_ben(tmp_path / "users.txt")


# The file


def test_a_password_is_known_again_and_not_written_down(tmp_path: Path) -> None:
    file = tmp_path / "users.txt"
    write_users(file, {"ann": hashed("correct horse"), "eve": hashed("correct horse")})
    text = file.read_text(encoding="utf-8")
    assert "correct" not in text
    assert re.fullmatch(r"(\w+:scrypt\$16384\$8\$5\$[\w+/=]{24}\$[\w+/=]{44}\n){2}", text)
    assert len({line.partition(":")[2] for line in text.splitlines()}) == 2
    users = Users(file)
    assert users.verified("ann", "correct horse") == users.hash_of("ann")
    for name, password in (
        ("ann", "Correct horse"),
        ("ann", ""),
        ("ann", "correct horse "),
        ("ben", "correct horse"),
        ("", ""),
    ):
        assert users.verified(name, password) is None


def test_a_name_that_is_not_there_is_computed_for_as_well(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    computed: list[int] = []
    key = users_module._key

    def watched(*values: Any) -> bytes:
        computed.append(1)
        return key(*values)

    monkeypatch.setattr(users_module, "_key", watched)
    users = Users(file)
    for name in ("ann", "nobody"):
        assert users.verified(name, "wrong") is None
    assert len(computed) == 2


def test_letters_are_the_same_however_they_are_typed(cheap: None, tmp_path: Path) -> None:
    file = tmp_path / "users.txt"
    write_users(file, {name_of(" JU\u0308RGEN "): hashed("gru\u0308nlich")})
    assert Users(file).verified("j\u00fcrgen", "gr\u00fcnlich") is not None


@pytest.mark.parametrize("name", ["ann", "ann.b-c@example.org", "jürgen", "李", "1st", "a" * 64])
def test_names(name: str) -> None:
    assert is_name(name)


@pytest.mark.parametrize(
    "name", ["", " ", "a b", "Ann", "a:b", "a/b", ".a", "a\n", "a" * 65, "<i>"]
)
def test_what_is_no_name(name: str) -> None:
    assert not is_name(name)


@pytest.mark.parametrize("password", ["", "1234567", "x" * 1001])
def test_passwords_of_no_use_are_refused(password: str) -> None:
    with pytest.raises(UsageError, match="8 to 1,000 characters"):
        hashed(password)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("ann\n", "line 1 is not name:hash"),
        (f"ann:{HASH}\n\n# ben\n", "line 3 is not name:hash"),
        (f":{HASH}\n", "line 1 has no usable name"),
        (f"An n:{HASH}\n", "line 1 has no usable name"),
        ("ann:\n", "line 1 has no hash"),
        ("ann:secret\n", "line 1 has no hash"),
        (f"ann:{HASH}x$\n", "line 1 has no hash"),
        (f"ann:{HASH.replace('scrypt$2', 'scrypt$3')}\n", "line 1 has no hash"),
        (f"ann:{HASH.replace('scrypt$2', 'scrypt$0')}\n", "line 1 has no hash"),
        (f"ann:{HASH.replace('$1$1$', '$0$1$')}\n", "line 1 has no hash"),
        (f"ann:{HASH.replace('$1$1$', '$1$99$')}\n", "line 1 has no hash"),
        (f"ann:{HASH.replace('scrypt$2', 'scrypt$33554432')}\n", "line 1 has no hash"),
        (f"ann:{HASH}\nann:{HASH}\n", "line 2 names ann a second time"),
        ("", "has no users"),
        ("\n\n", "has no users"),
        ("ann:\udcff\n", "is not UTF-8"),
    ],
)
def test_a_bad_file_is_refused_with_its_line(tmp_path: Path, text: str, problem: str) -> None:
    file = tmp_path / "users.txt"
    file.touch(0o600)
    file.write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(PageError, match=problem):
        Users(file)


def test_a_file_that_is_not_there_says_how_to_make_it(tmp_path: Path) -> None:
    with pytest.raises(PageError, match=r"no file of users.*assistant user add NAME --auth"):
        Users(tmp_path / "users.txt")
    with pytest.raises(PageError, match="cannot be read"):
        Users(tmp_path)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_the_file_is_for_its_owner_alone(file: Path) -> None:
    assert file.stat().st_mode & 0o777 == 0o600
    for mode in (0o620, 0o602):
        file.chmod(mode)
        with pytest.raises(PageError, match=r"written by others.*chmod 600"):
            Users(file)
    file.chmod(0o640)
    write_users(file, read_users(file))
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_file_that_cannot_be_written_stays_as_it_is(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = file.read_bytes()

    def full(number: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="No space left"):
        write_users(file, {})
    assert file.read_bytes() == before
    assert list(file.parent.iterdir()) == [file]


def test_changes_of_the_file_count_at_once(file: Path) -> None:
    users = Users(file)
    write_users(file, {"eve": hashed("a new password")})
    assert users.hash_of("ann") is None
    assert users.verified("eve", "a new password") is not None
    file.write_text("broken\n", encoding="utf-8")
    with pytest.raises(PageError, match="line 1"):
        users.hash_of("eve")
    with pytest.raises(PageError, match="line 1"):
        users.hash_of("eve")


# Log-ins and tries


class Clock:
    """A clock that stands still until it is set."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_log_in_ends_when_it_is_idle_or_its_password_is_another() -> None:
    clock = Clock()
    sessions = Sessions(clock)
    first, second = sessions.begin("ann", "hash"), sessions.begin("ann", "hash")
    assert first != second
    assert len(first) >= 43  # 256 bits
    clock.now += IDLE_S
    assert sessions.name(first, lambda name: "hash") == "ann"
    clock.now += 1
    assert sessions.name(first, lambda name: "hash") == "ann"
    assert sessions.name(second, lambda name: "hash") is None
    assert sessions.name(first, lambda name: "another") is None
    assert sessions.name(first, lambda name: "hash") is None
    third = sessions.begin("ann", "hash")
    sessions.end(third)
    sessions.end("nobody's")
    assert sessions.name(third, lambda name: "hash") is None


def test_tries_are_limited_for_one_address_and_one_user() -> None:
    clock = Clock()
    tries = LoginAttempts(clock)
    assert [tries.take("a", "ann") for _ in range(TRIES + 2)] == [True] * TRIES + [False] * 2
    assert tries.take("a", "ben")
    assert tries.take("b", "ann")
    clock.now += TRIES_WITHIN_S + 1
    assert tries.take("a", "ann")
    for _ in range(TRIES):
        tries.take("a", "ann")
    tries.forget("a", "ann")
    assert tries.take("a", "ann")


# The log-in page


class Door:
    """A front door with a log-in before a page that remembers who came."""

    def __init__(self, file: Path) -> None:
        self.page = Page()
        self.login = Login(Users(file), 7860)
        self.door = FrontDoor(self.page, self.login)

    def get(self, path: str = "/", **headers: str) -> Got:
        return request(self.door, "GET", path, **headers)

    def post(self, path: str, body: str = "", **headers: Any) -> Got:
        return request(self.door, "POST", path, body, origin="http://127.0.0.1:7860", **headers)

    def log_in(self, name: str, password: str | None = None, **more: Any) -> Got:
        typed = {"name": name, "password": PASSWORDS[name] if password is None else password}
        return self.post("/login", urlencode(typed), **more)

    def cookie(self, name: str) -> str:
        return self.log_in(name).headers["set-cookie"].split(";")[0]


@pytest.fixture
def door(file: Path) -> Door:
    return Door(file)


def test_who_logs_in_gets_the_page_under_the_name(door: Door) -> None:
    logged_in = door.log_in("ann")
    assert (logged_in.status, logged_in.headers["location"]) == (303, "/")
    pair, *flags = logged_in.headers["set-cookie"].split("; ")
    assert flags == ["Path=/", "HttpOnly", "SameSite=Strict"]
    got = door.get(cookie=f"theme=dark; {pair}")
    assert (got.status, got.body) == (200, "the page")
    assert got.headers["cache-control"] == "no-store"
    assert door.page.scopes[0][USER] == "ann"
    assert door.get("/login", cookie=pair).headers["location"] == "/"
    assert door.get("/docs", cookie=pair).status == 404


def test_behind_a_proxy_with_tls_the_cookie_is_for_tls_alone(door: Door) -> None:
    for more in ({"x_forwarded_proto": "https"}, {"scheme": "https"}):
        assert door.log_in("ann", **more).headers["set-cookie"].endswith("; Secure")


def test_the_name_cannot_be_given_from_outside(door: Door) -> None:
    pair = door.cookie("ann")
    forged = {"remote_user": "ben", "x_forwarded_user": "ben", "assistant.user": "ben"}
    door.get(cookie=pair, **forged)
    assert door.page.scopes[0][USER] == "ann"
    for cookie in ("assistant-7860=", "assistant-7860=x", f"other={pair.partition('=')[2]}", "x"):
        assert door.get(cookie=cookie, **forged).status == 401
    assert len(door.page.scopes) == 1


def test_a_wrong_password_and_an_unknown_name_are_told_alike(door: Door) -> None:
    wrong = door.log_in("ann", "battery staple")
    unknown = door.log_in("bob", "battery staple")
    assert (wrong.status, unknown.status) == (401, 401)
    assert WRONG in wrong.body
    assert wrong.body.replace('value="ann"', 'value="bob"') == unknown.body
    assert "set-cookie" not in wrong.headers | unknown.headers


def test_wrong_tries_slow_down_their_address_and_nobody_else(door: Door) -> None:
    statuses = [door.log_in("ann", "wrong wrong").status for _ in range(TRIES + 1)]
    assert statuses == [401] * TRIES + [429]
    refused = door.log_in("ann")
    assert refused.status == 429
    assert TOO_OFTEN in refused.body
    assert door.log_in("ben").status == 303
    assert door.log_in("ann", client="10.0.0.8").status == 303


def test_many_at_the_same_time_are_checked_one_after_the_other(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(login_module, "_MOST_WAITING", 3)
    at_once: list[int] = []
    most: list[int] = []
    verified = Users.verified

    def watched(self: Users, name: str, password: str) -> str | None:
        at_once.append(1)
        most.append(len(at_once))
        try:
            return verified(self, name, password)
        finally:
            at_once.pop()

    monkeypatch.setattr(Users, "verified", watched)

    async def all_at_once() -> list[Got]:
        door = FrontDoor(Page(), Login(Users(file), 7860))
        body = urlencode({"name": "ann", "password": PASSWORDS["ann"]})
        sent = (send_request(door, "POST", "/login", body, client=f"10.0.0.{n}") for n in range(5))
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
def test_a_form_that_is_none_is_refused(door: Door, body: str) -> None:
    got = door.post("/login", body)
    assert got.status in (400, 401)
    assert "set-cookie" not in got.headers


def test_a_form_that_never_ends_is_not_waited_for(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(login_module, "_BODY_S", 0.05)

    async def slow() -> int:
        sent: list[Any] = []

        async def receive() -> Any:
            await asyncio.sleep(3600)

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {"type": "http", "method": "POST", "path": "/login", "headers": []}
        await Login(Users(file), 7860)(scope, receive, send)
        return int(sent[0]["status"])

    assert asyncio.run(slow()) == 400


def test_logging_out_ends_it(door: Door) -> None:
    pair, other = door.cookie("ann"), door.cookie("ann")
    assert door.get("/logout", cookie=pair).status == 303
    assert door.get(cookie=pair).status == 200
    gone = door.post("/logout", cookie=pair)
    assert (gone.status, gone.headers["location"]) == (303, "/login")
    assert gone.headers["set-cookie"].startswith("assistant-7860=; ")
    assert gone.headers["set-cookie"].endswith("; Max-Age=0")
    assert door.get(cookie=pair).status == 401
    assert door.get(cookie=other).status == 200


def test_a_new_log_in_ends_the_one_of_the_same_browser(door: Door) -> None:
    pair = door.cookie("ann")
    assert door.log_in("ben", cookie=pair).status == 303
    assert door.get(cookie=pair).status == 401


def test_who_is_taken_out_of_the_file_is_logged_out(door: Door, file: Path) -> None:
    ann, ben = door.cookie("ann"), door.cookie("ben")
    users = read_users(file)
    write_users(file, {"ann": hashed("a new password"), "ben": users["ben"]})
    assert [door.get(cookie=one).status for one in (ann, ben)] == [401, 200]
    write_users(file, {"ann": users["ann"]})
    assert door.get(cookie=ben).status == 401


def test_a_file_that_goes_bad_lets_nobody_in_and_is_told(
    door: Door, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    pair = door.cookie("ann")
    before = file.read_bytes()
    file.write_text("broken\n", encoding="utf-8")
    assert [door.get(cookie=pair).status for _ in range(3)] == [401] * 3
    refused = door.log_in("ann")
    assert (refused.status, UNUSABLE in refused.body) == (503, True)
    assert str(file) not in refused.body
    assert [str(file) in record.getMessage() for record in caplog.records] == [True]
    file.write_bytes(before)
    assert door.get(cookie=pair).status == 200


def test_what_is_typed_stays_text(door: Door) -> None:
    got = door.log_in('"><script>alert(1)</script>', "x")
    assert "<script" not in got.body


def test_a_word_of_a_window_belongs_to_who_came_with_it_first(door: Door) -> None:
    ann, ben = door.cookie("ann"), door.cookie("ben")
    body = json.dumps({"data": ["ä"], "session_hash": "word"})
    assert door.post("/gradio_api/queue/join", body, cookie=ann).status == 200
    assert door.page.bodies == [body.encode()]
    others: list[Callable[[str], Got]] = [
        lambda pair: door.post("/gradio_api/queue/join", body, cookie=pair),
        lambda pair: door.post("/gradio_api/queue/join/", body, cookie=pair),
        lambda pair: door.post("/gradio_api/cancel", body, cookie=pair),
        lambda pair: door.post("/gradio_api/run/predict", body, cookie=pair),
        lambda pair: door.get("/gradio_api/heartbeat/word", cookie=pair),
        lambda pair: door.get("/gradio_api/queue/data", query="session_hash=word", cookie=pair),
        lambda pair: door.get(
            "/gradio_api/queue/data", query="session_hash=x&session%5fhash=word", cookie=pair
        ),
    ]
    for send in others:
        assert send(ben).status == 403
    assert len(door.page.scopes) == 1
    for send in others[:-1]:
        assert send(ann).status == 200
    door.post("/gradio_api/queue/join", "no JSON", cookie=ben)
    door.post("/gradio_api/queue/join", '{"session_hash": null}', cookie=ben)
    assert door.page.bodies[-2:] == [b"no JSON", b'{"session_hash": null}']
    assert door.post("/gradio_api/queue/join", '{"session_hash": 1}', cookie=ben).status == 403


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
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
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
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        proxied = {
            "Host": "localhost",
            "Origin": "https://localhost",
            "X-Forwarded-Proto": "https",
            "X-Forwarded-Host": "evil.test",
        }
        with closing(connection):
            connection.request("POST", "/login", urlencode(TYPED), proxied)
            response = connection.getresponse()
            cookie = response.headers["set-cookie"]
            response.read()
            assert cookie.endswith("; SameSite=Strict; Secure")
            connection.request("GET", "/config", None, {**proxied, "Cookie": cookie.split(";")[0]})
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
