"""The library: the folder with everything the user owns, and the parts that work on it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Self

from assistant.embedder import Embedder
from assistant.errors import PaperNotFound
from assistant.library.backup import back_up
from assistant.library.backup_file import CATALOG, Backup
from assistant.library.batch_writer import write_in_batches
from assistant.library.catalog import Catalog
from assistant.library.cells import Cells
from assistant.library.chats import Chats
from assistant.library.chroma_index import FOLDER as CHROMA_FOLDER
from assistant.library.column_sets import ColumnSets
from assistant.library.database import Database, folder_size
from assistant.library.feeds import Feeds
from assistant.library.filters import Filters
from assistant.library.import_preview import ImportPreview
from assistant.library.integrity import IntegrityCheck, IntegrityProblem
from assistant.library.linked_records import LinkedRecords
from assistant.library.manual_merging import (
    KeptApart,
    keep_apart,
    merge_papers,
    split_paper,
    undo_keep_apart,
)
from assistant.library.name_matching import name_words
from assistant.library.paper_rows import without_source
from assistant.library.paper_vectors import PaperVectors
from assistant.library.possible_duplicates import (
    DuplicatePair,
    duplicates_of,
    duplicates_of_record,
    possible_duplicates,
)
from assistant.library.records import ImportReport, LibraryStatus
from assistant.library.related_records import number_of
from assistant.library.removal import PURGE_DUE, RemovedPaper, remove_papers, undo_removal
from assistant.library.search import Search
from assistant.library.statistics import Statistics, statistics
from assistant.library.tldrs import Tldrs
from assistant.library.vector_rows import VectorRows, VectorState
from assistant.library.vector_search import VectorSearch
from assistant.paper import Paper
from assistant.progress import NO_PROGRESS, Progress

if TYPE_CHECKING:
    from assistant.library.chroma_server import ChromaServer

# Papers with a similar title, and by the same author, that may be duplicates of a paper.
_NEAR_PAPERS = 30
# The same for a record of an import, of which there are many.
_NEAR_RECORD = 10


class Library:
    """An open library. Thread-safe: many threads may search, add and save at once.

    Open it with `Library.open`, best in a `with` statement. Its parts may be used directly; the
    methods here are what concerns several of them. Every method, also of the parts, may raise a
    LibraryError (read-only, full, damaged, busy); nothing that was stored before is lost by one.

    Attributes:
        folder: where the library is stored.
        papers: the papers and their tags.
        tldrs: the TL;DRs of the papers.
        cells: the answers of papers to the questions of tables.
        column_sets: the questions of tables that the user saved.
        feeds: where new papers are fetched from.
        chats: the questions and answers of every chat.
        vectors: the vectors of the papers, and which papers have none yet.
        search: called with a query it returns the best papers; `search.similar` those near a paper.
        metadata: single values under a name.
        linked: records that follow the items of another program, such as Zotero.

    """

    def __init__(
        self,
        folder: Path,
        database: Database,
        embedder: Embedder | None,
        notify: Callable[[str], None],
        sentence_embedder: Embedder | None = None,
        find_server: Callable[[], ChromaServer] | None = None,
    ) -> None:
        """Put the parts together; use `Library.open` instead."""
        self.folder = folder
        self._database = database
        self._purging = threading.Lock()
        self.papers = Catalog(database)
        self.tldrs = Tldrs(database, self.papers)
        self.cells = Cells(database)
        self.column_sets = ColumnSets(database)
        self.chats = Chats(database)
        self.linked = LinkedRecords(database)
        self.feeds = Feeds(database)
        rows = VectorRows(database)
        index = VectorSearch(folder, rows, not database.read_only, notify, find_server)
        self.metadata = rows.metadata
        self.vectors = PaperVectors(embedder, self.papers, rows, index, notify, sentence_embedder)
        self.search = Search(self.papers, self.vectors)

    @classmethod
    def open(
        cls,
        folder: Path,
        embedder: Embedder | None,
        notify: Callable[[str], None] = lambda note: None,
        sentence_embedder: Embedder | None = None,
        find_server: Callable[[], ChromaServer] | None = None,
    ) -> Self:
        """Open the library in `folder`; it is created if there is none.

        Without an `embedder` search uses full text alone, and existing vectors stay untouched.
        Sentences are reranked with `sentence_embedder`, by default with `embedder`.
        With `find_server`, the vector index is kept on the Chroma server that it returns, instead
        of in `folder`; it is called when the index is first needed.
        Vectors of another embedder are dropped; `vectors.embed_missing` replaces them. `notify`
        gets one line, from any thread, whenever something happened that the user should know. A
        folder that cannot be written can still be searched.

        Raises:
            LibraryError: LibraryTooNew, LibraryDamaged, LibraryReadOnly, LibraryFull, LibraryBusy.
        """
        folder = folder.absolute()
        database = Database(folder / CATALOG)
        try:
            library = cls(folder, database, embedder, notify, sentence_embedder, find_server)
            library.vectors.claim(read_only=database.read_only)
        except BaseException:
            database.close()
            raise
        return library

    def close(self) -> None:
        """Stop the work in the background and close every file; a second call does nothing."""
        self.vectors.close()
        self._database.close()

    def __enter__(self) -> Self:
        """Return the library itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the library."""
        self.close()

    def use_embedder(self, embedder: Embedder, sentence_embedder: Embedder | None) -> None:
        """Embed with `embedder` from now on; see `Library.open`. Deletes the vectors of another."""
        self.vectors.replace_embedder(
            embedder, sentence_embedder, read_only=self._database.read_only
        )

    def add(self, papers: Iterable[Paper], progress: Progress = NO_PROGRESS) -> ImportReport:
        """Add `papers` in batches; those that are in the library already are merged.

        After each batch its papers can be searched by full text, and `progress` gets the number of
        papers read so far. When `papers` raises, or the user interrupts, the papers read before
        stay, except a batch that was just being written.
        """
        return write_in_batches(papers, self.papers.add_batch, progress)

    def preview_import(self) -> ImportPreview:
        """Predicts what an import would do with papers; nothing is written."""
        return ImportPreview(self._database)

    def remove(self, numbers: Iterable[int]) -> list[RemovedPaper]:
        """Remove these papers with all that belongs to them; return those there were.

        Answers in chats that quote them stay. What is left of the papers in the files is out of
        reach for every search, and `purge_removed` deletes it.
        """
        removed = remove_papers(self._database, numbers)
        self.vectors.index.refresh()
        return removed

    def undo_removal(self, removed: Sequence[RemovedPaper]) -> list[int]:
        """Add removed papers again with all but their vectors; return the numbers they have now."""
        return undo_removal(self._database, removed)

    def possible_duplicates(self) -> Iterator[DuplicatePair]:
        """Yield pairs of papers that are probably the same, in the order of import."""
        return possible_duplicates(self._database)

    def duplicates_of(self, number: int, limit: int) -> list[DuplicatePair]:
        """At most `limit` papers that are probably the same as the paper `number`."""
        paper = self.papers.get(f"#{number}").paper
        near = self._near(paper, _NEAR_PAPERS)
        return duplicates_of(self._database, number, near, limit)

    def duplicates_of_record(self, record: Paper) -> list[DuplicatePair]:
        """The papers that are probably the same as `record`, which is not in the library."""
        return duplicates_of_record(self._database, record, self._near(record, _NEAR_RECORD))

    def _near(self, paper: Paper, limit: int) -> list[int]:
        """At most `limit` papers with a similar title, and as many by the same first author."""
        near = [other for other, _ in self.papers.ranked(paper.title, limit)]
        # What is given as an author may have no letters.
        if paper.authors and name_words(paper.authors[0]):
            near += self.papers.numbers(Filters(authors=paper.authors[:1]), limit)
        return near

    def number_of(self, record: Paper) -> int:
        """The number of the paper that has `record`.

        Raises:
            PaperNotFound: no paper has it.
        """
        with self._database.read() as connection:
            try:
                return number_of(connection, without_source(record))
            except StopIteration:
                raise PaperNotFound(
                    f"No paper of the library has the record {record.title!r}."
                ) from None

    def merge(self, numbers: Collection[int]) -> int:
        """Merge the papers `numbers`, now and in later imports; return the number of the paper.

        Raises:
            NotMergeable: they are not two different papers.
        """
        number = merge_papers(self._database, numbers)
        self.vectors.index.refresh()
        return number

    def split(self, number: int, chosen: str | None = None) -> list[int]:
        """Make records of a paper papers of their own; see `manual_merging.split_paper`.

        Raises:
            NotMergeable: the paper cannot be split in this way.
        """
        numbers = split_paper(self._database, number, chosen)
        self.vectors.index.refresh()
        return numbers

    def keep_apart(self, numbers: Collection[int]) -> KeptApart:
        """Remember that the papers `numbers` are different ones; later imports do not merge them.

        Raises:
            NotMergeable: they are not two different papers.
        """
        return keep_apart(self._database, numbers)

    def undo_keep_apart(self, kept: KeptApart) -> None:
        """Forget that papers are different ones; they may be possible duplicates again.

        Raises:
            NotMergeable: another decision about them has been made since.
        """
        undo_keep_apart(self._database, kept)
        self.vectors.index.refresh()

    def purge_due(self) -> bool:
        """Whether the files may contain removed papers: `purge_removed` has not ended since."""
        return not self._database.read_only and self.metadata.get(PURGE_DUE) is not None

    def purge_removed(self, progress: Progress = NO_PROGRESS) -> bool:
        """Delete what the files still contain of removed papers; return whether all of it is gone.

        It rebuilds the indexes, which takes minutes in a large library. Papers are found and added
        meanwhile. After a stop or a crash the next call starts what is left again.

        Something may be left if another program has the library open, too. It deletes the removed
        vectors when it searches next.
        """
        with self._purging:
            if not self.purge_due():
                return True
            last_removal = self.metadata.get(PURGE_DUE)
            progress.report(step="Compacting the full-text index")
            purged = self.papers.full_text.purge(progress)
            progress.report(step="Rebuilding the vector index")
            purged = self.vectors.index.purge(progress) and purged
            purged = self._database.empty_journal() and purged
            if purged:
                self.metadata.delete(PURGE_DUE, last_removal)
            return purged

    @property
    def read_only(self) -> bool:
        """Whether nothing can be written."""
        return self._database.read_only

    def version(self) -> tuple[int, VectorState]:
        """Changes whenever papers were added, or vectors added or removed; chats do not count."""
        return self.papers.last_number(), self.vectors.rows.state()

    def stamp(self) -> tuple[int, ...]:
        """Changes whenever anything is written, by this program or another; costs nothing."""
        return self._database.stamp()

    def status(self) -> LibraryStatus:
        """Figures of the library."""
        chunks = self.vectors.rows.count()
        usable = self.vectors.usable
        embedder = self.vectors.embedder
        return LibraryStatus(
            folder=self.folder,
            papers=self.papers.count(),
            chunks=chunks,
            vectors=chunks if usable else 0,
            missing_vectors=self.vectors.missing(),
            tldrs=self.tldrs.count(),
            catalog_bytes=self._database.size(),
            chroma_bytes=folder_size(self.folder / CHROMA_FOLDER),
            embedder=embedder.name if embedder else None,
            full_text_only=not (usable and chunks),
            read_only=self._database.read_only,
        )

    def statistics(self) -> Statistics:
        """Counts of the papers by year, tag, source and author."""
        return statistics(self._database)

    def check(
        self, progress: Progress = NO_PROGRESS, *, repair: bool = False
    ) -> list[IntegrityProblem]:
        """Find everything that is wrong in the catalogue, and with `repair` repair it.

        The Chroma index is compared with the catalogue, and rebuilt where it differs; `notify`
        reports that. Returns [] for a sound library.
        """
        integrity = IntegrityCheck(self._database)
        found = integrity.repair(progress) if repair else integrity.check(progress)
        if repair or not found:
            progress.report(step="Chroma")
            self.vectors.index.check()
        return found

    def back_up(self, target: Path) -> Backup:
        """Write the library, as it is at this moment, to the one file `target`.

        Raises:
            OutputError: it cannot be written.
        """
        return back_up(self._database, self.folder, target)
