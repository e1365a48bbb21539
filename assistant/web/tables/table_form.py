"""What a new table asks, as typed into the form: columns, sets of columns, and papers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.errors import UsageError
from assistant.html import render
from assistant.languages import _, ngettext
from assistant.web.browsing.selection import parse_numbers
from assistant.web.rendering import explained, render_job
from assistant.web.tables.saved_tables import SavedTable
from assistant.web.tables.table_view import first_of, table_address

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.session import Session
    from assistant.tabulating import Column, ColumnSet
    from assistant.web.tables.table_work import TableWork

# Papers of a table of the page. The command line has no limit.
MAX_PAPERS = 2_000
OWN_COLUMNS = ""
# What the sets of the package are for.
_PURPOSES = {
    "trial": _("a clinical trial"),
    "ml": _("machine learning"),
    "survey": _("a survey of people"),
    "review": _("a review of literature"),
}


@dataclass(frozen=True)
class Typed:
    """The form: the chosen set, one column a line, words and filters, and selected papers.

    `selected` has the numbers of papers, as the page writes them: `3,17`. They come before `query`.
    """

    set_name: str = OWN_COLUMNS
    columns: str = ""
    query: str = ""
    selected: str = ""


class TableForm:
    """Reads the form of new tables for a session's library. Thread-safe."""

    def __init__(self, session: Session, work: TableWork) -> None:
        self._session = session
        self._work = work

    def sets(self) -> list[tuple[str, str]]:
        """The sets of columns, with labels; first that the columns are typed."""
        from assistant.errors import AssistantError
        from assistant.tabulating import column_sets

        try:
            known = list(column_sets(self._session.library).values())
        except AssistantError:
            known = []  # the place says what is wrong
        return [
            (_("Your own columns"), OWN_COLUMNS),
            *((_label(one), one.name) for one in known),
        ]

    def columns_of(self, set_name: str) -> str:
        """The columns of a set, one a line; "" if there is no such set."""
        from assistant.tabulating import column_sets

        known = column_sets(self._session.library).get(set_name)
        return "" if known is None else _lines(known.columns)

    def is_saved(self, set_name: str) -> bool:
        """Whether the user saved this set."""
        from assistant.tabulating import column_sets

        known = column_sets(self._session.library).get(set_name)
        return known is not None and known.saved

    def count(self, query: str, selected: str) -> str:
        """How many papers are chosen, or why none are, as HTML."""

        def counted() -> str:
            papers, total = self._papers(query, selected)
            text: str = ngettext("{count} paper", "{count} papers", total)
            if total > len(papers):
                text = first_of(len(papers), total)
            if selected:
                text = _("{papers} selected in the Library", papers=text)
            return render("table_papers.html", text=text, selected=bool(selected))

        return _reported(counted)[0]

    def begin(self, owner: str, typed: Typed) -> tuple[str, bool]:
        """Start the table; a message, and whether it was started."""

        def start() -> str:
            columns = self._columns(typed.columns)
            papers, total = self._papers(typed.query, typed.selected)
            name = typed.set_name
            if name and _lines(columns) != self.columns_of(name):
                name = OWN_COLUMNS
            query = "" if typed.selected else " ".join(typed.query.split())
            self._work.begin(
                owner,
                SavedTable(
                    tuple((one.name, one.question.text) for one in columns),
                    tuple(papers),
                    total,
                    name,
                    query,
                    bool(typed.selected),
                ),
            )
            return render("table_begun.html", address=table_address(name, query))

        return _reported(start)

    def save_set(self, name: str, columns: str) -> tuple[str, str]:
        """Save the columns as a set; a message, and the name of the set, "" if it was not saved."""
        from assistant.tabulating.columns import save_column_set

        name = " ".join(name.split())

        def save() -> str:
            chosen = self._columns(columns)
            save_column_set(self._session.library, name, chosen)
            return render(
                "said.html",
                text=ngettext(
                    "Saved {count} column as the set “{name}”.",
                    "Saved {count} columns as the set “{name}”.",
                    len(chosen),
                    name=name,
                ),
                gone="",
            )

        message, saved = _reported(save)
        return message, name if saved else ""

    def delete_set(self, name: str) -> str:
        """Delete a saved set; a message."""
        from assistant.tabulating.columns import delete_column_set

        def delete() -> str:
            delete_column_set(self._session.library, name)
            return render("said.html", text=_("Deleted the set “{name}”.", name=name), gone="")

        return _reported(delete)[0]

    def _columns(self, text: str) -> tuple[Column, ...]:
        from assistant.tabulating import parse_column
        from assistant.tabulating.columns import checked_columns

        lines = [line for line in text.splitlines() if line.strip()]
        return checked_columns(map(parse_column, lines))

    def _papers(self, query: str, selected: str) -> tuple[list[int], int]:
        """The numbers of the papers of the table, and how many were chosen."""
        from assistant.api.selection import parsed, table_papers
        from assistant.library import EVERYTHING

        library = self._session.library
        if selected:
            numbers = parse_numbers(selected)
            found = [stored.number for stored in library.papers.in_order(numbers)]
            return found[:MAX_PAPERS], len(found)
        if query.lower().startswith("similar:"):
            raise UsageError(
                _(
                    "A table cannot be made of a search for similar papers. Select the papers in "
                    "the Library, and press Table there."
                )
            )
        text, filters = parsed(query, EVERYTHING)
        papers, total = table_papers(library, text, filters)
        numbers = []
        for stored in papers:
            if len(numbers) == MAX_PAPERS:
                break
            numbers.append(stored.number)
        return numbers, total


def _label(one: ColumnSet) -> str:
    purpose = _("saved") if one.saved else _PURPOSES.get(one.name, one.description)
    return _("{name} ({purpose})", name=one.name, purpose=purpose)


def _lines(columns: tuple[Column, ...]) -> str:
    return "\n".join(f"{one.name} = {one.question.text}" for one in columns)


def _reported(action: Callable[[], str]) -> tuple[str, bool]:
    """The result of `action` or its error in one line, and whether it succeeded."""
    try:
        return action(), True
    except Exception as error:
        return render_job(error=explained(error, "The form of a table failed")), False
