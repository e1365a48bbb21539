from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from api_support import CATS, DOGS, QUESTION
from pydantic import BaseModel
from typer.testing import CliRunner

import assistant
from assistant import Filters, PaperLibrary, Progress, open_library
from assistant.api import AnswerDone, ClaimVerified, EvidenceFound, Result
from assistant.cli.app import app
from assistant.errors import (
    LibraryError,
    OutputError,
    PaperNotFound,
    SettingsError,
    UsageError,
)
from assistant.models.fake import HashingEmbedder


def command(*arguments: str) -> Any:
    """What a command prints as JSON."""
    result = CliRunner().invoke(app, list(arguments))
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def unknown_values(value: Any) -> Iterator[str]:
    """Values of results that their classes do not name."""
    if isinstance(value, Result):
        yield from value.model_extra or ()
        for name in type(value).model_fields:
            yield from unknown_values(getattr(value, name))
    elif isinstance(value, tuple | list):
        for one in value:
            yield from unknown_values(one)


CASES: dict[str, tuple[Callable[[PaperLibrary], Any], tuple[str, ...]]] = {
    "search": (lambda library: library.search("sleep of cats"), ("search", "sleep of cats")),
    "similar": (lambda library: library.similar(CATS), ("similar", CATS)),
    "list": (lambda library: list(library.papers()), ("list",)),
    "sorted": (
        lambda library: list(library.papers("tag:animals", sort="title", limit=1)),
        ("list", "tag:animals", "--sort", "title", "--limit", "1"),
    ),
    "show": (lambda library: library.get(CATS), ("show", CATS)),
    "sources": (lambda library: library.get("#2", sources=True), ("show", DOGS, "--sources")),
    "ask": (lambda library: library.ask(QUESTION), ("ask", QUESTION)),
    "refusal": (
        lambda library: library.ask("What is the capital of France?"),
        ("ask", "What is the capital of France?"),
    ),
    "status": (lambda library: library.status(), ("status",)),
}


@pytest.mark.parametrize("case", CASES)
def test_the_json_is_that_of_the_command(library: PaperLibrary, case: str) -> None:
    call, arguments = CASES[case]
    result = call(library)
    assert not list(unknown_values(result))
    shape = result.as_json() if isinstance(result, Result) else [one.as_json() for one in result]
    printed = command(*arguments, "--json")
    for one in (shape, printed):
        if isinstance(one, dict):
            one.pop("timings", None)
            # Written by the first call, or compacted meanwhile.
            one.pop("catalog_bytes", None)
            one.pop("chroma_bytes", None)
    assert shape == printed
    json.dumps(shape)


def test_imports_and_tldrs_have_the_json_of_the_command(
    references: Path, library: PaperLibrary
) -> None:
    again = library.import_files(references, "missing.bib")
    assert again.as_json() == command("import", str(references), "--json") | {
        "failed": [problem.as_json() for problem in again.failed]
    }
    assert [problem.where for problem in again.failed] == ["missing.bib"]
    tldrs = [tldr.as_json() for tldr in library.tldrs()]
    lines = CliRunner().invoke(app, ["tldr", "--json"]).stdout.splitlines()
    assert tldrs == [json.loads(line) for line in lines]
    assert library.get(CATS).tldr is not None
    assert command("show", CATS, "--json") == library.get(CATS).as_json()


def test_results_can_be_read_from_their_json(library: PaperLibrary) -> None:
    answer = library.ask(QUESTION)
    assert assistant.Answer.model_validate(answer.as_json()).as_json() == answer.as_json()
    assert str(answer) == "They sleep fourteen hours a day. [1]"
    with pytest.raises(ValueError, match="frozen"):
        answer.text = "Something else."


def test_values_of_a_newer_version_are_kept() -> None:
    shape = {"tag": "nlp", "papers": 3, "colour": "green"}
    assert assistant.api.TagCount.model_validate(shape).as_json() == shape


def test_events_come_in_order_and_end_with_the_answer(library: PaperLibrary) -> None:
    stream = library.ask_stream(QUESTION)
    events = list(stream)
    assert [type(event) for event in events] == [EvidenceFound, ClaimVerified, AnswerDone]
    assert [event.as_json()["event"] for event in events] == ["evidence", "claim", "answer"]
    assert not list(unknown_values(events))
    assert stream.answer is not None
    assert events[-1].as_json()["answer"] == stream.answer.as_json()
    assert not stream.stopped
    with pytest.raises(RuntimeError):
        library_events = library.ask_stream(QUESTION)
        next(iter(library_events))
        list(library_events._events)
        library_events.result()


def test_a_stopped_answer_is_not_part_of_the_chat(library: PaperLibrary) -> None:
    chat = library.chat()
    progress = Progress()
    progress.stop()
    stopped = chat.ask(QUESTION, progress=progress)
    assert not stopped.claims
    assert chat.answers == []
    chat.ask(QUESTION)
    followed = chat.ask("Who wrote it?")
    assert followed.understood_as is not None
    assert [source.paper.id for source in followed.cited] == [CATS]
    assert len(chat.answers) == 2


