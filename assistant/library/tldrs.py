"""The TL;DRs of the papers: one for each paper, model and prompt; the newest is displayed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import astuple
from datetime import UTC, datetime

from assistant.errors import UsageError
from assistant.languages import _
from assistant.library.catalog import Catalog
from assistant.library.database import Database
from assistant.library.records import EDITED, LONGEST_TLDR, StoredPaper, StoredTldr
from assistant.paper import Paper

_COLUMNS = "paper, text, model, prompt, method, seconds, made_at"
_PAGE = 500
_WITHOUT_ANY = "abstract != '' AND NOT EXISTS (SELECT 1 FROM tldrs WHERE paper = papers.number)"


class Tldrs:
    """The TL;DRs in a database. Thread-safe."""

    def __init__(self, database: Database, catalog: Catalog) -> None:
        self._database = database
        self._catalog = catalog

    def get(
        self, number: int, *, model: str | None = None, prompt: str | None = None
    ) -> StoredTldr | None:
        """The newest TL;DR of a paper, or the newest by this model or from this prompt."""
        rows = self._database.rows(
            f"SELECT {_COLUMNS} FROM tldrs WHERE paper = ? AND model = ifnull(?, model) "  # noqa: S608
            "AND prompt = ifnull(?, prompt) ORDER BY tldr DESC LIMIT 1",
            (number, model, prompt),
        )
        return StoredTldr(*rows[0]) if rows else None

    def for_papers(
        self, papers: Iterable[StoredPaper] | None = None
    ) -> Iterator[tuple[StoredPaper, StoredTldr | None]]:
        """Each of `papers` (None: every paper in the order of import) with its newest TL;DR."""
        page: list[StoredPaper] = []
        for stored in self._catalog.all() if papers is None else papers:
            page.append(stored)
            if len(page) == _PAGE:
                yield from self._with_tldrs(page)
                page = []
        yield from self._with_tldrs(page)

    def _with_tldrs(
        self, page: list[StoredPaper]
    ) -> Iterator[tuple[StoredPaper, StoredTldr | None]]:
        rows = self._database.rows(
            f"SELECT {_COLUMNS} FROM tldrs "  # noqa: S608
            "WHERE paper IN (SELECT value FROM json_each(?)) ORDER BY tldr",
            (json.dumps([stored.number for stored in page]),),
        )
        newest = {row[0]: StoredTldr(*row) for row in rows}
        for stored in page:
            yield stored, newest.get(stored.number)

    def edit(self, number: int, text: str) -> StoredTldr:
        """Store `text`, which the user wrote, on one line as the displayed TL;DR of a paper.

        Raises:
            UsageError: it is empty or too long.
            PaperNotFound: the paper does not exist.
        """
        text = " ".join(text.encode(errors="replace").decode().split())
        if not text:
            raise UsageError(_("A TL;DR cannot be empty. Write one sentence."))
        if len(text) > LONGEST_TLDR:
            raise UsageError(
                _(
                    "A TL;DR has at most {most} characters; this one {count}.",
                    most=LONGEST_TLDR,
                    count=len(text),
                )
            )
        self._catalog.get(f"#{number}")
        moment = datetime.now(UTC).isoformat(timespec="seconds")
        tldr = StoredTldr(number, text, EDITED, "", "generated", 0.0, moment)
        self.save(tldr)
        return tldr

    def papers_without(self, model: str, prompt: str) -> Iterator[StoredPaper]:
        """The papers, in library order, that have no TL;DR by this model from this prompt."""
        return self._catalog.pages(
            "NOT EXISTS (SELECT 1 FROM tldrs "
            "WHERE paper = papers.number AND model = ? AND prompt = ?)",
            (model, prompt),
        )

    def papers_without_any(self) -> Iterator[StoredPaper]:
        """The papers, in library order, that have an abstract and no TL;DR at all."""
        return self._catalog.pages(_WITHOUT_ANY)

    def count_without_any(self) -> int:
        """How many papers have an abstract and no TL;DR at all."""
        return int(self._database.value(f"SELECT count(*) FROM papers WHERE {_WITHOUT_ANY}"))  # noqa: S608

    def save(self, tldr: StoredTldr, paper: Paper | None = None) -> bool:
        """Store `tldr` in place of an older one by the same model and prompt.

        Returns False, storing nothing, when the paper is gone or its title and abstract are no
        longer those of `paper`, from which it was written.
        """
        with self._database.write() as connection:
            row = connection.execute(
                "SELECT title, abstract FROM papers WHERE number = ?", (tldr.number,)
            ).fetchone()
            if row is None or (paper is not None and row != (paper.title, paper.abstract)):
                return False
            connection.execute(
                f"INSERT OR REPLACE INTO tldrs ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
                astuple(tldr),
            )
        return True

    def count(self) -> int:
        """How many papers have a TL;DR."""
        return int(self._database.value("SELECT count(DISTINCT paper) FROM tldrs"))

    def count_by_recipe(self) -> list[tuple[str, str, int]]:
        """The number of papers with a TL;DR by model and prompt: (model, prompt, papers)."""
        return self._database.rows(
            "SELECT model, prompt, count(*) FROM tldrs GROUP BY model, prompt "
            "ORDER BY count(*) DESC, model, prompt"
        )
