"""The command `verify`: a draft against the library, or claims with their evidence."""

from __future__ import annotations

import codecs
import itertools
import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli.interrupt import INTERRUPTED, stop_on_interrupt
from assistant.cli.options import FilterOptions, JsonOption, ModelCall
from assistant.cli.search import EMPTY
from assistant.cli.streams import STDIN, Streams
from assistant.errors import FileUnreadable, UsageError
from assistant.text.formatting import format_count
from assistant.text.sanitizing import sanitized

if TYPE_CHECKING:
    from assistant.answering.draft_check import CheckedSentence
    from assistant.answering.evidence_check import EvidenceCheck
    from assistant.progress import Progress

# Bytes of a line; longer ones are skipped, and reported like other bad lines.
_MAX_LINE = 1_000_000
# Bytes of a draft; how many characters it may have is known only after decoding.
_MAX_DRAFT_BYTES = 4_000_000
_DRAFT_ENDINGS = (".md", ".markdown", ".txt")
# Verdicts in words, with their Rich styles.
_LABELS = {
    "supported": ("Supported", "green"),
    "contradicted": ("The library says otherwise", "red"),
    "not_found": ("Not found", "yellow"),
}
_EXAMPLE = '{"claim": "...", "evidence": "...", "title": "..."}'


def verify(
    path: Annotated[
        str,
        typer.Argument(
            metavar="PATH", help="Draft (.md, .txt) or JSON lines (.jsonl); - reads stdin."
        ),
    ] = STDIN,
    *,
    text: Annotated[
        str | None,
        typer.Option("--text", metavar="TEXT", help="Check this text instead of a file."),
    ] = None,
    options: FilterOptions,
    as_json: JsonOption = False,
    call: ModelCall,
) -> None:
    """Check a draft against the library, or claims with evidence.

    A draft is a text in Markdown or plain text. For each of its sentences that state something,
    the library is searched, and one verdict is shown with the evidence: supported, contradicted,
    or not found. The options that select papers are those of `ask`.

    JSON lines are claims with their evidence: objects with the texts `claim` and `evidence`, and
    `title` if the evidence is from a paper. For each, one line is written as soon as it is judged:
    the claim, whether it is supported, the verdict (supported, not_found or contradicted), and the
    reason. A line that cannot be used gives a line with `error`, and the exit status is 1. The
    library is not used. Stdin is JSON lines if it starts with {.
    """
    if text is not None:
        if path != STDIN:
            raise UsageError("--text and PATH are both given. Give one of them.")
        _check_draft(text, options, call, as_json=as_json)
        return
    with _opened(path) as file:
        lines = _lines(file)
        ending = Path(path).suffix.lower()
        first = None if ending in _DRAFT_ENDINGS else next(lines, None)
        if ending not in _DRAFT_ENDINGS and (ending == ".jsonl" or _is_json(first)):
            if options.filters.given:
                raise UsageError(
                    "Claims with their own evidence are not looked up in the library. "
                    "Omit the options that select papers."
                )
            _check_lines(itertools.chain([first] if first else [], lines), call)
            return
        read = b"" if first is None or first[1] is None else first[1]
        draft = read + file.read(_MAX_DRAFT_BYTES + 1)
    _check_draft(_decoded(draft, path), options, call, as_json=as_json)


def _is_json(first: tuple[int, bytes | None] | None) -> bool:
    """Whether the `first` line of an input is JSON; one that is too long is reported as such."""
    if first is None or first[1] is None:
        return True
    return first[1].removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"{")


def _decoded(draft: bytes, path: str) -> str:
    """The text of a draft.

    Raises:
        UsageError: it is too long.
        FileUnreadable: it is not text.
    """
    name = "stdin" if path == STDIN else path
    if len(draft) > _MAX_DRAFT_BYTES:
        raise UsageError(
            f"{name}: the draft has more than {_MAX_DRAFT_BYTES:,} bytes. "
            "Check its chapters one by one."
        )
    wide = draft.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = draft.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise FileUnreadable(f"{name}: the draft is not UTF-8 text. Save it as Markdown or text.")
    return text


