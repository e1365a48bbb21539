"""Labels of the sections of structured abstracts: "METHODS", "Main outcome measures:", "AIM —".

Journals have hundreds of them, which are made of few words: a noun such as "methods", words that
qualify it, and words that join both. A label is therefore recognised by its words. What follows it
tells whether a title that begins with such a word is meant: "Results From a Trial of Cats".
"""

from __future__ import annotations

import re
from dataclasses import dataclass

# The nouns, by the order in which sections follow each other.
_NOUNS = (
    """abstract aim aims answer background context goal goals highlights hypotheses hypothesis
    importance introduction motivation need object objective objectives premise problem
    purpose purposes question questions rationale scope significance summary unlabelled
    contexte contexto einleitung fragestellung fundamento antecedentes hintergrund
    introducción introdução objectif objectifs objetivo objetivos obiettivi obiettivo
    premessa scopo ziel ziele zielsetzung""",
    """acquisition analyses analysis animals approach approaches collection comparison criteria
    design designs eligibility endpoints exposure exposures extraction intervention
    interventions material materials measure measured measurement measurements measures
    method methodology methods outcome outcomes participants patients population procedure
    procedures sample samples selection setting settings sources statistics strategy
    subjects synthesis materialien matériel methoden methodik metodi metodo méthode
    méthodes método métodos materiais materiales pacientes patienten pazienti
    studiendesign""",
    """finding findings result results ergebnis ergebnisse resultados resultate risultati
    résultats""",
    """availability caution conclusion conclusions contact disclaimer discussion funding
    identifier implementation implications impact innovation interpretation limitations
    message messages outlook perspective perspectives recommendations registration
    registry relevance strengths conclusioni conclusión conclusiones conclusão conclusões
    discusión discussão diskussion fazit schlussfolgerung schlussfolgerungen""",
)
OPENING, METHODS, RESULTS, CLOSING = range(4)
_STAGES = {word: stage for stage, words in enumerate(_NOUNS) for word in words.split()}
# Labels without one of these nouns.
_PHRASES = {
    "what is known": OPENING,
    "what is already known": OPENING,
    "what is known already": OPENING,
    "what is already known on this topic": OPENING,
    "case presentation": METHODS,
    "case report": METHODS,
    "evidence review": METHODS,
    "study appraisal": METHODS,
    "areas covered": METHODS,
    "critical issues": RESULTS,
    "recent advances": RESULTS,
    "recent developments": RESULTS,
    "expert opinion": CLOSING,
    "expert commentary": CLOSING,
    "ethics and dissemination": CLOSING,
    "future directions": CLOSING,
    "key points": CLOSING,
    "level of evidence": CLOSING,
    "role of chance": CLOSING,
    "trial number": CLOSING,
    "what is new": CLOSING,
    "what this study adds": CLOSING,
    "how this study might affect research, practice or policy": CLOSING,
}
_QUALIFIERS = frozenset(
    """additional background biological brief broader clinical competing
    current dados data datos dissemination données duration educational evidence
    existing experimental future general interest interests intervention key literature main
    major number other overall patient policy practical practice primary principais principal
    principales principaux public quality reasons recent recruitment reporting research review
    risk search secondary size statistical studien studies study subject supplementary
    systematic technical theoretical translational trial wider""".split()  # noqa: SIM905
)
_JOINING = frozenset(
    """and of or the und et y e de des für los las dos das with reasons for""".split()  # noqa: SIM905
)

# What follows these is a name or a number.
_BEFORE_NAMES = frozenset({"funding", "registration", "registry", "identifier", "number"})

