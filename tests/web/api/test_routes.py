from __future__ import annotations

import json
from typing import Any

import pytest
from api_support import CATS, DOGS, QUESTION
from starlette.testclient import TestClient

from assistant import PaperLibrary

COLUMNS = {"hours": "How long do they sleep?", "who": "Who wrote it?"}
TABLE: dict[str, Any] = {"columns": COLUMNS}


def test_the_json_is_that_of_the_python_api(client: TestClient, library: PaperLibrary) -> None:
    assert client.get("/api/papers").json() == [paper.as_json() for paper in library.papers()]
    assert (
        client.get("/api/search", params={"q": "sleep of cats"}).json()
        == library.search("sleep of cats").as_json()
    )
    assert client.get(f"/api/papers/{CATS}").json() == library.get(CATS).as_json()
    assert (
        client.get(f"/api/papers/{CATS}", params={"sources": True}).json()
        == library.get(CATS, sources=True).as_json()
    )
    assert client.get(f"/api/similar/{CATS}").json() == library.similar(CATS).as_json()
    assert client.get("/api/tags").json() == [{"tag": "animals", "papers": 2}]
    assert client.get("/api/status").json()["papers"] == 2
    assert client.get("/api/tldr/10.1000/182").json()["id"] == CATS
    assert client.get("/api/export", params={"format": "ris"}).text == library.export("ris")
    assert client.get("/api/export", params={"id": [DOGS]}).text == library.export(ids=DOGS)
    assert client.get("/api/papers", params={"q": "since:2021", "limit": 1}).json()[0]["id"] == DOGS


def test_a_question_and_one_that_refers_to_it(client: TestClient) -> None:
    answer = client.post("/api/ask", json={"question": QUESTION}).json()
    assert answer["status"] == "answered"
    assert answer["sources"][0]["paper"]["id"] == CATS
    followed = client.post("/api/ask", json={"question": "Who wrote it?", "history": [answer]})
    assert "Ann Lee" in followed.json()["answer"]
    filtered = client.post("/api/ask", json={"question": QUESTION, "since": "2021"}).json()
    assert CATS not in json.dumps(filtered)


def test_the_events_of_an_answer(client: TestClient) -> None:
    response = client.post("/api/ask", json={"question": QUESTION, "stream": True})
    assert response.headers["content-type"].startswith("text/event-stream")
    events = [json.loads(line.removeprefix("data: ")) for line in response.text.split("\n\n")[:-1]]
    assert [event["event"] for event in events] == ["evidence", "claim", "answer"]
    assert events[-1]["answer"]["status"] == "answered"
    response = client.post("/api/ask", json={"question": " ", "stream": True})
    assert json.loads(response.text.removeprefix("data: "))["error"]["message"]


def test_changes(client: TestClient, library: PaperLibrary) -> None:
    line = json.dumps({"title": "On owls", "abstract": "Owls sleep by day, in old trees."})
    report = client.post("/api/import", json={"text": line, "name": "owls.jsonl"}).json()
    assert (report["added"], len(library)) == (1, 3)
    body = {"ids": [CATS, DOGS], "tags": ["star"]}
    assert client.post("/api/tags", json=body).json() == {"changed": 2}
    assert client.post("/api/tags", json={**body, "remove": True}).json() == {"changed": 2}


def test_references_in_the_styles(client: TestClient, library: PaperLibrary) -> None:
    cite = client.get("/api/cite", params={"id": [DOGS, CATS], "style": "ieee"})
    assert cite.json() == library.cite([DOGS, CATS], "ieee")
    assert cite.json()[0].startswith("[1]")
    assert client.get("/api/cite", params={"q": "author:lee"}).json() == library.cite(CATS)


def test_a_tldr_of_the_user_comes_first(client: TestClient, library: PaperLibrary) -> None:
    written = client.get(f"/api/tldr/{CATS}").json()
    own = client.post(f"/api/tldr/{CATS}", json={"text": " Cats\n sleep. "}).json()
    assert (own["id"], own["tldr"], own["model"]) == (CATS, "Cats sleep.", "you")
    assert client.get(f"/api/tldr/{CATS}").json() == own
    assert library.get(CATS).tldr is not None
    again = client.post(f"/api/tldr/{CATS}", json={}).json()
    assert again["tldr"] == written["tldr"]
    assert again["model"] != "you"


def test_a_table_as_json_as_events_and_as_files(client: TestClient, library: PaperLibrary) -> None:
    rows = [row.as_json() for row in library.table(COLUMNS)]
    assert [row["cells"]["who"]["answer"] for row in rows] == ["Ann Lee", "Bo Kim"]
    assert client.post("/api/table", json=TABLE).json() == {"rows": rows}
    streamed = client.post("/api/table", json={**TABLE, "stream": True})
    assert streamed.headers["content-type"].startswith("text/event-stream")
    events = [json.loads(line.removeprefix("data: ")) for line in streamed.text.split("\n\n")[:-1]]
    assert events == [*({"event": "row", "row": row} for row in rows), {"event": "done"}]
    for form, kind in (("csv", "text/csv"), ("md", "text/markdown"), ("html", "text/html")):
        file = client.post("/api/table", json={**TABLE, "format": form, "q": "author:lee"})
        assert file.headers["content-type"].startswith(kind)
        assert file.headers["content-disposition"].endswith(f'"table.{form}"')
        assert file.content == library.export_table(COLUMNS, form, "author:lee")
        assert "Ann Lee" in file.text
    book = client.post("/api/table", json={**TABLE, "format": "xlsx"})
    assert book.content.startswith(b"PK")


