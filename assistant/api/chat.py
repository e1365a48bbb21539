"""A conversation: questions that can refer to the answers before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from assistant.api.answers import Answer, AnswerStream
from assistant.errors import PaperNotFound

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from assistant.answering import Turn
    from assistant.library.catalog import Catalog
    from assistant.progress import Progress


class Ask(Protocol):
    """Asks a question within a conversation; see `PaperLibrary.ask_stream`."""

    def __call__(
        self, question: str, *, history: Sequence[Answer], progress: Progress | None
    ) -> AnswerStream:
        """Start the answer."""
        ...


class Chat:
    """A conversation with a library; make one with `PaperLibrary.chat`.

    `answers` are the answers so far. An answer that was stopped is not one of them.
    """

    def __init__(self, ask: Ask) -> None:
        """Ask questions with `ask`."""
        self._ask = ask
        self.answers: list[Answer] = []

    def ask(self, question: str, *, progress: Progress | None = None) -> Answer:
        """Answer a question, which can refer to the answers before; see `PaperLibrary.ask`."""
        stream = self._ask(question, history=self.answers, progress=progress)
        answer = stream.result()
        if not stream.stopped:
            self.answers.append(answer)
        return answer


def turn_of(answer: Answer, papers: Catalog) -> Turn:
    """An answer as a turn of a conversation; papers that are no longer there are left out."""
    from assistant.answering import Turn

    cited = [n for claim in answer.claims if claim.shown for n in claim.citations]
    sources = {source.n: source.paper.id for source in (*answer.sources, *answer.passages)}
    ids = [sources[n] for n in cited if n in sources] or list(sources.values())
    return Turn(answer.question, answer.text, answer.refused, known_numbers(ids, papers))


def known_numbers(ids: Iterable[str], papers: Catalog) -> tuple[int, ...]:
    """The numbers of the papers with these ids, each once; unknown ones are left out."""
    numbers: dict[int, None] = {}
    for one in dict.fromkeys(ids):
        try:
            numbers[papers.get(one).number] = None
        except PaperNotFound:
            continue
    return tuple(numbers)
