"""The data classes that the library returns."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from assistant.paper import Paper

Sort = Literal["published", "added", "title", "author", "venue"]
"""Order of a list of papers: latest date first, last added first, or by title, by the family name
of the first author, or by where they appeared. Papers without a value come last."""

TldrMethod = Literal["generated", "extracted"]
CellMethod = Literal["written", "quoted", "empty"]


# The model of TL;DRs that the user wrote.
EDITED = "you"
# Characters of a TL;DR that the user writes.
LONGEST_TLDR = 600


@dataclass(frozen=True)
class StoredPaper:
    """A paper of the library.

    `number` ascends in the order of import and is never reused; `id` is the strongest key of the
    paper.
    """

    number: int
    id: str
    paper: Paper

    @property
    def title(self) -> str:
        """The paper's title."""
        return self.paper.title

    @property
    def shown_title(self) -> str:
        """The paper's title for readers, with a mark if it was retracted."""
        return self.paper.shown_title

    @property
    def abstract(self) -> str:
        """The paper's abstract."""
        return self.paper.abstract


@dataclass(frozen=True)
class SourceRecord:
    """A record of a paper; `sources` names the files that have it in exactly these words."""

    paper: Paper
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Hit:
    """A paper that a search found.

    Hits are ordered by `score`, in which `fusion.fuse` combines BM25 score and similarity. Ranks
    start at 1 and are None if the paper is not among the best by words, or by vectors. `similarity`
    is the cosine of the query and the paper's best chunk, None if the paper has no vectors.
    """

    stored: StoredPaper
    score: float
    bm25_rank: int | None
    vector_rank: int | None
    similarity: float | None


@dataclass(frozen=True)
class StoredTldr:
    """The TL;DR of the paper `number` by a model from a prompt.

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
    """A TL;DR, the method that made it, and how many seconds that took."""

    text: str
    method: TldrMethod
    seconds: float


@dataclass(frozen=True)
class StoredCell:
    """The answer of the paper `number` to one question of a table, by one model and recipe.

    Attributes:
        number: the paper's number.
        question: the question of the column.
        model: the name of the language model.
        recipe: fingerprint of everything else that shapes an answer: prompts and weights.
        answer: the answer on one line; "" if the abstract does not say.
        sentences: start and end of the supporting sentences in the abstract.
        method: written by the model, quoted, or empty.
        confidence: probability that the abstract answers, from 0 to 1.
        seconds: how long it took.
        made_at: ISO 8601 in UTC.

    """

    number: int
    question: str
    model: str
    recipe: str
    answer: str
    sentences: tuple[tuple[int, int], ...]
    method: CellMethod
    confidence: float
    seconds: float
    made_at: str


@dataclass(frozen=True)
class StoredTurn:
    """A question in a chat with its answer as JSON ("" before there is one).

    `asked_at` is ISO 8601 in UTC; `turn` is the id of the turn; `rating` and `comment` are what the
    user said about the answer (0 and "" if nothing).
    """

    question: str
    answer_json: str
    asked_at: str
    turn: int = 0
    rating: int = 0
    comment: str = ""


@dataclass(frozen=True)
class StartedTurn:
    """A turn that was stored before its answer: its id, and the number of its chat."""

    turn: int
    chat_number: int


@dataclass(frozen=True)
class ChatSummary:
    """A chat in a list; times are ISO 8601 in UTC.

    `title` is the title that the user gave it, or the first question. `number` is unique in the
    library and never reused.
    """

    chat_id: str
    title: str
    first_question: str
    turns: int
    started_at: str
    last_at: str
    number: int = 0


@dataclass(frozen=True)
class Feedback:
    """What the user said about an answer: `rating` is 1 (good) or -1 (bad).

    `earlier` are the questions of the chat before `question`, and `answer_json` is the answer.
    """

    question: str
    answer_json: str
    rating: int
    comment: str
    given_at: str
    earlier: tuple[str, ...] = ()


@dataclass(frozen=True)
class DeletedChat:
    """A deleted chat, which can be restored: number, title ("" without one) and rows."""

    chat_id: str
    owner: str
    number: int
    title: str
    turns: tuple[tuple[int, str, str, str], ...]
    feedback: tuple[tuple[int, int, str, str], ...]


@dataclass(frozen=True)
class Merge:
    """A record that an import merged into a paper; `source` is the name of its file."""

    title: str
    source: str
    into_id: str
    into_title: str


# Merges that the report of an import lists.
MAX_LISTED = 100


@dataclass
class ImportReport:
    """The result of an import in records; read = added + merged + unchanged.

    `unchanged` counts the records that were there word for word. `without_abstract` counts the
    records of all three kinds that have no abstract. `merges` lists the first `MAX_LISTED` records
    that were merged.
    """

    read: int = 0
    added: int = 0
    merged: int = 0
    unchanged: int = 0
    without_abstract: int = 0
    merges: list[Merge] = field(default_factory=list, compare=False)

    def add(self, part: ImportReport) -> None:
        """Add the figures of the next batch."""
        self.read += part.read
        self.added += part.added
        self.merged += part.merged
        self.unchanged += part.unchanged
        self.without_abstract += part.without_abstract
        self.merges = (self.merges + part.merges)[:MAX_LISTED]


@dataclass(frozen=True)
class LibraryStatus:
    """Figures of a library; sizes are in bytes.

    `chunks` counts the chunks in the catalogue, each of which has a vector; `vectors` counts those
    made by the embedder in use, which search uses. `missing_vectors` and `tldrs` count papers.
    `full_text_only` means that search uses no vectors, `read_only` that nothing can be written.
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