_SIGN = r"\s*(?:[*_]{2})?\s*(?:[:：]|\.?\s*[—–]|\.(?=\s|$)|\s-(?=\s))\s*(?:[*_]{2})?\s*"
_AFTER = re.compile(rf"(?P<sign>{_SIGN})|\s*(?:[*_]{{2}})?\s*$|(?:[*_]{{2}})?\s+(?=\S)")
_BEFORE = re.compile(r"(?:#{1,6}\s+)?(?:[*_]{2})?")
_PHRASE = re.compile(
    rf"(?:{'|'.join(sorted(map(re.escape, _PHRASES), key=len, reverse=True))})\b", re.IGNORECASE
)
_WORD = re.compile(r"(?P<join>\s*[,/&+]\s*|\s+|)(?P<word>[^\W\d_]+)(?:\(s\))?")
_MOST_WORDS = 12
_SENTENCE_END = re.compile(r"""[.!?…]["'”’)\]]*$""")
# A name of a gene or the like begins in lower case but is no word: p53, miR-21.
_NO_WORD = re.compile(r"\w*[\d\-]|[^\W\d_]+[A-Z]")
_OF_TITLES = frozenset("a an and as at by for from in of on or with without".split())  # noqa: SIM905
_FEWEST_WORDS = 3
_PROSE_WORDS = 20
_LONGEST_LABEL = 120


@dataclass(frozen=True)
class Label:
    """The label at the beginning of a line.

    Args:
        name: the label in small letters.
        first: where in an abstract it begins, from `OPENING` to `CLOSING`.
        last: where it ends; "Methods and results" has both.
        alone: nothing else is in the line.
        certain: what follows it is the text of a section, not the rest of a title.
        before_name: what follows it is a name or a number.
    """

    name: str
    first: int
    last: int
    alone: bool
    certain: bool
    before_name: bool


def label_of(line: str) -> Label | None:
    """The label that a line begins with, of white space at its ends free; None if it has none."""
    before = _BEFORE.match(line)
    start = before.end() if before else 0
    if not line[start : start + 1].isupper():
        return None
    for end in reversed(_ends(line, start)):
        found = _label(line, start, end)
        if found:
            return found
    return None


def ends_sentence(text: str) -> bool:
    """Tell whether a text ends as a sentence does."""
    return _SENTENCE_END.search(text) is not None


def _ends(line: str, start: int) -> list[int]:
    """Where a label may end: behind each noun in the words of labels that the line begins with."""
    ends: list[int] = []
    at = start
    if phrase := _PHRASE.match(line, start):
        ends.append(phrase.end())
        at = phrase.end()
    for _ in range(_MOST_WORDS):
        found = _WORD.match(line, at)
        if (
            found is None
            or found.end() > start + _LONGEST_LABEL
            or (at > start and not found["join"])
        ):
            break
        word = found["word"].casefold()
        if word not in _STAGES and word not in _QUALIFIERS and word not in _JOINING:
            break
        at = found.end()
        if word not in _JOINING:
            ends.append(at)
    return ends


def _label(line: str, start: int, end: int) -> Label | None:
    words = re.findall(r"[^\W\d_]+", line[start:end])
    name = " ".join(words).casefold()
    stages = [_STAGES[word] for word in name.split() if word in _STAGES]
    if phrase := _PHRASE.match(line, start):
        stages = [_PHRASES[phrase[0].casefold()], *stages]
    after = _AFTER.match(line, end)
    capitals = {word.isupper() for word in words if word.casefold() not in _JOINING}
    if not stages or after is None or len(capitals) > 1:
        return None
    text = line[after.end() :]
    before_name = name.split()[-1] in _BEFORE_NAMES
    if text and not (after["sign"] or before_name or _begins_section(text, capitals == {True})):
        return None
    certain = not text or len(text.split()) >= _PROSE_WORDS or ends_sentence(text)
    certain = certain and bool(after["sign"] or not before_name)
    return Label(name, stages[0], stages[-1], not text, certain, before_name)


def _begins_section(text: str, in_capitals: bool) -> bool:
    """Tell by what follows a label without a sign whether a sentence begins there."""
    first, *others = text.split()
    if first[0].islower() and not _NO_WORD.match(first):
        return in_capitals and ends_sentence(text) and first not in _OF_TITLES
    letters = [word for word in others if word[0].isalpha()]
    in_lower_case = sum(word[0].islower() for word in letters)
    if in_capitals:
        # Behind it may be a name in capitals, but not a title in them.
        return not text.isupper() and 2 * in_lower_case >= len(letters)
    return (
        len(others) + 1 >= _FEWEST_WORDS
        and ends_sentence(text)
        and 2 * in_lower_case > len(letters)
    )
