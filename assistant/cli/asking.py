"""Commands that answer: `ask`, one question or a batch of them, and `chat`."""

from __future__ import annotations

import contextlib
import json
import sys
import uuid
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.finding import EMPTY
from assistant.cli.interrupt import INTERRUPTED, stop_on_interrupt
from assistant.cli.keeping import fill_with_sample
from assistant.cli.options import (
    JsonOption,
    LibraryOption,
    ModelOption,
    SampleOption,
    open_session,
)
from assistant.cli.streams import STDIN, Batch, Streams
from assistant.errors import AssistantError, LibraryError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.answering import Answer, Claim, Evidence, Turn
    from assistant.session import Session

QUIT = "/quit"


def ask(
    context: typer.Context,
    question: Annotated[
        str, typer.Argument(metavar="QUESTION", help="What to ask; - reads one question a line.")
    ],
    as_json: JsonOption = False,
    sample: SampleOption = False,
    library: LibraryOption = None,
    model: ModelOption = None,
) -> None:
    """Answer a question from the library, with its sources.

    Every sentence of the answer was checked against the evidence it cites; without evidence there
    is no answer.
    """
    streams = Streams()
    batch = Batch(question, streams)
    with open_session(context, library, model, streams) as session:
        _prepare(session, streams, sample=sample)
        for asked in batch:
            with batch.each(asked):
                if _answered(session, asked, (), streams, as_json=as_json) is None:
                    raise typer.Exit(INTERRUPTED)
    batch.end()


def chat(
    context: typer.Context,
    as_json: JsonOption = False,
    sample: SampleOption = False,
    library: LibraryOption = None,
    model: ModelOption = None,
) -> None:
    """Ask one question after the other in the terminal.

    What was said before is understood. Ctrl-C stops an answer, /quit or Ctrl-D leaves. Piped stdin
    is one question a line.
    """
    streams = Streams()
    with open_session(context, library, model, streams) as session:
        _prepare(session, streams, sample=sample)
        conversation = _Conversation(session, streams, as_json=as_json)
        if sys.stdin.isatty():
            for asked in _typed(streams):
                try:
                    conversation.ask(asked)
                except AssistantError as error:
                    streams.error(str(error))
            return
        batch = Batch(STDIN, streams)
        for asked in batch:
            if asked == QUIT:
                break
            with batch.each(asked):
                if not conversation.ask(asked):
                    raise typer.Exit(INTERRUPTED)
    batch.end()


class _Conversation:
    """The turns so far, which are kept in the library too."""

    def __init__(self, session: Session, streams: Streams, *, as_json: bool) -> None:
        self._session = session
        self._streams = streams
        self._as_json = as_json
        self._id = uuid.uuid4().hex
        self._turns: list[Turn] = []
        self._kept = True

    def ask(self, question: str) -> bool:
        """Answer and remember; False if the answer was stopped, which is then forgotten."""
        from assistant.answering import Turn

        answer = _answered(
            self._session, question, self._turns, self._streams, as_json=self._as_json
        )
        if answer is None:
            return False
        self._turns.append(Turn(question, answer.text))
        if self._kept:
            self._keep(question, answer)
        return True

    def _keep(self, question: str, answer: Answer) -> None:
        shape = json.dumps(answer.as_json(), ensure_ascii=False)
        try:
            self._session.library.save_turn(self._id, question, shape)
        except LibraryError as error:
            self._kept = False
            self._streams.note(f"This chat is not kept: {error}")


def _prepare(session: Session, streams: Streams, *, sample: bool) -> None:
    """Open what answering needs before the first question is read."""
    if sample:
        fill_with_sample(session.library, streams)
    if not session.library.count():
        streams.note(f"{EMPTY} Or begin with --sample.")
    _ = session.asker


def _typed(streams: Streams) -> Iterator[str]:
    """What is typed at the terminal, line by line, until `/quit` or Ctrl-D."""
    with contextlib.suppress(ImportError):
        # Its import alone gives `input` a line that can be edited and a history.
        import readline  # noqa: F401
    streams.note(f"Ask about your papers. Ctrl-C stops an answer; {QUIT} or Ctrl-D leaves.")
    while True:
        try:
            line = input("> " if streams.is_terminal else "").strip()
        except EOFError:
            streams.note("")
            return
        except KeyboardInterrupt:
            streams.note(f"Nothing is running; {QUIT} or Ctrl-D leaves.")
            continue
        if line == QUIT:
            return
        if line:
            yield line


def _answered(
    session: Session,
    question: str,
    turns: Sequence[Turn],
    streams: Streams,
    *,
    as_json: bool,
) -> Answer | None:
    """Show the answer as it comes about and return it, or None if Ctrl-C stopped it."""
    from assistant.answering import AnswerDone, ClaimChecked, EvidenceFound

    answer: Answer | None = None
    with stop_on_interrupt() as stop:
        for event in session.asker.ask(question, turns, stop):
            if isinstance(event, AnswerDone):
                answer = event.answer
            elif not as_json and isinstance(event, EvidenceFound):
                _show_evidence(event.evidence, streams)
            elif not as_json and isinstance(event, ClaimChecked):
                _show_claim(event.claim, streams)
    if stop.is_set() or answer is None:
        streams.note("Stopped.")
        return None
    if as_json:
        streams.json(answer.as_json())
    else:
        _show_end(answer, streams)
    return answer


def _show_evidence(evidence: Sequence[Evidence], streams: Streams) -> None:
    if not evidence:
        return
    streams.line(("Evidence", "bold"))
    _show_sentences(evidence, streams, style="dim")
    streams.line()
    streams.line(("Answer", "bold"))


def _show_claim(claim: Claim, streams: Streams) -> None:
    if claim.verdict != "dropped":
        streams.line(claim.text, (_marks(claim), "cyan"))


def _show_end(answer: Answer, streams: Streams) -> None:
    if answer.refused:
        streams.line(answer.text)
        if answer.nearest:
            streams.line()
            streams.line(("Nearest papers", "bold"))
            for paper in answer.nearest:
                streams.line(f"- {paper.title}  ", (paper.id, "dim"))
    streams.line()


def _show_sentences(evidence: Sequence[Evidence], streams: Streams, style: str) -> None:
    for n, item in enumerate(evidence, 1):
        sentence = " ".join(item.sentence.split())
        streams.line((f"[{n}]", "cyan"), f" {item.stored.title} — ", (f"“{sentence}”", style))


def _marks(claim: Claim) -> str:
    return "".join(f" [{n}]" for n in claim.citations)
