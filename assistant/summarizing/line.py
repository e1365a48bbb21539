"""One line: out of what a model wrote, or, where that cannot be trusted, out of the abstract."""

from __future__ import annotations

import re

from assistant.text.names import bears, names
from assistant.text.numbers import numbers
from assistant.text.sentences import sentence_spans, sentences
from assistant.text.visible import visible
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

# What authors say of their own work, the surest sign first.
_CONTRIBUTIONS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\bwe (?:\w+ly |also |first |then |here |therefore |thus )?"
        r"(?:propose|present|introduce|develop|design|devise)\b",
        r"\b(?:this|our) (?:paper|work|article|study|letter|report|thesis|survey|review) "
        r"(?:\w+ly )?(?:propose|present|introduce|develop|describe|investigate|examine|explore"
        r"|stud(?:y|ie)|addresse?|show|report|review|survey|provide|analy[sz]e)s?\b",
        r"\bin this (?:paper|work|article|study|letter|report|thesis|survey|review)\b",
        r"\bwe (?:\w+ly |also |first |then |here |therefore |thus )?"
        r"(?:show|demonstrate|find|found|prove|study|investigate|describe|report|analy[sz]e"
        r"|explore|examine|address|provide|argue)\b",
    )
)


def one_line(reply: str, *, cut: bool) -> str | None:
    """The first sentence of a reply on one line, without label, quotes and markup.

    None when nothing of use is in it: fewer than four words, or a sentence that is not whole
    because the reply was `cut` by its limit of tokens.
    """
    text = _bare(visible(reply))
    spans = sentence_spans(text)
    if not spans or (cut and len(spans) == 1):
        return None
    start, end = spans[0]
    line = _bare(text[start:end])
    return line if len(line.split()) >= FEWEST_WORDS else None


def is_faithful(line: str, source: str) -> bool:
    """Whether every number, with its unit, every name and most words of `line` are in `source`."""
    stated, named = numbers(source), names(line)
    if not all(any(number.stated_by(other) for other in stated) for number in numbers(line)):
        return False
    if not all(bears(source, name) for name in named):
        return False
    # A name may be spelled out there.
    given = vocabulary(source) | vocabulary(" ".join(named))
    words = content_words(line)
    return 0 < LEAST_WORDS * len(words) <= sum(word in given for word in words)


def key_sentence(abstract: str) -> str:
    """The sentence of `abstract` that says what the paper contributes, else its first, on one line.

    The sentence is as it stands in the abstract but for its white space and what cannot be seen.
    """
    found = [line for sentence in sentences(abstract) if (line := visible(sentence))]
    for contribution in _CONTRIBUTIONS:
        for sentence in found:
            if contribution.search(sentence):
                return sentence
    return found[0] if found else visible(abstract)


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
