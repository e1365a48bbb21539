"""The commands `ask` (one question or a batch) and `chat`."""

from __future__ import annotations

import contextlib
import json
import sys
import uuid
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.importing import fill_with_sample
from assistant.cli.interrupt import INTERRUPTED, interruptible_prompt, stop_on_interrupt
from assistant.cli.options import FilterOptions, JsonOption, ModelCall, SampleOption
from assistant.cli.search import EMPTY
from assistant.cli.streams import STDIN, Batch, Streams
from assistant.errors import AssistantError, LibraryError
from assistant.text.sanitizing import sanitized

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from assistant.api import Answer, CitedPaper, Claim, EvidenceFound, PaperLibrary, Source
    from assistant.library import Filters

QUIT = "/quit"


def ask(
    question: Annotated[
        str,
        typer.Argument(metavar="QUESTION", help="Question; - reads one per line from stdin."),
    ],
    *,
    options: FilterOptions,
    as_json: JsonOption = False,
    sample: SampleOption = False,
    call: ModelCall,
) -> None:
    """Answer a question from the library, with citations.

    Every sentence of the answer is verified against the evidence it cites. If nothing certainly
    answers, the closest passages are shown. The question can contain filters: since:2024
    author:hinton tag:nlp.
    """
    streams = call.streams
    batch = Batch(question, streams)
    filters = options.filters
    with call.open_library() as library:
        _prepare(library, streams, sample=sample)
        asking = _Asking(library, streams, filters, as_json=as_json, headed=question == STDIN)
        for asked in batch:
            with batch.each(asked):
                if asking.answer(asked) is None:
                    raise typer.Exit(INTERRUPTED)
    batch.end()


def chat(
    *,
    options: FilterOptions,
    as_json: JsonOption = False,
    sample: SampleOption = False,
    call: ModelCall,
) -> None:
    """Chat with the library in the terminal.

    You can ask follow-up questions. Ctrl-C stops an answer; /quit or Ctrl-D exits. If stdin is not
    a terminal, it is read as one question per line.
    """
    streams = call.streams
    filters = options.filters
    with call.open_library() as library:
        _prepare(library, streams, sample=sample)
        typed = sys.stdin.isatty()
        conversation = _Conversation(
            _Asking(library, streams, filters, as_json=as_json, headed=not typed)
        )
        if typed:
            _converse(conversation, streams)
            return
        batch = Batch(STDIN, streams)
        for asked in batch:
            if asked == QUIT:
                break
            with batch.each(asked):
                if not conversation.ask(asked):
                    raise typer.Exit(INTERRUPTED)
    batch.end()


class _Asking:
    """Asks questions and shows the answers."""

    def __init__(
        self,
        library: PaperLibrary,
        streams: Streams,
        filters: Filters,
        *,
        as_json: bool,
        headed: bool = False,
    ) -> None:
        """Ask about papers that match `filters`; `headed` prints questions before answers."""
        self.library = library
        self.streams = streams
        self._filters = filters
        self._as_json = as_json
        self._headed = headed and not as_json

    def answer(self, question: str, history: Sequence[Answer] = ()) -> Answer | None:
        """Show the answer as it is written and return it; None if Ctrl-C stopped it."""
        from assistant.api import ClaimVerified, EvidenceFound

        if self._headed:
            self.streams.line((f"> {question}", "bold"))
        with stop_on_interrupt() as progress:
            stream = self.library.ask_stream(
                question, history=history, filters=self._filters, progress=progress
            )
            for event in stream:
                if not self._as_json and isinstance(event, EvidenceFound):
                    _show_evidence(event, self.streams)
                elif not self._as_json and isinstance(event, ClaimVerified):
                    _show_claim(event.claim, self.streams)
        answer = stream.answer
        if progress.stop_requested or answer is None:
            self.streams.note("Stopped.")
            return None
        if self._as_json:
            self.streams.json(answer.as_json())
        else:
            _show_end(answer, self.streams)
            if self._headed:
                self.streams.line()
        return answer


