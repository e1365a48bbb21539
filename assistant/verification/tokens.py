"""Text -> the tokens in which a claim is compared with its evidence: words, numbers, marks."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from assistant.text.names import names
from assistant.text.numbers import UNITS, Number, number_spans
from assistant.text.sentences import sentence_spans
from assistant.text.words import STOP_WORDS, stem

Kind = Literal["word", "small", "number", "mark"]

_WORD_OR_MARK = re.compile(r"[^\W_]+(?:['’][^\W_]+)*|[,;:().!?]|[-–—](?=\s)|(?<=\s)[-–—]|—")
# A capital names something (`vitamin C`), a digit is a part of a name (`GPT-2`), a letter neither.
_LETTERS = frozenset("BCDEFGHJKLMNOPQRSTUVWXYZ")
_LOWER_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz")
# Forms that the stemmer leaves apart from their verb.
_IRREGULAR = {
    "misled": "mislead", "overcame": "overcome", "underwent": "undergo", "undergone": "undergo",
    "bound": "bind", "drew": "draw", "sped": "speed", "won": "win", "spoke": "speak",
    "spoken": "speak", "broke": "break", "broken": "break", "fed": "feed", "sent": "send",
    "spent": "spend", "lost": "lose", "left": "leave", "said": "say", "sung": "sing",
    "brought": "bring", "caught": "catch", "arose": "arise", "forgot": "forget",
    "forgotten": "forget", "withdrawn": "withdraw", "understood": "understand", "sold": "sell",
    "told": "tell", "felt": "feel", "went": "go", "came": "come", "proven": "prove",
}  # fmt: skip
_ACRONYMS = re.compile(r"[A-Z]{2,}s")
_POSSESSIVE = re.compile(r"['’]s$")
_DENIED = re.compile(r"n['’]t$")
# `can't` is `can not`, in two tokens; the auxiliary keeps its form as far as it matters here.
_AUXILIARY = {"ca": "can", "wo": "will", "sha": "shall"}
_UNIT_STEMS = frozenset(stem(unit) for unit in UNITS)
# Words with which an answer speaks of itself or of the paper: "the authors say", "the answer is".
_OF_ITSELF = frozenset(
    stem(word)
    for word in """answer question called name sentence paper author study research researcher
    according based abstract work""".split()  # noqa: SIM905
)


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of text. `key` is what two equal ones have in common, `at` where it begins.

    Marks and small words have no content; nor do words with which an answer speaks of itself, and
    units, which are compared with their numbers.
    """

    kind: Kind
    text: str
    key: str
    at: int
    name: bool = False
    number: Number | None = None

    @property
    def content(self) -> bool:
        """Whether the token says something that its evidence must say too."""
        return self.kind == "number" or (
            self.kind == "word" and self.key not in _OF_ITSELF and self.key not in _UNIT_STEMS
        )

    def same(self, other: Token) -> bool:
        """Whether `other`, a token of the evidence, says the same."""
        if self.number is not None:
            return other.number is not None and self.number.stated_by(other.number)
        return self.key == other.key


@lru_cache(maxsize=512)
def tokens(text: str) -> tuple[Token, ...]:
    """The tokens of `text`; the parts of a hyphenated word are tokens of their own.

    A full stop is one only at the end of a sentence.
    """
    plain = unicodedata.normalize("NFKC", text)
    ends = {end for _, end in sentence_spans(plain)}
    named = {part.casefold() for name in names(plain) for part in re.split(r"[-–.]", name)}
    found: list[Token] = []
    position = 0
    for start, end, number in number_spans(plain):
        found += _words(plain, position, start, named)
        if number == Number("1") and plain[start:end].lower() == "one":
            found.append(Token("small", "one", "one", start))
        else:
            found.append(Token("number", plain[start:end], number.value, start, number=number))
        position = max(position, end)
    found += _words(plain, position, len(plain), named)
    return tuple(
        token
        for token in found
        if token.text != "." or not ends.isdisjoint((token.at + 1, token.at + 2))
    )


def _key(text: str, lower: str) -> str:
    """The stem; of an acronym in the plural, which stemming leaves as it is, the acronym."""
    return stem(lower[:-1] if _ACRONYMS.fullmatch(text) else _IRREGULAR.get(lower, lower))


def _words(plain: str, start: int, end: int, named: set[str]) -> list[Token]:
    found: list[Token] = []
    for match in _WORD_OR_MARK.finditer(plain, start, end):
        text = match[0]
        if not text[0].isalnum():
            found.append(Token("mark", text, text, match.start()))
            continue
        lower = _POSSESSIVE.sub("", text).lower()
        denied = _DENIED.search(lower)
        if denied:
            lower = lower[: denied.start()]
            lower = _AUXILIARY.get(lower, lower)
        lower = lower.replace("'", "").replace("’", "")
        if (lower in STOP_WORDS and text not in _LETTERS) or (
            lower in _LOWER_LETTERS and text not in _LETTERS
        ):
            found.append(Token("small", lower, _SMALL.get(lower, lower), match.start()))
        elif lower:
            found.append(
                Token("word", lower, _key(text, lower), match.start(), name=lower in named)
            )
        if denied:
            found.append(Token("small", "not", "not", match.end()))
        if lower == "cannot":
            found[-1] = Token("small", "can", "can", match.start())
            found.append(Token("small", "not", "not", match.end()))
    return found


# Small words between which nothing is to be told apart here.
_SMALL = {
    "an": "a", "are": "is", "was": "is", "were": "is", "be": "is", "been": "is", "being": "is",
    "had": "has", "have": "has", "having": "has", "did": "do", "does": "do", "doing": "do",
    "done": "do", "us": "we", "our": "we", "ours": "we", "its": "it", "their": "they",
    "them": "they", "theirs": "they", "onto": "on", "upon": "on", "into": "in", "toward": "to",
    "towards": "to", "versus": "vs", "these": "this", "those": "this", "that": "this",
}  # fmt: skip
