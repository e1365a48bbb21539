"""The sentences of an abstract that sum it up: what was done, how, what was found, its limits."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.text.sentences import sentence_spans

if TYPE_CHECKING:
    from collections.abc import Sequence

_CONTRIBUTION = re.compile(
    r"\b(?:objectives?|aims?|purpose|goal|focus)(?:\s+of\b|\s*:|\s+to\b)"
    r"|\b(?:we|this\s+(?:paper|work|article|study)|here)\b.{0,60}?\b(?:propos|introduc|present|develop"
    r"|describ|stud|investigat|explor|show|demonstrat|extend|adapt|provide|argue|address"
    r"|deriv|discover|identif|report|examin|evaluat|compar|assess|aim|design|review|characteri[sz]|test"
    r"|measur|creat|conduct|analy[sz]|quantif|formulat|offer|built|build)\w*",
    re.IGNORECASE,
)
_RESULT = re.compile(
    r"\b(?:outperform|achiev|result|show|demonstrat|improv|find|found|experiment|reveal|reduc"
    r"|increas|indicat|conclud|reach|attain|obtain|yield|gain|surpass|exceed|rais(?:e|es|ed)\b|won\b"
    r"|beat|defeat|perform|accura|takes?\b)\w*",
    re.IGNORECASE,
)
_METHOD = re.compile(
    r"\b(?:using|used|use[sd]?|trained?|randomi[sz]ed|enrolled|recruited|measured|compared|collected"
    r"|analy[sz]ed|sampled|simulat\w+|participants|patients|subjects|dataset|corpus|by\s+means\s+of"
    r"|based\s+on|consists?\s+of|combin\w+)\b",
    re.IGNORECASE,
)
# The other side of a finding, and what it is worth.
_CONTRAST = re.compile(
    r"^(?:however|but|although|while|in\s+contrast|conversely|nevertheless|yet|no\s)"
    r"|\b(?:did\s+not|does\s+not|no\s+(?:significant|difference|effect|evidence)|not\s+significant"
    r"|limit\w+|drawback|only\s+(?:if|when|in)|fails?\s+to|remains?\s+(?:unclear|open))\b",
    re.IGNORECASE,
)
_CONCLUSION = re.compile(
    r"^(?:conclu|thus|therefore|hence|overall|taken\s+together|together|in\s+(?:summary|conclusion))"
    r"|\b(?:these|our|the)\s+(?:results?|findings?|data|observations?|stud(?:y|ies))\s+(?:\w+\s+)?"
    r"(?:suggest|indicate|show|demonstrate|reveal|provide|support|identify|establish|highlight)"
    r"|\bwe\s+conclude\b",
    re.IGNORECASE,
)
# What tells that a finding was measured.
_MEASURED = re.compile(
    r"\d|%|\b(?:outperform|better|best|faster|slower|higher|lower|larger|smaller|fewer|less|more"
    r"|significant|state[- ]of[- ]the[- ]art|accura|associat|reduc|increas|effective|correlat)\w*",
    re.IGNORECASE,
)
# What may come of the work is no finding.
_OUTLOOK = re.compile(
    r"\b(?:pav(?:e|es|ing)\s+the|open(?:s|ing)?\s+(?:up|the|new)|future|we\s+hope|we\s+believe"
    r"|implications?|promising|directions?|potential(?:ly)?|discuss\w*|available\s+at"
    r"|(?:publicly|freely|openly)\s+available|open[- ]sourced?)\b",
    re.IGNORECASE,
)
# What was intended or done, not what was found.
_INTENT = re.compile(
    r"^(?:objectives?|aims?|purpose|background|introduction|methods?|design|setting|participants"
    r"|patients|measurements)\b|\b(?:aim|purpose|objective|goal)\s+of\s+(?:this|the|our)"
    r"|\bwe\s+(?:sought|aimed|investigated|evaluated|studied|enrolled|reviewed|assessed)\b|^to\s",
    re.IGNORECASE,
)
# Sentences of a summary.
_MAX_SUMMARY = 4
# More measured findings in one sentence do not make it a better summary.
_ENOUGH = 3
# Shorter sentences are not quoted in a summary.
_MIN_WORDS = 5


def result_strength(sentence: str) -> float:
    """How clearly `sentence` states a result, from -1.5 (what was intended) to 2.5 (measured)."""
    strength = -1.5 if _INTENT.search(sentence) else 0.0
    if _OUTLOOK.search(sentence):
        return strength
    if _RESULT.search(sentence) or _CONCLUSION.search(sentence):
        strength += 1.0
    return strength + min(_ENOUGH, len(_MEASURED.findall(sentence))) / 2


def key_sentences(abstract: str) -> list[tuple[int, int]]:
    """The sentences of a summary as (start, end), by position; at most four.

    They are the first about the contribution, the first about the method, the one about results
    that has most measured findings (the last of several), and the last that qualifies them. In
    place of one that is missing there is the conclusion.
    """
    spans = sentence_spans(abstract)
    long = [span for span in spans if len(abstract[slice(*span)].split()) >= _MIN_WORDS]

    def count(cue: re.Pattern[str], span: tuple[int, int]) -> int:
        return len(cue.findall(abstract[slice(*span)]))

    def with_cue(cue: re.Pattern[str], some: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
        return [span for span in some if count(cue, span)]

    def value(span: tuple[int, int]) -> tuple[bool, int, int]:
        return not count(_OUTLOOK, span), min(_ENOUGH, count(_MEASURED, span)), span[0]

    told = [span for span in long if not abstract[slice(*span)].rstrip().endswith("?")]
    first = (with_cue(_CONTRIBUTION, told) or told or spans)[:1]
    later = [span for span in told if span > first[0]]
    result = sorted(with_cue(_RESULT, later), key=value)[-1:]
    others = [span for span in later if span not in result and not count(_OUTLOOK, span)]
    method = with_cue(_METHOD, others)[:1]
    contrast = with_cue(_CONTRAST, [span for span in others if span not in method])[-1:]
    chosen = {*first, *method, *result, *contrast}
    conclusion = with_cue(_CONCLUSION, [span for span in later if span not in chosen])[-1:]
    return sorted([*chosen, *conclusion[: _MAX_SUMMARY - len(chosen)]])
