"""Output of a command: stdout, or a file that appears only when it is complete."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO

from assistant.cli.streams import Streams
from assistant.errors import OutputError
from assistant.files import remove_leftovers, replacing


@contextmanager
def destination(out: Path | None, streams: Streams) -> Iterator[Callable[[str], None]]:
    """Yield a function that writes text to the file `out`, or to stdout if it is None.

    The file is replaced atomically when the block ends. If the block raises, an existing file stays
    unchanged.

    Raises:
        OutputError: the file cannot be written.
    """
    if out is None:
        yield streams.text
        return
    with binary_destination(out) as write:
        yield lambda text: write(text.encode("utf-8"))


@contextmanager
def binary_destination(out: Path) -> Iterator[Callable[[bytes], None]]:
    """The same for a file `out` that is not text."""
    target = out.expanduser().resolve()
    with ExitStack() as stack:
        with _explained(out):
            part = target
            if target.is_file() or not target.exists():  # a device or a pipe cannot be replaced
                remove_leftovers(target)
                part = stack.enter_context(replacing(target))
            file = part.open("wb")
            stack.callback(_close, file)
        yield lambda content: _write(file, content, out)
        with _explained(out):
            file.close()
            stack.close()


class Sink:
    """A writable that passes text on to the function of `destination`."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self.write = write


def _close(file: IO[bytes]) -> None:
    # An earlier write has already failed and was reported.
    with suppress(OSError):
        file.close()


def _write(file: IO[bytes], content: bytes, out: Path) -> None:
    with _explained(out):
        file.write(content)
        file.flush()


@contextmanager
def _explained(out: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutputError(
            f"{out}: the result cannot be written ({error.strerror or error}). "
            "Choose another file with --out."
        ) from error
