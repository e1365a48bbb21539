"""An open library: import, search, questions, TL;DRs and export in one object."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from assistant.api.answers import Answer, AnswerStream
from assistant.api.library_facts import ImportResult, LibraryStatus
from assistant.api.papers import PaperDetails, PaperLine, SearchResult, TagCount, Tldr
from assistant.errors import PaperNotFound, UsageError
from assistant.library import EVERYTHING, Filters, parse_query
from assistant.progress import NO_PROGRESS, Progress
from assistant.session import Session
from assistant.settings import load_settings

if TYPE_CHECKING:
    from assistant.answering import Turn
    from assistant.exporting import ExportRecord, Writable
    from assistant.library import Sort, StoredPaper
    from assistant.paper import Paper
    from assistant.reading import PaperInputs, ReadAs

# Seconds that a search may spend on computing missing vectors.
_PATIENCE_S = 2.0
_MAX_TAGS = 1000
_NO_ABSTRACT = "The paper {} has no abstract to summarize. Import a record that has one."

_log = logging.getLogger("assistant")


def open_library(
    path: str | Path | None = None,
    *,
    model: str | Path | None = None,
    notify: Callable[[str], None] | None = None,
    **settings: Any,
) -> PaperLibrary:
    """Open the library in the folder `path`; it is created if there is none.

    The models are loaded when they are first needed. Close the library, or use it in a `with`
    statement.

    Args:
        path: the folder. None: the library that the command line uses.
        model: the language model, as in `--model`. None: the bundled one.
        notify: gets one-line messages for the user, from any thread. None: they are logged as
            warnings of the logger `assistant`, which Python shows on stderr.
        settings: other settings by name, such as `threads=4`; they win over `ASSISTANT_*`
            variables.

    Raises:
        SettingsError: a setting is unknown or out of bounds.
        LibraryError: the library cannot be opened.

    """
    opened = load_settings(
        library=None if path is None else Path(path).expanduser(),
        model=None if model is None else Path(model).expanduser(),
        **settings,
    )
    session = Session(opened, notify or _log.warning)
    try:
        _ = session.library
    except BaseException:
        session.close()
        raise
    return PaperLibrary(session)


class PaperLibrary:
    """An open library. Thread-safe. Open one with `open_library`.

    Papers are named by their id, any other of their identifiers, the beginning of an id that no
    other paper has, or their number (`#12`). `filters` restrict a call to the papers that match;
    queries and questions can contain the same filters, such as `since:2024 author:hinton tag:nlp`.
    `progress` gets reports of long work, and can stop it.

    Every method may raise a LibraryError. All errors are subclasses of `AssistantError`, and their
    text is one line for people.
    """

    def __init__(self, session: Session) -> None:
        """Use the parts of `session`, which `close` closes."""
        self._session = session

    @property
    def session(self) -> Session:
        """The parts behind this object. They change between versions; the methods here do not."""
        return self._session

    def close(self) -> None:
        """Close the library and the models; a second call does nothing."""
        self._session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __len__(self) -> int:
        """The number of papers."""
        return self._session.library.papers.count()

    def __bool__(self) -> bool:
        """An empty library is a library too."""
        return True

    def __repr__(self) -> str:
        return f"PaperLibrary({str(self._session.settings.library)!r})"

    def _repr_html_(self) -> str:
        return self.status()._repr_html_()

    # Import

    def import_files(
        self,
        *paths: str | Path,
        columns: Mapping[str, str] | None = None,
        read_as: ReadAs | str | None = None,
        embed: bool = True,
        progress: Progress = NO_PROGRESS,
    ) -> ImportResult:
        """Import papers from files, folders and archives of any supported format.

        What cannot be read is listed in the result and raises no error.

        Args:
            paths: the inputs.
            columns: names of columns of tables, such as `{"title": "Titel"}`.
            read_as: `saved-page` or `paper`: read every text as that, whatever it looks like.
            embed: compute vectors too. Without them, papers are found by full text only.
            progress: gets the number of papers read, then of papers embedded. After a stop, what
                was read stays, and the same call continues.

        """
        from assistant.reading import PaperInputs, ReadAs

        inputs = PaperInputs(paths, columns, None if read_as is None else ReadAs(read_as))
        return self.import_inputs(inputs, embed=embed, progress=progress)

    def import_text(
        self,
        text: str | bytes,
        *,
        name: str = "text",
        read_as: ReadAs | str | None = None,
        embed: bool = True,
        progress: Progress = NO_PROGRESS,
    ) -> ImportResult:
        """Import papers from the content of a file, which messages call `name`."""
        from assistant.reading import NamedBytes, PaperInputs, ReadAs

        data = text.encode() if isinstance(text, str) else text
        inputs = PaperInputs(
            [NamedBytes(name, data)], read_as=None if read_as is None else ReadAs(read_as)
        )
        return self.import_inputs(inputs, embed=embed, progress=progress)

    def import_papers(
        self, papers: Iterable[Paper], *, embed: bool = True, progress: Progress = NO_PROGRESS
    ) -> ImportResult:
        """Import `papers` as if they had been read from a file."""
        return self._import(papers, None, embed, progress)

    def import_sample(self) -> ImportResult:
        """Import the sample papers, 25 landmark papers of computer science."""
        from assistant.sample import sample_papers

        return self.import_papers(sample_papers())

    def import_inputs(
        self, inputs: PaperInputs, *, embed: bool = True, progress: Progress = NO_PROGRESS
    ) -> ImportResult:
        """Import the papers of `inputs`; see `import_files`."""
        return self._import(inputs.papers(progress), inputs, embed, progress)

    def _import(
        self,
        papers: Iterable[Paper],
        inputs: PaperInputs | None,
        embed: bool,
        progress: Progress,
    ) -> ImportResult:
        library = self._session.library
        progress.report(0, 0, "Reading papers")
        report = library.add(papers, progress)
        if embed and not progress.stop_requested and (missing := library.vectors.missing()):
            progress.report(0, missing, "Computing vectors")
            library.vectors.embed_missing(progress)
        return ImportResult.of(report, inputs)

    # Search

    def search(self, query: str, *, limit: int = 10, filters: Filters = EVERYTHING) -> SearchResult:
        """Find papers by full-text and vector search, the best first.

        A query of filters alone finds the newest papers that match.

        Raises:
            UsageError: the query is empty, or a filter in it is invalid.
        """
        text, chosen = _parsed(query, filters)
        if not text.strip() and not chosen.given:
            raise UsageError("The query is empty. Enter what to search for.")
        hits = self._session.library.search(text, limit, chosen, budget_s=_PATIENCE_S)
        return SearchResult.of(hits, query=query)

    def similar(self, id: str, *, limit: int = 10, filters: Filters = EVERYTHING) -> SearchResult:  # noqa: A002
        """Find the papers most similar to a paper, the nearest first.

        Raises:
            PaperNotFound: no paper, or several, have this id.
        """
        library = self._session.library
        stored = library.papers.get(id)
        hits = library.search.similar(f"#{stored.number}", limit, filters, budget_s=_PATIENCE_S)
        return SearchResult.of(hits, id=stored.id)

    def get(self, id: str, *, sources: bool = False) -> PaperDetails:  # noqa: A002
        """All that the library has about a paper; with `sources`, every record it was merged from.

        Raises:
            PaperNotFound: no paper, or several, have this id; the message names similar ones.
        """
        library = self._session.library
        stored = library.papers.get(id)
        records = library.papers.records(stored.number) if sources else None
        return PaperDetails.of(stored, library.tldrs.get(stored.number), records)

    def papers(
        self,
        query: str = "",
        *,
        sort: Sort | None = None,
        limit: int | None = None,
        filters: Filters = EVERYTHING,
    ) -> Iterator[PaperLine]:
        """Yield the papers, with their newest TL;DRs.

        They are in import order; with filters, the newest come first; with words in `query`, the
        best matches of those that have all of them.

        Args:
            query: words and filters.
            sort: `published`, `added` or `title`; not together with words.
            limit: at most so many papers.
            filters: conditions.

        Raises:
            UsageError: a filter is invalid, or `sort` was given with words.

        """
        text, chosen = _parsed(query, filters)
        if sort and text.strip():
            raise UsageError("Results for words are sorted by relevance. Omit the sort order.")
        library = self._session.library
        found = library.papers.sorted_by(sort, chosen) if sort else self._matching(text, chosen)
        rows = library.tldrs.for_papers(islice(found, limit))
        return (PaperLine.of(stored, tldr) for stored, tldr in rows)

    def tags(self, limit: int = _MAX_TAGS) -> list[TagCount]:
        """The tags of the papers, the most frequent first."""
        found = self._session.library.papers.facets("tag", limit)
        return [TagCount(tag=tag, papers=papers) for tag, papers in found]

    def tag(self, ids: str | Iterable[str], *tags: str) -> int:
        """Add tags to papers; imports keep them. Return how many papers changed.

        Raises:
            PaperNotFound: no paper has one of the ids; then nothing changes.
            UsageError: no tag was given.
        """
        return self._session.library.papers.tag(self._numbers(ids), _tags(tags))

    def untag(self, ids: str | Iterable[str], *tags: str) -> int:
        """Remove tags from papers; imports do not restore them. Return how many papers changed.

        Raises:
            PaperNotFound: no paper has one of the ids; then nothing changes.
            UsageError: no tag was given.
        """
        return self._session.library.papers.untag(self._numbers(ids), _tags(tags))

    def status(self) -> LibraryStatus:
        """Size and contents of the library, and its models."""
        from assistant.models import describe_language_model

        figures = self._session.library.status()
        return LibraryStatus.of(figures, describe_language_model(self._session.settings))

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
        turns = [self._turn(answer) for answer in history]
        events = self._session.answer_pipeline.ask(question, turns, progress, filters)
        return AnswerStream(events, progress)

    def chat(self, *, filters: Filters = EVERYTHING) -> Chat:
        """Start a conversation, in which questions can refer to the answers before."""
        return Chat(self, filters)

    def _turn(self, answer: Answer) -> Turn:
        """The answer as a turn of a conversation; papers that are gone are left out."""
        from assistant.answering import Turn

        cited = [n for claim in answer.claims if claim.shown for n in claim.citations]
        sources = {source.n: source.paper.id for source in (*answer.sources, *answer.passages)}
        ids = [sources[n] for n in cited if n in sources] or list(sources.values())
        return Turn(answer.question, answer.text, answer.refused, self._known(ids))

    def _known(self, ids: Iterable[str]) -> tuple[int, ...]:
        numbers: dict[int, None] = {}
        for one in dict.fromkeys(ids):
            try:
                numbers[self._session.library.papers.get(one).number] = None
            except PaperNotFound:
                continue
        return tuple(numbers)

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
        papers = self._chosen(query, ids, filters, with_abstract=True)
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
        """The TL;DR of one paper, written now if it has none.

        Raises:
            UsageError: the paper has no abstract.
            PaperNotFound: no paper has this id.
            ModelError: the model failed.
        """
        for tldr in self.tldrs(ids=id, redo=redo):
            return tldr
        raise PaperNotFound(f"The paper {id} was removed from the library meanwhile.")

    # Export

    def export(
        self,
        form: str = "bibtex",
        *,
        query: str = "",
        ids: str | Iterable[str] | None = None,
        filters: Filters = EVERYTHING,
    ) -> str:
        """The chosen papers as text: `bibtex`, `ris`, `csljson`, `csv`, `jsonl` or `markdown`.

        Raises:
            UsageError: the format is unknown, or papers were chosen in both ways.
            PaperNotFound: no paper has one of the ids.
        """
        from assistant.api.exports import write_text

        return write_text(self._records(query, ids, filters), form)

    def export_file(
        self,
        path: str | Path,
        form: str | None = None,
        *,
        query: str = "",
        ids: str | Iterable[str] | None = None,
        filters: Filters = EVERYTHING,
        progress: Progress = NO_PROGRESS,
    ) -> int:
        """Write the chosen papers to a file, and return their number.

        The file appears when it is complete. Without `form`, its extension chooses the format. The
        format `obsidian` writes a folder with one note per paper.

        Raises:
            UsageError: the format is unknown, or papers were chosen in both ways.
            OutputError: the file cannot be written.
        """
        from assistant.api.exports import write_file

        records = self._records(query, ids, filters, progress)
        return write_file(records, Path(path).expanduser(), form)

    def write_export(
        self,
        out: Writable,
        form: str = "bibtex",
        *,
        query: str = "",
        filters: Filters = EVERYTHING,
        progress: Progress = NO_PROGRESS,
    ) -> int:
        """Write the chosen papers to `out`, an open file, as a stream, and return their number."""
        from assistant.exporting import write

        return write(self._records(query, None, filters, progress), form, out)

    def cite(self, ids: str | Iterable[str], style: str = "apa") -> list[str]:
        """Formatted references of papers.

        `style` is apa, chicago, ieee, vancouver, or the path of a CSL file.

        Raises:
            PaperNotFound: no paper has one of the ids.
        """
        from assistant.api.exports import records_of
        from assistant.exporting.citation_styles import formatted_references

        papers = self._named(ids)
        return formatted_references(list(records_of((stored, None) for stored in papers)), style)

    # Choosing papers

    def _records(
        self,
        query: str,
        ids: str | Iterable[str] | None,
        filters: Filters,
        progress: Progress = NO_PROGRESS,
    ) -> Iterator[ExportRecord]:
        from assistant.api.exports import records_of

        papers = self._chosen(query, ids, filters)
        return records_of(self._session.library.tldrs.for_papers(papers), progress)

    def _chosen(
        self,
        query: str,
        ids: str | Iterable[str] | None,
        filters: Filters,
        *,
        with_abstract: bool = False,
    ) -> Iterable[StoredPaper]:
        if ids is None:
            text, chosen = _parsed(query, filters)
            if with_abstract:
                if not (text.strip() or chosen.given):
                    return self._session.library.papers.all(replace(chosen, with_abstract=True))
                chosen = replace(chosen, with_abstract=True)
            return self._matching(text, chosen)
        if query.strip() or filters.given:
            raise UsageError("Papers are chosen either by id or by a query, not both.")
        named = self._named(ids)
        for stored in named:
            if with_abstract and not stored.abstract:
                raise UsageError(_NO_ABSTRACT.format(stored.id))
        return named

    def _matching(self, text: str, filters: Filters) -> Iterator[StoredPaper]:
        papers = self._session.library.papers
        chosen = bool(text.strip()) or filters.given
        return papers.matching(text, filters) if chosen else papers.all()

    def _named(self, ids: str | Iterable[str]) -> list[StoredPaper]:
        """The papers with these ids, each once."""
        given = [ids] if isinstance(ids, str) else ids
        named = {stored.number: stored for stored in map(self._session.library.papers.get, given)}
        return list(named.values())

    def _numbers(self, ids: str | Iterable[str]) -> list[int]:
        return [stored.number for stored in self._named(ids)]


class Chat:
    """A conversation with a library; make one with `PaperLibrary.chat`.

    `answers` are the answers so far. An answer that was stopped is not one of them.
    """

    def __init__(self, library: PaperLibrary, filters: Filters = EVERYTHING) -> None:
        """Ask about the papers of `library` that match `filters`."""
        self._library = library
        self._filters = filters
        self.answers: list[Answer] = []

    def ask(self, question: str, *, progress: Progress | None = None) -> Answer:
        """Answer a question, which can refer to the answers before; see `PaperLibrary.ask`."""
        stream = self._library.ask_stream(
            question, history=self.answers, filters=self._filters, progress=progress
        )
        answer = stream.result()
        if not stream.stopped:
            self.answers.append(answer)
        return answer


def _parsed(query: str, filters: Filters) -> tuple[str, Filters]:
    text, written = parse_query(query)
    return text, written.combine(filters)


def _tags(given: Iterable[str]) -> list[str]:
    tags = [tag for one in given if (tag := " ".join(one.split()))]
    if not tags:
        raise UsageError("No tag was given.")
    return tags
