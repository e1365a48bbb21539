"""TL;DRs of papers: those of the library, kept in its catalogue, and those of papers at hand."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.library import StoredTldr, TldrLine
from assistant.progress import NO_PROGRESS, Progress
from assistant.prompt import Prompt
from assistant.summarizing import salience
from assistant.summarizing.batch_lock import BatchLock
from assistant.summarizing.explanation import Explanation, explain
from assistant.summarizing.writer import Writer

if TYPE_CHECKING:
    from assistant.library import Library, StoredPaper, TldrCache
    from assistant.library.records import TldrMethod
    from assistant.models.protocols import LanguageModel
    from assistant.paper import Paper

PROMPT = "tldr"


@dataclass(frozen=True)
class TldrResult:
    """A paper's TL;DR as it is handed out.

    `number` is the paper's in the library, None if it is not in one; `new` says that the line was
    written now. `prompt` is the prompt's fingerprint, `seconds` how long the line took.
    """

    number: int | None
    paper: Paper
    tldr: str
    method: TldrMethod
    model: str
    prompt: str
    seconds: float
    new: bool

    @property
    def title(self) -> str:
        """The paper's title."""
        return self.paper.title

    def as_json(self) -> dict[str, Any]:
        """The shape that other programs rely on."""
        return {
            "id": self.paper.id,
            "title": self.paper.title,
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
        self._writer = Writer(model, self._prompt)
        self._recipe = _recipe(self._prompt)

    @property
    def prompt(self) -> str:
        """The fingerprint of the prompt in use and of how lines are made from what it gives."""
        return self._recipe

    def run(
        self,
        papers: Iterable[StoredPaper] | None = None,
        progress: Progress = NO_PROGRESS,
        *,
        redo: bool = False,
        notify: Callable[[str], None] = lambda note: None,
    ) -> Iterator[TldrResult]:
        """Yield the TL;DR of each of `papers` (None: of the whole library), in their order.

        Lines that this model wrote from this prompt before are taken from the catalogue, the
        others are written and stored there one by one before they come out. After a stop no new
        line is started and those being written are dropped. A paper without an abstract has no
        line. With `redo` every line is written again. While another batch writes in the library
        this one waits, and `notify` gets a sentence that says so.

        Raises:
            ModelError: the model failed.
            LibraryError: a line cannot be kept.
        """
        chosen = self._library.papers.all() if papers is None else papers
        turn = BatchLock(self._library.folder)

        def items() -> Iterator[tuple[tuple[StoredPaper, StoredTldr | None], Paper | None]]:
            for stored in chosen:
                if not stored.abstract:
                    continue
                tldr = None if redo else self._known(stored)
                if tldr is None:
                    turn.take(progress, notify)
                    # Another batch may have written it meanwhile.
                    tldr = None if redo else self._known(stored)
                yield (stored, tldr), None if tldr else stored.paper

        try:
            for (stored, tldr), line in self._writer.write(items(), progress):
                if line is not None:
                    tldr = self._keep(stored, line)
                if tldr is not None:
                    yield TldrResult(
                        number=stored.number,
                        paper=stored.paper,
                        tldr=tldr.text,
                        method=tldr.method,
                        model=tldr.model,
                        prompt=tldr.prompt,
                        seconds=tldr.seconds,
                        new=line is not None,
                    )
        finally:
            turn.release()

    def explain(self, stored: StoredPaper) -> Explanation:
        """How the line about one paper comes about; the model writes it anew, nothing is kept.

        Raises:
            ModelError: the model failed.
        """
        return explain(stored, self._model, self._prompt)

    def _known(self, stored: StoredPaper) -> StoredTldr | None:
        return self._library.tldrs.get(stored.number, model=self._model.name, prompt=self.prompt)

    def _keep(self, stored: StoredPaper, line: TldrLine) -> StoredTldr:
        tldr = StoredTldr(
            number=stored.number,
            text=line.text,
            model=self._model.name,
            prompt=self.prompt,
            method=line.method,
            seconds=line.seconds,
            made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        )
        self._library.tldrs.save(tldr, stored.paper)
        return tldr


def summarise_papers(
    papers: Iterable[Paper],
    model: LanguageModel,
    prompts: Path | None = None,
    progress: Progress = NO_PROGRESS,
    *,
    kept: TldrCache | None = None,
    redo: bool = False,
) -> Iterator[TldrResult]:
    """Yield the TL;DR of each of `papers` that has an abstract; they need not be in a library.

    Lines among those `kept` from an earlier call are not written again, unless `redo` says so.

    Raises:
        ModelError: the model failed.
        PromptTemplateError: the user's own prompt cannot be used.
    """
    prompt = Prompt.load(PROMPT, prompts)
    recipe = _recipe(prompt)

    def items() -> Iterator[tuple[tuple[Paper, TldrLine | None], Paper | None]]:
        for paper in papers:
            if not paper.abstract:
                continue
            known = kept.get(paper, model.name, recipe) if kept and not redo else None
            yield (paper, known), None if known else paper

    for (paper, known), written in Writer(model, prompt).write(items(), progress):
        if written is not None and kept:
            kept.save(paper, written, model.name, recipe)
        line = written or known
        if line is not None:
            yield TldrResult(
                number=None,
                paper=paper,
                tldr=line.text,
                method=line.method,
                model=model.name,
                prompt=recipe,
                seconds=line.seconds,
                new=written is not None,
            )


def _recipe(prompt: Prompt) -> str:
    """What a line depends on beside its paper and the model (12 hexadecimal digits)."""
    made_with = hashlib.sha256(prompt.fingerprint.encode())
    made_with.update(salience.WEIGHTS.read_bytes())
    return made_with.hexdigest()[:12]
