"""The sentences of an abstract that sum it up: what was done, how, what was found, its limits."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.text.sentences import sentence_spans

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

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
_DIFFERENCE = re.compile(
    r"\b(?:significant\w*|associated|correlated|lower|higher|fewer|odds\s+ratio|hazard\s+ratio)\b",
    re.IGNORECASE,
)
_ALIKE_AT_FIRST = re.compile(r"\bbaseline\b.*\bsimilar\b|\bsimilar\b.*\bbaseline\b", re.IGNORECASE)
_LABEL = re.compile(r"^\W*(?:[A-Z]{4,}\b\W*)+")
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
# A sentence that cannot be understood without the one before it.
_POINTS_BACK = re.compile(r"^(?:it|they|these|those|such|this|its|their)\b", re.IGNORECASE)
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
    sentences = _Sentences(abstract)
    first, result = sentences.first, sentences.result
    others = [span for span in sentences.later if span not in result]
    others = [span for span in others if not sentences.count(_OUTLOOK, span)]
    methods = sentences.with_cue(_METHOD, others)
    method = [span for span in methods if not sentences.dangles(span)][:1]
    method = method or [sentences.before(span) for span in methods[:1]]
    contrast = sentences.with_cue(_CONTRAST, [span for span in others if span not in method])[-1:]
    chosen = {*first, *method, *result, *contrast}
    conclusion = sentences.conclusion(chosen)
    return sorted([*chosen, *conclusion[: _MAX_SUMMARY - len(chosen)]])


def contribution_and_result(abstract: str) -> list[tuple[int, int]]:
    """What was done and what was found, as (start, end): one sentence or two, by position."""
    sentences = _Sentences(abstract)
    first = sentences.first
    return [*first, *(sentences.result or sentences.conclusion(set(first)))]


class _Sentences:
    """The sentences of an abstract by what they tell, as (start, end)."""

    def __init__(self, abstract: str) -> None:
        self._abstract = abstract
        spans = sentence_spans(abstract)
        long = [span for span in spans if len(self._text(span).split()) >= _MIN_WORDS]
        told = [span for span in long if not self._text(span).rstrip().endswith("?")]
        self.first = (self.with_cue(_CONTRIBUTION, told) or told or spans)[:1]
        self.later = [span for span in told if span > self.first[0]]
        results = [span for span in self.later if self._is_result(span)]
        self.result = sorted(results, key=self._value)[-1:]

    def conclusion(self, known: Collection[tuple[int, int]]) -> list[tuple[int, int]]:
        """The conclusion, unless it is one of `known`."""
        return self.with_cue(_CONCLUSION, [span for span in self.later if span not in known])[-1:]

    def dangles(self, span: tuple[int, int]) -> bool:
        """Whether what the sentence is about is in the one before it, which is not the first."""
        points_back = _POINTS_BACK.match(self._text(span)) is not None
        return points_back and self.before(span) not in self.first

    def before(self, span: tuple[int, int]) -> tuple[int, int]:
        """The sentence before."""
        return max(other for other in (*self.first, *self.later) if other < span)

    def with_cue(
        self, cue: re.Pattern[str], some: Sequence[tuple[int, int]]
    ) -> list[tuple[int, int]]:
        """Those of `some` in which `cue` is found."""
        return [span for span in some if self.count(cue, span)]

    def count(self, cue: re.Pattern[str], span: tuple[int, int]) -> int:
        """How often `cue` is found."""
        return len(cue.findall(self._text(span)))

    def _value(self, span: tuple[int, int]) -> tuple[bool, int, int]:
        measured = min(_ENOUGH, self.count(_MEASURED, span))
        return not self.count(_OUTLOOK, span), measured, span[0]

    def _is_result(self, span: tuple[int, int]) -> bool:
        """Whether a result is told, other than that groups were alike at the start."""
        text = _LABEL.sub("", self._text(span))
        told = _RESULT.search(text) or (_DIFFERENCE.search(text) and re.search(r"\d", text))
        return bool(told) and not _ALIKE_AT_FIRST.search(text)

    def _text(self, span: tuple[int, int]) -> str:
        return self._abstract[slice(*span)]
