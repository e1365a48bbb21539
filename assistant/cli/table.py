"""The command `table`: the same questions asked of many papers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.cluster import cluster_of, report_failures
from assistant.cli.interrupt import INTERRUPTED, stop_on_interrupt
from assistant.cli.options import FilterOptions, ModelCall, RayOption, WordsArgument
from assistant.cli.search import EMPTY, NOTHING
from assistant.cli.table_output import TableFormat, table_output
from assistant.errors import UsageError
from assistant.text.formatting import format_count

if TYPE_CHECKING:
    from assistant.cli.streams import Streams
    from assistant.library import Filters, Library, StoredPaper
    from assistant.progress import Progress
    from assistant.tabulating import Column, Row


def table(
    query: WordsArgument = "",
    columns: Annotated[
        list[str] | None,
        typer.Option(
            "--column",
            metavar="NAME=QUESTION",
            help="A column and its question. Repeat for several.",
            show_default=False,
        ),
    ] = None,
    set_name: Annotated[
        str | None,
        typer.Option(
            "--set", metavar="NAME", help="The columns of this set, first.", show_default=False
        ),
    ] = None,
    save_set: Annotated[
        str | None,
        typer.Option(
            "--save-set",
            metavar="NAME",
            help="Save the columns with the library.",
            show_default=False,
        ),
    ] = None,
    delete_set: Annotated[
        str | None,
        typer.Option(
            "--delete-set", metavar="NAME", help="Delete a saved set.", show_default=False
        ),
    ] = None,
    sets: Annotated[bool, typer.Option("--sets", help="List the sets and their columns.")] = False,
    search: Annotated[
        str | None,
        typer.Option(
            "--search",
            metavar="WORDS",
            help="Only the papers that a search finds, best first (50 without --limit).",
            show_default=False,
        ),
    ] = None,
    keys: Annotated[
        list[str] | None,
        typer.Option(
            "--id", metavar="ID", help="Only this paper. Repeat for several.", show_default=False
        ),
    ] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", metavar="N", min=1, help="Only the first N papers.")
    ] = None,
    redo: Annotated[
        bool, typer.Option("--redo", help="Ask again, also where an answer is saved.")
    ] = False,
    only: Annotated[
        list[str] | None,
        typer.Option(
            "--only",
            metavar="NAME[=TEXT]",
            help="Only papers with an answer in this column, or with TEXT in it. Repeat to "
            "require several.",
            show_default=False,
        ),
    ] = None,
    sort: Annotated[
        str | None,
        typer.Option(
            "--sort",
            metavar="NAME",
            help="Sort by this column: by its numbers if it has some.",
            show_default=False,
        ),
    ] = None,
    form: Annotated[
        TableFormat | None,
        typer.Option(
            "--format",
            help="Output format. Default: from the file extension, or text.",
            show_default=False,
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            metavar="FILE",
            help="File to write. Default: stdout.",
            show_default=False,
        ),
    ] = None,
    ray: RayOption = None,
    *,
    options: FilterOptions,
    call: ModelCall,
) -> None:
    """Ask many papers the same questions: rows are papers, columns are questions.

    A cell has a short answer with the sentence of the abstract that supports it, and is empty if
    the abstract does not say. Answers are saved in the library and used again, so a table that was
    stopped continues where it ended. The file extension selects CSV (.csv), Markdown (.md), HTML
    (.html), JSON lines (.jsonl) or Excel (.xlsx).
    """
    from assistant.tabulating import arranged

    streams = call.streams
    chosen = _format(form, out)
    with call.open_session() as session:
        library = session.library
        if delete_set is not None:
            _delete_set(library, delete_set, streams)
        if sets:
            _list_sets(library, streams)
        if (sets or delete_set is not None) and not columns and set_name is None:
            return
        asked = _columns(library, columns or [], set_name, save_set, streams)
        # An unknown column is reported before anything is asked.
        arranged([], asked, only or [], sort)
        text, filters = options.with_query(query)
        papers, total = _papers(library, text, filters, search, keys, limit)
        if not total:
            streams.note(NOTHING if library.papers.count() else EMPTY)
        counted = out is not None or not streams.is_terminal
        with cluster_of(ray, session, streams) as cluster, stop_on_interrupt() as progress:
            tabulator = cluster.tabulator(library) if cluster else session.tabulator
            counter = _Counter(progress)
            rows = counter.of(tabulator.run(asked, papers, progress, redo=redo))
            # An interrupt or a failure leaves the block by an exception; FILE stays unchanged.
            with table_output(chosen, asked, out, streams) as write:
                with streams.progress("Asking", total, progress, when=counted):
                    count = write(arranged(rows, asked, only or [], sort))
                if progress.stop_requested:
                    streams.note(_stopped(counter.done, out))
                    raise typer.Exit(INTERRUPTED)
        if counter.without_abstract:
            papers_without = format_count(counter.without_abstract, "paper")
            streams.note(f"{papers_without} without an abstract: only the catalogue can answer.")
        if out is not None:
            streams.note(f"Wrote {format_count(count, 'paper')} to {out}.")
        report_failures(cluster, streams)


def _format(given: TableFormat | None, out: Path | None) -> TableFormat:
    """The format given by name or by the file extension.

    Raises:
        UsageError: no format has this file extension, or a workbook would go to stdout.
        OutputError: the package that writes workbooks is not installed.
    """
    from assistant.tabulating.formats import FORMATS, require_format

    endings = {known.ending: TableFormat(name) for name, known in FORMATS.items()}
    chosen = given
    if chosen is None:
        chosen = TableFormat.text if out is None else endings.get(out.suffix.lower())
    if chosen is None:
        raise UsageError(
            f"{out}: unknown file extension. Use {', '.join(endings)}, or give --format."
        )
    if chosen is TableFormat.xlsx and out is None:
        raise UsageError("An Excel file needs a name. Give one with --out FILE.xlsx.")
    require_format(chosen)
    return chosen


def _columns(
    library: Library,
    given: list[str],
    set_name: str | None,
    save_as: str | None,
    streams: Streams,
) -> tuple[Column, ...]:
    """The columns of the table, which are saved as the set `save_as`."""
    from assistant.tabulating import columns as known

    if not given and set_name is None:
        names = ", ".join(known.column_sets(library))
        raise UsageError(
            "Which questions? Give --column NAME=QUESTION, such as --column “sample=How many "
            f"people took part?”, or a set with --set NAME: {names}."
        )
    first = () if set_name is None else known.columns_of_set(library, set_name)
    columns = known.checked_columns([*first, *map(known.parse_column, given)])
    if save_as is not None:
        known.save_column_set(library, save_as, columns)
        streams.note(f"Saved {format_count(len(columns), 'column')} as the set “{save_as}”.")
    return columns


def _delete_set(library: Library, name: str, streams: Streams) -> None:
    from assistant.tabulating.columns import delete_column_set

    delete_column_set(library, name)
    streams.note(f"Deleted the set “{name}”.")


def _list_sets(library: Library, streams: Streams) -> None:
    from assistant.tabulating import column_sets

    for one in column_sets(library).values():
        origin = "saved with the library" if one.saved else one.description
        streams.line((one.name, "bold"), (f"  ({origin})", "dim"))
        width = max(len(column.name) for column in one.columns)
        for column in one.columns:
            streams.line(f"  {column.name:{width}}  {column.question.text}")


def _papers(
    library: Library,
    text: str,
    filters: Filters,
    search: str | None,
    keys: list[str] | None,
    limit: int | None,
) -> tuple[Iterable[StoredPaper], int]:
    """The papers of the table, and how many they are."""
    from assistant.api.selection import table_papers

    ways = [bool(keys), search is not None, bool(text.strip())]
    if sum(ways) > 1 or (keys and filters.given):
        raise UsageError(
            "Select papers by QUERY, by --search or by --id; only the first two take filters."
        )
    if search is not None and not search.strip():
        raise UsageError("--search is empty. Give the words to search for, or omit it.")
    return table_papers(library, text, filters, search=search, ids=keys or None, limit=limit)


class _Counter:
    """Reports rows as they arrive."""

    def __init__(self, progress: Progress) -> None:
        self.done = self.without_abstract = 0
        self._reused = 0
        self._progress = progress

    def of(self, rows: Iterator[Row]) -> Iterator[Row]:
        """Yield `rows`."""
        for row in rows:
            self.done += 1
            self._reused += not row.new
            self.without_abstract += not row.stored.abstract.strip()
            self._progress.report(self.done, reused=self._reused)
            yield row


def _stopped(done: int, out: Path | None) -> str:
    unwritten = "" if out is None else f" {out} was not written."
    return (
        f"Stopped after {format_count(done, 'paper')}.{unwritten} The answers so far are saved in "
        "the library. Run the same command again to continue."
    )
