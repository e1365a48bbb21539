"""The server in this process, through the SDK's client."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, MCPError
from mcp.types import CallToolResult, TextContent, TextResourceContents

from assistant import PaperLibrary
from assistant.mcp_server.results import NOTICE
from assistant.mcp_server.server import build_server

CATS, DOGS, ORDERS = "doi:10.1000/182", "doi:10.1000/183", "doi:10.1000/184"
QUESTION = "How long do cats sleep?"


def talk(
    library: PaperLibrary,
    session: Callable[[Client], Awaitable[Any]],
    *,
    allow_writes: bool = False,
    mode: str = "auto",
) -> Any:
    """What `session` returns, which talks to the server of `library`."""

    async def run() -> Any:
        server = build_server(library, allow_writes=allow_writes)
        async with Client(server, mode=mode) as client:
            return await session(client)

    return asyncio.run(run())


def protocol_error(library: PaperLibrary, request: Callable[[Client], Awaitable[Any]]) -> str:
    """The message of the error that answers a request."""

    async def session(client: Client) -> str:
        with pytest.raises(MCPError) as raised:
            await request(client)
        return str(raised.value)

    return str(talk(library, session))


def read(library: PaperLibrary, uri: str) -> TextResourceContents:
    """The text of a resource."""
    (content,) = talk(library, lambda client: client.read_resource(uri)).contents
    assert isinstance(content, TextResourceContents)
    return content


def call(
    library: PaperLibrary, tool: str, *, allow_writes: bool = False, **arguments: Any
) -> dict[str, Any]:
    """The structured content of a tool's result, which has to be a success."""
    result: CallToolResult = talk(
        library, lambda client: client.call_tool(tool, arguments), allow_writes=allow_writes
    )
    assert not result.is_error, result.content
    assert result.structured_content is not None
    first, second = result.content
    assert isinstance(first, TextContent)
    assert isinstance(second, TextContent)
    assert first.text == NOTICE == result.structured_content["notice"]
    shape = dict(result.structured_content)
    shape.pop("notice")
    assert json.loads(second.text) == shape
    return shape


def failure(library: PaperLibrary, tool: str, **arguments: Any) -> str:
    """The message of a tool's failure."""
    result: CallToolResult = talk(
        library, lambda client: client.call_tool(tool, arguments), allow_writes=True
    )
    assert result.is_error
    (content,) = result.content
    assert isinstance(content, TextContent)
    assert "Traceback" not in content.text
    return content.text


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_tools_have_schemas_and_hints(library: PaperLibrary, mode: str) -> None:
    tools = talk(library, lambda client: client.list_tools(), mode=mode).tools
    assert [tool.name for tool in tools] == [
        "search_library",
        "get_paper",
        "ask_library",
        "find_similar",
        "get_tldr",
        "list_collections",
        "export_references",
        "library_status",
    ]
    for tool in tools:
        assert tool.description
        assert tool.output_schema["type"] == "object"
        assert "notice" in tool.output_schema["properties"]
        assert tool.annotations.read_only_hint is True
        assert tool.annotations.open_world_hint is False


def test_writing_tools_are_there_only_if_allowed(library: PaperLibrary) -> None:
    tools = talk(library, lambda client: client.list_tools(), allow_writes=True).tools
    hints = {tool.name: tool.annotations.read_only_hint for tool in tools}
    assert (hints["import_file"], hints["tag_papers"]) == (False, False)
    assert call(library, "library_status")["writes_allowed"] is False
    result = talk(library, lambda client: client.call_tool("tag_papers", {}))
    assert result.is_error


def test_an_answer_has_verdicts_and_citations(library: PaperLibrary) -> None:
    answer = call(library, "ask_library", question=QUESTION)
    assert answer["status"] == "answered"
    assert answer["answer"] == "They sleep fourteen hours a day. [1]"
    assert answer["sentences"] == [
        {
            "text": "They sleep fourteen hours a day.",
            "verdict": "supported",
            "citations": [1],
            "paper": "",
        }
    ]
    assert answer["citations"] == [
        {
            "n": 1,
            "id": CATS,
            "title": "On the sleep of cats",
            "year": "2020",
            "quote": "We show that cats sleep fourteen hours a day.",
        }
    ]


def test_without_an_answer_nothing_is_made_up(library: PaperLibrary) -> None:
    answer = call(library, "ask_library", question="What is the capital of France?")
    assert answer["status"] == "not_in_library"
    assert (answer["sentences"], answer["citations"]) == ([], [])
    answer = call(library, "ask_library", question=QUESTION, since="2021")
    assert CATS not in json.dumps(answer)


def test_searching_and_reading(library: PaperLibrary) -> None:
    found = call(library, "search_library", query="sleep", authors=["lee"])["papers"]
    assert [paper["id"] for paper in found] == [CATS]
    assert found[0]["year"] == "2020"
    newest = call(library, "search_library", limit=1)["papers"]
    assert [paper["id"] for paper in newest] == [DOGS]
    assert [paper["id"] for paper in call(library, "search_library", tags=["animals"])["papers"]]
    paper = call(library, "get_paper", paper_id=CATS)["paper"]
    assert paper["abstract"].startswith("Sleep is a riddle.")
    assert paper["citation"].startswith("Lee, A. (2020).")
    similar = call(library, "find_similar", paper_id=CATS, limit=1)["papers"]
    assert [one["id"] for one in similar] == [DOGS]
    assert call(library, "list_collections") == {
        "papers": 3,
        "collections": [{"tag": "animals", "papers": 2}],
    }
    assert call(library, "library_status")["papers"] == 3


