"""Evidence about two records: whether their titles and authors agree, and what sets them apart."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher
from functools import cached_property
from typing import Any

from assistant.library.name_matching import family_name, first_initial, fold, name_words
from assistant.paper import Paper, normalised
from assistant.text.word_lists import word_list

# DOI prefixes of preprint servers: arXiv, bioRxiv and medRxiv, Research Square, SSRN, ChemRxiv,
# Preprints.org, OSF, TechRxiv, Authorea. The published version has another prefix.
_PREPRINT_DOIS = (
    "10.48550/", "10.1101/", "10.64898/", "10.21203/", "10.2139/", "10.26434/", "10.20944/",
    "10.31219/", "10.31234/", "10.31235/", "10.36227/", "10.22541/",
)  # fmt: skip
_PREPRINT_PLACES = re.compile(
    r"\b(?:arxiv|[a-z]+rxiv|corr|ssrn|preprints?|research square|authorea|osf)\b"
)
# Where a title ends and a subtitle begins.
_SUBTITLE = re.compile(r"[:;?!/]\s+|\.\s+|\s+[-–]+\s+|\s*—\s*|\s+\(")
_NOTICE = re.compile(
    r"(?:(?:author|publisher)s? )?(?:erratum|errata|corrigendum|correction|addendum|"
    r"retraction|retracted)(?: (?:article|note|notice))?(?: (?:to|for|of))? "
)
# Titles that many papers of one author have.
_GENERIC = frozenset(word_list("generic_title_words"))
STOP_WORDS = frozenset(word_list("title_stop_words"))
# Short words that say little do not decide about titles with fewer other words.
_FEW_WORDS = 3
_MOST_PEOPLE = 100
_LONGEST_COMPARED = 300
_INSTITUTION = re.compile(
    r"\b(?:organi[sz]a\w+|universi\w+|institut\w+|departments?|ministr\w+|minist[eè]r\w*|agenc\w+|"
    r"committee|comit[eé]|associa\w+|asociaci\w+|societ\w+|sociedad|council|consej\w+|conseil|"
    r"consorti\w+|collaborati\w+|network|commissi\w+|comisi\w+|office|bureau|foundation|fundaci\w+|"
    r"stiftung|federati\w+|federaci\w+|alliance|authority|corporation|inc|gmbh|ltd|college|"
    r"academy|academia|laborator\w+|nations|government|programme?|initiative|parliament|assembly|"
    r"working group|study group|task force|world bank|cent(?:er|re)|centro|national|international|"
    r"bundes\w+|\w*amt)\b"
)
_ACRONYM = re.compile(r"[A-Z]{3,8}")
# Works of which every year or edition is one of its own.
_EDITED = frozenset({"book", "report", "standard", "legislation", "periodical", "collection"})
_PARTS = frozenset({"chapter", "entry-encyclopedia", "entry-dictionary", "paper-conference"})
_PAGE = re.compile(r"(?:pp?\.?\s*)?([a-z]*)\.?\s*(\d{1,9})")
# Longer ones are numbers of articles.
_LONGEST_PAGE = 4
_NUMBER = re.compile(r"\d{1,9}")
_ISBN = re.compile(r"(?:97[89][- ]?)?(?:\d[- ]?){9}[\dXx]")
_ORDINALS = {
    word: number
    for number, words in enumerate(
        ("first erste premiere primera", "second zweite deuxieme segunda",
         "third dritte troisieme tercera", "fourth vierte", "fifth funfte", "sixth", "seventh",
         "eighth", "ninth", "tenth"), 1)
    for word in words.split()
}  # fmt: skip
_ROMAN = re.compile(r"(?=[ivxlc])(c{0,3})(xc|xl|l?x{0,3})(ix|iv|v?i{0,3})")


def is_preprint(doi: str) -> bool:
    """Whether `doi` belongs to a preprint server."""
    return doi.lower().startswith(_PREPRINT_DOIS)


def main_title(title: str) -> str:
    """`title` without its subtitle, normalised; "" if it has none."""
    found = _SUBTITLE.search(title)
    if found is None or not normalised(title[found.end() :]):
        return ""
    return normalised(title[: found.start()])


def is_generic(title: str) -> bool:
    """Whether a normalised title is one that many papers of an author may have."""
    words = title.split()
    return len(words) < 2 or not _GENERIC.isdisjoint(words)


class Description:
    """Title, authors and pages of a record, prepared to be compared."""

    def __init__(self, record: Paper) -> None:
        """Describe `record`."""
        self._record = record
        self.title = _NOTICE.sub("", normalised(record.title), count=1) or normalised(record.title)

    @cached_property
    def main(self) -> str:
        """See `main_title`."""
        return main_title(self._record.title)

    @cached_property
    def words(self) -> frozenset[str]:
        """The words of the title, without those that say nothing if there are others."""
        words = self.title.split()
        return frozenset(word for word in words if word not in STOP_WORDS) or frozenset(words)

    @cached_property
    def latin(self) -> bool:
        """Whether the title is in Latin letters."""
        return _is_latin(self._record.title)

    @cached_property
    def people(self) -> frozenset[tuple[str, str]]:
        """Family name and first initial of the authors."""
        names = self._record.authors[:_MOST_PEOPLE]
        return frozenset((family_name(name), first_initial(name)) for name in names)

    @cached_property
    def bags(self) -> frozenset[frozenset[str]]:
        """The words of each author's name, for names whose family name comes first."""
        return frozenset(
            frozenset(name_words(name)) for name in self._record.authors[:_MOST_PEOPLE]
        )

    @cached_property
    def latin_names(self) -> bool:
        """Whether the authors are in Latin letters."""
        return _is_latin(" ".join(self._record.authors[:_MOST_PEOPLE]))

    @cached_property
    def page(self) -> str:
        """The first page, with its letters; "" if unknown."""
        return _first_page(self._record.reference)

    @cached_property
    def is_part(self) -> bool:
        """Whether it is a part of a book."""
        return self._record.reference.get("type") in _PARTS


