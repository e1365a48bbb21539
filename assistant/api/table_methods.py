"""The part of an open library that makes tables: the same questions asked of many papers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from assistant.api.collection import PaperCollection
from assistant.api.selection import parsed, table_papers
from assistant.api.tables import TableRow, columns_of
from assistant.errors import UsageError
from assistant.library import EVERYTHING, Filters
from assistant.progress import NO_PROGRESS, Progress

if TYPE_CHECKING:
    from assistant.tabulating import Column, Row


class TableMethods(PaperCollection):
    """The part of a `PaperLibrary` that makes tables."""

    def table(
        self,
        columns: Mapping[str, str] | str,
        query: str = "",
        *,
        search: str | None = None,
        ids: str | Iterable[str] | None = None,
        limit: int | None = None,
        redo: bool = False,
        only: Iterable[str] = (),
        sort: str | None = None,
        filters: Filters = EVERYTHING,
        progress: Progress = NO_PROGRESS,
    ) -> Iterator[TableRow]:
        """Ask the chosen papers the same questions; yield a row for each, in order.

        Each cell is stored in the library when it is known, so work that was stopped continues.

        Args:
            columns: a question for each name, or the name of a set such as `trial`.
            query: words and filters that choose papers.
            search: the best papers of this search instead, 50 without `limit`.
            ids: these papers instead.
            limit: at most so many papers.
            redo: ask again, also where an answer is stored.
            only: conditions on rows: `sample` (has an answer in this column) or `sample=TEXT`.
            sort: sort by this column at the end, by its numbers if it has some.
            filters: conditions on papers.
            progress: gets the number of rows, and can stop.

        Raises:
            UsageError: papers were chosen in several ways, there is no such set, the columns cannot
                be one table, or a condition names none of them.
            PaperNotFound: no paper has one of the ids.
            ModelError: the model failed; raised during iteration.

        """
        asked, rows = self._rows(
            columns, query, search, ids, limit, only, sort, filters, progress, redo=redo
        )
        return (TableRow.of(row, asked) for row in rows)

    def export_table(
        self,
        columns: Mapping[str, str] | str,
        form: str = "csv",
        query: str = "",
        *,
        search: str | None = None,
        ids: str | Iterable[str] | None = None,
        limit: int | None = None,
        redo: bool = False,
        only: Iterable[str] = (),
        sort: str | None = None,
        filters: Filters = EVERYTHING,
        progress: Progress = NO_PROGRESS,
    ) -> bytes:
        """The `table` as the content of a file: `csv`, `xlsx`, `md`, `html`, `jsonl` or `text`.

        Raises:
            UsageError: there is no such format; and as `table`.
            OutputError: the package that writes workbooks is not installed.
            PaperNotFound: no paper has one of the ids.
            ModelError: the model failed.
        """
        from assistant.tabulating.formats import require_format, table_file

        require_format(form)
        asked, rows = self._rows(
            columns, query, search, ids, limit, only, sort, filters, progress, redo=redo
        )
        return table_file(list(rows), asked, form)

    def column_sets(self) -> dict[str, dict[str, str]]:
        """The sets of columns, saved ones first: the question of each name."""
        from assistant.tabulating import column_sets

        return {
            one.name: {column.name: column.question.text for column in one.columns}
            for one in column_sets(self._session.library).values()
        }

    def save_column_set(self, name: str, columns: Mapping[str, str]) -> None:
        """Save columns under a name, in place of an older set of this name.

        Raises:
            UsageError: the name cannot be that of a set, or the columns cannot be one table.
        """
        from assistant.tabulating.columns import save_column_set

        library = self._session.library
        save_column_set(library, name, columns_of(columns, library))

    def delete_column_set(self, name: str) -> None:
        """Delete a saved set.

        Raises:
            UsageError: no set with this name is saved.
        """
        from assistant.tabulating.columns import delete_column_set

        delete_column_set(self._session.library, name)

    def _rows(
        self,
        columns: Mapping[str, str] | str,
        query: str,
        search: str | None,
        ids: str | Iterable[str] | None,
        limit: int | None,
        only: Iterable[str],
        sort: str | None,
        filters: Filters,
        progress: Progress,
        *,
        redo: bool,
    ) -> tuple[tuple[Column, ...], Iterator[Row]]:
        from assistant.tabulating import arranged

        library = self._session.library
        asked = columns_of(columns, library)
        conditions = list(only)
        arranged([], asked, conditions, sort)
        if limit is not None and limit < 1:
            raise UsageError("The limit is less than one paper.")
        text, chosen = parsed(query, filters)
        papers, total = table_papers(library, text, chosen, search=search, ids=ids, limit=limit)
        progress.report(0, total)
        rows = self._session.tabulator.run(asked, papers, progress, redo=redo)

        def counted() -> Iterator[Row]:
            reused = 0
            for done, row in enumerate(rows, start=1):
                reused += not row.new
                progress.report(done, reused=reused)
                yield row

        return asked, arranged(counted(), asked, conditions, sort)