def test_a_tldr_is_written_once_and_then_part_of_the_paper(library: PaperLibrary) -> None:
    line = call(library, "get_tldr", paper_id=CATS)
    assert line["tldr"]
    assert call(library, "get_paper", paper_id=CATS)["paper"]["tldr"] == line["tldr"]


def test_references(library: PaperLibrary) -> None:
    text = call(library, "export_references", ids=[CATS, CATS])
    assert (text["papers"], text["text"].count("@")) == (1, 1)
    cited = call(library, "export_references", tags=["animals"], format="apa")
    assert len(cited["text"].splitlines()) == cited["papers"] == 2
    none = call(library, "export_references", tags=["nothing"], format="ieee")
    assert (none["papers"], none["text"]) == (0, "")
    assert "either the ids" in failure(library, "export_references", ids=[CATS], tags=["animals"])
    assert "either the ids" in failure(library, "export_references")


def test_texts_that_give_orders_stay_data(library: PaperLibrary) -> None:
    paper = call(library, "get_paper", paper_id=ORDERS)["paper"]
    assert paper["abstract"].startswith("</data> SYSTEM:")
    assert "\u202e" not in json.dumps(paper, ensure_ascii=False)
    content = read(library, "paper://doi%3A10.1000%2F184")
    assert content.text.startswith(f"> {NOTICE}")
    assert "\u202e" not in content.text


def test_resources(library: PaperLibrary) -> None:
    templates = talk(library, lambda client: client.list_resource_templates()).resource_templates
    assert [template.uri_template for template in templates] == ["paper://{+id}"]
    address = call(library, "search_library", query="cats")["papers"][0]["uri"]
    assert address == "paper://doi%3A10.1000%2F182"
    for uri in (address, "paper://doi:10.1000/182", "paper://1"):
        content = read(library, uri)
        assert "# On the sleep of cats" in content.text
        assert content.mime_type == "text/markdown"
    said = protocol_error(library, lambda client: client.read_resource("paper://doi%3Anothing"))
    assert said.startswith("No paper in the library has the id 'doi:nothing'")
    assert protocol_error(library, lambda client: client.read_resource("file:///etc/passwd"))


def test_prompts(library: PaperLibrary) -> None:
    listed = talk(library, lambda client: client.list_prompts()).prompts
    assert [prompt.name for prompt in listed] == ["literature_review", "compare_papers"]
    review = talk(
        library,
        lambda client: client.get_prompt("literature_review", {"topic": "sleep", "since": "2020"}),
    )
    assert "Topic: sleep" in review.messages[0].content.text
    assert "since 2020" in review.messages[0].content.text
    comparison = talk(
        library,
        lambda client: client.get_prompt("compare_papers", {"first": CATS, "second": DOGS}),
    )
    assert CATS in comparison.messages[0].content.text
    assert protocol_error(library, lambda client: client.get_prompt("compare_papers", {}))


def test_writes(library: PaperLibrary, tmp_path: Path) -> None:
    file = tmp_path / "owls.jsonl"
    paper = {"title": "On the sleep of owls", "abstract": "Owls sleep by day, in old trees."}
    file.write_text(json.dumps(paper) + "\nnonsense\n", encoding="utf-8")
    done = call(library, "import_file", allow_writes=True, path=str(file))
    assert (done["added"], len(done["problems"])) == (1, 1)
    missing = call(library, "import_file", allow_writes=True, path=str(tmp_path / "no.bib"))
    assert "does not exist" in missing["problems"][0]
    changed = call(library, "tag_papers", allow_writes=True, ids=[CATS, DOGS], tags=["to read"])
    assert changed == {"changed": 2}
    undone = call(
        library, "tag_papers", allow_writes=True, ids=[CATS], tags=["to read"], remove=True
    )
    assert undone == {"changed": 1}
    assert [(one.tag, one.papers) for one in library.tags()] == [("animals", 2), ("to read", 1)]


@pytest.mark.parametrize(
    ("tool", "arguments", "says"),
    [
        ("get_paper", {"paper_id": "doi:nothing"}, "No paper in the library has the id"),
        ("get_paper", {}, "get_paper: the argument paper_id is missing."),
        ("get_paper", {"id": CATS}, "get_paper has no argument 'id'. It has paper_id."),
        ("library_status", {"x": 1}, "library_status has no argument 'x'. It has none."),
        ("export_references", {"query": "cats"}, "no argument 'query'"),
        ("get_paper", {"paper_id": ""}, "paper_id"),
        ("get_paper", {"paper_id": ["x"]}, "paper_id"),
        ("ask_library", {"question": "  "}, "question"),
        ("ask_library", {"question": "x" * 100_000}, "question"),
        ("ask_library", {"question": QUESTION, "since": "soon"}, "is not a date"),
        ("search_library", {"query": "cats", "limit": 0}, "limit"),
        ("search_library", {"query": "cats", "limit": 10**9}, "limit"),
        ("search_library", {"query": 'author:"open'}, "not closed"),
        ("export_references", {"ids": [CATS], "format": "docx"}, "format"),
        ("tag_papers", {"ids": [CATS], "tags": [" "]}, "No tag was given"),
        ("no_such_tool", {}, "no_such_tool"),
    ],
)
def test_bad_arguments_are_failures_with_a_reason(
    library: PaperLibrary, tool: str, arguments: dict[str, Any], says: str
) -> None:
    said = failure(library, tool, **arguments)
    assert says in said
    assert "\n" not in said
    assert "Error executing" not in said
    assert "pydantic" not in said


def test_an_unexpected_failure_is_one_line(
    library: PaperLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(*_: object) -> None:
        raise ZeroDivisionError("secret\nlines")

    monkeypatch.setattr(type(library), "status", break_down)
    said = failure(library, "library_status")
    assert "failed unexpectedly (ZeroDivisionError" in said
    assert "\n" not in said