def titles_agree(one: Description, other: Description) -> bool | None:
    """Whether two titles are of one paper; None if they cannot be compared.

    One may lack the subtitle or the end, have typing errors, or announce an erratum.
    """
    if one.title == other.title or one.main == other.title or other.main == one.title:
        return True
    if one.latin != other.latin:
        return None
    short, long = sorted((one.title, other.title), key=len)
    common = len(one.words & other.words)
    fewer, more = sorted((len(one.words), len(other.words)))
    if fewer >= _FEW_WORDS and (long.startswith(short) or common == fewer):
        return True
    if common >= 0.6 * (fewer + more - common):
        return True
    matcher = SequenceMatcher(None, short[:_LONGEST_COMPARED], long[:_LONGEST_COMPARED], False)
    return matcher.real_quick_ratio() >= 0.85 and matcher.ratio() >= 0.85


def authors_agree(one: Description, other: Description) -> bool | None:
    """Whether the authors are the same people; None if they cannot be compared.

    One list may be cut, and one name of four may differ.
    """
    if not one.people or not other.people or one.latin_names != other.latin_names:
        return None
    fewer, more = sorted((one, other), key=lambda side: len(side.people))
    families = {family for family, _ in more.people}
    found = 0
    for family, initial in fewer.people:
        found += (
            (family, initial) in more.people
            or (family, "") in more.people
            or (not initial and family in families)
        )
    found = max(found, len(one.bags & other.bags))
    return found >= 0.75 * len(fewer.people)


def agree(one: Description, other: Description) -> bool:
    """Whether the titles or the authors are known to be the same."""
    return titles_agree(one, other) is True or authors_agree(one, other) is True


def clearly_different(one: Description, other: Description) -> bool:
    """Whether an identifier that both have is not theirs alone, as the DOI of a book.

    Titles and authors differ clearly, and so do the pages if they are known. For parts of a book
    title and pages suffice.
    """
    if one.page and one.page == other.page:
        return False
    if titles_agree(one, other) is not False:
        return False
    if one.page and other.page and one.is_part and other.is_part:
        return True
    return authors_agree(one, other) is False


def is_institution(name: str) -> bool:
    """Whether an author is an institution."""
    if "," in name:
        return False
    return _ACRONYM.fullmatch(name) is not None or _INSTITUTION.search(fold(name)) is not None


