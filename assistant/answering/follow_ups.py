"""Questions that refer to the conversation: to what, and their complete form, by rules."""

from __future__ import annotations

import enum
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.answering.question_kinds import QuestionKind, classify_question
from assistant.text.names import names
from assistant.text.words import content_words

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.answering.answer import Answer

_OPENING = re.compile(
    r"^\s*(?:and|but|so|then|also|what\s+about|how\s+about)\b[,\s]*", re.IGNORECASE
)
# Pronouns, and a demonstrative that is no relative pronoun: `the size that models have`.
_PRONOUN = re.compile(
    r"\b(?:it|itself|they|them|he|she|him|theirs)\b"
    r"|(?:^|(?<=[,;]\s)|\b(?:is|are|was|were|do|does|did|can|could|about|of|in|on|for|with|by|to|from"
    r"|than|like|after|why|how|and)\s+)(?:this|that|these|those)\b(?!\s+\w+\s+(?:that|which)\b)",
    re.IGNORECASE,
)
_POSSESSIVE = re.compile(r"\b(?:its|their|his|her)\b", re.IGNORECASE)
_THE_PAPER = re.compile(
    r"\b(?:the|this|that|these|those)\s+(?:paper|papers|authors?|study|studies|article|approach"
    r"|method|model|same|former|latter|work|trial|technique|system|algorithm|dataset)\b(?!\s+of\b)",
    re.IGNORECASE,
)
# What a name can stand in for.
_REPLACED = re.compile(
    r"\b(?:the|this|that)\s+(?:paper|approach|method|model|technique|system|algorithm|dataset)\b"
    r"|\b(?:it|they|them|this|that|these|those)\b",
    re.IGNORECASE,
)
_ORDINAL = re.compile(
    r"\b(?:the\s+)?(?P<which>first|second|third|fourth|fifth|last|1st|2nd|3rd|4th|5th|other)\s+"
    r"(?:one|paper|study|article|work|of\s+(?:these|those|them))\b",
    re.IGNORECASE,
)
_POSITIONS = {
    **{"first": 0, "second": 1, "third": 2, "fourth": 3, "fifth": 4, "last": -1},
    **{"1st": 0, "2nd": 1, "3rd": 2, "4th": 3, "5th": 4},
}
_OF_THESE = re.compile(
    r"\b(?P<which>which|what)(?:\s+ones?)?\s+(?:of|among)\s+(?:these|those|them)\b"
    r"(?:\s+(?:papers|studies|articles|works|ones))?"
    r"|^(?:and\s+)?(?P<ones>which|what)\s+ones\b(?!\s+(?:of|among)\b)",
    re.IGNORECASE,
)
_THESE_TWO = re.compile(
    r"^(?:please\s+)?(?:(?:compare|contrast)\s+(?:them|these|those|both|the\s+two)\b.*"
    r"|how\s+do\s+(?:they|these|those|the\s+two)\b.*\b(?:differ|compare)\b.*"
    r"|what(?:\s+is|'s)\s+the\s+difference(?:\s+between\s+(?:them|these|those|the\s+two))?)\W*$",
    re.IGNORECASE,
)
# Asked of the two papers that were just shown.
_WHICH_ONE = re.compile(
    r"^(?:and\s+)?which(?:\s+(?:one|paper|study|approach|method|model))?(?:\s+of\s+the\s+two)?\s+(?="
    r"(?:is|are|was|were|has|had|does|did|works?|performs?|uses?|needs?|gives?)\b[^?]{0,60}\??$)",
    re.IGNORECASE,
)
# With more content words it is a question of its own.
_MAX_WHICH_WORDS = 2
# `has a lower error` asks for what both have.
_MORE = re.compile(
    r"(?:has|had|gives?|needs?|uses?)\s+(?:an?\s+|the\s+)?(?P<what>(?:more|less|fewer|better|worse"
    r"|best|most|least|fewest|(?:high|low|larg|small|great|strong|weak|long|short|cheap|fast|slow"
    r"|deep|simpl|wid|big+)(?:er|est))\b.*?)\W*$",
    re.IGNORECASE,
)
_HOW = re.compile(r"\s*(?:how|why|when|where)\b", re.IGNORECASE)
# A pronoun that stands for nothing.
_EXPLETIVE = re.compile(
    r"\bit\s+(?:help|matter|make|take|depend|seem|happen|turn|possible|worth|better|true|known)",
    re.IGNORECASE,
)
_WHOLE = (QuestionKind.LIST, QuestionKind.OVERVIEW, QuestionKind.COMPARISON)
# `top-5`, `type-2` and `10-fold` describe something, and name nothing.
_NUMBERED_WORD = re.compile(r"[a-z]+-\d+|\d+-[a-z]+")
_PREPOSITIONS = r"(?:in|among|for|with|without|at|on|after|before|during|from|by)"
# `In women?`, not `On which data?`
_ELLIPSIS = re.compile(
    rf"^(?P<preposition>{_PREPOSITIONS})\s+(?!wh|how\b)(?P<rest>[^?]+?)\W*$", re.IGNORECASE
)
# `Why?`, and the part of the question before it that says of what: `is it slow`.
_BARE_WHY = re.compile(
    r"^(?:but\s+)?(?:why|how\s+come|why\s+(?:is|was)\s+(?:that|this))\W*$", re.IGNORECASE
)
_ASKED_OF = re.compile(
    rf"""^(?:(?:how|why|when|where|{_PREPOSITIONS}\s+(?:what|which|whom)\b.*?)\s)?
        (?P<what>(?:is|are|was|were|do|does|did|can|could|has|have|had|will|would)\s[^?]+?)[\s?.!]*$
      | ^(?:what|which|who)\b[^?]*?\s(?P<done>(?:do|does|did)\s[^?]+?)[\s?.!]*$""",
    re.IGNORECASE | re.VERBOSE,
)
# `And BERT?`, `What about the base model?`
_ANOTHER = re.compile(
    rf"""^(?:and|what\s+about|how\s+about)\s+
        (?P<name>(?!{_PREPOSITIONS}\b)[^\s?,;]+(?:\s+[^\s?,;]+){{0,2}})\W*$""",
    re.IGNORECASE | re.VERBOSE,
)
_TWO = 2
# A question with more content words is complete, even with a pronoun.
_MAX_FOLLOW_UP_WORDS = 5
_MAX_POSSIBLE_WORDS = 4
# With fewer content words a question is not read without the one before it: `And heavier?`
_MIN_WORDS_ALONE = 2
# ... unless it is a whole question with so many words: `How many layers does it have?`
_MIN_LENGTH_ALONE = 4
_ASKING = re.compile(r"(?:how|what|which|who|when|where|why)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Turn:
    """A question of the conversation and its answer.

    `papers` are the numbers of the papers that were shown, in the order of the answer.
    """

    question: str
    answer: str
    refused: bool = False
    papers: tuple[int, ...] = ()

    @classmethod
    def of(cls, question: str, answer: Answer) -> Turn:
        """The turn of `question`, as it was asked, and its `answer`."""
        cited = [n for claim in answer.claims if claim.shown for n in claim.citations]
        numbers = cited or range(1, len(answer.sources) + 1)
        papers = dict.fromkeys(answer.sources[n - 1].stored.number for n in numbers)
        if answer.language and answer.understood_as:
            question = answer.understood_as  # later questions refer to it in English
        return cls(question, answer.text, answer.refused, tuple(papers))


class Reference(enum.Enum):
    """How a question refers to the papers of the conversation."""

    NONE = enum.auto()
    # It has no pronoun, but is so short that it may be about them.
    POSSIBLE = enum.auto()
    # It is about them, or about something else of the kind.
    LIKELY = enum.auto()
    # It names some of them: `the second one`.
    CERTAIN = enum.auto()


@dataclass(frozen=True)
class FollowUp:
    """A question in the conversation.

    Attributes:
        text: its complete form.
        within: the form in which it is asked of `papers`, whose titles say what it is about.
        reference: how it refers to `papers`.
        papers: numbers of the papers that it refers to; empty if they are not known.

    """

    text: str
    reference: Reference = Reference.NONE
    papers: tuple[int, ...] = ()
    within: str = ""


def complete(
    question: str, history: Sequence[Turn], title_of: Callable[[int], str | None]
) -> FollowUp:
    """`question` with what it leaves out; as it is if it leaves nothing out.

    Args:
        question: the question, without filters.
        history: the conversation before it.
        title_of: the title of a paper by its number; None if it was removed.

    """
    if not history:
        return FollowUp(question)
    last = history[-1]
    chosen = _chosen(question, last.papers, title_of)
    if chosen is not None:
        return chosen
    if _is_incomplete(question):
        before = _context(history, title_of)
        if renamed := _of_another(question, before):
            return FollowUp(renamed)
        text, within = _completed(question, before)
        return FollowUp(text, Reference.LIKELY, last.papers, within)
    if last.papers and _may_refer(question):
        return FollowUp(question, Reference.POSSIBLE, last.papers)
    return FollowUp(question)


def _context(history: Sequence[Turn], title_of: Callable[[int], str | None]) -> str:
    """The last question in a form that says what it is about."""
    completed = complete(history[-1].question, history[:-1], title_of)
    if completed.reference is Reference.POSSIBLE:
        return f"{_ended(_context(history[:-1], title_of))} {completed.text}"
    return completed.text


def _chosen(
    question: str, papers: Sequence[int], title_of: Callable[[int], str | None]
) -> FollowUp | None:
    """The question if it points at some of `papers`, the ones shown last."""
    if not papers:
        return None
    if _THESE_TWO.match(question) and len(papers) >= _TWO:
        titles = [title_of(number) for number in papers[:_TWO]]
        if all(titles):
            text = f"Compare “{titles[0]}” with “{titles[1]}”"
            return FollowUp(text, Reference.CERTAIN, tuple(papers[:_TWO]))
    if match := _OF_THESE.search(question):
        which = match["which"] or match["ones"]
        text = f"{question[: match.start()]}{which} papers{question[match.end() :]}"
        return FollowUp(text, Reference.CERTAIN, tuple(papers))
    if (
        (match := _WHICH_ONE.match(question))
        and len(papers) == _TWO
        and not [name for name in names(question) if not _NUMBERED_WORD.fullmatch(name)]
    ):
        titles = [title_of(number) for number in papers]
        asked = question[match.end() :]
        if all(titles) and (compared := _MORE.match(asked)):
            text = f"Compare “{titles[0]}” with “{titles[1]}” in terms of {compared['what']}"
            return FollowUp(text, Reference.CERTAIN, tuple(papers))
        if all(titles) and len(content_words(asked)) <= _MAX_WHICH_WORDS:
            text = f"Which is it, “{titles[0]}” or “{titles[1]}”, that {question[match.end() :]}"
            return FollowUp(text, Reference.CERTAIN, tuple(papers), question)
    if match := _ORDINAL.search(question):
        number = _ordinal(match["which"].lower(), papers)
        title = None if number is None else title_of(number)
        if number is not None and title:
            text = f"{question[: match.start()]}“{title}”{question[match.end() :]}"
            return FollowUp(text, Reference.CERTAIN, (number,))
    return None


def _ordinal(which: str, papers: Sequence[int]) -> int | None:
    if which == "other":
        return papers[1] if len(papers) == _TWO else None
    position = _POSITIONS[which]
    return papers[position] if position < len(papers) else None


def _is_incomplete(question: str) -> bool:
    """Whether `question` cannot be understood without the conversation."""
    words = content_words(question)
    opening = _OPENING.match(question)
    if names(question) and not opening:
        return False
    if not words or (len(words) == 1 and _HOW.match(question)):
        return True
    if len(words) > _MAX_FOLLOW_UP_WORDS:
        return False
    if opening or _PRONOUN.search(question) or _THE_PAPER.search(question):
        return True
    possessive = _POSSESSIVE.search(question)
    # In `Why do mice lose their hair?`, the pronoun refers to the mice.
    return possessive is not None and not content_words(question[: possessive.start()])


def _may_refer(question: str) -> bool:
    words = content_words(question)
    return (
        len(words) <= _MAX_POSSIBLE_WORDS
        and not names(question)
        and classify_question(question).kind not in (*_WHOLE, QuestionKind.DEFINITION)
    )


def _completed(question: str, before: str) -> tuple[str, str]:
    """`question` with the name that its pronoun stands for, else after the question `before`.

    The second text is for papers that the question `before` led to: a question after another one
    would be read as the first of them.
    """
    rest = _OPENING.sub("", question, count=1).strip()
    if _BARE_WHY.match(rest) and (asked := _ASKED_OF.match(before)):
        what = asked["what"] or asked["done"]
        text = f"Why {what[:1].lower()}{what[1:]}?"
        return text, text
    if match := _ELLIPSIS.match(rest):
        text = _exchanged(before, match["preposition"], match["rest"])
        return text, text
    name = _name_in(before)
    pronoun = None if _EXPLETIVE.search(rest) else _REPLACED.search(rest)
    if name and pronoun:
        text = f"{_capitalized(rest[: pronoun.start()])}{name}{rest[pronoun.end() :]}"
        return text, text
    possessive = _POSSESSIVE.search(rest)
    if name and possessive:
        start, end = possessive.span()
        text = f"{_capitalized(rest[:start])}{name}’s{rest[end:]}"
        return text, text
    text = f"{_ended(before)} {question}"
    return text, rest if _is_alone(rest) else text


def _is_alone(question: str) -> bool:
    """Whether `question` can be asked of a paper whose title says what it is about."""
    count = len(content_words(question))
    asks = _ASKING.match(question) and len(question.split()) >= _MIN_LENGTH_ALONE
    return count >= _MIN_WORDS_ALONE or bool(count and asks)


def _of_another(question: str, before: str) -> str | None:
    """The question `before` of another name: `And BERT?` after `How large is GPT?`."""
    if not (match := _ANOTHER.match(question)):
        return None
    name, former = match["name"].strip(), _name_in(before)
    if not former or former not in before or not names(f"the {name}"):
        return None
    return before.replace(former, name, 1)


def _ended(question: str) -> str:
    """`question` with a mark at its end."""
    return question if question.rstrip().endswith(("?", ".", "!")) else f"{question.rstrip()}?"


def _exchanged(before: str, preposition: str, rest: str) -> str:
    """`before` with `rest` in place of what follows `preposition` at its end, or added to it."""
    plain = before.rstrip(" ?.!")
    ending = re.search(rf"\s{preposition}\s+(?:(?!\s{preposition}\s)[^,;])+$", plain, re.IGNORECASE)
    return f"{plain[: ending.start()] if ending else plain} {preposition.lower()} {rest}?"


def _name_in(question: str) -> str | None:
    """What `question` is about: the term it asks to define, or the only name in it."""
    parsed = classify_question(question)
    if parsed.kind is QuestionKind.DEFINITION:
        return parsed.topic
    found = [name for name in names(question) if not _NUMBERED_WORD.fullmatch(name)]
    return found[0] if len(found) == 1 else None


def _capitalized(text: str) -> str:
    return text[:1].upper() + text[1:]
