"""The request for one line: the prompt with title and abstract, cut to what the model can take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.models.protocols import GenerationRequest, Message, Priority
from assistant.summarizing.salience import essence
from assistant.text.sanitizing import sanitized
from assistant.text.sentences import sentence_spans

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.models.protocols import LanguageModel
    from assistant.paper import Paper
    from assistant.prompt import Prompt

# The adapter that was trained for this prompt and no other.
ADAPTER = "tldr"
MAX_TOKENS = 60


def request_for(paper: Paper, prompt: Prompt, model: LanguageModel) -> GenerationRequest:
    """The request that asks `model` for the line about `paper`.

    The model reads the sentences that say most of the paper. What is too long for the context loses
    sentences at its end, or words if the first sentence alone is too long; a title is only cut
    where it leaves no room for an abstract.
    """

    def messages(title: str, abstract: str) -> tuple[Message, ...]:
        return prompt.messages(title=title, abstract=abstract)

    def fits(title: str, abstract: str) -> bool:
        return model.count_tokens(messages(title, abstract)) + MAX_TOKENS <= model.context_tokens

    title, abstract = sanitized(paper.title), essence(paper.title, paper.abstract)
    if not fits(title, abstract):
        title = _longest(title, _word_ends(title), lambda cut: fits(cut, cut))
        ends = [end for _, end in sentence_spans(abstract)]
        abstract = _longest(abstract, ends, lambda cut: fits(title, cut)) or _longest(
            abstract, _word_ends(abstract), lambda cut: fits(title, cut)
        )
    return GenerationRequest(
        messages=messages(title, abstract),
        max_tokens=MAX_TOKENS,
        adapter=ADAPTER if ADAPTER in model.adapters else None,
        priority=Priority.BATCH,
    )


def _word_ends(text: str) -> list[int]:
    return [at for at, character in enumerate(text) if character == " "] + [len(text)]


def _longest(text: str, ends: list[int], fits: Callable[[str], bool]) -> str:
    """The longest of the beginnings of `text` up to one of `ends` that fits; empty if none does."""
    fitting, too_many = 0, len(ends) + 1
    while too_many - fitting > 1:
        middle = (fitting + too_many) // 2
        if fits(text[: ends[middle - 1]]):
            fitting = middle
        else:
            too_many = middle
    return text[: ends[fitting - 1]] if fitting else ""
