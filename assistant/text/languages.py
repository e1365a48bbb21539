"""The language of a question, coarsely: by its script, else by words that no English text has."""

from __future__ import annotations

import re

from assistant.text.abbreviations import frequent_words

# Words that ask, or that only this language has; one of them decides.
_STRONG = {
    "de": """wie warum wann welche welcher welches welchen wer wieso weshalb und oder nicht für gibt
        wurde wurden haben über zum zur ist sind werden eine einen einem""",
    "fr": """quel quelle quels quelles comment pourquoi quand quoi combien dans avec cette sont-ils
        est-ce y-a-t-il aux sont était""",
    "es": """cuál cuáles cómo cuándo quién quiénes dónde cuántos cuántas cuánto cuánta qué porqué
        hay según sobre""",
    "it": """quali perché quanti quante quando della dei nella cosa quale""",
    "pt": """quais quantos quantas não são você sobre qual onde pelo pela""",
}
_ENGLISH = frozenset(
    """the of and is are was were what which who how why when where does do did in on at for with by
    to from that this these those it its can could has have had a an or not there any much as so no
    many than then""".split()  # noqa: SIM905
)
# What a word counts for a language: frequent words tell it together with others.
_WEIGHTS = {
    language: dict.fromkeys(frequent_words(language) - {"i", "a"}, 1)
    | dict.fromkeys(words.split(), 2)
    for language, words in _STRONG.items()
}
# Letters that tell two languages apart which have the same words: `número de`.
_LETTERS = {
    "de": frozenset("äöüß"),
    "fr": frozenset("àâçèêîôùœ"),
    "es": frozenset("áíñóú"),
    "it": frozenset("ìò"),
    "pt": frozenset("ãâçêõ"),
}
_SCRIPTS = {
    "ja": re.compile(r"[\u3040-\u30ff]"),
    "ko": re.compile(r"[\uac00-\ud7af]"),
    "zh": re.compile(r"[\u4e00-\u9fff]"),
    "ru": re.compile(r"[\u0400-\u04ff]"),
    "ar": re.compile(r"[\u0600-\u06ff]"),
}
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
# Share of the letters that have to be of a script, and the least weight of the words of a language.
_MIN_SHARE = 0.12
_MIN_WEIGHT = 2


def question_language(question: str) -> str | None:
    """The language of `question` as an ISO 639-1 code; None if it may be English.

    Names and technical terms alone tell no language.
    """
    if "¿" in question:
        return "es"
    letters = sum(map(str.isalpha, question))
    for language, script in _SCRIPTS.items():
        if len(script.findall(question)) > _MIN_SHARE * letters:
            return language
    words = [word.lower() for word in _WORD.findall(question)]
    weights = {
        language: sum(known.get(word, 0) for word in words) for language, known in _WEIGHTS.items()
    }
    letters_used = frozenset(question.lower())
    best = max(
        weights,
        key=lambda language: (weights[language], len(_LETTERS[language] & letters_used)),
    )
    english = sum(word in _ENGLISH for word in words)
    return best if weights[best] >= _MIN_WEIGHT and weights[best] > 2 * english else None


def is_common_word(word: str) -> bool:
    """Whether `word` is one that tells a language, and so names nothing."""
    return any(word.lower() in known for known in _WEIGHTS.values())
