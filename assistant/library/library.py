"""The library: the folder with everything the user owns, and all that can be done with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from assistant.library.backup import CATALOG, Backup, back_up
from assistant.library.batch_writer import BatchWriter
from assistant.library.catalog import Catalog
from assistant.library.chats import Chats
from assistant.library.chroma_index import FOLDER as CHROMA_FOLDER
from assistant.library.database import Database, folder_size
from assistant.library.embedding import Embedding
from assistant.library.facets import Kind, frequent_labels
from assistant.library.filters import EVERYTHING, Filters
from assistant.library.import_preview import ImportPreview
from assistant.library.integrity import IntegrityCheck, IntegrityProblem
from assistant.library.records import (
    ChatSummary,
    Hit,
    ImportReport,
    LibraryStatus,
    Sort,
    SourceRecord,
    StoredPaper,
    StoredTldr,
    StoredTurn,
)
from assistant.library.removal import RemovedPaper, put_back, take_out
from assistant.library.search import ASKING_S, Search
from assistant.library.statistics import Statistics, statistics
from assistant.library.tldrs import Tldrs
from assistant.library.vector_search import VectorSearch
from assistant.library.vectors import (
    EmbedderLike,
    Matrix,
    VectorRows,
    VectorState,
    WordVectors,
    means,
)
from assistant.paper import Paper


class Library:
    """An open library. Thread-safe: many threads may search, add and save at once.

    Open it with `Library.open`, best in a `with` statement. Every method may raise a LibraryError
    (read-only, full, damaged, busy); nothing that was stored before is lost by one.
    """

    def __init__(
        self,
        folder: Path,
        database: Database,
        embedder: EmbedderLike | None,
        notify: Callable[[str], None],
    ) -> None:
        """Put the parts together; use `Library.open` instead."""
        self.folder = folder
        self.embedder = embedder
        self._database = database
        self._notify = notify
        self._catalog = Catalog(database)
        self._tldrs = Tldrs(database, self._catalog)
        self._chats = Chats(database)
        self._rows = VectorRows(database)
        self._vectors = VectorSearch(folder, self._rows, not database.read_only, notify)
        self._embedding = (
            Embedding(embedder, self._catalog, self._rows, self._vectors.refresh)
            if embedder
            else None
        )
        self._search = Search(self._catalog, self._rows, self._vectors, self._embedding)

    @classmethod
    def open(
        cls,
        folder: Path,
        embedder: EmbedderLike | None,
        notify: Callable[[str], None] = lambda note: None,
    ) -> Self:
        """Open the library in `folder`, making it if there is none.

        Without an `embedder` search is by full text alone, and vectors that exist stay untouched.
        Vectors of another embedder are dropped, to be made again by `embed_missing`. `notify` is
        called with one line whenever something happened on its own that the user should know; it
        may come from any thread. A folder that cannot be written can still be searched.

        Raises:
            LibraryError: LibraryTooNew, LibraryDamaged, LibraryReadOnly, LibraryFull, LibraryBusy.
        """
        folder = folder.absolute()
        database = Database(folder / CATALOG)
        try:
            library = cls(folder, database, embedder, notify)
            library._claim_vectors()
        except BaseException:
            database.close()
            raise
        return library

    def close(self) -> None:
        """End what is done in the background and close every file; a second call does nothing."""
        if self._embedding:
            self._embedding.close()
        self._vectors.close()
        self._database.close()

    def __enter__(self) -> Self:
        """Return the library itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the library."""
        self.close()

    # Papers

    def add(
        self, papers: Iterable[Paper], progress: Callable[[int], None] | None = None
    ) -> ImportReport:
        """Add `papers` as they come; those that are known already are merged.

        They can be searched by full text as soon as their batch is committed, of which `progress`
        is told with the number read so far. When `papers` raises, or the user interrupts, what
        was read before stays, except a batch that was just being written.
        """
        return BatchWriter(self._catalog.add, progress).all(papers)

    def foresee(self) -> ImportPreview:
        """Tells what would become of papers if they were added; nothing is written."""
        return ImportPreview(self._database)

    def count(self, filters: Filters = EVERYTHING) -> int:
        """How many papers there are that meet `filters`."""
        return self._catalog.count(filters)

    def papers(self, filters: Filters = EVERYTHING) -> Iterator[StoredPaper]:
        """Every paper that meets `filters`, in the order of import."""
        return self._catalog.papers(filters)

    def listed(
        self,
        sort: Sort = "published",
        filters: Filters = EVERYTHING,
        limit: int = -1,
        skip: int = 0,
    ) -> Iterator[StoredPaper]:
        """Every paper that meets `filters`: the newest first, without a date last; or see `Sort`.

        At most `limit` of them (-1: all), after the first `skip`.
        """
        return self._catalog.in_order(self._catalog.listed(sort, filters, limit, skip))

    def with_words(self, words: str, filters: Filters = EVERYTHING) -> Iterator[StoredPaper]:
        """Every paper that has all of `words` and meets `filters`, the best first.

        Without any word it is `listed`.
        """
        if not words.strip():
            return self.listed(filters=filters)
        return self._catalog.in_order(self._catalog.full_text.with_all_words(words, filters))

    def numbers_with_words(self, words: str) -> list[int]:
        """Numbers of the papers that have all of `words`, the best first."""
        return self._catalog.full_text.with_all_words(words)

    def get(self, key: str) -> StoredPaper:
        """The paper that `key` names.

        `key` is any key of the paper, with or without its scheme (`doi:`, `arxiv:`, ...), the
        beginning of one that no other paper has, or its number with or without `#`.

        Raises:
            PaperNotFound: none or several fit; the message names near ones.
        """
        return self._catalog.get(key)

    def sources(self, stored: StoredPaper) -> list[SourceRecord]:
        """Every record from which `stored` was put together, in the order in which they came."""
        return self._catalog.sources(stored.number)

    def added_since(self, moment: str | None) -> Iterator[StoredPaper]:
        """The papers that came later than `moment` (ISO 8601, UTC; None: all), the latest first."""
        return self._catalog.in_order(self._catalog.added_since(moment or ""))

    def added_at(self, numbers: Iterable[int]) -> dict[int, str]:
        """When these papers came into the library, ISO 8601 in UTC; '' where it is not known."""
        return self._catalog.added_at(numbers)

    def tag(self, numbers: Sequence[int], tags: Sequence[str]) -> int:
        """Give the papers `numbers` these tags, which no import takes away; how many changed."""
        return self._catalog.tag(numbers, tags)

    def untag(self, numbers: Sequence[int], tags: Sequence[str]) -> int:
        """Take these tags from the papers `numbers`, and those of imports too; how many changed."""
        return self._catalog.untag(numbers, tags)

    def frequent(self, kind: Kind, most: int) -> list[tuple[str, int]]:
        """At most `most` tags or sources and how many papers have each, the most frequent first."""
        return frequent_labels(self._database, kind, most)

    def liked(self, limit: int) -> list[StoredPaper]:
        """At most `limit` papers that the user tagged, those tagged `star` first."""
        return list(self._catalog.in_order(self._catalog.liked(limit)))

    def remove(self, numbers: Sequence[int]) -> int:
        """Remove these papers with their full text, vectors and TL;DRs; how many there were.

        Answers in chats that quote them stay. What is left of them in the files is out of reach
        for every search, and gone with `erase_removed`.
        """
        removed = self._catalog.remove(numbers)
        self._vectors.refresh()
        return removed

    def take_out(self, numbers: Iterable[int]) -> list[RemovedPaper]:
        """Remove these papers like `remove`, and hand out what `put_back` needs."""
        removed = take_out(self._database, numbers)
        self._vectors.refresh()
        return removed

    def put_back(self, removed: Sequence[RemovedPaper]) -> list[int]:
        """Put papers back as they were; the numbers they have now. Vectors are left to be made."""
        return put_back(self._database, removed)

    def erase_removed(self) -> None:
        """Make the indexes anew and empty the journal: nothing of a removed paper is in any file.

        It takes about as long as to make the indexes, which in a large library is minutes.
        """
        self._catalog.full_text.forget_removed()
        self._rows.begin_generation()
        self._vectors.refresh()
        self._database.empty_journal()

    # Search

    def search(
        self,
        query: str,
        limit: int = 10,
        filters: Filters = EVERYTHING,
        *,
        budget_s: float = ASKING_S,
        embed_rest: bool = False,
    ) -> list[Hit]:
        """The best papers for `query` that meet `filters`, best first: by words and by meaning.

        Where papers have no vectors yet, those of the best papers by their words are made while
        less than `budget_s` seconds have passed, a few in any case, and are kept if the library
        can be written at once. With `embed_rest` the others that the words brought up get theirs
        in the background, until the library is closed. Without an embedder words alone count.

        A `query` without text gives the newest papers that meet `filters`, if there are any.
        """
        if limit < 1:
            return []
        if not query.strip():
            newest = self.listed(filters=filters, limit=limit) if filters.given else ()
            return [Hit(stored, 0.0, None, None, None) for stored in newest]
        return self._search.by_text(query, limit, filters, budget_s, embed_rest=embed_rest)

    def similar(
        self,
        key: str,
        limit: int = 10,
        filters: Filters = EVERYTHING,
        *,
        budget_s: float = ASKING_S,
    ) -> list[Hit]:
        """The papers nearest to the paper that `key` names (see `get`), which is left out itself.

        They are compared by their vectors; those without, and all without an embedder, come after
        them by the words of the paper's title. `filters` and `budget_s` are those of `search`.

        Raises:
            PaperNotFound: none or several fit; the message names near ones.
        """
        stored = self.get(key)
        return self._search.by_paper(stored, limit, filters, budget_s) if limit > 0 else []

    def wait_for_background(self) -> None:
        """Wait until the vectors that are made in the background are made."""
        if self._embedding:
            self._embedding.wait()

    def missing_vectors(self) -> int:
        """How many papers have no vectors yet."""
        return self._rows.missing()

    def embed_missing(
        self,
        progress: Callable[[int, int], None] | None = None,
        should_stop: Callable[[], bool] | None = None,
    ) -> int:
        """Embed the papers that have no vectors; return how many were embedded.

        Every batch is committed by itself, so stopping or an interrupt loses little, and the next
        call goes on from there. `progress` is told how many of how many are done.
        """
        return self._embedding.all_missing(progress, should_stop) if self._embedding else 0

    def embed_words(self, texts: Sequence[str]) -> Sequence[WordVectors] | None:
        """`texts` embedded token by token, each one in its context; None without an embedder."""
        return self.embedder.embed_words(texts) if self.embedder else None

    def paper_vectors(self, numbers: Sequence[int]) -> dict[int, Matrix]:
        """The vector of length 1 of each of these papers that has one: the mean of its chunks."""
        return means(self._rows.of_papers(numbers)) if self._vectors_usable() else {}

    # TL;DRs

    def tldr(
        self, number: int, *, model: str | None = None, prompt: str | None = None
    ) -> StoredTldr | None:
        """The newest TL;DR of the paper `number`; with `model` and `prompt` the newest of those."""
        return self._tldrs.of(number, model, prompt)

    def tldrs(
        self, papers: Iterable[StoredPaper] | None = None
    ) -> Iterator[tuple[StoredPaper, StoredTldr | None]]:
        """Each of `papers` (None: every paper in the order of import) with its newest TL;DR."""
        return self._tldrs.of_all(self.papers() if papers is None else papers)

    def papers_without_tldr(self, model: str, prompt: str) -> Iterator[StoredPaper]:
        """The papers that have no TL;DR by `model` from the prompt with fingerprint `prompt`."""
        return self._tldrs.papers_without(model, prompt)

    def save_tldr(self, tldr: StoredTldr, paper: Paper | None = None) -> bool:
        """Keep `tldr`; it replaces an older one by the same model from the same prompt.

        Returns False, keeping nothing, when the paper is gone, or has not the title and abstract
        of `paper` any more, which the line was written about.
        """
        return self._tldrs.save(tldr, paper)

    def tldrs_by_recipe(self) -> list[tuple[str, str, int]]:
        """How many papers have a line by a model from a prompt: (model, prompt, papers)."""
        return self._tldrs.by_recipe()

    def version(self) -> tuple[int, VectorState]:
        """What changes whenever papers came, or vectors came or went; a chat changes nothing."""
        return self._catalog.last_number(), self._rows.state()

    def stamp(self) -> tuple[int, ...]:
        """What changes whenever anything is written, by this program or another; costs nothing."""
        return self._database.stamp()

    # Single values

    def fact(self, name: str) -> str | None:
        """The value that was remembered under `name`."""
        return self._rows.fact(name)

    def remember(self, name: str, value: str) -> None:
        """Keep `value` under `name`."""
        self._rows.remember(name, value)

    # Chats: each has an owner, "" where nobody logs in, and is not there for anybody else.

    def save_turn(
        self,
        chat_id: str,
        question: str,
        answer_json: str,
        owner: str = "",
        *,
        goes_on: bool = False,
        instead: str = "",
    ) -> bool:
        """Append a question and its answer to the chat `chat_id`, which begins with the first.

        `goes_on` says that turns of it were kept before: if it is not there any more, nothing is
        kept, and False returned. So does `instead`, the question whose last turn is deleted for it.
        """
        return self._chats.save_turn(
            chat_id, question, answer_json, owner, goes_on=goes_on, instead=instead
        )

    def turns(self, chat_id: str, owner: str = "") -> list[StoredTurn]:
        """The turns of a chat, the first one first."""
        return self._chats.turns(chat_id, owner)

    def chats(self, owner: str = "") -> list[ChatSummary]:
        """Every chat of `owner`, the one with the latest turn first."""
        return self._chats.all(owner)

    def search_chats(self, words: str, owner: str = "") -> list[ChatSummary]:
        """The chats with every one of `words` in title, questions or answers, latest first."""
        return self._chats.search(words, owner)

    def rename_chat(self, chat_id: str, title: str, owner: str = "") -> bool:
        """Give a chat a title; an empty one gives its first question back. False: no such chat."""
        return self._chats.rename(chat_id, title, owner)

    def delete_chat(self, chat_id: str, owner: str = "") -> bool:
        """Delete a chat; what it said is written over in the files. False: no such chat."""
        return self._chats.delete(chat_id, owner)

    def status(self) -> LibraryStatus:
        """Figures of the library."""
        chunks = self._rows.count()
        usable = self._vectors_usable()
        return LibraryStatus(
            folder=self.folder,
            papers=self.count(),
            chunks=chunks,
            vectors=chunks if usable else 0,
            missing_vectors=self._rows.missing(),
            tldrs=self._tldrs.count(),
            catalog_bytes=self._database.size(),
            chroma_bytes=folder_size(self.folder / CHROMA_FOLDER),
            embedder=self.embedder.name if self.embedder else None,
            full_text_only=not (usable and chunks),
            read_only=self._database.read_only,
        )

    def statistics(self) -> Statistics:
        """What the library is made of."""
        return statistics(self._database)

    def check(
        self, progress: Callable[[str], None] = lambda step: None, *, repair: bool = False
    ) -> list[IntegrityProblem]:
        """Everything that is wrong in the catalogue, repaired if `repair` says so; [] if sound.

        The Chroma index is compared with it; where it differs it is made anew, which `notify`
        is told. `progress` is told what is looked at.
        """
        soundness = IntegrityCheck(self._database, self._rows)
        found = soundness.repair(progress) if repair else soundness.check(progress)
        if repair or not found:
            progress("Chroma")
            self._vectors.check()
        return found

    def back_up(self, target: Path) -> Backup:
        """Write the library, as it is at this moment, to the one file `target`.

        Raises:
            OutputError: it cannot be written.
        """
        return back_up(self._database, self.folder, target)

    def _claim_vectors(self) -> None:
        if self._embedding is None or self._embedding.usable:
            return
        if self._database.read_only:
            if self._rows.count():
                self._notify(
                    "The vectors of this library were made by another embedding model and cannot "
                    "be made again while it is read-only: search goes by full text, and compares "
                    "the best papers of it alone by meaning."
                )
        elif self._rows.claim(self._embedding.fingerprint):
            self._notify(
                "The embedding model or the way abstracts are cut has changed: the vectors of "
                f"{self._rows.missing()} papers have to be made again. Until then search finds "
                "them by full text."
            )

    def _vectors_usable(self) -> bool:
        return self._embedding is not None and self._embedding.usable
