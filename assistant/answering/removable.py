"""What can be removed from a quotation: nothing that the rest depends on, or that was asked."""

from __future__ import annotations

import re

from assistant.answering.question import Question
from assistant.answering.replies import asks_yes_or_no
from assistant.text.names import mentions, names
from assistant.text.numbers import numbers
from assistant.text.words import content_words

# What the rest depends on: it is never removed.
_QUALIFIERS = re.compile(
    r"""\b(?:no|not|non|nor|neither|never|none|without|cannot|\w+n['’]t|lack\w*|fail\w*|absen\w+
        |only|unless|if|provided|assuming|whenever|except\w*|exclud\w+|however|although|though
        |but|yet|whereas|while|despite|nevertheless|instead|rather|contrary|contrast\w*|unlike
        |unlikely|hypothes\w+|unclear|unknown|uncertain|than|compar\w+|versus|vs|relative
        |respectively|conversely|otherwise|alone|until|limited|restricted|insignificant\w*
        |when|as\s(?:long|far)\sas|in\s(?:theory|principle)|under|together|combin\w+
        |based|chance|arte?facts?|artifacts?|confound\w*|bias\w*|wrong|false\w*|myth|refut\w+
        |disprov\w+|disput\w+|retract\w*|fabricat\w+|doubt\w*|drawbacks?|rare
        |(?:this|these|that|those)\s(?:claims?|proofs?|findings?|results?|effects?|beliefs?|views?)
        )\b""",
    re.VERBOSE | re.IGNORECASE,
)
_CAUSES = re.compile(
    r"\b(?:because|since|due|owing|by|through|via|thereby|thus|hence|so|therefore|lead\w*|result\w*"
    r"|caus\w+|allow\w*|enabl\w+|mak(?:es?|ing)|using|with|for|to|as|which|where)\b",
    re.IGNORECASE,
)
_ASKS_CAUSE = re.compile(r"\b(?:why|how|reason|cause|mechanism|purpose|point)\b", re.IGNORECASE)
# Questions that ask for no number: those for yes or no, a cause or a name.
_ASKS_NO_NUMBER = re.compile(
    r"^(?:is|are|was|were|do|does|did|can|could|has|have|had|will|would|should|may|might|why|who"
    r"|which)\b",
    re.IGNORECASE,
)
_AMOUNT = re.compile(
    r"\b(?:ratio|rate|correlat\w+|scores?|accurac\w+|number|values?|percent\w*|share|proportion"
    r"|fraction|size|dose|mean|average|median|range|odds|risk|auc|f1|count|amount|coefficient"
    r"|duration|length|ages?|year|long|many|much|large|big|often|factor|speed\w*|times|prevalence"
    r"|incidence|frequen\w+|level|concentration|temperature|interval|maximum|minimum)\b",
    re.IGNORECASE,
)
# A p-value or an interval in brackets, which says how sure the number before it is.
_TEST = re.compile(
    r"^(?:(?:adjusted\s|all\s|both\s)?p(?:\s?-?values?)?\s?[=<>≤≥]\s?[\d.]+|95\s?%\s(?:ci|confidence\sinterval)\b"
    r"[^;a-z]*(?:to[^;a-z]*)?)$",
    re.IGNORECASE,
)
_ASKS_TEST = re.compile(
    r"\bp\b|\bci\b|\b(?:p-?values?|significan\w+|confidence|intervals?|sure|certain)\b",
    re.IGNORECASE,
)
# Results that may be chance: what says so stays, unless the rest denies a difference.
_P_VALUE = re.compile(
    r"\bp(?:s|\s?-?values?)?\s?(?P<sign>[=<>≤≥])\s?(?P<value>\d?\.\d+)", re.IGNORECASE
)
_SIGNIFICANT = 0.05
_INTERVAL = re.compile(
    r"\b(?:ci|interval)\b[^\d-]{0,4}(?P<low>-?\d+(?:\.\d+)?)\s?%?\s?(?:to|,|;|-|–|−)\s?"
    r"(?P<high>-?\d+(?:\.\d+)?)",
    re.IGNORECASE,
)
_TESTED = re.compile(
    r"\bp(?:s|\s?-?values?)?\s?[=<>≤≥]|\bci\b|\binterval\b|\bns\b|\bstandard\s(?:error|deviation)"
    r"|\b(?:sem?|sd)\b|±|\brange\b",
    re.IGNORECASE,
)
# Only what denies a difference: "did not change the weight" says nothing of another result.
_DENIES = re.compile(
    r"\b(?:not?\s(?:\w+\s){0,2}(?:differ\w*|significan\w+|effects?|associat\w+|benefits?)"
    r"|similar\w*|comparable)\b",
    re.IGNORECASE,
)
_STATISTICS = frozenset({"OR", "HR", "RR", "CI", "SD", "SE", "IQR", "NS", "P", "AUC", "SEM"})
_EXAMPLES = re.compile(
    r"^\W*(?:and\s)?(?:such\sas|including|e\.\s?g|i\.\s?e|for\sexample|for\sinstance|namely)\b",
    re.IGNORECASE,
)


def is_removable(removed: str, kept: str, question: Question) -> bool:
    """Whether `removed` says nothing that `kept` depends on, or that `question` asks."""
    if _QUALIFIERS.search(removed) or set(content_words(removed)) & set(question.words):
        return False
    if numbers(removed) and (
        question.asks_quantity
        or _AMOUNT.search(question.text)
        or not _ASKS_NO_NUMBER.search(question.text)
    ):
        return False
    if _ASKS_CAUSE.search(question.text) and _CAUSES.search(removed):
        return False
    if not asks_yes_or_no(question.text) and (
        _EXAMPLES.search(removed) or set(names(f"the {removed}")) - _STATISTICS
    ):
        return False
    if _may_be_chance(removed, kept):
        return False
    named = names(f"the {removed}")
    return not any(mentions(question.text, one) and not mentions(kept, one) for one in named)


def is_mere_test(inside: str, rest: str, question: Question) -> bool:
    """Whether the text in brackets is a p-value or an interval that only confirms `rest`."""
    return (
        bool(_TEST.match(inside))
        and not _ASKS_TEST.search(question.text)
        and not _may_be_chance(inside, rest)
    )


def _may_be_chance(removed: str, kept: str) -> bool:
    """Whether `removed` has statistics that leave open whether there is what `kept` reports."""
    if not _TESTED.search(removed) or _DENIES.search(kept):
        return False
    values = list(_P_VALUE.finditer(removed))
    intervals = list(_INTERVAL.finditer(removed))
    certain = all(
        one["sign"] in "=<≤"
        and (float(one["value"]) < _SIGNIFICANT or one["sign"] + one["value"] in ("<0.05", "<.05"))
        for one in values
    ) and all(
        not any(float(one["low"]) <= nothing <= float(one["high"]) for nothing in (0, 1))
        for one in intervals
    )
    return not certain or len(values) + len(intervals) == 0
