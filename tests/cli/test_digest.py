"""`digest`: what is new, since when, where it goes, and what is remembered."""

from __future__ import annotations

import email
import email.policy
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cli_support import Run, write_papers
from mail_support import serving

from assistant.cli.app import app
from assistant.cli.digest import _start
from assistant.digesting.new_papers import FACT
from assistant.errors import UsageError
from assistant.library import Library
from assistant.models import GenerationRequest
from assistant.progress import Progress
from assistant.settings import load_settings

TOPICS = ["cats", "dogs", "owls", "bees", "ants"]
EXTRACTED = [f"We show that {topic} sleep fourteen hours a day." for topic in TOPICS]
WRITTEN = "They sleep fourteen hours a day."
NOW = datetime(2026, 11, 19, 7, 30, tzinfo=UTC)


def remembered() -> str | None:
    with Library.open(load_settings().library, None) as library:
        return library.metadata.get(FACT)


def more(run: Run, tmp_path: Path, *topics: str) -> None:
    assert run("import", write_papers(tmp_path / f"{topics[0]}.jsonl", list(topics))).exit_code == 0


@pytest.fixture
def mail_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "SMTP_HOST": "127.0.0.1",
        "SMTP_SECURITY": "none",
        "MAIL_FROM": "ada@example.org",
        "MAIL_TO": "grace@example.org",
    }.items():
        monkeypatch.setenv(f"ASSISTANT_{name}", value)


def test_what_was_added_is_shown_with_a_sentence_each_and_no_model_is_asked(
    run: Run, filled: Path, requests: list[GenerationRequest]
) -> None:
    result = run("digest")
    assert result.exit_code == 0
    assert result.stderr == "This is the first digest; it covers 7 days.\n"
    assert result.stdout.startswith("# New papers, ")
    assert all(line in result.stdout for line in EXTRACTED)
    assert requests == []


def test_the_next_one_has_only_what_came_since(run: Run, filled: Path, tmp_path: Path) -> None:
    run("digest")
    again = run("digest")
    assert (again.exit_code, again.stdout) == (0, "")
    assert again.stderr.startswith("Nothing is new since ")
    more(run, tmp_path, "newts")
    later = run("digest")
    assert (later.exit_code, later.stderr) == (0, "")
    assert "newts" in later.stdout
    assert "cats" not in later.stdout


def test_a_digest_that_goes_back_less_far_is_not_the_last_one(
    run: Run, filled: Path, tmp_path: Path
) -> None:
    run("digest")
    before = remembered()
    assert before is not None
    with Library.open(load_settings().library, None) as library:
        library.metadata.set(FACT, "2000-01-01T00:00:00.000+00:00")
    assert "cats" in run("digest", "--since", "1d").stdout
    assert remembered() == "2000-01-01T00:00:00.000+00:00"
    assert "cats" in run("digest", "--since", "1999").stdout
    assert remembered() == before


def test_what_is_remembered_is_when_the_newest_came(run: Run, filled: Path, tmp_path: Path) -> None:
    more(run, tmp_path, "newts")
    run("digest")
    with Library.open(load_settings().library, None) as library:
        times = library.papers.added_at([paper.number for paper in library.papers.all()]).values()
    assert remembered() == max(times)


def test_kept_lines_come_first_and_the_model_writes_the_others_if_asked(
    run: Run, filled: Path, requests: list[GenerationRequest]
) -> None:
    run("tldr", "--limit", "2")
    assert len(requests) == 2
    kept = run("digest").stdout
    assert kept.count(WRITTEN) == 2
    assert sum(line in kept for line in EXTRACTED) == 3
    written = run("digest", "--since", "1d", "--tldr").stdout
    assert written.count(WRITTEN) == 5
    assert len(requests) == 5
    bare = run("digest", "--since", "1d", "--no-tldr").stdout
    assert "hours a day" not in bare
    assert all(topic in bare for topic in TOPICS)


def test_only_lines_that_are_shown_are_written(
    run: Run, filled: Path, requests: list[GenerationRequest]
) -> None:
    result = run("digest", "--tldr", "--limit", "2")
    assert result.stdout.count(WRITTEN) == len(requests) == 2
    assert "and 3 more" in result.stdout


