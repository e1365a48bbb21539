"""How certain it is that a text without marks is papers, by its words.

Abstracts have words and phrases that other prose has not ("we propose", "patients", "results
suggest"), and lack those of everyday life, law and handling programs ("please", "your", "licence",
"download"). The score of a text is the balance of both. Measured with 10,000 abstracts and with
files that are not papers (formats.md).
"""

from __future__ import annotations

import enum
import math
import re
from collections.abc import Iterable, Set
from dataclasses import dataclass

from assistant.text.word_lists import word_list


class Confidence(enum.IntEnum):
    """What is done with a text: refused, shown to the user who decides, or imported."""

    NONE = 0
    PROBABLE = 1
    CERTAIN = 2


_WORD = re.compile(r"[^\W\d_][\w'’-]*")
_SCHOLARLY = frozenset(word_list("scholarly_words"))
_EVERYDAY = frozenset(word_list("everyday_words"))
_REPORTS = (
    r"(?:propos|present|introduc|show|demonstrat|investigat|stud[iy]|analy[sz]|examin|explor|develop"
    r"|describ|evaluat|find|found|prov|deriv|compar|consider|address|report|argu|discuss|suggest"
    r"|indicat|reveal|confirm|support|conclud|measur|estimat|identif|aim|establish|observ|conduct"
    r"|perform|review|appl|us(?:e|ed|ing)\b|obtain|test|design|characteri|give|outlin|highlight"
    r"|assess|quantif|hypothes|determin|collect|focus|construct|extend|train|formulat|leverag)\w*"
)
_PHRASE = re.compile(
    rf"""\b(?:
        (?:this|the\ present|our|the\ current)\ (?:paper|study|work|article|thesis|review|survey
            |research|report|chapter|investigation|analysis|contribution)
      | (?:we|authors?|paper|study|article|work|thesis|results?|findings|experiments?|review|data
            |analys[ei]s|evidence|simulations?)
        \ (?:(?:\w{{1,20}}ly|then|also|further|here|have|has)\ )?{_REPORTS}
      | our\ (?:\w{{1,20}}\ )?(?:method|approach|model|framework|result|finding|experiment|algorithm
            |system|analysis|data|technique|theory|code)s?
      | (?:was|were|is|are|ha(?:s|ve)\ been)\ (?:\w{{1,20}}ly\ )?(?:investigated|studied|analy[sz]ed
            |examined|proposed|presented|evaluated|measured|observed|compared|obtained|developed
            |derived|discussed|assessed|considered|shown|demonstrated|calculated|determined
            |performed|described|found|associated|introduced|conducted|tested|reported|estimated
            |identified|explored)
      | state[\s-]of[\s-]the[\s-]art | et\ al\b | p\s?[<=>]\s?0?\.\d | n\s?=\s?\d
      | confidence\ intervals? | statistically\ significant | compared\ (?:with|to)
      | in\ contrast\ to | remains?\ (?:unclear|unknown|open|poorly) | little\ is\ known
      | (?:background|objectives?|purpose|methods?|results?|conclusions?):
      | in\ dieser\ (?:arbeit|studie) | dans\ cet(?:te|\ article)? | (?:en|neste)\ este\ trabajo
    )""",
    re.IGNORECASE | re.VERBOSE,
)
# Courses, projects, offers and announcements are written like abstracts but for these.
_OTHER_PHRASE = re.compile(
    r"""\b(?:
        (?:this|the|our)\ (?:lecture|course|workshop|seminar|talk|module|session|lab|policy
            |agreement|licen[cs]e|service|company|website|newsletter|episode|podcast)
      | (?:requirements|prerequisites|supervisors?|contact|location|venue|speakers?|price|e-?mail
            |deadline|duration|applicants?|candidates?):
      | work\ packages? | white\ paper | contact\ us | should\ be\ (?:sent|submitted|implemented
            |reviewed|addressed)
      | (?:experts|researchers|officials|critics)\ (?:say|said)
      | (?:participants|students|applicants|candidates|you)\ (?:are\ asked|are\ expected|will
            |must|should)
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_OTHER_PHRASE_WEIGHT = 6.0
# A phrase says more than a word, and a word of everyday life more than a scholarly one.
_PHRASE_WEIGHT = 2.0
_EVERYDAY_WEIGHT = 2.5
# Shorter texts score like one of so many words: two words of a sentence prove nothing.
_FEWEST_WORDS = 25
# Characters of a text that are looked at.
_LONGEST = 8_000
# One text cannot make up for all the others, in either direction.
_MOST, _LEAST = 3.0, -3.0

# 99% of 10,000 abstracts score higher, and half of them 1.5; of 13,000 paragraphs of manuals,
# licences and programs 1% score more than 0.4, and 5 more than 0.9.
_CERTAIN, _PROBABLE = 0.8, 0.3
# Of the words of abstracts 8 to 30% are scholarly, of manuals and programs seldom more than 2.
_SCHOLARLY_SHARE = 0.03
# The share of its words that must be in titles and abstracts that read like some.
_CERTAIN_SHARE, _PROBABLE_SHARE = 0.75, 0.3
# And the share of these that must have a title that can be one, which headings of sections are not.
_TITLED_SHARE = 0.7
_TITLE_WORDS, _TITLE_OVERLAP = 4, 0.4
LIKE_ABSTRACT = 0.3
"""From this score on a text is more likely an abstract than a text about anything else."""


def abstract_score(text: str) -> float:
    """How much a text reads like an abstract: about 1.5 if it is one, 0 or less if it is not.

    The count of different scholarly words and phrases, less that of everyday words, by the square
    root of the length in words: longer texts repeat themselves.
    """
    text = text[:_LONGEST].casefold()
    words = _WORD.findall(text)
    different = set(words)
    phrases = {found[0] for found in _PHRASE.finditer(text)}
    balance = (
        len(different & _SCHOLARLY)
        + _PHRASE_WEIGHT * len(phrases)
        - _EVERYDAY_WEIGHT * len(different & _EVERYDAY)
        - _OTHER_PHRASE_WEIGHT * len({found[0] for found in _OTHER_PHRASE.finditer(text)})
    )
    return balance / math.sqrt(max(len(words), _FEWEST_WORDS))


def reads_like_abstract(text: str) -> bool:
    """Tell whether a text is more likely an abstract than a text about anything else."""
    return abstract_score(text) >= LIKE_ABSTRACT


def may_be_scholarly(text: str) -> bool:
    """Tell quickly whether a text has so many scholarly words that a closer look is worth it."""
    words = _WORD.findall(text.casefold())
    return sum(word in _SCHOLARLY for word in words) >= _SCHOLARLY_SHARE * len(words) > 0


def can_be_title(title: str, words: Set[str], of_abstract: Set[str]) -> bool:
    """Tell whether a line says as much about the text below it as titles do.

    `words` are those of the line that carry meaning, `of_abstract` those of the text. 96% of titles
    have four words or more, and 95% of them at least 40% of their words in the abstract; headings
    of sections are shorter, and what is below them does not repeat them.
    """
    is_long = len(title.split()) >= _TITLE_WORDS
    return is_long and len(words & of_abstract) >= _TITLE_OVERLAP * len(words)


@dataclass(frozen=True)
class Passage:
    """A paragraph of a text and the line above it, if it has one that may be its title.

    `words` counts those of both; `titled` says that the line can be a title.
    """

    abstract: str
    words: int
    headed: bool
    titled: bool


def page_confidence(passages: Iterable[Passage], words: int) -> Confidence:
    """How certain it is that a text of so many `words` with these long paragraphs is papers.

    Its paragraphs must read like abstracts on average, most of the text must be those that do, and
    the lines above them must be titles.
    """
    total = papers = titled = 0
    balance = 0.0
    for passage in passages:
        score = abstract_score(passage.abstract)
        balance += min(max(score, _LEAST), _MOST) * passage.words
        total += passage.words
        if passage.headed and score >= LIKE_ABSTRACT:
            papers += passage.words
            titled += passage.words * passage.titled
    if not papers:
        return Confidence.NONE
    mean, share = balance / total, papers / max(words, total)
    if mean >= _CERTAIN and share >= _CERTAIN_SHARE and titled >= _TITLED_SHARE * papers:
        return Confidence.CERTAIN
    if mean >= _PROBABLE and share >= _PROBABLE_SHARE:
        return Confidence.PROBABLE
    return Confidence.NONE


def paper_confidence(abstract: str, marks: int) -> Confidence:
    """How certain it is that a text with a heading "Abstract" and this below it is one paper.

    `marks` counts what else only papers have above it, such as names of authors.
    """
    score = abstract_score(abstract)
    if score >= (_PROBABLE if marks else _CERTAIN):
        return Confidence.CERTAIN
    if score >= (0 if marks else _PROBABLE):
        return Confidence.PROBABLE
    return Confidence.NONE
