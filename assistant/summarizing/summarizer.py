"""TL;DRs of papers: those of the library, kept in its catalogue, and those of papers at hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.library import StoredTldr
from assistant.prompt import Prompt
from assistant.summarizing.writer import Line, Writer

if TYPE_CHECKING:
    from assistant.library import Library, StoredPaper
    from assistant.library.records import TldrMethod
    from assistant.models.base import LanguageModel
    from assistant.paper import Paper

PROMPT = "tldr"


@dataclass(frozen=True)
class TldrResult:
    """A paper's TL;DR as it is handed out.

    `number` is the paper's in the library, None if it is not in one; `new` says that the line was
    written now. `prompt` is the prompt's fingerprint, `seconds` how long the line took.
    """

    number: int | None
    id: str
    title: str
    tldr: str
    method: TldrMethod
    model: str
    prompt: str
    seconds: float
    new: bool

    def as_json(self) -> dict[str, Any]:
        """The shape that other programs rely on."""
        return {
            "id": self.id,
            "title": self.title,
            "tldr": self.tldr,
            "method": self.method,
            "model": self.model,
            "prompt": self.prompt,
            "seconds": self.seconds,
        }


class Summarizer:
    """Writes the TL;DRs of a library with one model, and goes on where the last call stopped."""

    def __init__(self, library: Library, model: LanguageModel, prompts: Path | None = None) -> None:
        """`prompts` is a folder in which the user may keep an own `tldr.md`.

        Raises:
            PromptTemplateError: that prompt cannot be used.
        """
        self._library = library
        self._model = model
        self._prompt = Prompt.load(PROMPT, prompts)

    @property
    def prompt(self) -> str:
        """The fingerprint of the prompt in use."""
        return self._prompt.fingerprint

    def run(
        self,
        papers: Iterable[StoredPaper] | None = None,
        should_stop: Callable[[], bool] = lambda: False,
    ) -> Iterator[TldrResult]:
        """Yield the TL;DR of each of `papers` (None: of the whole library), in their order.

        Lines that this model wrote from this prompt before are taken from the catalogue, the
        others are written and kept there one by one before they come out. Once `should_stop` says
        so, nothing new is begun and what is being written is dropped.

        Raises:
            ModelError: the model failed.
            LibraryError: a line cannot be kept.
        """
        chosen = self._library.papers() if papers is None else papers
        known = ((stored, self._known(stored)) for stored in chosen)
        items = (((stored, tldr), None if tldr else stored.paper) for stored, tldr in known)
        for (stored, tldr), line in Writer(self._model, self._prompt).write(items, should_stop):
            if line is not None:
                tldr = self._keep(stored, line)
            if tldr is not None:
                yield TldrResult(
                    number=stored.number,
                    id=stored.id,
                    title=stored.title,
                    tldr=tldr.text,
                    method=tldr.method,
                    model=tldr.model,
                    prompt=tldr.prompt,
                    seconds=tldr.seconds,
                    new=line is not None,
                )

    def _known(self, stored: StoredPaper) -> StoredTldr | None:
        return self._library.tldr(
            stored.number, model=self._model.name, prompt=self._prompt.fingerprint
        )

    def _keep(self, stored: StoredPaper, line: Line) -> StoredTldr:
        tldr = StoredTldr(
            number=stored.number,
            text=line.text,
            model=self._model.name,
            prompt=self._prompt.fingerprint,
            method=line.method,
            seconds=line.seconds,
            made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        )
        self._library.save_tldr(tldr, stored.paper)
        return tldr


def summarise_papers(
    papers: Iterable[Paper],
    model: LanguageModel,
    prompts: Path | None = None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Iterator[TldrResult]:
    """Yield the TL;DR of each of `papers`, which need not be in a library; nothing is kept.

    Raises:
        ModelError: the model failed.
        PromptTemplateError: the user's own prompt cannot be used.
    """
    prompt = Prompt.load(PROMPT, prompts)
    items = ((paper, paper) for paper in papers)
    for paper, line in Writer(model, prompt).write(items, should_stop):
        if line is not None:
            yield TldrResult(
                number=None,
                id=paper.id,
                title=paper.title,
                tldr=line.text,
                method=line.method,
                model=model.name,
                prompt=prompt.fingerprint,
                seconds=line.seconds,
                new=True,
            )
