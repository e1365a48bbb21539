"""Shorter forms of a long sentence that is quoted, by rules: candidates for `ClaimCheck.shortened`.

Words are only removed, and only where the rest stays a sentence: what announces the statement ("We
show that"), asides in brackets or between commas, and clauses at the end or, before a semicolon or
"and we", at the start. What is removed has no word of the question that the rest lacks, no negation
or condition, nothing that it is compared with, and no number or name if these may be asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.answering.clauses import (
    FINITE,
    PRONOUN_START,
    is_balanced,
    is_clause,
    is_in_brackets,
    is_item,
    says_more,
)
from assistant.answering.question import Question
from assistant.answering.removable import is_mere_test, is_removable
from assistant.answering.replies import asks_yes_or_no
from assistant.text.citations import without_citations
from assistant.text.numbers import numbers
from assistant.text.shortening import (
    refers_to_other_text,
    with_capital,
    with_full_stop,
    without_opening,
)
from assistant.text.words import content_words

# Sentences with more words are shortened.
LONG = 25
# Words that a form has at least, and at least so many fewer than the sentence.
_MIN_WORDS, _MIN_SAVED = 7, 4
MAX_FORMS = 4
# A clause is about the thing that is named in so many words before it.
_NEAR = 6

# Formulas, numbered parts, missing spaces: their parts are hard to tell apart.
_UNCLEAR = re.compile(
    r"[$\\{}]|(?:^|[\s(])\d\)|\([ivx]+\)|\([a-d]\)|[a-z][.?!][A-Z]|[\"“”]|``|\?"
    # Two sentences, if it is no abbreviation.
    r"|(?<!\bvs)(?<!\be\.g)(?<!\bi\.e)(?<!\bet al)(?<!\bcf)(?<!\betc)\.\s+\S"
    r"|\b(?:in|by|of|see|refs?|references?|and|with|from|to)\s\[\d|\bet al\.?,?\s?\(\d"
)
# What announces a statement and takes no doubt away: the authors found it.
_FACTIVE = (
    r"(?:show|find|report|demonstrate|observe|prove|confirm|establish|conclude|discover|note)"
    r"(?:s|ed|d)?|shown|found|proved|proven"
)
_ANNOUNCEMENT = re.compile(
    rf"""^(?:
        (?:\w+ly,?\s|also\s|then\s|first\s)?
        (?:we|(?:the|our|these|this)\s(?:(?:present|current|experimental|main|new)\s)?
           (?:results?|findings?|data|experiments?|study|analys[ie]s|paper|work)
           (?:\sof\sthis\s(?:study|work|paper))?|(?:results|experiments))
        \s(?:(?:have|has|also|further|clearly|here|now|then|first)\s){{0,2}}
        (?:{_FACTIVE})\sthat,?\s
      | it\s(?:is|was|has\sbeen)\s(?:also\s)?(?:shown|found|observed|demonstrated|proved)\sthat,?\s
      | (?-i:(?:RESULTS|FINDINGS|CONCLUSIONS?|Results|Conclusions?|Findings)
          (?:\s?:\s|\s(?=(?:An?|The|In|We|There|This|[A-Z][a-z]+\s(?:was|were|is|are))\s)))
      )(?=\S)""",
    re.VERBOSE | re.IGNORECASE,
)
# `For cats, it is shown that B`: the condition stays.
_ANNOUNCED_AFTER = re.compile(
    rf"""^(?P<condition>(?:for|in|at|under|on|during|among)\s[^,:;]{{3,80}},\s)
        (?:we\s(?:(?:have|also)\s)?(?:{_FACTIVE})|it\s(?:is|was)\s(?:shown|found|observed))
        \sthat\s(?=\S)""",
    re.VERBOSE | re.IGNORECASE,
)
_CONNECTIVE = re.compile(
    r"^(?:however|nevertheless|nonetheless|yet|besides|interestingly|surprisingly|remarkably"
    r"|importantly|notably|strikingly|unexpectedly|indeed|in fact|in conclusion|to summarize"
    r"|in contrast|by contrast|conversely),\s(?=\S)",
    re.IGNORECASE,
)
_ABBREVIATION = re.compile(r"^(?!NS$)[\w/-]*[A-Z][\w/-]*$")
# With brackets in them: `(1.2 ml(-1), P = 0.01)`.
_BRACKETS = re.compile(r" [(\[]((?:[^()\[\]]|[(\[][^()\[\]]*[)\]])*)[)\]](?=[\s,;:.]|$)")
# `HPNet, a network that learns, predicts`: the clause between commas before a verb.
_BETWEEN = re.compile(
    rf",\s(?:which|who|where|an?|as\s\w+ed)\s[^,;:()]{{3,160}},\s(?=(?:{FINITE.pattern}))",
    re.IGNORECASE,
)
# Where a part at the end starts that the rest does not need.
_TRAILING = re.compile(
    r"""\s?(?:
        ,\s(?:which|where|whereby|thereby|thus|hence|leading\sto|resulting\sin|such\sas|with
          |as(?!\swell\b)|based|measured|derived|obtained|i\.\s?e\.,?|e\.\s?g\.,?)\s
      | ,\s(?!during|following|according|concerning|regarding|depending|being)\w{3,}ing\s
      | ,\s(?:and|so)\s(?=(?:we|it|they|this|these|there|the|an?|our|its|their|all|each)\s\w)
      | ,?\sand\s(?=(?:is|are|was|were|has|have|had|can|could|may|might|will|would|should|does|did
                  |shows?|showed|provides?|provided|allows?|allowed|achieves?|achieved|enables?
                  |improves?|improved|outperforms?|reduces?|reduced)\s)
      | ;\s(?=\w)
      )""",
    re.VERBOSE | re.IGNORECASE,
)
# Where a statement starts that can stand without what precedes it.
_LEADING = re.compile(r"\s?(?:;\s(?:and\s)?(?=\w)|,\sand\s(?=we\s\w))", re.IGNORECASE)
_AUTHORS_VERB = (
    r"(?:show|find|found|report|demonstrate|observe|prove|confirm|establish|conclude|discover"
    r"|propose|present|provide|introduce|discuss|develop|apply|evaluate|derive|describe|study"
    r"|investigate|identify|examine|analy[sz]e|compare|argue)(?:e?d)?"
)
# `We compare A and find that B`: the subject, and each thing that is said of it.
_BOTH_SAID = re.compile(
    rf"^(?P<subject>(?:[\w\s-]{{1,40}},\s)?we)\s(?P<first>(?:\w+ly\s|also\s|first\s|then\s)?"
    rf"{_AUTHORS_VERB}\s.*?),?\sand\s(?P<second>(?:\w+ly\s|also\s|then\s)?{_AUTHORS_VERB}\s.*)$",
    re.IGNORECASE,
)
_NEXT_SAID = re.compile(rf",\s(?:\w+ly\s|then\s)?{_AUTHORS_VERB}\s", re.IGNORECASE)


def shorter_forms(sentence: str, question: Question) -> list[str]:
    """The forms of `sentence` that can be shown for `question`, shortest first, at most four.

    There are none if it has at most `LONG` words, or if its parts cannot be told apart. Every form
    consists of words of `sentence` in their order.
    """
    length = len(sentence.split())
    if length <= LONG or _UNCLEAR.search(sentence) or not is_balanced(sentence):
        return []
    whole = without_citations(sentence)
    forms: dict[str, None] = {}
    for part in (whole, *_parts(whole, question)):
        for form in (part, _without_asides(part, question)):
            opened = _without_opening(form)
            words = len(opened.split())
            if _MIN_WORDS <= words <= length - _MIN_SAVED:
                forms[with_full_stop(opened)] = None
    return sorted(forms, key=len)[:MAX_FORMS]


def _parts(sentence: str, question: Question) -> Iterator[str]:
    """`sentence` without statements at its end, or its start, that are not about `question`."""
    for kept in (sentence, *_without_ends(sentence, question)):
        if kept != sentence:
            yield kept
        yield from _without_starts(kept, question)
        yield from _one_of_both(kept, question)


def _without_ends(sentence: str, question: Question) -> Iterator[str]:
    for match in _TRAILING.finditer(sentence):
        kept, removed = sentence[: match.start()], sentence[match.end() :]
        separator = match[0].strip().lower()
        if is_in_brackets(sentence, match.start()) or ":" in kept:
            continue
        if separator == ";" and ";" in kept + removed:
            continue  # items, not statements
        if separator.startswith(", and") and not says_more(removed, kept):
            continue
        if separator.endswith("ing") and is_item(kept):
            continue
        if (
            not asks_yes_or_no(question.text)
            and (
                # A second thing that the same subject does may be asked, too ...
                separator.endswith("and")
                # ... and what follows `Pdx1, which` may tell what it is.
                or set(content_words(" ".join(kept.split()[-_NEAR:]))) & set(question.words)
            )
        ):
            continue
        if not is_clause(kept):
            continue
        if is_removable(sentence[match.start() :], kept, question):
            yield kept


def _without_starts(sentence: str, question: Question) -> Iterator[str]:
    for match in _LEADING.finditer(sentence):
        removed, kept = sentence[: match.start()], sentence[match.end() :]
        if is_in_brackets(sentence, match.start()) or ":" in sentence or ";" in kept:
            continue
        if (
            is_clause(removed)
            and is_clause(kept)
            and not refers_to_other_text(kept)
            and not PRONOUN_START.search(kept)
            and is_removable(removed, kept, question)
        ):
            yield with_capital(kept)


def _one_of_both(sentence: str, question: Question) -> Iterator[str]:
    match = _BOTH_SAID.match(sentence)
    if match is None or is_in_brackets(sentence, match.start("second")):
        return
    if _NEXT_SAID.search(match["first"]):
        return  # three things
    first = f"{match['subject']} {match['first']}"
    second = f"{match['subject']} {match['second']}"
    if is_clause(first) and is_removable(match["second"], first, question):
        yield first
    if (
        is_clause(first)
        and not refers_to_other_text(match["second"])
        and not re.search(r"\b(?:it|its|them|their|they)\b", match["second"])
        and is_removable(match["first"], second, question)
    ):
        yield second


def _without_opening(sentence: str) -> str:
    """`sentence` without what announces its statement, unless it says two things."""
    opened = without_opening(sentence)
    opened = with_capital(_CONNECTIVE.sub("", opened))
    bare = _ANNOUNCED_AFTER.sub(r"\g<condition>", _ANNOUNCEMENT.sub("", opened))
    if bare == opened or PRONOUN_START.search(bare):
        return opened
    if re.search(
        rf"(?:\band|\bbut|\bor|,|;)\s+(?:(?:also|then|further|finally|thus|hence|therefore|\w+ly)\s+)"
        rf"{{0,2}}(?:that\b|{_AUTHORS_VERB}\b)",
        bare,
        re.IGNORECASE,
    ):
        return opened
    return with_capital(bare)


def _without_asides(sentence: str, question: Question) -> str:
    """`sentence` without what is in brackets or between commas and not about `question`."""

    def rest(match: re.Match[str]) -> str:
        return match.string[: match.start()] + match.string[match.end() :]

    def is_test(match: re.Match[str]) -> bool:
        return is_mere_test(match[1], rest(match), question)

    def is_used(match: re.Match[str]) -> bool:
        known = f"{rest(match)} {question.text}"
        return bool(re.search(rf"{re.escape(match[1])}", known, re.IGNORECASE))

    # If one of several brackets has to stay, the others may be what it is compared with.
    others = [one for one in _BRACKETS.finditer(sentence) if not is_test(one)]
    removable = "respectively" not in sentence and all(
        _ABBREVIATION.match(one[1])
        or (
            is_removable(one[1], rest(one), question)
            # `three domains (access, continuity and communication)`
            and (numbers(one[1]) or asks_yes_or_no(question.text))
        )
        for one in others
    )

    def bracket(match: re.Match[str]) -> str:
        if _ABBREVIATION.match(match[1]):
            return match[0] if is_used(match) else ""
        return "" if removable or is_test(match) else match[0]

    def between(match: re.Match[str]) -> str:
        return " " if is_removable(match[0], rest(match), question) else match[0]

    return _BETWEEN.sub(between, _BRACKETS.sub(bracket, sentence))
