"""Hostile texts and file names on the command line: plain lines and JSON, no steered terminal."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hostile import HOSTILE, KINDS, file_name, unseen, words_of, writable
from typer.testing import CliRunner, Result

import assistant.models
from assistant.answering.answer import NOT_IN_LIBRARY, UNSURE
from assistant.answering.foreign import NOT_ENGLISH
from assistant.cli.app import app
from assistant.library import Library, StoredTldr
from assistant.models.fake import HashingEmbedder, ScriptedModel
from assistant.paper import Paper
from assistant.reading.record import LONGEST_TITLE

pytestmark = pytest.mark.slow

Run = Callable[..., Result]

COLOURS = re.compile(r"\x1b\[[0-9;]*m")
TEXTS = [writable(text) for text in HOSTILE.values()]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library whose papers and TL;DRs are hostile, as no reader would have let them in."""
    folder = tmp_path_factory.mktemp("hostile") / "library"
    with Library.open(folder, HashingEmbedder()) as library:
        library.add(
            Paper(
                title=f"{text} {number}",
                abstract=f"Penguins sleep.\n\n{text}",
                authors=(text, text),
                tags=(text,),
                url=text,
                doi=f"10.1/{number}{text}",
                source=text,
            )
            for number, text in enumerate(TEXTS)
        )
        library.vectors.embed_missing()
        papers = list(library.papers.all())
        for stored, text in zip(papers, TEXTS, strict=True):
            tldr = StoredTldr(stored.number, text, "model", "prompt", "generated", 1.0, "")
            library.tldrs.save(tldr, stored.paper)
    return folder


@pytest.fixture
def run(library: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command over that library; see that no stream holds what cannot be seen."""
    replies = iter(TEXTS * 100)
    model = ScriptedModel(lambda request: f"{next(replies)[:2_000]} [1]", context_tokens=1_000_000)
    monkeypatch.setattr(assistant.models, "open_language_model", lambda *_: model)
    monkeypatch.setattr(assistant.models, "open_embedder", lambda *_: HashingEmbedder())
    monkeypatch.setenv("ASSISTANT_LIBRARY", str(library))

    def invoke(*arguments: str | Path, stdin: str | bytes | None = None) -> Result:
        result = CliRunner().invoke(app, [str(argument) for argument in arguments], input=stdin)
        assert unseen(result.stdout) == []
        assert unseen(result.stderr) == []
        return result

    return invoke


def every_text(value: Any) -> Iterator[str]:
    """The texts of a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, one in value.items():
            yield name
            yield from every_text(one)
    elif isinstance(value, list):
        for one in value:
            yield from every_text(one)


def parsed(text: str) -> Any:
    """`text` as JSON, none of whose texts hold what cannot be seen."""
    value = json.loads(text)
    assert [one for one in every_text(value) if unseen(one)] == []
    return value


def question_lines(part: int) -> bytes:
    """One of three parts of the texts, each as one line of stdin, as bytes may come."""
    texts = list(HOSTILE.values())[part::3]
    return b"\n".join(text.replace("\n", " ").encode("utf-8", "surrogatepass") for text in texts)


def test_list_is_one_line_a_paper(run: Run) -> None:
    rows = [line.split("\t") for line in run("list").stdout.splitlines()]
    assert [row[0] for row in rows] == [str(number) for number in range(1, len(TEXTS) + 1)]
    assert all(len(row) == 4 for row in rows)
    papers = parsed(run("list", "--json").stdout)
    assert [words_of(paper["title"]) for paper in papers] == [
        words_of(f"{text}{number}") for number, text in enumerate(TEXTS)
    ]


def test_show_shows_text(run: Run) -> None:
    # A paper each would take long; every text was a title, an abstract and a TL;DR in `list`.
    for number in range(1, len(TEXTS) + 1, 20):
        text = words_of(TEXTS[number - 1])
        assert text in words_of(run("show", str(number)).stdout)
        shape = parsed(run("show", str(number), "--json").stdout)
        assert words_of(shape["abstract"]) == words_of(f"Penguins sleep.{text}")
        assert words_of(shape["source"]) == words_of(shape["tldr"]["text"]) == text


def test_an_id_that_is_hostile_is_not_found_in_one_line(run: Run) -> None:
    for text in TEXTS[::20]:
        result = run("show", "--", text)
        assert result.exit_code in (0, 1, 2)
        assert result.exit_code == 0 or len(result.stderr.splitlines()) == 1


def test_search_takes_any_query(run: Run) -> None:
    result = run("search", "-", "--json", "--limit", "3", stdin=question_lines(0))
    assert result.exit_code == 0
    found = [parsed(line) for line in result.stdout.splitlines()]
    assert len(found) > 80
    assert run("search", "penguins", "--limit", "300").exit_code == 0


def test_ask_answers_or_refuses_any_question(run: Run) -> None:
    result = run("ask", "-", "--json", stdin=question_lines(1))
    shapes = [parsed(line) for line in result.stdout.splitlines()]
    refused = [shape["answer"] for shape in shapes if shape["refused"]]
    assert len(shapes) > 80
    said = (UNSURE, NOT_IN_LIBRARY, "The library does", "No paper", *NOT_ENGLISH.values())
    assert all(answer.startswith(said) for answer in refused)
    for shape in shapes:
        for claim in shape["claims"]:
            assert all(1 <= n <= len(shape["sources"]) for n in claim["citations"])
    # What cannot be used is said in a line each, and one line counts them.
    assert all(line.startswith("Error: The question") for line in result.stderr.splitlines()[:-1])
    assert len(shapes) + len(result.stderr.splitlines()) - 1 == len(
        [line for line in question_lines(1).decode("utf-8", "replace").split("\n") if line.strip()]
    )


def test_chat_goes_through_hostile_turns(run: Run) -> None:
    lines = question_lines(2) + b"\nAnd how do penguins sleep?"
    result = run("chat", stdin=lines)
    assert "> And how do penguins sleep?" in result.stdout
    assert result.stderr.splitlines()[-1].endswith("the others were.")


@pytest.mark.parametrize("form", ["text", "md", "csv", "jsonl"])
def test_tldrs_are_one_row_a_paper(run: Run, tmp_path: Path, form: str) -> None:
    result = run("tldr", "--format", form)
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert len(lines) == len(TEXTS) + (form == "csv")
    assert run("tldr", "--format", form, "--out", tmp_path / "out").exit_code == 0
    assert (tmp_path / "out").read_text(encoding="utf-8") == result.stdout
    if form == "csv":
        cells = [cell for row in csv.reader(io.StringIO(result.stdout)) for cell in row]
        assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "＝"))]
    elif form == "md":
        # No mark of Markdown or HTML is left that a backslash does not take the meaning from.
        bare = re.sub(r"\\.", "", "".join(line[4:].replace("** — ", "", 1) for line in lines))
        assert not re.search(r"[*_`<>\[\]#|&~$\\]", bare)
    elif form == "jsonl":
        assert all(parsed(line) for line in lines)


