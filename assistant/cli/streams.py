"""The streams of a command: results on stdout, notes and progress on stderr, input on stdin.

Terminal output is coloured; everything else is plain UTF-8.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

import typer

from assistant.errors import OutputError, UsageError
from assistant.progress import Progress, Report
from assistant.text.sanitizing import sanitized, sanitized_json, sanitized_lines

if TYPE_CHECKING:
    from rich.console import Console

# Part of a line: its text and its Rich style (empty: default).
Part = tuple[str, str]
STDIN = "-"


def use_utf8() -> None:
    """Make stdout and stderr accept any character, whatever the system's encoding is."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            encoding = None if stream.isatty() else "utf-8"
            reconfigure(encoding=encoding, errors="replace")


def as_json(value: Any) -> str:
    """`value` as JSON on one line, without characters that control a terminal."""
    return json.dumps(sanitized_json(value), ensure_ascii=False)


class Streams:
    """Writes the output of a command."""

    @cached_property
    def _out(self) -> Console:
        from rich.console import Console

        return Console(markup=False, highlight=False, emoji=False)

    @cached_property
    def _err(self) -> Console:
        from rich.console import Console

        return Console(stderr=True, markup=False, highlight=False, emoji=False)

    @property
    def is_terminal(self) -> bool:
        """Whether stdout is a terminal."""
        return sys.stdout.isatty()

    def line(self, *parts: str | Part) -> None:
        """Write one line of the result for a person to read."""
        pairs = [(part, "") if isinstance(part, str) else part for part in parts]
        if self.is_terminal:
            from rich.text import Text

            self._out.print(
                Text.assemble(*((sanitized_lines(text), style) for text, style in pairs))
            )
        else:
            self.text("".join(sanitized_lines(text) for text, _ in pairs) + "\n")

    def json(self, value: Any) -> None:
        """Write one JSON value on its own line and flush."""
        self.text(as_json(value) + "\n")

    def json_list(self, values: Iterable[Any]) -> None:
        """Write a JSON array as its values arrive, one per line."""
        before = "["
        for value in values:
            self.text(before + as_json(value))
            before = ",\n "
        self.text("[]\n" if before == "[" else "]\n")

    def text(self, text: str) -> None:
        """Write `text` to stdout unchanged and flush.

        Raises:
            OutputError: stdout cannot be written.
            BrokenPipeError: the reader has closed the pipe.
        """
        try:
            sys.stdout.write(text)
            sys.stdout.flush()
        except OSError as error:
            leave_stdout()
            if isinstance(error, BrokenPipeError):
                raise
            raise OutputError(
                f"stdout: the result cannot be written ({error.strerror or error}). "
                "Free some space, or write to another place."
            ) from error

    def note(self, text: str) -> None:
        """Write one line to stderr; line breaks in `text` become spaces."""
        self._note(text, "dim")

    def error(self, text: str) -> None:
        """Write `Error: text` as one line to stderr."""
        self._note(f"Error: {text}", "red")

    def _note(self, text: str, style: str) -> None:
        line = sanitized(text)
        if sys.stderr.isatty():
            self._err.print(line, style=style, soft_wrap=True)
        else:
            sys.stderr.write(line + "\n")
            sys.stderr.flush()

    @contextmanager
    def progress(
        self,
        step: str,
        total: int = 0,
        progress: Progress | None = None,
        *,
        when: object = True,
    ) -> Iterator[Progress]:
        """Show a bar on stderr if that is a terminal; yield the progress that moves it.

        Args:
            step: what the bar is called at the start.
            total: number of items, 0 if unknown.
            progress: what moves the bar, None for a new one.
            when: falsy where the results themselves appear on the terminal.

        """
        progress = progress or Progress()
        progress.report(0, total, step)
        if not when or not sys.stderr.isatty():
            yield progress
            return
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
        from rich.progress import Progress as Bar

        # Redirecting would send results written meanwhile to the stream of the bar.
        columns = (
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}  {task.fields[time_left]}"),
        )  # fmt: skip
        with Bar(
            *columns,
            console=self._err,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        ) as bar:
            task = bar.add_task(step, total=total or None, rate="", time_left="")

            def show(report: Report) -> None:
                bar.update(
                    task,
                    description=report.step,
                    completed=report.done,
                    total=report.total or None,
                    rate=report.rate,
                    time_left=report.time_left,
                )

            listener, progress.on_report = progress.on_report, show
            try:
                yield progress
            finally:
                progress.on_report = listener


def leave_stdout() -> None:
    """Discard buffered output: flushing it at exit would fail again."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, sys.stdout.fileno())
    except (OSError, ValueError):
        # Not a stream of the system, as in tests.
        pass
    finally:
        os.close(nowhere)


def stdin_lines() -> Iterator[str]:
    """The non-blank lines of stdin, as they arrive."""
    for number, raw in enumerate(sys.stdin.buffer):
        line = raw.decode("utf-8-sig" if number == 0 else "utf-8", "replace").strip()
        if line:
            yield line


class Batch:
    """The question given as an argument, or with `-` one question per line of stdin.

    An invalid line of stdin is reported and skipped; an invalid argument is an error.
    """

    def __init__(self, given: str, streams: Streams) -> None:
        """Use the argument `given`, or stdin if it is `-`."""
        self._given = given
        self._streams = streams
        self._failed = 0

    def __iter__(self) -> Iterator[str]:
        return stdin_lines() if self._given == STDIN else iter([self._given])

    @contextmanager
    def each(self, question: str) -> Iterator[None]:
        """Report an invalid line of stdin and continue with the next."""
        try:
            yield
        except UsageError as error:
            if self._given != STDIN:
                raise
            self._failed += 1
            shown = question if len(question) <= 60 else f"{question[:60]}..."
            self._streams.error(f"{error} (line {shown!r})")

    def end(self) -> None:
        """Exit with 1 if a line was invalid."""
        if self._failed:
            lines = "1 line" if self._failed == 1 else f"{self._failed} lines"
            self._streams.note(f"{lines} could not be used; the others were.")
            raise typer.Exit(1)
