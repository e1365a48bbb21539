"""The records that the library hands out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from assistant.paper import Paper

Sort = Literal["published", "added", "title"]
"""How papers are listed: newest date first, last added first, or by title."""

TldrMethod = Literal["generated", "extracted"]


@dataclass(frozen=True)
class StoredPaper:
    """A paper of the library.

    `number` counts up in the order of import and is never given to another paper; `id` is the
    strongest key of the paper.
    """

    number: int
    id: str
    paper: Paper

    @property
    def title(self) -> str:
        """The paper's title."""
        return self.paper.title

    @property
    def abstract(self) -> str:
        """The paper's abstract."""
        return self.paper.abstract


@dataclass(frozen=True)
class SourceRecord:
    """What one or more sources say about a paper in the same words; `sources` names their files."""

    paper: Paper
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Hit:
    """A paper that a search found.

    `score` is what `fusion.fuse` makes of its BM25 score and its similarity, and orders the hits.
    Ranks count from 1 and are None where the words, or the nearest vectors, do not have the paper
    among their best. `similarity` is the cosine of the query and the paper's best chunk, None when
    the paper has no vectors.
    """

    stored: StoredPaper
    score: float
    bm25_rank: int | None
    vector_rank: int | None
    similarity: float | None


@dataclass(frozen=True)
class StoredTldr:
    """One line about the paper `number`: who wrote it, from which prompt, how and when.

    `prompt` is the prompt's fingerprint, `seconds` how long it took, `made_at` ISO 8601 in UTC.
    """

    number: int
    text: str
    model: str
    prompt: str
    method: TldrMethod
    seconds: float
    made_at: str


@dataclass(frozen=True)
class TldrLine:
    """One line about a paper, how it came about, and the seconds it took."""

    text: str
    method: TldrMethod
    seconds: float


@dataclass(frozen=True)
class StoredTurn:
    """One question of a chat with its answer as JSON; `asked_at` is ISO 8601 in UTC."""

    question: str
    answer_json: str
    asked_at: str


@dataclass(frozen=True)
class ChatSummary:
    """A chat as a list shows it; times are ISO 8601 in UTC.

    `title` is the one that the user gave it, else the first question.
    """

    chat_id: str
    title: str
    first_question: str
    turns: int
    started_at: str
    last_at: str


@dataclass
class ImportReport:
    """How many papers were read, and what became of them; read = added + merged + unchanged.

    `without_abstract` counts those of all three that have none.
    """

    read: int = 0
    added: int = 0
    merged: int = 0
    unchanged: int = 0
    without_abstract: int = 0


@dataclass(frozen=True)
class LibraryStatus:
    """Figures of a library; sizes are in bytes.

    `chunks` are the spans of abstracts in the catalogue, each of which has its vector there;
    `vectors` are those that belong to the embedder in use and take part in search.
    `missing_vectors` and `tldrs` count papers. `full_text_only` says that search does without
    vectors, `read_only` that nothing can be written.
    """

    folder: Path
    papers: int
    chunks: int
    vectors: int
    missing_vectors: int
    tldrs: int
    catalog_bytes: int
    chroma_bytes: int
    embedder: str | None
    full_text_only: bool
    read_only: bool
