"""Abbreviations and initials, in front of whose full stop a sentence goes on, by language."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache

from assistant.text.word_lists import word_list

ENGLISH = "en"
# Texts in other alphabets share their lists: their abbreviations cannot be mistaken for others.
OTHER_ALPHABET = "other"

# The language is guessed from so many characters at the beginning of a text.
_SAMPLE = 800
# Words that are frequent in English and in none of the other languages of the lists.
_ENGLISH_WORDS = frozenset({"the", "and", "with", "this", "that", "these", "which", "from", "were"})
_SHARED_WITH_ENGLISH = frozenset(
    {"a", "of", "in", "to", "is", "was", "we", "for", "on", "an", "by"}
)
# A text has another alphabet if a quarter of it is such words.
_WORDS_OF_OTHER_ALPHABETS = re.compile(r"[\u0370-\u1dff\u1f00-\u1fff\u2e80-\ud7ff]{2,}")

_SPACED_INITIALS = re.compile(r"(?<!\w)(?:[^\W\d_]\.\s?)+[^\W\d_]+$")
_ENGLISH_INITIALS = re.compile(r"(?:^|-)(?:[A-Za-z]\.)+[A-Za-z]$")
_INITIALS = re.compile(r"(?:[^\W\d_]\.-?)+[^\W\d_]")
_INITIAL_NEXT = re.compile(r"[^\W\d_]\.")
_NUMBER_BEFORE = re.compile(r"(?:\d|\b[IVXІХ]+)\s?$")
_ROMAN = re.compile(r"[IVXLCІХ]+\b")
_GERMAN_ORDINAL = re.compile(
    r"(?:\b(?:am|im|vom|zum|zur|beim|ab|bis|seit|der|die|das|dem|den|des|eine[rnms]?)\s\d{1,2}$)",
    re.IGNORECASE,
)
_GERMAN_MONTH = re.compile(
    "Januar|Jänner|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember|Jahrh"
)
# Words with which a letter is a name: `vitamina C`, `группы Б`.
_LABELLED = re.compile(
    r"""(?:\b(?:[vw]itamin|gr[ou]{1,2}pp?|typ|tip[oi]?\b|[ck]las|plan|fa[sz]|hepatit|prote[ií]n|test)
      |\b(?:групп|груп|тип|витамин|вітамін|класс|клас|вариант|гепатит|гипотез|гіпотез)
      |ομάδ|τύπο|βιταμίν|ηπατίτιδ|nhóm|loại|קבוצ|סוג|المجموعة|النوع|فيتامين|گروه|نوع)\w*\s$""",
    re.VERBOSE | re.IGNORECASE,
)
_LATIN_CAPITAL = re.compile(r"[A-Z]")
_OTHER_CAPITAL = re.compile(r"[\u0370-\u052f]")
# Letters of Hebrew, Arabic, Thai and Ethiopic, in whose words one letter alone is an initial.
_UNCASED_LETTER = re.compile(r"[\u0590-\u07ff\u0e00-\u0e7f\u1200-\u139f]")
_THAI = re.compile(r"[\u0e00-\u0e7f]$")
_NO_VOWELS = re.compile(r"[b-df-hj-np-tv-zб-джзк-нп-тф-щ]{2,4}")

# With fewer spaces in front of an abbreviation such as `г.`, a sentence goes on: `В 1895 г. Попов`.
_MIN_SPACES = 4


def language_of(text: str) -> str:
    """The language whose abbreviations hold in `text`, as a code of the word list.

    Guessed from the alphabet and from frequent words. English, if nothing shows another language.
    """
    sample = text[:_SAMPLE]
    if not sample.isascii() and (
        len("".join(_WORDS_OF_OTHER_ALPHABETS.findall(sample))) * 4 > len(sample)
    ):
        return OTHER_ALPHABET
    words = sample.lower().split()
    english = sum(map(_ENGLISH_WORDS.__contains__, words))
    if 20 * english > len(words):
        return ENGLISH
    found = Counter(
        language for word in words if word in _LANGUAGES for language in _LANGUAGES[word]
    )
    if not found:
        return ENGLISH
    language, count = found.most_common(1)[0]
    english += sum(map(_SHARED_WITH_ENGLISH.__contains__, words))
    return language if count > max(1, english) else ENGLISH


@dataclass(frozen=True)
class Abbreviations:
    """The abbreviations of one language, in lower case and without their last full stop.

    Attributes:
        language: its code.
        before: they stand before what they belong to, so no sentence ends with them.
        last: they may end a sentence, such as `etc`.
        units: they may end a sentence behind a number, and are like `before` otherwise.
        numbers: abbreviations only in front of a number, otherwise words.
        starters: words that sentences begin with.

    """

    language: str
    before: frozenset[str]
    last: frozenset[str]
    units: frozenset[str]
    numbers: frozenset[str]
    starters: frozenset[str]

    def goes_on(self, before: str, word: str, following: str, word_after: str) -> bool:
        """Whether a sentence goes on behind a full stop.

        Args:
            before: the end of the sentence, in front of the full stop.
            word: the last word of it.
            following: the text behind the full stop, without white space in front.
            word_after: the first word of it.

        """
        if self.language == ENGLISH:
            return self._goes_on_in_english(word, word_after)
        return self._goes_on_elsewhere(before, word, following, word_after)

    def _goes_on_in_english(self, word: str, word_after: str) -> bool:
        lower = word.lower()
        initial = len(word) == 1 and word.isupper()
        if lower in self.numbers and not word_after[:1].isdigit():
            return False
        if initial or lower in self.last or _ENGLISH_INITIALS.search(word):
            return lower in {"e.g", "i.e"} or word_after.lower() not in self.starters
        return lower in self.before

    def _goes_on_elsewhere(self, before: str, word: str, following: str, word_after: str) -> bool:
        lower = word.lower()
        spaced = _SPACED_INITIALS.search(before)
        joined = re.sub(r"\s", "", spaced[0]).lower() if spaced else ""
        with_next = f"{lower}.{word_after.lower().rstrip('.')}"
        if with_next in self.last or with_next in self.before:
            return True  # the `n.` of `n. Chr.`
        ahead = before[: len(before) - len(word)]
        behind_number = _NUMBER_BEFORE.search(ahead) is not None
        number_next = word_after[:1].isdigit() or _ROMAN.match(word_after) is not None
        starter_next = word_after.lower() in self.starters
        initial_next = _INITIAL_NEXT.match(following) is not None
        if lower in self.numbers and number_next:
            return True
        begins = word_after[:1].isupper() and following[:1] not in "([" and not initial_next
        if lower in self.units and behind_number:
            return not begins
        if joined in self.last or (lower in self.last and (len(word) > 1 or behind_number)):
            return not begins or before.count(" ") < _MIN_SPACES
        if not self.before.isdisjoint({joined, lower, lower.rpartition(".")[2]}):
            return not (starter_next and behind_number)
        if _is_initial(word) or _INITIALS.fullmatch(joined):
            if begins and len(word) == 1 and self._is_label(word, ahead, word_after):
                return False
            return not (starter_next or (behind_number and _UNCASED_LETTER.fullmatch(word)))
        if _THAI.search(word):
            return True
        if self.language == "tr" and (_ROMAN.fullmatch(word) or re.fullmatch(r"\d\d?", word)):
            return not starter_next  # `II. Murat`, `1. Ordu`: sentences end with verbs
        if word.isdigit():
            return (
                self.language == "de"
                and not starter_next
                and (_GERMAN_ORDINAL.search(before) or _GERMAN_MONTH.match(word_after)) is not None
            )
        if initial_next:
            return len(word) <= 3 and word.islower()
        return (
            word_after[:1].isdigit()
            and _NO_VOWELS.fullmatch(lower) is not None
            and not behind_number
        )

    def _is_label(self, letter: str, ahead: str, word_after: str) -> bool:
        """Whether a capital letter is no initial, but a name or unit: `grupo B`, `300 K`."""
        if self.language == OTHER_ALPHABET and _LATIN_CAPITAL.match(letter):
            return _OTHER_CAPITAL.match(word_after) is not None
        return bool(_LABELLED.search(ahead)) or ahead[-2:-1].isdigit()


def _is_initial(word: str) -> bool:
    if word in _DEVANAGARI_LETTERS:
        return True
    if len(word) != 1:
        return False
    if word.isupper() or _UNCASED_LETTER.match(word):
        return True
    return word.islower() and "\u0400" <= word < "\u0530"  # `с. 3`; others are often variables


def _lists() -> dict[str, frozenset[str]]:
    """The lists of `abbreviations.txt` by their headings, such as `de-before`."""
    found: dict[str, list[str]] = {}
    words: list[str] = []
    for word in word_list("abbreviations"):
        if word.endswith(":"):
            words = found.setdefault(word[:-1], [])
        else:
            words.append(word)
    return {heading: frozenset(words) for heading, words in found.items()}


_LISTS = _lists()
THAI_STARTERS = _LISTS["thai-starters"]
AFTER_QUOTATIONS = _LISTS["after-quotation"]
_DEVANAGARI_LETTERS = _LISTS["devanagari-letters"]
# The languages of Latin script but English that have a word.
_LANGUAGES: dict[str, list[str]] = {}
for _heading, _words in _LISTS.items():
    _language, _, _use = _heading.partition("-")
    if _use == "words" and _language != OTHER_ALPHABET:
        for _word in _words:
            _LANGUAGES.setdefault(_word, []).append(_language)


def frequent_words(language: str) -> frozenset[str]:
    """Frequent words of a language, by its code in the word list; not those of English alone."""
    return _LISTS[f"{language}-words"]


@cache
def abbreviations_in(language: str) -> Abbreviations:
    """The abbreviations of a language that `language_of` returns."""
    groups = ("any", ENGLISH) if language == ENGLISH else ("any", "foreign", language)

    def combined(use: str) -> frozenset[str]:
        return frozenset().union(*(_LISTS.get(f"{group}-{use}", ()) for group in groups))

    starters = (
        word_list("sentence_starters") if language == ENGLISH else _LISTS[f"{language}-words"]
    )
    return Abbreviations(
        language,
        before=combined("before"),
        last=combined("last"),
        units=combined("unit"),
        numbers=combined("number"),
        starters=frozenset(starters),
    )
