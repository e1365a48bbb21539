"""Writes TL;DRs of the papers of a library, saved in its catalogue, or of other papers."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.library import StoredTldr, TldrLine
from assistant.progress import NO_PROGRESS, Progress
from assistant.prompt import Prompt
from assistant.summarizing import salience
from assistant.summarizing.batch_lock import BatchLock
from assistant.summarizing.candidates import Explanation, explain
from assistant.summarizing.writer import TldrWriter

if TYPE_CHECKING:
    from assistant.library import Library, StoredPaper, TldrCache
    from assistant.library.records import TldrMethod
    from assistant.models.protocols import LanguageModel
    from assistant.paper import Paper

PROMPT = "tldr"


@dataclass(frozen=True)
class TldrResult:
    """A paper's TL;DR.

    `number` is the paper's number in the library, or None. `new` is false for a stored TL;DR.
    `prompt` is the fingerprint of prompt and salience weights. `seconds` is the generation time.
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
        """The JSON output of the command line; its format is stable."""
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
    """Writes the missing TL;DRs of a library with one model."""

    def __init__(self, library: Library, model: LanguageModel, prompts: Path | None = None) -> None:
        """`prompts` is a folder that may contain the user's own `tldr.md`.

        Raises:
            PromptTemplateError: the user's own prompt is invalid.
        """
        self._library = library
        self._model = model
        self._prompt = Prompt.load(PROMPT, prompts)
        self._writer = TldrWriter(model, self._prompt)
        self._fingerprint = _fingerprint(self._prompt)

    @property
    def prompt(self) -> str:
        """The fingerprint of the prompt and the salience weights."""
        return self._fingerprint

    def run(
        self,
        papers: Iterable[StoredPaper] | None = None,
        progress: Progress = NO_PROGRESS,
        *,
        redo: bool = False,
        seed: int | None = None,
        notify: Callable[[str], None] = lambda note: None,
    ) -> Generator[TldrResult, None, None]:
        """Yield the TL;DR of each of `papers` (None: of the whole library), in order.

        A stored TL;DR of the same model and prompt is reused, unless `redo` is set; with a `seed`
        the new one is sampled, so that it may differ. The others are
        written, and each is saved before it is yielded. Papers without an abstract are skipped.
        After a stop, no more are started and unfinished ones are dropped. If another batch is
        writing in the library, this one calls `notify` once and waits.

        Raises:
            ModelError: the model failed.
            LibraryError: a TL;DR cannot be saved.
        """
        chosen = self._library.papers.all() if papers is None else papers
        lock = BatchLock(self._library.folder)

        def items() -> Iterator[tuple[tuple[StoredPaper, StoredTldr | None], Paper | None]]:
            for stored in chosen:
                if not stored.abstract:
                    continue
                tldr = None if redo else self._stored_tldr(stored)
                if tldr is None:
                    lock.acquire(progress, notify)
                    # Another batch may have written it in the meantime.
                    tldr = None if redo else self._stored_tldr(stored)
                yield (stored, tldr), None if tldr else stored.paper

        try:
            for (stored, tldr), line in self._writer.write(items(), progress, seed):
                if line is not None:
                    tldr = self._save(stored, line)
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
            lock.release()

    def explain(self, stored: StoredPaper) -> Explanation:
        """Write the TL;DR of `stored` without saving it, and explain how it was made.

        Raises:
            ModelError: the model failed.
        """
        return explain(stored, self._model, self._prompt)

    def _stored_tldr(self, stored: StoredPaper) -> StoredTldr | None:
        return self._library.tldrs.get(stored.number, model=self._model.name, prompt=self.prompt)

    def _save(self, stored: StoredPaper, line: TldrLine) -> StoredTldr:
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


def summarize_papers(
    papers: Iterable[Paper],
    model: LanguageModel,
    prompts: Path | None = None,
    progress: Progress = NO_PROGRESS,
    *,
    cache: TldrCache | None = None,
    redo: bool = False,
) -> Iterator[TldrResult]:
    """Yield the TL;DR of each of `papers` that has an abstract; they need not be in a library.

    TL;DRs in `cache` are reused, unless `redo` is set.

    Raises:
        ModelError: the model failed.
        PromptTemplateError: the user's own prompt is invalid.
    """
    prompt = Prompt.load(PROMPT, prompts)
    fingerprint = _fingerprint(prompt)

    def items() -> Iterator[tuple[tuple[Paper, TldrLine | None], Paper | None]]:
        for paper in papers:
            if not paper.abstract:
                continue
            known = cache.get(paper, model.name, fingerprint) if cache and not redo else None
            yield (paper, known), None if known else paper

    for (paper, known), written in TldrWriter(model, prompt).write(items(), progress):
        if written is not None and cache:
            cache.save(paper, written, model.name, fingerprint)
        line = written or known
        if line is not None:
            yield TldrResult(
                number=None,
                paper=paper,
                tldr=line.text,
                method=line.method,
                model=model.name,
                prompt=fingerprint,
                seconds=line.seconds,
                new=written is not None,
            )


def _fingerprint(prompt: Prompt) -> str:
    """A hash of `prompt` and the salience weights: 12 hexadecimal digits."""
    digest = hashlib.sha256(prompt.fingerprint.encode())
    digest.update(salience.WEIGHTS.read_bytes())
    return digest.hexdigest()[:12]