def test_an_interrupt_while_lines_are_written_ends_without_a_digest(
    run: Run, filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def interrupted() -> Iterator[Progress]:
        progress = Progress()
        progress.stop()
        yield progress

    monkeypatch.setattr("assistant.cli.digest.stop_on_interrupt", interrupted)
    result = run("digest", "--tldr")
    assert (result.exit_code, result.stdout) == (130, "")
    assert "Stopped" in result.stderr
    assert remembered() is None


def test_what_is_like_a_starred_paper_comes_first(run: Run, filled: Path, tmp_path: Path) -> None:
    run("digest")
    with Library.open(load_settings().library, None) as library:
        library.papers.tag([library.papers.get("#1").number], ["star"])
    more(run, tmp_path, "cats and lions")
    result = run("digest")
    assert "## Most relevant to you" in result.stdout
    assert "*Similar to On the sleep of cats*" in result.stdout


def test_a_paper_without_an_abstract_has_no_line(run: Run, tmp_path: Path) -> None:
    one = tmp_path / "editorial.jsonl"
    one.write_text(json.dumps({"title": "Editorial", "abstract": "", "doi": "10.1/2"}), "utf-8")
    if run("import", one).exit_code != 0 or "Editorial" not in run("list").stdout:
        pytest.skip("papers without an abstract are not kept")
    assert run("digest").stdout.count("Editorial") == 1


@pytest.mark.parametrize(
    ("form", "begins"), [("html", "<!DOCTYPE html>"), ("eml", "Subject: 5 new papers: ")]
)
def test_other_forms_go_to_a_file(
    run: Run, filled: Path, tmp_path: Path, form: str, begins: str
) -> None:
    target = tmp_path / "digest"
    result = run("digest", "--format", form, "-o", target)
    assert (result.exit_code, result.stdout) == (0, "")
    assert target.read_text(encoding="utf-8").startswith(begins)
    assert run("digest").stdout == ""


def test_a_file_that_cannot_be_written_leaves_all_as_new(
    run: Run, filled: Path, tmp_path: Path
) -> None:
    result = run("digest", "-o", tmp_path / "no" / "digest.md")
    assert result.exit_code == 1
    assert remembered() is None


def test_nothing_new_writes_no_file(run: Run, filled: Path, tmp_path: Path) -> None:
    run("digest")
    target = tmp_path / "digest.md"
    target.write_text("the last one", encoding="utf-8")
    assert run("digest", "-o", target).exit_code == 0
    assert target.read_text(encoding="utf-8") == "the last one"


def test_an_empty_library_says_how_to_fill_it(run: Run) -> None:
    result = run("digest", "--since", "2000")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "assistant import" in result.stderr


def test_it_is_sent_and_then_remembered(
    run: Run,
    filled: Path,
    tmp_path: Path,
    mail_settings: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with serving() as (inbox, port):
        monkeypatch.setenv("ASSISTANT_SMTP_PORT", str(port))
        kept = tmp_path / "digest.html"
        result = run("digest", "--send", "--format", "html", "-o", kept)
        nothing = run("digest", "--send")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr.endswith("Sent to grace@example.org.\n")
    assert (nothing.exit_code, nothing.stdout) == (0, "")
    (envelope,) = inbox.mails
    assert isinstance(envelope.content, bytes)
    mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
    assert mail["Subject"].startswith("5 new papers: ")
    assert "sleep of cats" in envelope.content.decode()
    assert kept.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_a_mail_that_was_not_taken_leaves_all_as_it_was(
    run: Run,
    filled: Path,
    tmp_path: Path,
    mail_settings: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept = tmp_path / "digest.md"
    kept.write_text("the last one", encoding="utf-8")
    monkeypatch.setenv("ASSISTANT_MAIL_TO", "nobody@example.org")
    with serving() as (inbox, port):
        monkeypatch.setenv("ASSISTANT_SMTP_PORT", str(port))
        result = run("digest", "--send", "-o", kept)
    assert (result.exit_code, inbox.mails) == (1, [])
    assert "rejected the recipient nobody@example.org" in result.stderr
    assert kept.read_text(encoding="utf-8") == "the last one"
    assert remembered() is None
    assert "cats" in run("digest").stdout


def test_sending_without_settings_is_wrong_use_and_names_them(run: Run, filled: Path) -> None:
    result = run("digest", "--send")
    assert (result.exit_code, result.stdout) == (2, "")
    for name in ("SMTP_HOST", "MAIL_FROM", "MAIL_TO"):
        assert f"ASSISTANT_{name}" in result.stderr
    assert remembered() is None


@pytest.mark.parametrize(
    ("since", "span"),
    [
        ("7d", timedelta(days=7)),
        ("12h", timedelta(hours=12)),
        ("2w", timedelta(weeks=2)),
    ],
)
def test_a_span_goes_back_from_now(since: str, span: timedelta) -> None:
    assert datetime.fromisoformat(_start(since, NOW)) == NOW - span


@pytest.mark.parametrize("since", ["2026", "2026-01", "2026-01-01"])
def test_a_date_begins_at_midnight_here(since: str) -> None:
    found = datetime.fromisoformat(_start(since, NOW))
    assert found == datetime(2026, 1, 1).astimezone()
    # As the library keeps times, which are compared as texts.
    assert _start(since, NOW) == found.astimezone(UTC).isoformat(timespec="milliseconds")


@pytest.mark.parametrize(
    "since", ["", "soon", "2026-13", "2026-02-30", "0000", "7", "d", "7y", "99999w", "-7d", "٣d"]
)
def test_what_is_neither_is_refused(since: str) -> None:
    with pytest.raises(UsageError, match="--since"):
        _start(since, NOW)


def test_the_command_is_there_and_says_what_leaves_the_computer(run: Run) -> None:
    assert "digest" in {info.name for info in app.registered_commands}
    text = " ".join(run("digest", "--help").stdout.split())
    assert "With --send the digest is sent by mail" in text
    assert "without it nothing leaves this computer" in text