def test_history_can_name_papers_that_are_gone(library: PaperLibrary) -> None:
    answer = library.ask(QUESTION)
    shape = answer.as_json()
    shape["sources"][0]["paper"]["id"] = "doi:10.1000/999"
    gone = assistant.Answer.model_validate(shape)
    assert library.ask("Who wrote it?", history=[gone]).question == "Who wrote it?"


def test_filters_in_words_and_as_objects_are_the_same(library: PaperLibrary) -> None:
    found = [paper.id for paper in library.papers("since:2021")]
    assert found == [paper.id for paper in library.papers(filters=Filters(since="2021"))] == [DOGS]
    assert [hit.id for hit in library.search("sleep", filters=Filters(authors=("lee",)))] == [CATS]
    assert [tldr.id for tldr in library.tldrs("author:kim")] == [DOGS]


def test_imports_of_text_and_papers(library: PaperLibrary) -> None:
    line = json.dumps({"title": "On the sleep of owls", "abstract": "Owls sleep by day in trees."})
    result = library.import_text(line, name="owls.jsonl")
    assert (result.added, result.summary) == (
        1,
        "1 paper read: 1 new, 0 merged, 0 unchanged.",
    )
    assert library.import_papers([library.get(CATS).paper]).unchanged == 1
    broken = library.import_text(b"\x00\x01\x02", name="noise.bin", embed=False)
    assert (broken.read, len(broken.failed)) == (0, 1)
    assert "noise.bin" in broken.failed[0].where
    assert len(library) == 3


def test_an_import_reports_both_of_its_steps_and_can_be_stopped(references: Path) -> None:
    steps: list[str] = []
    progress = Progress(on_report=lambda report: steps.append(report.step))
    with open_library() as library:
        library.import_files(references, progress=progress)
        assert list(dict.fromkeys(steps)) == ["Reading papers", "Computing vectors"]
        progress.stop()
        assert library.import_files(references, progress=progress).read == 0


def test_without_vectors_papers_are_found_by_words(references: Path) -> None:
    with open_library() as library:
        library.import_files(references, embed=False)
        assert library.status().missing_vectors == 2
        assert library.search("cats").hits[0].id == CATS


def test_tags(library: PaperLibrary) -> None:
    assert library.tag([CATS, "#1"], " to  read ", "star") == 1
    assert [(one.tag, one.papers) for one in library.tags()] == [
        ("animals", 2),
        ("star", 1),
        ("to read", 1),
    ]
    assert library.untag(CATS, "star") == 1
    with pytest.raises(UsageError):
        library.tag(CATS, " ")
    with pytest.raises(PaperNotFound):
        library.tag([DOGS, "doi:nothing"], "x")
    assert "x" not in [one.tag for one in library.tags()]


def test_export_to_text_and_files(library: PaperLibrary, tmp_path: Path) -> None:
    assert library.export("ris", ids=CATS).count("TY  - ") == 1
    assert library.export_file(tmp_path / "all.bib") == 2
    assert (tmp_path / "all.bib").read_text(encoding="utf-8") == library.export("bibtex")
    assert library.export_file(tmp_path / "notes", "obsidian", query="author:kim") == 1
    assert len(list((tmp_path / "notes").iterdir())) == 1
    for wrong in ("all.docx", "all"):
        with pytest.raises(UsageError, match="bibtex"):
            library.export_file(tmp_path / wrong)
    with pytest.raises(UsageError):
        library.export("obsidian")
    with pytest.raises(UsageError):
        library.export(ids=CATS, query="sleep")
    with pytest.raises(OutputError):
        library.export_file(tmp_path / "no" / "such" / "folder.bib")
    with pytest.raises(PaperNotFound):
        library.export_file(tmp_path / "all.bib", ids="doi:nothing")
    assert "cats" in (tmp_path / "all.bib").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "call",
    [
        lambda library: library.search(" "),
        lambda library: library.search("cats since:yesterday"),
        lambda library: library.ask(""),
        lambda library: library.papers("cats", sort="title"),
        lambda library: library.tldrs("cats", ids=CATS),
    ],
)
def test_wrong_use_is_an_error_of_the_call(
    library: PaperLibrary, call: Callable[[PaperLibrary], object]
) -> None:
    with pytest.raises(UsageError) as raised:
        call(library)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("name", ["get", "similar", "tldr", "cite"])
def test_an_unknown_paper_is_an_error(library: PaperLibrary, name: str) -> None:
    with pytest.raises(PaperNotFound, match="nothing"):
        getattr(library, name)("doi:nothing")


