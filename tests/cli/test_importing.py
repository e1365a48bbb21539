"""`import` and `status`, per stream and exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_support import Run
from source_support import PROBABLE

import assistant.models
from assistant.cli.options import TextKind
from assistant.errors import EmbedderUnavailable
from assistant.library import Library
from assistant.reading import ReadAs
from assistant.settings import load_settings


def test_import_reports_on_stdout_and_again_changes_nothing(run: Run, papers: Path) -> None:
    first = run("import", papers)
    assert (first.exit_code, first.stderr) == (0, "")
    assert first.stdout == "5 papers read: 5 new, 0 merged, 0 unchanged.\n"
    second = run("import", papers, "--json")
    assert json.loads(second.stdout) == {
        "read": 5,
        "added": 0,
        "merged": 0,
        "unchanged": 5,
        "without_abstract": 0,
        "merges": [],
        "failed": [],
        "warnings": [],
    }


def test_import_lists_what_was_merged_into_what(run: Run, tmp_path: Path) -> None:
    old, new = tmp_path / "old.jsonl", tmp_path / "new.jsonl"
    paper = {"title": "On owls", "abstract": "They sleep.", "doi": "10.1000/owls"}
    old.write_text(json.dumps(paper), encoding="utf-8")
    run("import", old)
    records = [paper | {"published": f"{1990 + count}"} for count in range(25)]
    new.write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    text = run("import", new).stdout.splitlines()
    assert text[0] == "25 papers read: 0 new, 25 merged, 0 unchanged."
    assert text[1] == "  merged: On owls (new.jsonl) → doi:10.1000/owls"
    assert (len(text), text[-1]) == (22, "  merged: and 5 more")
    new.write_text(json.dumps(paper | {"title": "On the owls"}), encoding="utf-8")
    shape = json.loads(run("import", new, "--json").stdout)
    assert (shape["merged"], shape["unchanged"]) == (1, 0)
    assert shape["merges"] == [
        {
            "title": "On the owls",
            "source": "new.jsonl",
            "into_id": "doi:10.1000/owls",
            "into_title": "On the owls",
        }
    ]


def test_import_makes_vectors(run: Run, filled: Path) -> None:
    shape = json.loads(run("status", "--json").stdout)
    assert (shape["papers"], shape["vectors"], shape["missing_vectors"]) == (5, 5, 0)


def test_one_bad_file_does_not_stop_the_others(run: Run, papers: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    result = run("import", tmp_path / "missing.txt", papers, empty, "--json")
    assert result.exit_code == 1
    shape = json.loads(result.stdout)
    assert shape["added"] == 5
    assert [failure["where"] for failure in shape["failed"]] == [
        str(tmp_path / "missing.txt"),
        str(empty),
    ]
    assert len(result.stderr.splitlines()) == 2


def test_one_bad_record_is_reported_and_is_no_failure(run: Run, papers: Path) -> None:
    papers.write_text(papers.read_text(encoding="utf-8") + '{"title": "half\n', encoding="utf-8")
    result = run("import", papers)
    assert result.exit_code == 0
    assert "5 new" in result.stdout
    assert "papers.jsonl:6" in result.stderr


def test_import_reads_stdin(run: Run, papers: Path) -> None:
    result = run("import", "-", stdin=papers.read_bytes())
    assert (result.exit_code, result.stdout[:16]) == (0, "5 papers read: 5")


def test_what_only_may_be_papers_is_imported_if_the_user_says_so(run: Run, tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    page.write_text(PROBABLE, encoding="utf-8")
    result = run("import", page)
    assert result.exit_code == 1
    assert result.stdout.startswith("0 papers read")
    (said,) = result.stderr.splitlines()
    assert "page.txt may be a saved page" in said
    assert said.endswith("import it with --as saved-page")
    forced = run("import", page, "--as", "saved-page")
    assert (forced.exit_code, forced.stderr) == (0, "")
    assert forced.stdout.startswith("1 paper read: 1 new")
    assert run("import", "-", "--as", "saved-page", stdin=page.read_bytes()).exit_code == 0
    assert run("import", page, "--as", "paper").exit_code == 1
    assert run("import", page, "--as", "letter").exit_code == 2


def test_the_kinds_that_can_be_forced_are_those_of_the_reader() -> None:
    assert {(it.name, it.value) for it in TextKind} == {(it.name, it.value) for it in ReadAs}


def test_a_letter_is_refused_with_what_to_do(run: Run, tmp_path: Path) -> None:
    letter = tmp_path / "letter.eml"
    letter.write_text(
        "From: a@b.example\nSubject: Hi\n\nDear all,\n\n" + PROBABLE, encoding="utf-8"
    )
    result = run("import", letter)
    assert result.exit_code == 1
    assert result.stdout.startswith("0 papers read")
    assert "letter.eml is an e-mail: copy the titles and abstracts" in result.stderr


def test_import_of_nothing_fails_in_one_line(run: Run, tmp_path: Path) -> None:
    empty = tmp_path / "empty.txt"
    empty.touch()
    result = run("import", empty)
    assert result.exit_code == 1
    assert result.stdout.startswith("0 papers read")
    assert "empty" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_without_an_embedder_it_says_so_and_full_text_works(
    run: Run, papers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unavailable(*_: object) -> None:
        raise EmbedderUnavailable("There is no embedding model. Install it.")

    monkeypatch.setattr(assistant.models, "open_embedder", unavailable)
    result = run("import", papers)
    assert result.exit_code == 0
    assert "no embedding model" in result.stderr
    assert "full text only" in result.stderr
    hits = json.loads(run("search", "owls", "--json").stdout)["hits"]
    assert hits[0]["title"] == "On the sleep of owls"
    assert json.loads(run("status", "--json").stdout)["full_text_only"] is True


def test_status_for_people_and_for_programs(run: Run, filled: Path) -> None:
    shape = json.loads(run("status", "--json").stdout)
    assert shape["folder"] == str(load_settings().library)
    assert shape["language_model"]["name"] == "SmolLM2-135M-Instruct-Q8_0"
    assert shape["language_model"]["bytes"] > 90_000_000
    assert shape["embedder"] == "hashing"
    text = run("status").stdout
    assert "Papers      5" in text
    assert shape["language_model"]["file"] in text


def test_status_names_the_model_given_even_if_it_is_missing(run: Run, tmp_path: Path) -> None:
    result = run("status", "--json", "--model", tmp_path / "none.gguf")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["language_model"] == {
        "name": "none",
        "file": str(tmp_path / "none.gguf"),
        "bytes": None,
    }


@pytest.mark.parametrize("before", [True, False])
def test_the_library_option_stands_before_or_behind(
    run: Run, papers: Path, tmp_path: Path, before: bool
) -> None:
    option = ("--library", str(tmp_path / "other"))
    arguments = (*option, "import", papers) if before else ("import", papers, *option)
    assert run(*arguments).exit_code == 0
    with Library.open(tmp_path / "other", None) as library:
        assert library.papers.count() == 5
    assert not (load_settings().library / "catalog.sqlite").exists()


def test_behind_the_command_goes_before_in_front_of_it(
    run: Run, papers: Path, tmp_path: Path
) -> None:
    run("--library", tmp_path / "one", "import", papers, "--library", tmp_path / "two")
    assert (tmp_path / "two" / "catalog.sqlite").exists()
    assert not (tmp_path / "one").exists()


def test_columns_of_a_table_can_be_named(run: Run, tmp_path: Path) -> None:
    table = tmp_path / "liste.csv"
    table.write_text("Titel;Kurzfassung\nKatzen;Katzen schlafen viel.\n", encoding="utf-8")
    assert run("import", table).exit_code == 1
    named = run("import", table, "--columns", "title=Titel, abstract=Kurzfassung")
    assert named.exit_code == 0
    assert "1 paper read" in named.stdout + named.stderr
    for wrong in ("title", "=Titel", "titel=Titel"):
        refused = run("import", table, "--columns", wrong)
        assert refused.exit_code == 2, wrong


def test_what_was_not_read_is_said_once_a_reason_and_strict_fails(run: Run, tmp_path: Path) -> None:
    page = tmp_path / "refs.bib"
    entries = [f"@article{{k{n}, abstract = {{Cats {n}.}}}}" for n in range(9)]
    good = "@article{good, title = {Cats}, abstract = {They sleep.}}"
    page.write_text("\n".join([*entries, good]), encoding="utf-8")
    result = run("import", page)
    assert result.exit_code == 0
    (note,) = result.stderr.splitlines()
    assert note == (
        "Not read: 9 records (refs.bib:1, refs.bib:2, refs.bib:3, ...): it has no title"
    )
    assert run("import", page, "--strict").exit_code == 1


def test_papers_without_an_abstract_are_kept_and_counted(run: Run, tmp_path: Path) -> None:
    page = tmp_path / "refs.bib"
    page.write_text(
        "@article{a, title = {Walruses sing}, year = 2020}\n"
        "@article{b, title = {Cats}, abstract = {They sleep.}}\n",
        encoding="utf-8",
    )
    result = run("import", page)
    assert result.stdout == (
        "2 papers read: 2 new, 0 merged, 0 unchanged; 1 without an abstract.\n"
    )
    assert "Walruses sing" in run("search", "walruses").stdout
    assert "No abstract." in run("show", "1").stdout
    assert run("tldr", "--id", "1").exit_code == 2
    assert len(run("tldr").stdout.splitlines()) == 1


def test_invalid_identifiers_are_warnings_and_no_failures(run: Run, tmp_path: Path) -> None:
    page = tmp_path / "refs.bib"
    good = "@article{a, title={Gravel}, doi={11.1/x}}\n"
    page.write_text(good + "@article{b, doi={11.1/y}}\n", encoding="utf-8")
    result = run("import", page, "--json", "--strict")
    assert result.exit_code == 1
    shape = json.loads(result.stdout)
    assert [failure["where"] for failure in shape["failed"]] == ["refs.bib:2"]
    assert [warning["where"] for warning in shape["warnings"]] == ["refs.bib:1"]
    assert shape["warnings"][0].keys() == shape["failed"][0].keys() == {"where", "why"}
    page.write_text(good, encoding="utf-8")
    result = run("import", page, "--strict")
    assert result.stderr.startswith('Warning: refs.bib:1: the DOI "11.1/x" is invalid')
    assert "; 1 warning." in result.stdout
    assert result.exit_code == 0