def test_papers_of_a_table_and_their_order(client: TestClient) -> None:
    def titles(**more: Any) -> list[str]:
        found = client.post("/api/table", json={**TABLE, **more}).json()
        return [row["title"].rpartition(" ")[2] for row in found["rows"]]

    assert titles(sort="year") == ["cats", "dogs"]
    assert titles(only=["who=bo"]) == ["dogs"]
    assert titles(search="sleep of dogs", limit=1) == ["dogs"]
    assert titles(ids=[DOGS]) == ["dogs"]
    assert titles(q="tag:nothing") == []


def test_sets_of_columns(client: TestClient) -> None:
    assert "trial" in client.get("/api/table/sets").json()
    body = {"columns": {"hours": "How long?"}}
    assert client.put("/api/table/sets/sleep", json=body).status_code == 204
    assert client.get("/api/table/sets").json()["sleep"] == body["columns"]
    found = client.post("/api/table", json={"set": "sleep", "ids": [CATS]}).json()
    assert list(found["rows"][0]["cells"]) == ["hours"]
    gone = client.delete("/api/table/sets/sleep")
    assert gone.status_code == 204
    assert "sleep" not in client.get("/api/table/sets").json()


def test_the_description_names_every_route_and_answer(client: TestClient) -> None:
    described = client.get("/api/openapi.json").json()
    paths = {"/api/ask", "/api/search", "/api/table", "/api/cite", "/v1/chat/completions"}
    assert paths <= set(described["paths"])
    assert "cells" in described["components"]["schemas"]["TableRow"]["properties"]
    assert "claims" in described["components"]["schemas"]["Answer"]["properties"]
    for path in ("/docs", "/redoc", "/openapi.json", "/api/nothing"):
        assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/api/papers/doi:nothing", None, 404),
        ("GET", "/api/similar/doi:nothing", None, 404),
        ("GET", "/api/tldr/doi:nothing", None, 404),
        ("GET", "/api/search", None, 422),
        ("GET", "/api/search?q=%20", None, 400),
        ("GET", "/api/search?q=cats&limit=0", None, 422),
        ("GET", "/api/search?q=since:soon", None, 400),
        ("GET", "/api/export?format=docx", None, 422),
        ("GET", "/api/export?q=cats&id=1", None, 400),
        ("POST", "/api/ask", {}, 422),
        ("POST", "/api/ask", [], 422),
        ("POST", "/api/ask", {"question": ""}, 400),
        ("POST", "/api/ask", {"question": QUESTION, "since": "soon"}, 400),
        ("POST", "/api/ask", {"question": QUESTION, "history": [{"question": 1}]}, 422),
        ("POST", "/api/tags", {"ids": [], "tags": ["x"]}, 422),
        ("POST", "/api/tags", {"ids": ["doi:nothing"], "tags": ["x"]}, 404),
        ("DELETE", "/api/papers", None, 405),
        ("GET", "/api/cite", None, 400),
        ("GET", "/api/cite?id=doi:nothing", None, 404),
        ("GET", "/api/cite?q=cats&style=/etc/passwd", None, 422),
        ("POST", f"/api/tldr/{CATS}", {"text": " "}, 400),
        ("POST", f"/api/tldr/{CATS}", {"text": "x" * 601}, 400),
        ("POST", "/api/tldr/doi:nothing", {"text": "x"}, 404),
        ("POST", "/api/table", {}, 400),
        ("POST", "/api/table", {"set": "trails"}, 400),
        ("POST", "/api/table", {**TABLE, "set": "trial"}, 400),
        ("POST", "/api/table", {"columns": {}}, 422),
        ("POST", "/api/table", {"columns": {"a": " "}}, 400),
        ("POST", "/api/table", {"columns": {"title": "What?"}}, 400),
        ("POST", "/api/table", {**TABLE, "q": "cats", "ids": [CATS]}, 400),
        ("POST", "/api/table", {**TABLE, "ids": ["doi:nothing"]}, 404),
        ("POST", "/api/table", {**TABLE, "sort": "n"}, 400),
        ("POST", "/api/table", {**TABLE, "only": ["n"]}, 400),
        ("POST", "/api/table", {**TABLE, "search": "since:2020"}, 400),
        ("POST", "/api/table", {**TABLE, "limit": 0}, 422),
        ("POST", "/api/table", {**TABLE, "format": "docx"}, 422),
        ("POST", "/api/table", {**TABLE, "format": "csv", "stream": True}, 400),
        ("PUT", "/api/table/sets/a%2Cb", {"columns": {"a": "What?"}}, 400),
        ("DELETE", "/api/table/sets/trial", None, 400),
        ("GET", "/api/nothing", None, 404),
    ],
)
def test_errors_are_one_line_of_json(
    client: TestClient, method: str, path: str, body: Any, status: int
) -> None:
    response = client.request(method, path, **({} if body is None else {"json": body}))
    assert response.status_code == status
    message = response.json()["error"]["message"]
    assert message
    assert "\n" not in message


@pytest.mark.parametrize("body", ["{", "nonsense", '"x"', "[" * 20_000, '{"question": "\\ud800"}'])
def test_broken_bodies_are_errors(client: TestClient, body: str) -> None:
    response = client.post("/api/ask", content=body, headers={"content-type": "application/json"})
    assert response.status_code in (200, 400, 422)
    if response.status_code != 200:
        assert response.json()["error"]["message"]


def test_an_unexpected_failure_tells_nothing_of_the_inside(
    library: PaperLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    from assistant.web.api.routes import build_api

    def break_down(*_: object, **__: object) -> None:
        raise ZeroDivisionError("secret")

    monkeypatch.setattr(type(library), "ask", break_down)
    with TestClient(build_api(library), raise_server_exceptions=False) as client:
        response = client.post("/api/ask", json={"question": QUESTION})
    assert response.status_code == 500
    assert "secret" not in response.text
    assert "failed unexpectedly" in response.json()["error"]["message"]
