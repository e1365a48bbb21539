"""The library as a model for chat clients: OpenAI's `/v1/models` and `/v1/chat/completions`.

The last message is the question, and the messages before it are the conversation that it can refer
to. The answer is that of the assistant, with its sources below it. What a client asks of a model
otherwise, by system messages, tools or temperatures, has no effect.
"""

from __future__ import annotations

import json
import re
import time
import uuid
from collections.abc import Iterator
from typing import Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from assistant.api import Answer, Claim, ClaimVerified, PaperLibrary, Progress, Source
from assistant.errors import UsageError
from assistant.text.formatting import markdown_text
from assistant.web.api.errors import explained
from assistant.web.api.work import EventStream, Worker

MODEL = "paper-library"
_MAX_MESSAGES = 1000
# The ids of sources as `_sources` writes them.
_SOURCE_ID = re.compile(r"^\[\d+\] .* `((?:doi|arxiv|pmid|text):[^`\s]+)`", re.MULTILINE)


class Message(BaseModel):
    """A message of a conversation; of parts, only text counts."""

    model_config = ConfigDict(extra="ignore")

    role: str
    content: str | list[dict[str, Any]] | None = None

    @property
    def text(self) -> str:
        """The text of the message."""
        if isinstance(self.content, list):
            parts = (part.get("text") for part in self.content if part.get("type") == "text")
            return "\n".join(part for part in parts if isinstance(part, str))
        return self.content or ""


class CompletionRequest(BaseModel):
    """A request of OpenAI's API, of which the assistant uses these parts."""

    model_config = ConfigDict(extra="ignore")

    messages: list[Message] = Field(min_length=1, max_length=_MAX_MESSAGES)
    model: str = MODEL
    stream: bool = False


def chat_router(library: PaperLibrary, worker: Worker) -> APIRouter:
    """The routes of OpenAI's API."""
    router = APIRouter(tags=["OpenAI-compatible"])
    started = int(time.time())

    @router.get("/v1/models")
    def models() -> dict[str, Any]:
        """The one model: the library."""
        model = {"id": MODEL, "object": "model", "created": started, "owned_by": "local"}
        return {"object": "list", "data": [model]}

    @router.post("/v1/chat/completions", response_model=None)
    async def completions(asked: CompletionRequest, request: Request) -> Response:
        """Answer the last message from the library, with citations."""
        question, history = _conversation(asked.messages)
        completion = _Completion(asked.model)
        if asked.stream:
            progress = Progress()

            def events(progress: Progress) -> Iterator[str]:
                return _events(library, question, history, completion, progress)

            return EventStream(worker.stream(progress, events), progress)
        answer = await worker.run(
            request,
            lambda progress: library.ask(question, history=history, progress=progress),
        )
        return JSONResponse(completion.whole(answer))

    return router


class _Completion:
    """The shapes of one completion."""

    def __init__(self, model: str) -> None:
        self._about = {
            "id": f"chatcmpl-{uuid.uuid4().hex}",
            "created": int(time.time()),
            "model": model,
        }

    def whole(self, answer: Answer) -> dict[str, Any]:
        message = {"role": "assistant", "content": answer_text(answer), "refusal": None}
        choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
        return {
            **self._about,
            "object": "chat.completion",
            "choices": [choice],
            "library_answer": answer.as_json(),
        }

    def chunk(
        self, delta: dict[str, str], finish: Literal["stop"] | None = None, **more: Any
    ) -> str:
        choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
        shape = {**self._about, "object": "chat.completion.chunk", "choices": [choice], **more}
        return f"data: {json.dumps(shape, ensure_ascii=False)}\n\n"


def _events(
    library: PaperLibrary,
    question: str,
    history: list[Answer],
    completion: _Completion,
    progress: Progress,
) -> Iterator[str]:
    """The completion in chunks: each sentence as soon as it is verified, then the sources."""
    yield completion.chunk({"role": "assistant", "content": ""})
    try:
        stream = library.ask_stream(question, history=history, progress=progress)
        shown = ""
        for event in stream:
            if isinstance(event, ClaimVerified):
                separator = "" if not shown else "\n\n" if event.claim.heading else " "
                piece = separator + _claim(event.claim)
                shown += piece
                yield completion.chunk({"content": piece})
        answer = stream.result() if stream.answer is None else stream.answer
        rest = answer_text(answer) if not shown else _below(answer)
        if rest:
            yield completion.chunk({"content": rest})
        yield completion.chunk({}, "stop", library_answer=answer.as_json())
    except Exception as error:
        _, body = explained(error)
        yield f"data: {json.dumps(body, ensure_ascii=False)}\n\n"
    yield "data: [DONE]\n\n"


def answer_text(answer: Answer) -> str:
    """The answer as Markdown, with its sources below it; texts of papers have no markup."""
    if answer.refused:
        return markdown_text(answer.text) + _below(answer)
    claims = [claim for claim in answer.claims if claim.shown]
    separator = "\n\n" if any(claim.heading for claim in claims) else " "
    return separator.join(map(_claim, claims)) + _below(answer)


def _claim(claim: Claim) -> str:
    heading = f"**{markdown_text(claim.heading)}**: " if claim.heading else ""
    marks = "".join(f"[{n}]" for n in claim.citations)
    return f"{heading}{markdown_text(claim.text)} {marks}".rstrip()


def _below(answer: Answer) -> str:
    """What follows the sentences of an answer."""
    parts = []
    if answer.refused and answer.passages:
        parts.append("Closest passages:\n\n" + _sources(answer.passages))
    elif answer.refused and answer.nearest:
        lines = [f"- {markdown_text(paper.title)} `{paper.id}`" for paper in answer.nearest]
        parts.append("Nearest papers:\n\n" + "\n".join(lines))
    elif answer.cited:
        parts.append("Sources:\n\n" + _sources(answer.cited))
    if answer.note:
        parts.append(markdown_text(answer.note))
    return "".join(f"\n\n{part}" for part in parts)


def _sources(sources: tuple[Source, ...]) -> str:
    lines = []
    for source in sources:
        paper = source.paper
        year = f" ({paper.year})" if paper.year else ""
        quote = markdown_text(source.text)
        lines.append(f"[{source.n}] {markdown_text(paper.title)}{year} `{paper.id}`: “{quote}”")
    return "\n\n".join(lines)


def _conversation(messages: list[Message]) -> tuple[str, list[Answer]]:
    """The question, and the answers before it.

    Raises:
        UsageError: the last message is not a question of the user.
    """
    *before, last = messages
    if last.role != "user":
        raise UsageError("The last message has to be a question of the user.")
    history = []
    question = ""
    for message in before:
        if message.role == "user":
            question = message.text
        elif message.role == "assistant" and question:
            history.append(_past_answer(question, message.text))
            question = ""
    return last.text, history


def _past_answer(question: str, text: str) -> Answer:
    """An answer of the conversation, with the papers that it names as sources."""
    ids = dict.fromkeys(_SOURCE_ID.findall(text))
    return Answer.model_validate(
        {
            "question": question,
            "answer": text,
            "status": "answered",
            "refused": not ids,
            "claims": [],
            "sources": [
                {
                    "n": n,
                    "paper": {"id": one, "title": ""},
                    "sentence": "",
                    "start": 0,
                    "end": 0,
                    "score": 0.0,
                }
                for n, one in enumerate(ids, start=1)
            ],
            "nearest": [],
            "model": MODEL,
            "timings": {"evidence_s": 0.0, "first_word_s": None, "total_s": 0.0},
            "kind": "fact",
        }
    )
