"""Chunks: spans of an abstract that fit into the embedding model together with the title."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.embedder import Embedder

# Has to change when the same paper is split in another way.
VERSION = 1
_SPECIAL_TOKENS = 2
# Paragraphs, sentences, words, characters.
_SEPARATORS = [r"\n+", r"(?<=[.!?])\s+", r"\s+", ""]
_WORD = re.compile(r"\S+")


@dataclass(frozen=True)
class Chunk:
    """`abstract[start:end]`; `text` is the title and this span, as it is embedded."""

    start: int
    end: int
    text: str


class Chunker:
    """Splits abstracts for one embedder."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._room = embedder.max_tokens - _SPECIAL_TOKENS
        self.fingerprint = f"chunks-{VERSION}-{embedder.max_tokens}"

    def split(self, title: str, abstract: str) -> list[Chunk]:
        """Split `abstract` into consecutive chunks that leave out only white space.

        A paper that fits is one chunk, and so is a title without an abstract. The title takes at
        most half of a chunk.
        """
        whole = f"{title}\n{abstract}"
        if self._embedder.count_tokens(whole) <= self._room:
            return [Chunk(0, len(abstract), whole)]
        head = self._cut(title, self._room // 2)
        if not abstract:
            return [Chunk(0, 0, head)]
        budget = self._room - self._embedder.count_tokens(head)
        while True:
            chunks = [
                Chunk(start, end, f"{head}\n{abstract[start:end]}")
                for start, end in self._spans(abstract, budget)
            ]
            # For some tokenizers, the parts together have more tokens than their sum.
            if budget <= 1 or all(
                self._embedder.count_tokens(chunk.text) <= self._room for chunk in chunks
            ):
                return chunks
            budget = budget * 3 // 4

    def _spans(self, abstract: str, budget: int) -> list[tuple[int, int]]:
        from langchain_text_splitters import RecursiveCharacterTextSplitter

        splitter = RecursiveCharacterTextSplitter(
            separators=_SEPARATORS,
            is_separator_regex=True,
            keep_separator="end",
            chunk_size=budget,
            chunk_overlap=0,
            length_function=self._length,
        )
        spans = []
        position = 0
        for part in splitter.split_text(abstract):
            start = abstract.index(part, position)  # parts are separated by white space only
            position = start + len(part)
            spans.append((start, position))
        return spans

    def _length(self, text: str) -> int:
        # The splitter repeats parts of length 0 at the start of the next chunk.
        return max(1, self._embedder.count_tokens(text))

    def _cut(self, title: str, budget: int) -> str:
        """Truncate `title` to `budget` tokens, after a word if possible."""
        if self._embedder.count_tokens(title) <= budget:
            return title
        ends = [word.end() for word in _WORD.finditer(title)]
        if self._embedder.count_tokens(title[: ends[0]]) > budget:
            ends = list(range(1, len(title) + 1))
        low, high = 0, len(ends)  # the first `low` ends fit, `high` of them do not
        while high - low > 1:
            middle = (low + high) // 2
            if self._embedder.count_tokens(title[: ends[middle - 1]]) <= budget:
                low = middle
            else:
                high = middle
        return title[: ends[low - 1]] if low else ""
