"""One line out of what a model wrote, and whether its paper bears it out."""

from __future__ import annotations

import re

from assistant.text.facts import missing_facts
from assistant.text.names import names
from assistant.text.sanitizing import sanitized
from assistant.text.sentences import sentence_spans
from assistant.text.words import content_words, vocabulary

FEWEST_WORDS = 4
# Share of a line's content words that its paper must have: fewer are about something else, such as
# what a text in the abstract told the model to write.
LEAST_WORDS = 0.5

_LABEL = re.compile(
    r"^\W*(?:tl\s*;?\s*dr|(?:one[- ]sentence )?summary)\b(?:[\s*_]*[:–—]|[\s*_]+-)[\s*_]*",
    re.IGNORECASE,
)
_LIST_MARK = re.compile(r"^(?:[-*•>]|#{1,6}|\d+[.)])\s+")
# Bold, italics, code and headings of Markdown: the marks around words, not those within (`A*`).
_MARKDOWN = re.compile(r"(?<!\w)(\*{1,3}|_{1,3}|`+)(?=\S)(.+?)(?<=\S)\1(?!\w)")
_QUOTES = {'"': '"', "'": "'", "“": "”", "‘": "’", "«": "»"}


def one_line(reply: str, *, cut: bool) -> str | None:
    """The first sentence of a reply on one line, without label, quotes and markup.

    None when nothing of use is in it: fewer than four words, or a sentence that is not whole
    because the reply was `cut` by its limit of tokens.
    """
    text = _bare(sanitized(reply))
    spans = sentence_spans(text)
    if not spans or (cut and len(spans) == 1):
        return None
    start, end = spans[0]
    line = _bare(text[start:end])
    return line if len(line.split()) >= FEWEST_WORDS else None


def missing_in(source: str, line: str) -> list[str]:
    """What `line` says and `source` does not: numbers with their units, and names.

    Where fewer than half of its words are in `source`, these are missing too.
    """
    missing = missing_facts(line, source)
    # A name may be spelled out there.
    given = vocabulary(source) | vocabulary(" ".join(names(line)))
    words = content_words(line)
    new = [word for word in words if word not in given]
    if not words or len(words) - len(new) < LEAST_WORDS * len(words):
        missing += [word for word in new if word not in missing] or ["anything"]
    return missing


def is_faithful(line: str, source: str) -> bool:
    """Whether every number, with its unit, every name and most words of `line` are in `source`."""
    return not missing_in(source, line)


def _bare(text: str) -> str:
    """`text` without what stands around a sentence: label, list mark, emphasis, quotes."""
    while True:
        bare = _LIST_MARK.sub("", _LABEL.sub("", text))
        bare = _MARKDOWN.sub(r"\2", bare).strip()
        if len(bare) > 1 and _QUOTES.get(bare[0]) == bare[-1] and bare[0] not in bare[1:-1]:
            bare = bare[1:-1].strip()
        if bare == text:
            return text
        text = bare