class Distinction:
    """What may distinguish works that have one title: years, and where they were published."""

    def __init__(self, records: Iterable[Paper]) -> None:
        """Collect it from the records of one paper."""
        self.identifiers: dict[str, set[str]] = {}
        self.years: set[int] = set()
        self.fields: dict[str, set[str]] = {}
        self.has_preprint = False
        self.yearly = False
        for record in records:
            self._add(record)

    def _add(self, record: Paper) -> None:
        for scheme, value in (key.split(":", 1) for key in record.keys):
            if scheme != "text" and not (scheme == "doi" and is_preprint(value)):
                self.identifiers.setdefault(scheme, set()).add(value)
        if record.published:
            self.years.add(int(record.published[:4]))
        reference = record.reference
        if record.authors and is_institution(record.authors[0]):
            self.yearly = True
        if reference.get("type") in _EDITED:
            self.yearly = True
        if _of_preprint(record):
            self.has_preprint = True
            return
        for name, value in distinctive_fields(reference):
            self.fields.setdefault(name, set()).add(value)

    def schemes_shared(self, other: Distinction) -> list[str]:
        """The kinds of identifiers (`doi`, `arxiv`, `pmid`) of which both have the same one."""
        return [
            scheme
            for scheme, own in self.identifiers.items()
            if not own.isdisjoint(other.identifiers.get(scheme, ()))
        ]

    def schemes_differing(self, other: Distinction) -> list[str]:
        """The kinds of identifiers of which both have some, but none in common."""
        return [
            scheme
            for scheme, own in self.identifiers.items()
            if scheme in other.identifiers and own.isdisjoint(other.identifiers[scheme])
        ]

    def years_apart(self, other: Distinction) -> int:
        """The fewest years between the two; 0 if one is unknown."""
        if not self.years or not other.years:
            return 0
        return min(abs(one - two) for one in self.years for two in other.years)

    def other_year(self, other: Distinction) -> bool:
        """Whether both are of different years and works of which each year has its own."""
        return (
            self.yearly
            and other.yearly
            and not (self.has_preprint or other.has_preprint)
            and self.years_apart(other) > 0
            and not self.same_pages(other)
        )

    def differing(self, other: Distinction) -> list[str]:
        """Names of the fields that both have and that differ."""
        return [
            name
            for name, own in self.fields.items()
            if name in other.fields and own.isdisjoint(other.fields[name])
        ]

    def same_pages(self, other: Distinction) -> bool:
        """Whether both have the same volume and first page."""
        return "volume" in self.fields and not any(
            self.fields.get(name, set()).isdisjoint(other.fields.get(name, set()))
            for name in ("volume", "page")
        )


def _of_preprint(record: Paper) -> bool:
    reference = record.reference
    if record.doi:
        return is_preprint(record.doi)
    place = fold(str(reference.get("container-title") or reference.get("publisher") or ""))
    return bool(
        _PREPRINT_PLACES.search(place)
        or "preprint" in fold(str(reference.get("genre", "")))
        or (record.arxiv and not place)
    )


def distinctive_fields(reference: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """Names and normalised values of the fields that distinguish editions, issues and articles."""
    if not reference:
        return
    is_work = reference.get("type") in _EDITED
    for name in ("volume", "issue", "edition"):
        if value := _number(str(reference.get(name, ""))):
            yield name, value
    if is_work and (value := normalised(str(reference.get("number", "")))):
        yield "number", value
    page = _first_page(reference)
    # Pages of a book are its length; before an article has a volume it begins on page 1.
    if page and not is_work and (page != "1" or reference.get("volume")):
        is_page = page.isdecimal() and len(page) <= _LONGEST_PAGE
        yield "page" if is_page else "article number", page
    for found in _ISBN.findall(str(reference.get("ISBN", ""))):
        yield "ISBN", _isbn13(found)


def _first_page(reference: Mapping[str, Any]) -> str:
    found = _PAGE.match(str(reference.get("page-first") or reference.get("page") or "").lower())
    return found[1] + found[2].lstrip("0") if found else ""


def _number(text: str) -> str:
    """The first number in `text`, also as a word or in Roman digits; "" if there is none."""
    if found := _NUMBER.search(text):
        return found[0].lstrip("0") or "0"
    for word in fold(text).split():
        if word in _ORDINALS:
            return str(_ORDINALS[word])
    roman = _ROMAN.fullmatch(text.strip().lower())
    return str(_roman(roman[0])) if roman else ""


def _roman(digits: str) -> int:
    values = [{"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}[digit] for digit in digits]
    following = [*values[1:], 0]
    return sum(-one if one < two else one for one, two in zip(values, following, strict=True))


def _isbn13(text: str) -> str:
    """The 12 digits of an ISBN-13 before its check digit."""
    digits = re.sub(r"[- ]", "", text)
    return digits[:12] if len(digits) == 13 else "978" + digits[:9]


def _is_latin(text: str) -> bool:
    letters = [letter for letter in fold(text[:_LONGEST_COMPARED]) if letter.isalpha()]
    return 2 * sum(letter.isascii() for letter in letters) >= len(letters)
