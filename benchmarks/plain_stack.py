"""A plain stack over the same papers, for comparison: Chroma, top four chunks, one chat call.

Abstracts are split by langchain-text-splitters (500 characters, 50 shared, the title before each
chunk), embedded with the same MiniLM as the product, and searched with Chroma. The same file of a
language model answers with llama-cpp-python's `create_chat_completion`, greedily, from `SYSTEM` and
`USER` below; earlier questions and answers of a conversation precede as messages. Nothing is
verified. All four chunks count as cited, because the small model does not cite: this favours the
stack. A reply that says that it does not know counts as a refusal.
"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from assistant.answering.answer import Answer, Claim, Evidence, Timings
from assistant.models.bundled_model import NAME, prepared_file
from assistant.text.sanitizing import sanitized
from assistant.text.sentences import sentence_spans
from benchmarks.measuring import log, plain_llama

if TYPE_CHECKING:
    from assistant.library import Library, StoredPaper
    from assistant.settings import Settings

SYSTEM = (
    "You answer questions about research papers in one or two sentences, using only the excerpts "
    "that you are given. If they do not contain the answer, say: I don't know."
)
USER = "Excerpts:\n{excerpts}\n\nQuestion: {question}"
_CHUNK, _OVERLAP, _TOP = 500, 50, 4
_MOST_TOKENS = 120
# Earlier questions, with their answers, that precede as messages.
_MAX_TURNS = 2
_REFUSAL = re.compile(
    r"\b(?:do(?:es)?n['’]t|do(?:es)?\snot|did(?:n['’]t|\snot)|cannot|can['’]t|unable\sto|not\sable\sto)"
    r"\s(?:\w+\s){0,2}?(?:know|contain|mention|provide|specify|state|say|give|include|answer|find"
    r"|determine)\b|\bno\s(?:information|mention|answer)\b|\bnot\s(?:mentioned|provided|stated|given"
    r"|specified)\b",
    re.IGNORECASE,
)


class PlainStack:
    """Answers questions about the papers of one library with `create_chat_completion`."""

    def __init__(self, library: Library, settings: Settings) -> None:
        """Split, embed and index all abstracts, and open the model."""
        import chromadb
        from chromadb.config import Settings as ChromaSettings
        from langchain_text_splitters import RecursiveCharacterTextSplitter

        embedder = library.vectors.embedder
        assert embedder is not None
        self._embedder = embedder
        splitter = RecursiveCharacterTextSplitter(
            chunk_size=_CHUNK, chunk_overlap=_OVERLAP, add_start_index=True
        )
        self._chunks: list[tuple[StoredPaper, int, str]] = [
            (stored, part.metadata["start_index"], part.page_content)
            for stored in library.papers.all()
            for part in splitter.create_documents([stored.abstract or stored.title])
        ]
        client = chromadb.EphemeralClient(ChromaSettings(anonymized_telemetry=False))
        self._index = client.create_collection(
            "chunks", embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
        )
        texts = [f"{stored.title}\n{text}" for stored, _, text in self._chunks]
        for first in range(0, len(texts), _CHUNK):
            part = texts[first : first + _CHUNK]
            self._index.upsert(
                ids=[str(n) for n in range(first, first + len(part))],
                embeddings=embedder.embed(part),
            )
        file = prepared_file(settings.cache, settings.threads, log)
        self._model = plain_llama(file, n_ctx=4096, n_threads=settings.threads, seed=0)

    def ask(self, question: str, history: Sequence[str] = ()) -> Answer:
        """The answer to `question` after the questions of `history`."""
        turns: list[dict[str, str]] = []
        for earlier in history:
            reply, _, _ = self._reply(earlier, turns)
            turns = [
                *turns[-2 * (_MAX_TURNS - 1) :],
                {"role": "user", "content": earlier},
                {"role": "assistant", "content": reply},
            ]
        start = time.monotonic()
        reply, sources, evidence_s = self._reply(question, turns)
        total_s = time.monotonic() - start
        refused = not reply or _REFUSAL.search(reply) is not None
        cited = tuple(range(1, len(sources) + 1))
        claims = tuple(
            Claim(reply[first:last], "supported", cited) for first, last in sentence_spans(reply)
        )
        return Answer(
            question=question,
            text=reply,
            status="unsure" if refused else "answered",
            claims=() if refused else claims,
            sources=sources,
            nearest=(),
            model=f"{NAME}, plain",
            timings=Timings(evidence_s, None if refused else total_s, total_s),
        )

    def close(self) -> None:
        """Free the model."""
        self._model.close()

    def _reply(
        self, question: str, turns: Sequence[dict[str, str]]
    ) -> tuple[str, tuple[Evidence, ...], float]:
        """The reply on one line, the chunks it was given, and the seconds to find these."""
        start = time.monotonic()
        found = self._index.query(
            query_embeddings=self._embedder.embed([question]), n_results=_TOP, include=["distances"]
        )
        chunks = [self._chunks[int(n)] for n in found["ids"][0]]
        evidence_s = time.monotonic() - start
        excerpts = "\n\n".join(
            f"[{n}] {stored.title}\n{text}" for n, (stored, _, text) in enumerate(chunks, start=1)
        )
        messages: list[dict[str, Any]] = [
            {"role": "system", "content": SYSTEM},
            *turns,
            {"role": "user", "content": USER.format(excerpts=excerpts, question=question)},
        ]
        reply = self._model.create_chat_completion(
            messages, temperature=0, max_tokens=_MOST_TOKENS
        )["choices"][0]["message"]["content"]
        sources = tuple(
            Evidence(stored, text, first, first + len(text), 0.0) for stored, first, text in chunks
        )
        return sanitized(reply), sources, evidence_s
