from __future__ import annotations

import json
from typing import Any

import pytest
from api_support import CATS, DOGS, QUESTION
from starlette.testclient import TestClient

from assistant import PaperLibrary


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


def test_the_description_names_every_route_and_answer(client: TestClient) -> None:
    described = client.get("/api/openapi.json").json()
    assert {"/api/ask", "/api/search", "/v1/chat/completions"} <= set(described["paths"])
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
        ("DELETE", "/api/papers", {}, 405),
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
