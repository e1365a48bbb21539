"""What a window shows of a table: a page of rows, sorted and filtered, and files of all of them."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from assistant.errors import AssistantError
from assistant.html import render
from assistant.languages import _, joined, ngettext
from assistant.web.rendering import data_url, explained, render_job

if TYPE_CHECKING:
    from assistant.tabulating import Cell, Column, Row
    from assistant.web.tables.saved_tables import SavedTable
    from assistant.web.tables.table_work import TableState, TableWork

PAGE = 50
# Choices of rows, besides a column whose cells are not empty.
ALL_ROWS, ANY_VALUE = "", "*"
# Columns of the paper itself that can be sorted by, see `assistant.tabulating.sorted_by`.
_FIXED = {"title": _("Paper"), "year": _("Year")}
_HOW = {
    "written": _("Written from this sentence and verified."),
    "quoted": _("Quoted from the abstract."),
    "catalogue": _("From the catalogue."),
    "empty": _("The abstract does not say."),
    "unasked": _("Not asked yet."),
}


@dataclass(frozen=True)
class Look:
    """How a window looks at a table.

    Attributes:
        sort: `title`, `year` or the index of a column, reversed after a minus sign; "" is the order
            of the papers.
        words: only rows that have all of these words.
        value: only rows with a value in this column, by its index; `ANY_VALUE` in any column.
        page: counted from 0.

    """

    sort: str = ""
    words: str = ""
    value: str = ALL_ROWS
    page: int = 0


@dataclass(frozen=True)
class Shown:
    """The HTML of a window: rows, pager and progress; and the choices of rows with a value."""

    rows: str = ""
    pager: str = ""
    line: str = ""
    choices: tuple[tuple[str, str], ...] = ((_("All rows"), ALL_ROWS),)
    page: int = 0
    has_table: bool = False


class TableView:
    """Shows the tables of `work`. Thread-safe."""

    def __init__(self, work: TableWork) -> None:
        self._work = work
        self._serials = itertools.count(1)

    def show(self, owner: str, look: Look) -> Shown:
        """The table of `owner`; a page that does not exist becomes the nearest one."""
        try:
            state = self._work.state(owner)
        except AssistantError as error:
            return Shown(rows=render_job(error=str(error)))
        if state is None:
            return Shown(rows=render("no_table.html"))
        rows = _arranged(state, look)
        page = max(0, min(look.page, (len(rows) - 1) // PAGE))
        first = page * PAGE
        listed = rows[first : first + PAGE]
        summary = _(
            "{first}-{last} of {total}",
            first=first + 1,
            last=first + len(listed),
            total=len(rows),
        )
        return Shown(
            render(
                "answer_rows.html",
                columns=_headers(state.columns, look),
                rows=[_row(row, state.columns) for row in listed],
                nothing=_("No rows match.") if state.rows else _("These papers are gone."),
            ),
            render(
                "table_pager.html",
                summary=summary if listed else "",
                page=page,
                more=first + PAGE < len(rows),
                needed=len(rows) > PAGE,
            ),
            self._line(state, len(rows)),
            (
                (_("All rows"), ALL_ROWS),
                (_("With any value"), ANY_VALUE),
                *(
                    (_("With “{column}”", column=one.name), str(index))
                    for index, one in enumerate(state.columns)
                ),
            ),
            page,
            has_table=True,
        )

    def file(self, owner: str, look: Look, form: str) -> str:
        """A link that contains the rows as a file in the format `form`, as they are shown."""
        try:
            from assistant.tabulating.formats import require_format, table_file

            known = require_format(form)
            state = self._work.state(owner)
            if state is None:
                return render_job(error=_("There is no table yet."))
            rows = _arranged(state, look)
            content = table_file(rows, state.columns, form)
        except Exception as error:
            return render_job(error=explained(error, "A table could not be written"))
        missing = sum(cell.method == "unasked" for row in rows for cell in row.cells)
        text = _(
            "{papers} as {format}",
            papers=ngettext("{count} paper", "{count} papers", len(rows)),
            format=known.label,
        )
        if missing:
            lacking = ngettext(
                "{count} cell is not asked yet", "{count} cells are not asked yet", missing
            )
            text = _("{papers}, {lacking}", papers=text, lacking=lacking)
        return render(
            "exported.html",
            serial=next(self._serials),
            name=f"table{known.ending}",
            text=text,
            address=data_url(known.media_type, content),
        )

    def _line(self, state: TableState, shown: int) -> str:
        saved = state.saved
        papers = ngettext("{count} paper", "{count} papers", len(state.rows))
        cut = ""
        if saved.total > len(saved.papers):
            cut = first_of(len(saved.papers), saved.total)
        return render(
            "table_line.html",
            address=table_address(saved.set_name, saved.query),
            report=state.report,
            waiting=saved.status == "filling" and state.report is None,
            stopped=saved.status == "stopped",
            missing=state.missing,
            error=state.error,
            about=joined((papers, _chosen(saved)), " · "),
            cut=cut,
            matching=ngettext("{count} of them matches.", "{count} of them match.", shown)
            if shown < len(state.rows)
            else "",
        )


def first_of(shown: int, total: int) -> str:
    """That only the first papers are in a table."""
    return _(
        "The first {shown} of {papers}.",
        shown=shown,
        papers=ngettext("{count} paper", "{count} papers", total),
    )


def file_forms() -> list[tuple[str, str]]:
    """The formats of files, with labels."""
    from assistant.tabulating.formats import FORMATS

    return [(form.label, name) for name, form in FORMATS.items() if name != "text"]


def table_address(set_name: str, query: str) -> str:
    """The address of a table of this set (any columns if "") and query."""
    path = f"/table/{quote(set_name, safe='')}" if set_name else "/table"
    return f"{path}?q={quote(query)}" if query else path


def _chosen(saved: SavedTable) -> str:
    if saved.selected:
        return _("selected in the Library")
    return f"“{saved.query}”" if saved.query else _("the whole library")


def _arranged(state: TableState, look: Look) -> list[Row]:
    """The rows that match, in the order of the window."""
    from assistant.tabulating import containing, having, sorted_by

    rows: Sequence[Row] = state.rows
    if look.value == ANY_VALUE:
        rows = [row for row in rows if any(cell.answer for cell in row.cells)]
    elif (name := _name(state.columns, look.value)) is not None:
        rows = having(rows, state.columns, name)
    if look.words.strip():
        rows = containing(rows, look.words)
    by = look.sort.removeprefix("-")
    column = by if by in _FIXED else _name(state.columns, by)
    if column is None:
        return list(rows)
    return sorted_by(rows, state.columns, column, reverse=look.sort.startswith("-"))


def _name(columns: Sequence[Column], index: str) -> str | None:
    """The name of the column with this index, None if there is none."""
    is_index = index.isascii() and index.isdigit() and len(index) < 4
    return columns[int(index)].name if is_index and int(index) < len(columns) else None


def _headers(columns: Sequence[Column], look: Look) -> list[dict[str, str]]:
    """The headers: what each sorts by after a click, and the order that the rows have."""
    names: list[tuple[str, str, str]] = [(key, label, "") for key, label in _FIXED.items()]
    names += [(str(i), one.name, one.question.text) for i, one in enumerate(columns)]
    reverse = look.sort.startswith("-")
    headers = []
    for key, label, question in names:
        order, following = "none", key
        if look.sort.removeprefix("-") == key:
            order = "descending" if reverse else "ascending"
            # A third click ends the sorting.
            following = "" if reverse else f"-{key}"
        headers.append(
            {"key": key, "label": label, "question": question, "order": order, "next": following}
        )
    return headers


def _row(row: Row, columns: Sequence[Column]) -> dict[str, Any]:
    return {
        "number": row.stored.number,
        "title": row.fixed["title"],
        "year": row.fixed["year"],
        "has_abstract": bool(row.stored.abstract.strip()),
        "cells": [
            _cell(row, column, cell) for column, cell in zip(columns, row.cells, strict=True)
        ],
    }


def _cell(row: Row, column: Column, cell: Cell) -> dict[str, Any]:
    how = _HOW[cell.method]
    if cell.method == "empty" and not row.stored.abstract.strip():
        how = _("The paper has no abstract.")
    elif cell.method in ("written", "quoted"):
        share = f"{cell.confidence:.0%}"
        how = _("{how} Probability that the abstract answers: {share}.", how=how, share=share)
    return {
        "name": column.name,
        "answer": cell.answer,
        "sentence": cell.sentence,
        "method": cell.method,
        "how": how,
    }
