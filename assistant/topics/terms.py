"""Words that can name a topic: their stems, those that never can, and how they are written."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache

from assistant.text.words import content_words, stem

WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")

# The most frequent form of a word is written in lower case if at least one in so many of its
# occurrences is.
_LOWER_CASE_ONE_IN = 5

# Papers of every topic contain these words; they would hold unrelated papers together.
_GENERIC_STEMS = frozenset(
    stem(word)
    for word in """ability able achieve address advance advantage aim allow analysis analyze apply
    application approach art article aspect assess author available base baseline benefit broad
    capable capability case challenge common compare comparison complete complex consider
    contribution crucial current demonstrate derive describe design develop development different
    difficult discuss diverse due effective efficient emerge empirical enable enhance evaluate
    evaluation evidence examine example exist experiment explore extensive fast field find focus
    framework full fundamental furthermore future general generate goal good help high highlight
    identify important improve improvement include increase insight interest introduce investigate
    involve issue key large lead level limit limitation literature low main major make method
    methodology multiple need new novel number observe obtain offer open outperform paper part
    particular perform performance perspective possible potential practical present previous prior
    problem process promising propose prove provide question range recent reduce related remain
    report require research result reveal review role scale section set several show significant
    similar simple single small specific standard state study success suggest support system
    task technique test time type understand understanding use useful utilize variety various way
    wide work""".split()  # noqa: SIM905
)

# These words may be part of a phrase; alone they could name any topic.
WEAK_STEMS = frozenset(
    stem(word)
    for word in """activity affect age algorithm alpha analyses area associate association
    background beta biological body brain cause cell cellular change class clinical cohort
    concern condition contact control correlate criterion data dataset day degree
    delivery dependent detect determine direct disease distribute duration dynamic
    effect engineer enzyme event expression factor feature free function gene grade
    group growth harbor health http human il impair index induce induction inference
    inhibit intelligence interaction know knowledge laboratory layer learn life line
    live loss machine material matter measure mechanism mediate medicine member men mice
    model moderate molecule mouse mutant national network neural older order outcome
    participant path pathway patient people point population precise predict
    prediction prevent procedure product progress projection promote protein quality
    rate recognize region regulate response risk sample score self sequence signal
    size space sparse strategy structure subject sufficient survey survival target
    technical theory therapy tissue train transfer treatment trial user value
    variable variation weight woman women world year young""".split()  # noqa: SIM905
)


@lru_cache(maxsize=65_536)
def topic_stem(word: str) -> str | None:
    """The stem of `word`; None if it says nothing about a topic."""
    stems = content_words(word)
    return stems[0] if stems and stems[0] not in _GENERIC_STEMS else None


def most_frequent_form(forms: Counter[str]) -> str:
    """The most frequent of `forms`, in lower case unless nearly all occurrences have capitals."""
    folded: Counter[str] = Counter()
    for form, count in forms.items():
        folded[form.lower()] += count
    word = max(folded, key=lambda form: (folded[form], form))
    # Capitals may come from titles and the beginnings of sentences.
    if forms[word] * _LOWER_CASE_ONE_IN >= folded[word]:
        return word
    spellings = [form for form in forms if form.lower() == word]
    return max(spellings, key=lambda form: (forms[form], form))