class _Conversation:
    """The turns so far; they are saved in the library."""

    def __init__(self, asking: _Asking) -> None:
        self._asking = asking
        self._id = uuid.uuid4().hex
        self._answers: list[Answer] = []
        self._kept = True

    def ask(self, question: str) -> bool:
        """Answer and save the turn; False if the answer was stopped, which is not saved."""
        answer = self._asking.answer(question, self._answers)
        if answer is None:
            return False
        self._answers.append(answer)
        if self._kept:
            self._keep(question, answer)
        return True

    def _keep(self, question: str, answer: Answer) -> None:
        shape = json.dumps(answer.as_json(), ensure_ascii=False)
        try:
            self._asking.library.session.library.chats.save_turn(self._id, question, shape)
        except LibraryError as error:
            # A read-only library can still answer.
            self._kept = False
            self._asking.streams.note(f"This chat is not saved: {error}")


def _prepare(library: PaperLibrary, streams: Streams, *, sample: bool) -> None:
    """Open the library and the models before the first question is read."""
    if sample:
        fill_with_sample(library.session.library, streams)
    if not len(library):
        streams.note(f"{EMPTY} Or start with --sample.")
    _ = library.session.answer_pipeline


def _converse(conversation: _Conversation, streams: Streams) -> None:
    """Answer questions typed at the terminal until `/quit` or Ctrl-D."""
    with contextlib.suppress(ImportError):
        # The import alone gives `input` line editing and a history.
        import readline  # noqa: F401
    streams.note(f"Ask about your papers. Ctrl-C stops an answer; {QUIT} or Ctrl-D exits.")
    with interruptible_prompt() as prompted:
        while True:
            try:
                line = prompted("> " if streams.is_terminal else "").strip()
                if line == QUIT:
                    return
                if line:
                    conversation.ask(line)
            except EOFError:
                streams.note("Goodbye.")
                return
            except KeyboardInterrupt:
                streams.note(f"No answer is running. {QUIT} or Ctrl-D exits.")
            except AssistantError as error:
                streams.error(str(error))


def _show_evidence(found: EvidenceFound, streams: Streams) -> None:
    """Show how the question was understood, and the evidence before the answer is written.

    An answer of quotations alone is its own evidence.
    """
    if found.understood_as is not None:
        streams.line((f"Understood as: {found.understood_as}", "dim"))
        streams.line()
    if found.status == "answered":
        if not found.extractive:
            streams.line(("Evidence", "bold"))
            _show_sentences(found.evidence, streams)
            streams.line()
        streams.line(("Answer", "bold"))


def _show_claim(claim: Claim, streams: Streams) -> None:
    """Show one verified sentence of the answer."""
    if claim.shown:
        marks = "".join(f"[{n}]" for n in claim.citations)
        heading = f"{claim.heading}: " if claim.heading else ""
        verdict = f"  {claim.verdict}" if streams.is_terminal else ""
        streams.line((heading, "bold"), f"{claim.text} ", (marks, "cyan"), (verdict, "dim"))
        if claim.original:
            streams.line((f"  in English: {claim.original}", "dim"))


def _show_end(answer: Answer, streams: Streams) -> None:
    """Show the cited sources, or what there is instead of an answer."""
    if answer.refused:
        streams.line(answer.text)
        if answer.passages:
            streams.line()
            streams.line(("Closest passages", "bold"))
            _show_sentences(answer.passages, streams)
        elif answer.nearest:
            streams.line()
            streams.line(("Nearest papers", "bold"))
            for paper in answer.nearest:
                streams.line(f"- {sanitized(paper.title)}  ", (paper.id, "dim"))
    else:
        _show_sources(answer, streams)
    if answer.note:
        streams.note(answer.note)


def _show_sources(answer: Answer, streams: Streams) -> None:
    """Show the cited papers; their sentences are above."""
    papers: dict[str, tuple[CitedPaper, list[int]]] = {}
    for source in answer.cited:
        papers.setdefault(source.paper.id, (source.paper, []))[1].append(source.n)
    if papers:
        streams.line()
        streams.line(("Sources", "bold"))
    for paper, numbers in papers.values():
        year = f" ({paper.year})" if paper.year else ""
        marks = "".join(f"[{n}]" for n in numbers)
        streams.line((marks, "cyan"), f" {sanitized(paper.title)}{year}  ", (paper.id, "dim"))


def _show_sentences(sources: Iterable[Source], streams: Streams) -> None:
    for source in sources:
        streams.line(
            (f"[{source.n}]", "cyan"),
            f" {sanitized(source.paper.title)} — ",
            (f"“{source.text}”", "dim"),
        )