def test_a_paper_without_an_abstract_has_no_tldr(library: PaperLibrary) -> None:
    library.import_text(json.dumps({"title": "On bees", "doi": "10.1000/184"}), name="bees.jsonl")
    with pytest.raises(UsageError, match="no abstract"):
        library.tldr("doi:10.1000/184")
    assert len(list(library.tldrs())) == 2


def test_what_cannot_be_opened(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("not a folder")
    with pytest.raises(LibraryError):
        open_library(file)
    with pytest.raises(SettingsError):
        open_library(tmp_path / "new", threads=0)
    with pytest.raises(SettingsError, match="colour"):
        open_library(tmp_path / "new", colour="green")


def test_notes_are_logged_or_handed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def embedder(settings: object, notify: Callable[[str], None]) -> HashingEmbedder:
        notify("A note.")
        return HashingEmbedder()

    monkeypatch.setattr(assistant.models, "open_embedder", embedder)
    with caplog.at_level(logging.WARNING, "assistant"), open_library(tmp_path / "one"):
        assert "A note." in caplog.messages
    notes: list[str] = []
    with open_library(tmp_path / "two", notify=notes.append):
        assert notes == ["A note."]


def test_notebooks_show_text_as_text(library: PaperLibrary) -> None:
    line = {"title": "On <script>alert(1)</script> of $x^2$", "abstract": "Mice <b>sleep</b> well."}
    library.import_text(json.dumps(line), name="mice.jsonl")
    shown: list[Any] = [
        library,
        library.ask(QUESTION),
        library.ask("What is the capital of France?"),
        library.search("script alert"),
        library.search("author:nobody"),
        library.similar(CATS),
        library.get("#3"),
        *library.papers("alert"),
        *library.tldrs(),
        library.import_files("missing.bib"),
        library.status(),
    ]
    pages = [one._repr_html_() for one in shown]
    assert all(page.strip().startswith("<") for page in pages)
    assert not any("<script" in page or "<b>" in page for page in pages)
    assert any("<math" in page for page in pages)
    assert "No papers match." in pages[4]
    assert "missing.bib" in pages[-2]


def test_importing_the_package_loads_nothing() -> None:
    code = (
        "import sys, assistant; before = set(sys.modules); "
        "assert not {'pydantic', 'numpy', 'assistant.api'} & before, before; "
        "assert 'open_library' in dir(assistant); "
        "assistant.Filters; assert 'chromadb' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    with pytest.raises(AttributeError, match="nothing"):
        _ = assistant.nothing


def test_every_result_is_exported() -> None:
    from assistant import api

    assert issubclass(Result, BaseModel)
    for name in assistant.__all__:
        assert getattr(assistant, name) is not None
    assert set(assistant.__all__) - {"__version__"} <= set(api.__all__)


def test_a_table_asks_every_paper_the_same(library: PaperLibrary) -> None:
    columns = {"hours": "How long do cats sleep a day?", "who": "Who wrote it?"}
    rows = list(library.table(columns))
    assert [row.title for row in rows] == ["On the sleep of cats", "On the sleep of dogs"]
    assert [str(row.cells["who"]) for row in rows] == ["Ann Lee", "Bo Kim"]
    cell = rows[0].cells["hours"]
    assert (cell.answer, cell.method) == ("They sleep fourteen hours a day.", "written")
    assert cell.sentence == "We show that cats sleep fourteen hours a day."
    assert rows[0].as_json()["cells"]["who"]["method"] == "catalogue"
    assert len(list(library.table("trial", ids="#2"))) == 1
    with pytest.raises(UsageError, match="no set “trails”"):
        library.table("trails")


def test_a_table_is_arranged_and_exported(library: PaperLibrary) -> None:
    columns = {"who": "Who wrote it?"}
    found = [row.title for row in library.table(columns, only=["who=kim"])]
    assert found == ["On the sleep of dogs"]
    sorted_rows = list(library.table(columns, search="sleep", sort="who"))
    assert [str(row.cells["who"]) for row in sorted_rows] == ["Ann Lee", "Bo Kim"]
    text = library.export_table(columns, "csv", "author:lee").decode("utf-8-sig")
    assert text.splitlines()[0].startswith("id,title,year,link,who,who: sentence")
    assert len(text.splitlines()) == 2
    for wrong in (
        lambda: library.export_table(columns, "docx"),
        lambda: library.table(columns, "cats", search="cats"),
        lambda: library.table(columns, sort="what"),
        lambda: library.table(columns, limit=0),
    ):
        with pytest.raises(UsageError):
            wrong()


def test_sets_of_columns_are_saved_and_deleted(library: PaperLibrary) -> None:
    library.save_column_set("mine", {"who": "Who wrote it?"})
    assert library.column_sets()["mine"] == {"who": "Who wrote it?"}
    assert list(library.column_sets()) == ["mine", "trial", "ml", "survey", "review"]
    assert "who" in next(library.table("mine")).cells
    library.delete_column_set("mine")
    with pytest.raises(UsageError, match="No set “mine” is saved"):
        library.delete_column_set("mine")
