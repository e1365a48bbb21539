"""What is said if the abstract of the selected paper does not answer: in the question's words."""

from __future__ import annotations

import re

from assistant.answering.question_kinds import plain_question

UNSAID = "The abstract of this paper does not say"

# The words that ask, with what they ask for: `Which GPU`, `How many of the patients`.
_ASKED = (
    r"(?P<asked>(?:which|what|whose|who|how|why|when|where|whether)\b"
    r"(?:\s+(?!{aux}\b)[^\s,;:]+)*?)"
)
_BE = r"(?:is|are|was|were)"
_AUXILIARY = rf"(?:{_BE}|has|have|had|can|could|will|would|should|may|might|must)"
_PRONOUN = r"(?:it|they|he|she|there|this|these|the\s+(?:authors?|paper|study|model|method|trial))"
_PARTICIPLE = (
    r"(?:\w+ed|used|made|found|given|shown|known|taken|chosen|seen|held|built|run|set|cut|kept|left"
    r"|lost|paid|drawn|driven|done|fed|grown|put|read|sent|spent|split|written)"
)
# What was asked is the subject, so the words keep their order: `Which GPU was used`.
_SUBJECT = re.compile(
    rf"^{_ASKED.format(aux=_AUXILIARY)}\s+{_AUXILIARY}\s+(?:(?:not|been|being|also|ever|often|seldom|\w+ly)\s+)*{_PARTICIPLE}\b.*$",
    re.IGNORECASE,
)
# `How many layers does it have`, `Why do they fail`: the auxiliary goes.
_DO = re.compile(
    rf"^{_ASKED.format(aux='(?:do|does)')}\s+(?P<aux>do|does)\s+(?P<subject>{_PRONOUN})\s+"
    r"(?P<verb>[a-z]+)\b(?P<rest>.*)$",
    re.IGNORECASE,
)
# `How long was it trained`, `Where can it be downloaded`: the subject moves before the auxiliary.
_INVERTED = re.compile(
    rf"^{_ASKED.format(aux=_AUXILIARY)}\s+(?P<aux>{_AUXILIARY})\s+(?P<subject>{_PRONOUN})\b(?P<rest>.*)$",
    re.IGNORECASE,
)
# `Is it open source`, `Does it need a GPU`.
_YES_NO_DO = re.compile(
    rf"^(?P<aux>do|does)\s+(?P<subject>{_PRONOUN})\s+(?P<verb>[a-z]+)\b(?P<rest>.*)$", re.IGNORECASE
)
_YES_NO = re.compile(
    rf"^(?P<aux>{_AUXILIARY})\s+(?P<subject>{_PRONOUN})\b(?P<rest>.*)$", re.IGNORECASE
)
_IRREGULAR = {"have": "has", "do": "does", "go": "goes", "be": "is"}
# Longer questions are not repeated.
_MAX_WORDS = 20
# A second question, a quotation or a word that speaks to the reader cannot be part of the sentence.
_UNFIT = re.compile(r"[?!.]\s|[:;“”\"]|\b(?:i|me|my|you|your|please)\b", re.IGNORECASE)


def unsaid(question: str) -> str:
    """`The abstract of this paper does not say which GPU was used.`, for `Which GPU was used?`.

    Without the question's words if they cannot be turned into a clause by rule.
    """
    plain = plain_question(" ".join(question.split()))
    clause = None
    if len(plain.split()) <= _MAX_WORDS and not _UNFIT.search(plain):
        clause = _indirect(plain)
    return f"{UNSAID} {clause}." if clause else f"{UNSAID}."


def _indirect(question: str) -> str | None:
    """`question` as a clause that depends on `does not say`; None if no rule fits."""
    if _SUBJECT.match(question):
        return _lowered(question)
    if match := _DO.match(question):
        verb = _finite(match["verb"], match["aux"])
        return f"{_lowered(match['asked'])} {match['subject'].lower()} {verb}{match['rest']}"
    if match := _INVERTED.match(question):
        return (
            f"{_lowered(match['asked'])} {match['subject'].lower()} {match['aux'].lower()}"
            f"{match['rest']}"
        )
    if match := _YES_NO_DO.match(question):
        verb = _finite(match["verb"], match["aux"])
        return f"whether {match['subject'].lower()} {verb}{match['rest']}"
    if match := _YES_NO.match(question):
        return f"whether {match['subject'].lower()} {match['aux'].lower()}{match['rest']}"
    return None


def _finite(verb: str, auxiliary: str) -> str:
    """`need` as `needs` where `does` was said."""
    verb = verb.lower()
    if auxiliary.lower() != "does":
        return verb
    if verb in _IRREGULAR:
        return _IRREGULAR[verb]
    if re.search(r"(?:s|x|z|ch|sh|o)$", verb):
        return f"{verb}es"
    if re.search(r"[^aeiou]y$", verb):
        return f"{verb[:-1]}ies"
    return f"{verb}s"


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:]
