"""Writes TL;DRs of the papers of a library, saved in its catalogue, or of other papers."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.library import StoredTldr, TldrLine
from assistant.ordering import in_order
from assistant.progress import NO_PROGRESS, Progress
from assistant.prompt import Prompt
from assistant.summarizing import salience
from assistant.summarizing.batch_lock import BatchLock
from assistant.summarizing.candidates import Explanation, explain
from assistant.summarizing.writer import TldrWriter, WritesTldrs

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

    def __init__(
        self,
        library: Library,
        model: LanguageModel,
        prompts: Path | None = None,
        writer: WritesTldrs | None = None,
    ) -> None:
        """`prompts` is a folder that may contain the user's own `tldr.md`.

        `writer` writes in place of `model`, which only names what it writes.

        Raises:
            PromptTemplateError: the user's own prompt is invalid.
        """
        self._library = library
        self._model = model
        self._prompt = Prompt.load(PROMPT, prompts)
        self._writer = writer or TldrWriter(model, self._prompt)
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

        def items() -> Iterator[tuple[tuple[int, StoredPaper, StoredTldr | None], Paper | None]]:
            for place, stored in enumerate(one for one in chosen if one.abstract):
                tldr = None if redo else self._stored_tldr(stored)
                if tldr is None:
                    lock.acquire(progress, notify)
                    # Another batch may have written it in the meantime.
                    tldr = None if redo else self._stored_tldr(stored)
                yield (place, stored, tldr), None if tldr else stored.paper

        def results() -> Iterator[tuple[int, TldrResult | None]]:
            for (place, stored, tldr), line in self._writer.write(items(), progress, seed):
                if line is not None:
                    tldr = self._save(stored, line)
                yield place, None if tldr is None else _result(stored, tldr, new=line is not None)

        try:
            yield from filter(None, in_order(results()))
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
    writer: WritesTldrs | None = None,
) -> Iterator[TldrResult]:
    """Yield the TL;DR of each of `papers` that has an abstract; they need not be in a library.

    TL;DRs in `cache` are reused, unless `redo` is set. `writer` writes in place of `model`, which
    only names what it writes.

    Raises:
        ModelError: the model failed.
        PromptTemplateError: the user's own prompt is invalid.
    """
    prompt = Prompt.load(PROMPT, prompts)
    fingerprint = _fingerprint(prompt)

    def items() -> Iterator[tuple[tuple[int, Paper, TldrLine | None], Paper | None]]:
        for place, paper in enumerate(one for one in papers if one.abstract):
            known = cache.get(paper, model.name, fingerprint) if cache and not redo else None
            yield (place, paper, known), None if known else paper

    def results() -> Iterator[tuple[int, TldrResult | None]]:
        written = (writer or TldrWriter(model, prompt)).write(items(), progress)
        for (place, paper, known), new in written:
            if new is not None and cache:
                cache.save(paper, new, model.name, fingerprint)
            line = new or known
            yield place, None if line is None else result(paper, line, new=new is not None)

    def result(paper: Paper, line: TldrLine, *, new: bool) -> TldrResult:
        return TldrResult(
            number=None,
            paper=paper,
            tldr=line.text,
            method=line.method,
            model=model.name,
            prompt=fingerprint,
            seconds=line.seconds,
            new=new,
        )

    yield from filter(None, in_order(results()))


def _result(stored: StoredPaper, tldr: StoredTldr, *, new: bool) -> TldrResult:
    return TldrResult(
        number=stored.number,
        paper=stored.paper,
        tldr=tldr.text,
        method=tldr.method,
        model=tldr.model,
        prompt=tldr.prompt,
        seconds=tldr.seconds,
        new=new,
    )


def _fingerprint(prompt: Prompt) -> str:
    """A hash of `prompt` and the salience weights: 12 hexadecimal digits."""
    digest = hashlib.sha256(prompt.fingerprint.encode())
    digest.update(salience.WEIGHTS.read_bytes())
    return digest.hexdigest()[:12]
