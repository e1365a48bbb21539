"""The papers of an open library: import, search, tags and export."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Self

from assistant.api.library_facts import ImportResult, LibraryStatus
from assistant.api.papers import PaperDetails, PaperLine, SearchResult, TagCount
from assistant.api.selection import chosen_papers, matching_papers, named_papers, parsed
from assistant.destinations import destinations
from assistant.errors import ModelServerError, UsageError
from assistant.library import EVERYTHING, Filters
from assistant.progress import NO_PROGRESS, Progress

if TYPE_CHECKING:
    from assistant.exporting import ExportRecord, Vault, VaultChanges, Writable
    from assistant.library import Sort
    from assistant.paper import Paper
    from assistant.reading import PaperInputs, ReadAs
    from assistant.session import Session

# Seconds that a search may spend on computing missing vectors.
_PATIENCE_S = 2.0
_MAX_TAGS = 1000


class PaperCollection:
    """The part of a `PaperLibrary` that needs no language model."""

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
        return f"{type(self).__name__}({str(self._session.settings.library)!r})"

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
            try:
                library.vectors.embed_missing(progress)
            except ModelServerError as error:
                self._session.notify(f"The papers are imported, but have no vectors yet: {error}")
        return ImportResult.of(report, inputs)

    # Search

    def search(self, query: str, *, limit: int = 10, filters: Filters = EVERYTHING) -> SearchResult:
        """Find papers by full-text and vector search, the best first.

        A query of filters alone finds the newest papers that match.

        Raises:
            UsageError: the query is empty, or a filter in it is invalid.
        """
        text, chosen = parsed(query, filters)
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
        text, chosen = parsed(query, filters)
        if sort and text.strip():
            raise UsageError("Results for words are sorted by relevance. Omit the sort order.")
        library = self._session.library
        found = (
            library.papers.sorted_by(sort, chosen)
            if sort
            else matching_papers(library, text, chosen)
        )
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
        return self._retag(self._session.library.papers.tag, ids, tags)

    def untag(self, ids: str | Iterable[str], *tags: str) -> int:
        """Remove tags from papers; imports do not restore them. Return how many papers changed.

        Raises:
            PaperNotFound: no paper has one of the ids; then nothing changes.
            UsageError: no tag was given.
        """
        return self._retag(self._session.library.papers.untag, ids, tags)

    def status(self) -> LibraryStatus:
        """Size and contents of the library, and its models."""
        from assistant.models import describe_language_model

        figures = self._session.library.status()
        settings = self._session.settings
        return LibraryStatus.of(
            figures,
            describe_language_model(settings),
            destinations(settings),
            str(settings.chroma or ""),
        )

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

    def sync_vault(
        self, vault: Vault, *, query: str = "", filters: Filters = EVERYTHING
    ) -> VaultChanges:
        """Make the notes of `vault` those of the chosen papers.

        Raises:
            OutputError: a note cannot be written.
        """
        return vault.synchronize(self._records(query, None, filters))

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

        papers = named_papers(self._session.library, ids)
        return formatted_references(list(records_of((stored, None) for stored in papers)), style)

    def _retag(
        self,
        change: Callable[[Sequence[int], Sequence[str]], int],
        ids: str | Iterable[str],
        tags: Iterable[str],
    ) -> int:
        """Change the tags of the named papers; all of them are looked up first."""
        papers = named_papers(self._session.library, ids)
        given = [tag for one in tags if (tag := " ".join(one.split()))]
        if not given:
            raise UsageError("No tag was given.")
        return change([stored.number for stored in papers], given)

    def _records(
        self,
        query: str,
        ids: str | Iterable[str] | None,
        filters: Filters,
        progress: Progress = NO_PROGRESS,
    ) -> Iterator[ExportRecord]:
        from assistant.api.exports import records_of

        papers = chosen_papers(self._session.library, query, ids, filters)
        return records_of(self._session.library.tldrs.for_papers(papers), progress)