def records(text: str) -> str:
    return "\n".join(
        (
            json.dumps({"title": f"On {text}", "abstract": f"Penguins sleep. {text}"}),
            '{"title": "half',
        )
    )


def test_files_with_hostile_names_are_imported_and_named_safely(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSISTANT_LIBRARY", str(tmp_path / "library"))
    paths = []
    for number, text in enumerate(HOSTILE.values()):
        name = file_name(text)
        if name is not None and len(text) < LONGEST_TITLE:
            (tmp_path / str(number)).mkdir()
            paths.append(tmp_path / str(number) / name)
            paths[-1].write_text(records(text), encoding="utf-8")
    result = run("import", *paths, "--json")
    assert result.exit_code == 0
    shape = parsed(result.stdout)
    assert len(shape["failed"]) == len(paths)
    assert len(result.stderr.splitlines()) == 1, "one reason, said once"
    for failure, path in zip(shape["failed"], paths, strict=True):
        assert words_of(failure["where"]) == words_of(f"{path.name}2")
    shown = [line.split("\t")[1] for line in run("list").stdout.splitlines()]
    sources = [parsed(run("show", key, "--json").stdout)["source"] for key in shown[::20]]
    assert {words_of(source) for source in sources} <= {words_of(path.name) for path in paths}

    again = parsed(run("import", *paths, "--json").stdout)
    assert (again["added"], again["merged"], again["unchanged"]) == (0, 0, shape["read"])


def test_files_that_are_not_there_are_named_safely(run: Run, tmp_path: Path) -> None:
    names = [file_name(text, " missing.txt") for text in HOSTILE.values()]
    missing = [tmp_path / name for name in names if name is not None]
    for command in (("import", *missing), ("tldr", missing[0]), ("--library", missing[-1], "list")):
        run(*command)
    result = run("import", *missing)
    assert (result.exit_code, result.stdout[:13]) == (1, "0 papers read")
    # Names that look the same are named once.
    lines = len(result.stderr.splitlines())
    assert 0.95 * len(missing) < lines <= len(missing)
    assert all(line.startswith("Not read: ") for line in result.stderr.splitlines())


TERMINAL = """
import os, pty, sys
import assistant.models as models
from assistant.models.fake import HashingEmbedder, ScriptedModel

models.open_embedder = lambda settings, notify: HashingEmbedder()
models.open_language_model = lambda settings, notify: ScriptedModel(
    lambda request: open(sys.argv[1], encoding="utf-8").read()[:2000], context_tokens=1_000_000
)

from assistant.cli.app import run
for command in (
    ["list"], ["show", "1"], ["search", "penguins", "--limit", "300"], ["tldr"],
    ["tldr", "--format", "csv"], ["list", "--json"], ["table", "--column", "a=What is shown?"],
    ["table", "--set", "trial", "--format", "jsonl"], ["ask", "How do penguins sleep?"],
    *(["tldr", name] for name in sys.argv[2:]),
):
    try:
        run(command)
    except SystemExit as ended:
        print("ended with", ended.code)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
def test_a_terminal_gets_no_sequence_but_the_programs_own_colours(
    library: Path, tmp_path: Path
) -> None:
    import pty

    reply = tmp_path / "reply"
    reply.write_text("\n".join(TEXTS), encoding="utf-8")
    names = [file_name(text, " missing") for text in KINDS["terminal"].values()]
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", TERMINAL, reply, *(str(tmp_path / name) for name in names if name)],
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
        env={
            **os.environ,
            "TERM": "xterm-256color",
            "COLUMNS": "200",
            "ASSISTANT_LIBRARY": str(library),
        },
    )
    os.close(theirs)
    data = b""
    try:
        while part := os.read(ours, 65_536):
            data += part
    except OSError:  # what Linux says when the program is gone
        pass
    finally:
        os.close(ours)
    assert process.wait() == 0
    shown = data.decode()
    assert shown.count("ended with 0") == 9
    assert shown.count("ended with 1") == len(names)
    assert COLOURS.search(shown)
    plain = COLOURS.sub("", shown)
    assert unseen(plain.replace("\r\n", "\n")) == []