def _check_draft(text: str, options: FilterOptions, call: ModelCall, *, as_json: bool) -> None:
    """Show a verdict on every sentence of a draft, then how many have which."""
    from assistant.answering.draft_check import DraftCheck, draft_statements, summary

    streams = call.streams
    sentences = draft_statements(text)
    checked: list[CheckedSentence] = []
    with call.open_session() as session, stop_on_interrupt() as progress:
        if not session.library.papers.count():
            streams.note(EMPTY)
        if sentences:
            check = DraftCheck(session.library, session.model, session.prompts, options.filters)
            with streams.progress(
                "Checking sentences", len(sentences), progress, when=not streams.is_terminal
            ):
                for one in check.check(sentences, progress):
                    checked.append(one)
                    progress.report(len(checked))
                    if as_json:
                        streams.json(one.as_json())
                    else:
                        _show(one, streams)
    stopped = len(checked) < len(sentences)
    if stopped:
        streams.note(
            f"Stopped after {len(checked):,} of {format_count(len(sentences), 'sentence')}."
        )
    if as_json:
        streams.note(f"{summary(checked)}.")
    elif checked or not stopped:
        streams.line((summary(checked), "bold"))
    if stopped:
        raise typer.Exit(INTERRUPTED)


def _show(one: CheckedSentence, streams: Streams) -> None:
    """Show one sentence of a draft with its verdict and its evidence."""
    label, style = _LABELS[one.verdict]
    streams.line(one.sentence)
    streams.line((f"  {label}", style), (f": {one.reason}", "dim"))
    for quotation in one.quotations:
        streams.line(f"  “{quotation}”")
    if one.paper:
        streams.line(f"  — {sanitized(one.paper.shown_title)}  ", (one.paper.id, "dim"))
    streams.line()


def _check_lines(lines: Iterable[tuple[int, bytes | None]], call: ModelCall) -> None:
    """Write a verdict or an error for each line of claims with evidence."""
    from assistant.answering.evidence_check import EvidenceCheck

    streams = call.streams
    bad = 0
    with call.open_session(embedding=False) as session, stop_on_interrupt() as progress:
        check: EvidenceCheck | None = None
        for number, line in lines:
            if check is None:
                check = EvidenceCheck(session.model, session.prompts)
            try:
                judged = _judged(line, check, progress)
            except UsageError as error:
                bad += 1
                streams.json({"line": number, "error": str(error)})
                continue
            if judged is None or progress.stop_requested:
                streams.note("Stopped.")
                raise typer.Exit(INTERRUPTED)
            streams.json(judged)
    if bad:
        streams.note(f"{format_count(bad, 'line')} could not be used; the others were.")
        raise typer.Exit(1)


@contextmanager
def _opened(path: str) -> Iterator[IO[bytes]]:
    """The input as bytes.

    Raises:
        FileUnreadable: it cannot be opened.
    """
    if path == STDIN:
        yield sys.stdin.buffer
        return
    try:
        file = Path(path).expanduser().open("rb")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise FileUnreadable(
            f"{path}: the file cannot be read ({reason}). Check the path and its permissions."
        ) from error
    with file:
        yield file


def _lines(file: IO[bytes]) -> Iterator[tuple[int, bytes | None]]:
    """The lines that are not blank, with their numbers; None for one that is too long."""
    number = 0
    while line := file.readline(_MAX_LINE + 1):
        number += 1
        too_long = len(line) > _MAX_LINE
        while line and not line.endswith(b"\n") and too_long:
            line = file.readline(_MAX_LINE)
        if too_long:
            yield number, None
        elif line.strip():
            yield number, line


def _judged(line: bytes | None, check: EvidenceCheck, progress: Progress) -> dict[str, Any] | None:
    """The result for one line; None after a stop.

    Raises:
        UsageError: the line cannot be used.
    """
    if line is None:
        raise UsageError(f"The line has more than {_MAX_LINE:,} bytes. Shorten its evidence.")
    try:
        given = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise UsageError("The line is not UTF-8 text. Save the file as UTF-8.") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"The line is not JSON. Write {_EXAMPLE}.") from error
    if not isinstance(given, dict):
        raise UsageError(f"The line is not a JSON object. Write {_EXAMPLE}.")
    texts = {"title": "", **{name: given[name] for name in ("claim", "evidence") if name in given}}
    if given.get("title") is not None:
        texts["title"] = given["title"]
    for name in ("claim", "evidence", "title"):
        if name not in texts:
            raise UsageError(f"The line has no `{name}`. Write {_EXAMPLE}.")
        if not isinstance(texts[name], str):
            raise UsageError(f"`{name}` is not a text. Write {_EXAMPLE}.")
    checked = check.check(texts["claim"], texts["evidence"], texts["title"], progress)
    return None if checked is None else checked.as_json()
