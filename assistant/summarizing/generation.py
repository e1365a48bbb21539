"""The request for a TL;DR, and parsing of the reply.

The prompt contains the title and the most salient sentences of the abstract, cut to the context
size of the model.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from assistant.models.protocols import GenerationRequest, Message, Priority
from assistant.summarizing.salience import salient_text
from assistant.text.names import missing_facts, names
from assistant.text.sanitizing import sanitized
from assistant.text.sentences import sentence_spans
from assistant.text.words import content_words, vocabulary

if TYPE_CHECKING:
    from assistant.models.protocols import LanguageModel
    from assistant.paper import Paper
    from assistant.prompt import Prompt

# The name of the adapter, which was trained with the default prompt.
ADAPTER = "tldr"
MAX_TOKENS = 60
MIN_WORDS = 4
# The temperature of a TL;DR that has to differ from the one before.
SAMPLED = 0.8
# Minimum share of the content words of a sentence that must be in its paper. A lower share means
# another subject, for example after a prompt injection in the abstract.
MIN_KNOWN_WORDS = 0.5

_LABEL = re.compile(
    r"^\W*(?:tl\s*;?\s*dr|(?:one[- ]sentence )?summary)\b(?:[\s*_]*[:–—]|[\s*_]+-)[\s*_]*",
    re.IGNORECASE,
)
_LIST_MARK = re.compile(r"^(?:[-*•>]|#{1,6}|\d+[.)])\s+")
# Markdown emphasis and code: marks around words, but not within words (`A*`).
_MARKDOWN = re.compile(r"(?<!\w)(\*{1,3}|_{1,3}|`+)(?=\S)(.+?)(?<=\S)\1(?!\w)")
_QUOTES = {'"': '"', "'": "'", "“": "”", "‘": "’", "«": "»"}


def tldr_request(
    paper: Paper, prompt: Prompt, model: LanguageModel, seed: int | None = None
) -> GenerationRequest:
    """The request for a TL;DR of `paper`; with a `seed` it is sampled, so that it may be another.

    If the abstract does not fit into the context, sentences at its end are dropped, or words if
    even the first sentence is too long. The title is cut only if it leaves no space for it.
    """

    def messages(title: str, abstract: str) -> tuple[Message, ...]:
        return prompt.messages(title=title, abstract=abstract)

    def fits(title: str, abstract: str) -> bool:
        return model.count_tokens(messages(title, abstract)) + MAX_TOKENS <= model.context_tokens

    title, abstract = sanitized(paper.title), salient_text(paper.title, paper.abstract)
    if not fits(title, abstract):
        title = _longest_prefix(title, _word_ends(title), lambda cut: fits(cut, cut))
        ends = [end for _, end in sentence_spans(abstract)]
        abstract = _longest_prefix(abstract, ends, lambda cut: fits(title, cut)) or _longest_prefix(
            abstract, _word_ends(abstract), lambda cut: fits(title, cut)
        )
    return GenerationRequest(
        messages=messages(title, abstract),
        max_tokens=MAX_TOKENS,
        adapter=ADAPTER if ADAPTER in model.adapters else None,
        priority=Priority.BATCH,
        temperature=0.0 if seed is None else SAMPLED,
        seed=seed or 0,
    )


def first_sentence(reply: str, *, cut: bool) -> str | None:
    """The first sentence of a reply on one line, without label, quotation marks and markup.

    Returns None if it has fewer than four words, or is incomplete because the reply was `cut` at
    its token limit.
    """
    text = _without_markup(sanitized(reply))
    spans = sentence_spans(text)
    if not spans or (cut and len(spans) == 1):
        return None
    start, end = spans[0]
    sentence = _without_markup(text[start:end])
    return sentence if len(sentence.split()) >= MIN_WORDS else None


def unsupported_parts(sentence: str, source: str) -> list[str]:
    """The numbers with units and the names in `sentence` that `source` does not contain.

    If `source` contains less than half of the content words, the missing ones are included.
    """
    missing = missing_facts(sentence, source)
    # `source` may contain the long form of an abbreviation.
    known = vocabulary(source) | vocabulary(" ".join(names(sentence)))
    words = content_words(sentence)
    unknown = [word for word in words if word not in known]
    if not words or len(words) - len(unknown) < MIN_KNOWN_WORDS * len(words):
        missing += [word for word in unknown if word not in missing] or ["anything"]
    return missing


def _word_ends(text: str) -> list[int]:
    return [at for at, character in enumerate(text) if character == " "] + [len(text)]


def _longest_prefix(text: str, ends: list[int], fits: Callable[[str], bool]) -> str:
    """The longest prefix of `text`, up to one of `ends`, that fits; "" if none does."""
    fitting, too_many = 0, len(ends) + 1
    while too_many - fitting > 1:
        middle = (fitting + too_many) // 2
        if fits(text[: ends[middle - 1]]):
            fitting = middle
        else:
            too_many = middle
    return text[: ends[fitting - 1]] if fitting else ""


def _without_markup(text: str) -> str:
    """`text` without label, list mark, emphasis and quotation marks around it."""
    while True:
        bare = _LIST_MARK.sub("", _LABEL.sub("", text))
        bare = _MARKDOWN.sub(r"\2", bare).strip()
        if len(bare) > 1 and _QUOTES.get(bare[0]) == bare[-1] and bare[0] not in bare[1:-1]:
            bare = bare[1:-1].strip()
        if bare == text:
            return text
        text = bare
