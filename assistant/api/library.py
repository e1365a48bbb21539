"""An open library: its papers, questions about them, and TL;DRs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import islice

from assistant.api.answers import Answer, AnswerStream
from assistant.api.chat import Chat, turn_of
from assistant.api.papers import Tldr
from assistant.api.selection import chosen_papers
from assistant.api.table_methods import TableMethods
from assistant.errors import PaperNotFound
from assistant.library import EDITED, EVERYTHING, Filters
from assistant.progress import NO_PROGRESS, Progress


class PaperLibrary(TableMethods):
    """An open library. Thread-safe. Open one with `open_library`.

    Papers are named by their id, any other of their identifiers, the beginning of an id that no
    other paper has, or their number (`#12`). `filters` restrict a call to the papers that match;
    queries and questions can contain the same filters, such as `since:2024 author:hinton tag:nlp`.
    `progress` gets reports of long work, and can stop it.

    Every method may raise a LibraryError. All errors are subclasses of `AssistantError`, and their
    text is one line for people.
    """

    # Questions

    def ask(
        self,
        question: str,
        *,
        history: Sequence[Answer] = (),
        filters: Filters = EVERYTHING,
        progress: Progress | None = None,
    ) -> Answer:
        """Answer `question` from the library, with citations; see `ask_stream`."""
        stream = self.ask_stream(question, history=history, filters=filters, progress=progress)
        return stream.result()

    def ask_stream(
        self,
        question: str,
        *,
        history: Sequence[Answer] = (),
        filters: Filters = EVERYTHING,
        progress: Progress | None = None,
    ) -> AnswerStream:
        """Answer `question` as a stream of events.

        If the model fails, the answer quotes evidence and has a note.

        Args:
            question: the question, which can contain filters.
            history: the answers of the conversation so far, to which the question can refer.
            filters: restrict the search, in addition to those in the question.
            progress: a stop ends the answer early.

        Raises:
            UsageError: the question is empty or too long, or a filter is invalid.

        """
        progress = Progress() if progress is None else progress
        turns = [turn_of(answer, self._session.library.papers) for answer in history]
        events = self._session.answer_pipeline.ask(question, turns, progress, filters)
        return AnswerStream(events, progress)

    def chat(self, *, filters: Filters = EVERYTHING) -> Chat:
        """Start a conversation, in which questions can refer to the answers before."""
        return Chat(partial(self.ask_stream, filters=filters))

    # TL;DRs

    def tldrs(
        self,
        query: str = "",
        *,
        ids: str | Iterable[str] | None = None,
        limit: int | None = None,
        redo: bool = False,
        filters: Filters = EVERYTHING,
        progress: Progress = NO_PROGRESS,
    ) -> Iterator[Tldr]:
        """Yield the TL;DR of each chosen paper that has an abstract, written now if it has none.

        Each is stored in the library before it is yielded, so work that was stopped continues.

        Args:
            query: words and filters that choose papers, as in `papers`.
            ids: these papers instead.
            limit: at most so many papers.
            redo: write them again.
            filters: conditions.
            progress: gets the number of TL;DRs, and can stop.

        Raises:
            UsageError: papers were chosen in both ways, or one of `ids` has no abstract.
            PaperNotFound: no paper has one of the ids.
            ModelError: the model failed; raised during iteration.

        """
        papers = chosen_papers(self._session.library, query, ids, filters, with_abstract=True)
        summarizer = self._session.summarizer
        results = summarizer.run(
            islice(papers, limit), progress, redo=redo, notify=self._session.notify
        )

        def written() -> Iterator[Tldr]:
            reused = 0
            for done, result in enumerate(results, start=1):
                reused += not result.new
                progress.report(done, reused=reused)
                yield Tldr.of(result)

        return written()

    def tldr(self, id: str, *, redo: bool = False) -> Tldr:  # noqa: A002
        """The TL;DR of one paper, written now if it has none. One by the user comes first.

        Raises:
            UsageError: the paper has no abstract.
            PaperNotFound: no paper has this id.
            ModelError: the model failed.
        """
        library = self._session.library
        stored = library.papers.get(id)
        own = None if redo else library.tldrs.get(stored.number)
        if own and own.model == EDITED:
            return Tldr.of_stored(stored, own)
        for tldr in self.tldrs(ids=id, redo=redo):
            return tldr
        raise PaperNotFound(f"The paper {id} was removed from the library meanwhile.")

    def set_tldr(self, id: str, text: str) -> Tldr:  # noqa: A002
        """Store `text`, which the user wrote, as the TL;DR of a paper.

        Raises:
            UsageError: the text is empty or too long.
            PaperNotFound: no paper has this id.
        """
        library = self._session.library
        stored = library.papers.get(id)
        return Tldr.of_stored(stored, library.tldrs.edit(stored.number, text))
