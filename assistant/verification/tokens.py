"""Tokenizes a claim and its evidence for comparison: words, numbers, punctuation, acronyms."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from assistant.text.names import names
from assistant.text.numbers import UNITS, Number, number_spans
from assistant.text.sentences import sentence_spans
from assistant.text.words import STOP_WORDS, stem

Kind = Literal["word", "function", "number", "mark"]

_WORD_OR_MARK = re.compile(r"[^\W_]+(?:['’][^\W_]+)*|[,;:().!?]|[-–—](?=\s)|(?<=\s)[-–—]|—")
# A single capital letter is a name (`vitamin C`), except A and I; a lower-case letter is not.
_NAME_LETTERS = frozenset("BCDEFGHJKLMNOPQRSTUVWXYZ")
_LOWER_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz")
# Irregular forms that the stemmer does not map to their verb.
_IRREGULAR = {
    "misled": "mislead", "overcame": "overcome", "underwent": "undergo", "undergone": "undergo",
    "bound": "bind", "drew": "draw", "sped": "speed", "won": "win", "spoke": "speak",
    "spoken": "speak", "broke": "break", "broken": "break", "fed": "feed", "sent": "send",
    "spent": "spend", "lost": "lose", "left": "leave", "said": "say", "sung": "sing",
    "brought": "bring", "caught": "catch", "arose": "arise", "forgot": "forget",
    "forgotten": "forget", "withdrawn": "withdraw", "understood": "understand", "sold": "sell",
    "told": "tell", "felt": "feel", "went": "go", "came": "come", "proven": "prove",
}  # fmt: skip
_PLURAL_ACRONYM = re.compile(r"[A-Z]{2,}s")
_POSSESSIVE = re.compile(r"['’]s$")
_NEGATED = re.compile(r"n['’]t$")
# `can't` becomes the tokens `can` and `not`.
_AUXILIARY = {"ca": "can", "wo": "will", "sha": "shall"}
_UNIT_STEMS = frozenset(stem(unit) for unit in UNITS)
# Words that refer to the answer or the paper: "the authors say", "the answer is".
_META_WORDS = frozenset(
    stem(word)
    for word in """answer question called name sentence paper author study research researcher
    according based abstract work""".split()  # noqa: SIM905
)


@dataclass(frozen=True, slots=True)
class Token:
    """A token of a text.

    Attributes:
        kind: word, function word, number or punctuation mark.
        text: the lower-case text.
        key: equal for tokens that mean the same, such as the stem of a word.
        start: position in the NFKC form of the text.
        name: whether it is part of a name.
        number: the parsed number, for tokens of this kind.

    """

    kind: Kind
    text: str
    key: str
    start: int
    name: bool = False
    number: Number | None = None

    @property
    def content(self) -> bool:
        """Whether the evidence must contain the token.

        Not so for marks, function words, words about the answer or the paper itself, and units,
        which are compared together with their numbers.
        """
        return self.kind == "number" or (
            self.kind == "word" and self.key not in _META_WORDS and self.key not in _UNIT_STEMS
        )

    def matches(self, other: Token) -> bool:
        """Whether `other`, a token of the evidence, means the same."""
        if self.number is not None:
            return other.number is not None and self.number.stated_by(other.number)
        return self.key == other.key


@lru_cache(maxsize=512)
def tokenize(text: str) -> tuple[Token, ...]:
    """The tokens of `text`; each part of a hyphenated word is a token.

    A full stop is a token only at the end of a sentence.
    """
    plain = unicodedata.normalize("NFKC", text)
    sentence_ends = {end for _, end in sentence_spans(plain)}
    name_parts = {part.casefold() for name in names(plain) for part in re.split(r"[-–.]", name)}
    tokens: list[Token] = []
    position = 0
    for start, end, number in number_spans(plain):
        tokens += _words(plain, position, start, name_parts)
        if number == Number("1") and plain[start:end].lower() == "one":
            tokens.append(Token("function", "one", "one", start))
        else:
            tokens.append(Token("number", plain[start:end], number.value, start, number=number))
        position = max(position, end)
    tokens += _words(plain, position, len(plain), name_parts)
    return tuple(
        token
        for token in tokens
        if token.text != "." or not sentence_ends.isdisjoint((token.start + 1, token.start + 2))
    )


def _key(text: str, lower: str) -> str:
    """The stem of a word; for a plural acronym, which the stemmer does not change, the acronym."""
    return stem(lower[:-1] if _PLURAL_ACRONYM.fullmatch(text) else _IRREGULAR.get(lower, lower))


def _words(plain: str, start: int, end: int, name_parts: set[str]) -> list[Token]:
    """The words and marks of `plain[start:end]`, which contains no numbers."""
    tokens: list[Token] = []
    for match in _WORD_OR_MARK.finditer(plain, start, end):
        text = match[0]
        if not text[0].isalnum():
            tokens.append(Token("mark", text, text, match.start()))
            continue
        lower = _POSSESSIVE.sub("", text).lower()
        negated = _NEGATED.search(lower)
        if negated:
            lower = lower[: negated.start()]
            lower = _AUXILIARY.get(lower, lower)
        lower = lower.replace("'", "").replace("’", "")
        if lower in STOP_WORDS | _LOWER_LETTERS and text not in _NAME_LETTERS:
            tokens.append(
                Token("function", lower, _FUNCTION_WORDS.get(lower, lower), match.start())
            )
        elif lower:
            tokens.append(
                Token("word", lower, _key(text, lower), match.start(), name=lower in name_parts)
            )
        if negated:
            tokens.append(Token("function", "not", "not", match.end()))
        if lower == "cannot":
            tokens[-1] = Token("function", "can", "can", match.start())
            tokens.append(Token("function", "not", "not", match.end()))
    return tokens


# Function words that are treated as equal.
_FUNCTION_WORDS = {
    "an": "a", "are": "is", "was": "is", "were": "is", "be": "is", "been": "is", "being": "is",
    "had": "has", "have": "has", "having": "has", "did": "do", "does": "do", "doing": "do",
    "done": "do", "us": "we", "our": "we", "ours": "we", "its": "it", "their": "they",
    "them": "they", "theirs": "they", "onto": "on", "upon": "on", "into": "in", "toward": "to",
    "towards": "to", "versus": "vs", "these": "this", "those": "this", "that": "this",
}  # fmt: skip

# Punctuation that ends the scope of a cue.
SCOPE_ENDS = frozenset({",", ";", ":", ".", "(", ")"})
# Words and numbers in the scope of a cue such as `not` or `may`.
SCOPE_WORDS = 3


def scope(
    tokens: Sequence[Token],
    cue: int,
    ends: frozenset[str] = SCOPE_ENDS,
    ignored: frozenset[str] = frozenset(),
) -> list[int]:
    """Positions of the words and numbers that the cue word at position `cue` governs.

    These are at most `SCOPE_WORDS` after the cue and before the first of `ends`, without words
    whose key is `ignored`.
    """
    positions: list[int] = []
    for n in range(cue + 1, len(tokens)):
        if tokens[n].text in ends or len(positions) == SCOPE_WORDS:
            break
        if tokens[n].kind in ("word", "number") and tokens[n].key not in ignored:
            positions.append(n)
    return positions


_ACRONYM = re.compile(r"(?<![\w-])[A-Z]{3,10}(?=s?(?![\w-]))")
# Words in a name that add no letter to its acronym: `area under the curve`.
_SKIPPED = r"(?:(?:of|the|and|for|in|on|to|a|with)\s+)?"


def unify_acronyms(claim: str, source: str) -> tuple[str, str]:
    """Both texts, with spelled-out names replaced by the acronym if only the other text has it."""
    for acronym in _acronyms_only_in(claim, source):
        source = _spelled_out(acronym).sub(acronym, source)
    for acronym in _acronyms_only_in(source, claim):
        if not _spelled_out(acronym).search(source):
            claim = _spelled_out(acronym).sub(acronym, claim)
    return claim, source


def _acronyms_only_in(text: str, other: str) -> list[str]:
    known = set(_ACRONYM.findall(other))
    return [name for name in dict.fromkeys(_ACRONYM.findall(text)) if name not in known]


def _spelled_out(acronym: str) -> re.Pattern[str]:
    words = rf"[-\s]+{_SKIPPED}".join(rf"{letter}[a-z]+" for letter in acronym.lower())
    return re.compile(rf"\b{words}\b", re.IGNORECASE)
