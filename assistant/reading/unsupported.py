"""Kinds of files that hold no papers, or hold them in a way that is not read: refused by name.

They are looked at when no format has matched. Without this a long paragraph in one of them might
be taken for an abstract.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

# Lines from the beginning that are looked at.
_LINES = 200
_LONGEST_LINE = 400
# Lines in which the header of a letter, or a mark of the whole file, must be.
_HEADER_LINES = 15


@dataclass(frozen=True)
class Kind:
    """One kind of file.

    Args:
        name: what it is, as in "it is an e-mail".
        advice: what to do instead.
        matches: tells by the lines of a text that are not blank, without white space at their
            ends, if it is of this kind.
    """

    name: str
    advice: str
    matches: Callable[[Sequence[str]], bool]


def unsupported_kind(head: str) -> Kind | None:
    """The kind of a text that begins with `head`; None if it is none of these."""
    lines = [line[:_LONGEST_LINE].rstrip() for line in head.split("\n", 2 * _LINES)[: 2 * _LINES]]
    filled = [line for line in lines if line.strip()][:_LINES]
    return next((kind for kind in _KINDS if filled and kind.matches(filled)), None)


def _first(pattern: str, flags: int = re.IGNORECASE) -> Callable[[Sequence[str]], bool]:
    """The first line begins so."""
    compiled = re.compile(pattern, flags)
    return lambda lines: compiled.match(lines[0].lstrip()) is not None


def _share(pattern: str, share: float, fewest: int = 2) -> Callable[[Sequence[str]], bool]:
    """This share of all lines begins so, and at least so many of them do."""
    compiled = re.compile(pattern)

    def matches(lines: Sequence[str]) -> bool:
        found = sum(compiled.match(line) is not None for line in lines)
        return found >= max(fewest, share * len(lines))

    return matches


def _any(*tests: Callable[[Sequence[str]], bool]) -> Callable[[Sequence[str]], bool]:
    return lambda lines: any(test(lines) for test in tests)


# Of the header of an e-mail in the languages in which programs write it.
_MAIL_FIELD = re.compile(
    r"[>*\s]*(?P<name>From|To|Cc|Subject|Date|Sent|Reply-To|Message-ID|Received|Return-Path"
    r"|Delivered-To|MIME-Version|Content-Type|X-[\w-]+|DKIM-Signature|List-Id"
    r"|Von|An|Betreff|Gesendet|Datum|De|Para|Asunto|Assunto|Enviado|Fecha|Data|Objet|À|A|Envoyé"
    r"|Da|Oggetto|Inviato|Van|Aan|Onderwerp|Verzonden|Fra|Til|Emne|Från|Till|Ämne|Od|Do|Temat"
    r"|От|Кому|Тема|差出人|宛先|件名|日時|发件人|收件人|主题|보낸사람|제목)\*?\s?[::]\*?\s*\S",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"(?:subject|betreff|asunto|assunto|objet|oggetto|onderwerp|emne|ämne|temat|тема|件名|主题|제목"
    r"|return-path|received|message-id|mime-version)$",
    re.IGNORECASE,
)


def _is_mail(lines: Sequence[str]) -> bool:
    """It opens with fields of a header, of which one is the subject."""
    names: list[str] = []
    in_mailbox = lines[0].startswith("From ")
    for line in lines[in_mailbox:_HEADER_LINES]:
        if found := _MAIL_FIELD.match(line):
            names.append(found["name"])
        elif not names or not line[0].isspace():
            break
    return any(map(_SUBJECT.match, names))


_ISO_TIME = (
    r"\d{4}[-/]\d\d[-/]\d\d[T ,]+\d{1,2}:\d\d|\w{3} [ \d]\d \d\d:\d\d:\d\d "
    r"|\d{1,2}/\w{3}/\d{4}:\d\d|(?:DEBUG|INFO|WARN(?:ING)?|ERROR|TRACE|FATAL)\b|I\d{4} \d\d:"
)
_CHAT_TIME = (
    r"\[?\d{1,4}[./-]\d{1,2}[./-]\d{2,4},? (?:at )?\d{1,2}:\d\d(?::\d\d)?"
    r"\s?(?:[APap]\.?[Mm]\.?)?\]?"
    r"(?: -|:)? ?[^:]{1,40}: |\[\d\d:\d\d(?::\d\d)?\] ?<?[^:>]{1,40}[:>] |<[^<>\s]{1,30}> \S"
)
_CODE_LINE = (
    r"\s*(?:[{}\])]+[;,)]*$|.*[;{]$|//|/\*|\*/|#(?:include|define|ifn?def|endif|pragma)\b"
    r"|(?:def|class|import|from|return|if|elif|else|for|while|try|except|with|async|raise) ?.*:$"
    r"|(?:import|from) [\w.]+(?: import .*)?$|return\b|@\w+(?:\(.*\))?$"
    r"|(?:public|private|protected|static|const|let|var|final|func|fn|package|using|namespace) "
    r"|(?:end|fi|done|esac|then|else|do)$|\w+ ?<- |[\w.]+ ?[-+*/|&]?= .+|[\w.]+\(.*\)$|\$\w+ ?=)"
)
_CUE = re.compile(r"\s*\d{1,3}:\d\d[\d:.,]* --> ")
_ADVICE = "export its papers as BibTeX, RIS, CSV or JSON"
_COPY = "copy the titles and abstracts of its papers into a text file, an empty line between them"
_NONE = "it holds no papers"

_KINDS: tuple[Kind, ...] = (
    Kind("a calendar (iCalendar)", _NONE, _first(r"BEGIN:VCALENDAR")),
    Kind("an address book (vCard)", _NONE, _first(r"BEGIN:VCARD")),
    Kind("a key or certificate", _NONE, _first(r"-----BEGIN ")),
    Kind("an RTF document", "save it as plain text or as PDF", _first(r"\{\\rtf")),
    Kind("a PostScript file", "convert it to PDF", _first(r"%!PS")),
    Kind(
        "a file of subtitles",
        _NONE,
        _any(
            _first(r"WEBVTT|\[Script Info\]"),
            lambda lines: any(_CUE.match(line) for line in lines[:3]),
        ),
    ),
    Kind(
        "a patch",
        _NONE,
        _any(
            _first(r"diff --git |--- \S+.*|Index: \S+$", 0),
            _share(r"(?:@@ -\d|diff --git )", 0),
        ),
    ),
    Kind("an e-mail", _COPY, _is_mail),
    Kind(
        "a database dump (SQL)",
        _ADVICE,
        _share(r"\s*(?:CREATE TABLE|INSERT INTO|DROP TABLE|ALTER TABLE|PRAGMA |SELECT .*)\b", 0, 1),
    ),
    Kind(
        "bookmarks of a browser", "open the pages and copy their text", _first("<!DOCTYPE NETSCAPE")
    ),
    Kind(
        "a web page (HTML)",
        "open it in a browser and copy its text into a file, or export its papers",
        _first(r"<!doctype html|<html|<head|<body|<(?:div|p|h\d|table|ul|meta)\b"),
    ),
    Kind(
        "an XML file of a kind that is not supported",
        _ADVICE,
        _first(r"<\?xml|<[a-z!][\w:.-]*[\s>]"),
    ),
    Kind("a notebook (Jupyter)", _NONE, lambda lines: any('"nbformat"' in it for it in lines)),
    Kind(
        "a JSON file without papers",
        "a paper is an object with a title, and an abstract or authors",
        _first(r'(?:\{|\[)\s*(?:["\[{\]}]|$)'),
    ),
    Kind(
        "a LaTeX document", "import its PDF", _share(r"\s*\\(?:documentclass|begin\{document)", 0)
    ),
    Kind("a script", _NONE, _first(r"#!")),
    Kind("a file of settings (INI or TOML)", _NONE, lambda lines: _is_settings(lines)),
    Kind("a chat", _COPY, _share(_CHAT_TIME, 0.4)),
    Kind("a log file", _NONE, _share(_ISO_TIME, 0.5)),
    Kind(
        "a list of citations of Ovid, which has no labels or tags",
        "export it again as RIS, or with field labels",
        lambda lines: _is_ovid_citations(lines),
    ),
    Kind(
        "an export of an unknown program",
        "export its papers as RIS or BibTeX",
        _any(
            _share(r"[A-Z][A-Z0-9]{1,3} {0,2}- ", 0.3, 4),
            _share(r"%[A-Z0-9] ", 0.5, 4),
            _share(r"(?:<\d+>|Record \d+(?: of \d+)?)$", 0),
        ),
    ),
    Kind("a YAML file", _ADVICE, lambda lines: _is_yaml(lines)),
    Kind("source code", _NONE, _share(_CODE_LINE, 0.4, 4)),
    Kind(
        "a table without a column of titles",
        "name its columns: --columns title=...,abstract=...",
        lambda lines: _is_table(lines),
    ),
)

# The source of a record: `Journal of Cats. 12(3):45-50, 2020 Mar.`, alone or behind its title.
_OVID_SOURCE = re.compile(
    r"(?:.*\. )?[^\W\d_][^.:;]{2,120}\.? \d{1,5}(?: ?\([^()]{1,30}\))?:[\w-]{1,15}"
    r"(?:, [\w-]{1,15})?, (?:19|20)\d\d\b[^.]{0,30}\.?$"
)
_OVID_NUMBER = re.compile(r"\s{0,3}(?:<\d{1,7}>|\d{1,7}\.)(?:\s|$)")


def _is_ovid_citations(lines: Sequence[str]) -> bool:
    """Records begin with their numbers, and all have a source as Ovid writes it."""
    numbers = sum(_OVID_NUMBER.match(line) is not None for line in lines)
    sources = sum(_OVID_SOURCE.match(line.strip()) is not None for line in lines)
    return numbers > 0 and 2 * sources >= numbers and 12 * sources >= len(lines)


_SECTION = re.compile(r"\[\[?[\w.:\"' /@-]+\]?\]$")
_SETTING = re.compile(r"[\w.\"'-]+ ?= ?")
_YAML_LINE = re.compile(r"\s*(?:- \S|#|[\w.\"'/{}$-]+:(?:\s|$)|-$|---)")
_YAML_KEY = re.compile(r"\s*(?:- )?[a-z_][\w.\"'/-]*:(?:\s|$)")
_DELIMITERS = ",;\t|"
_FEWEST_ROWS = 3


def _is_settings(lines: Sequence[str]) -> bool:
    sections = sum(_SECTION.match(line) is not None for line in lines)
    settings = sum(_SETTING.match(line) is not None for line in lines)
    return sections > 0 and settings >= max(2, sections) and 3 * settings >= len(lines)


def _is_yaml(lines: Sequence[str]) -> bool:
    """Most lines are keys or items, and keys in lower case are among them, or it says so."""
    found = sum(_YAML_LINE.match(line) is not None for line in lines)
    keys = sum(_YAML_KEY.match(line) is not None for line in lines)
    if lines[0] == "---" or lines[0].startswith("%YAML"):
        return keys >= 1
    return keys >= 3 and 5 * found >= 3 * len(lines) and 4 * keys >= len(lines)


def _is_table(lines: Sequence[str]) -> bool:
    """Nearly all lines have as many delimiters of one kind as the first, at least two."""
    for delimiter in _DELIMITERS:
        count = lines[0].count(delimiter)
        alike = sum(line.count(delimiter) >= count for line in lines)
        prose = sum(f"{delimiter} " in line for line in lines)
        if count >= 2 and len(lines) >= _FEWEST_ROWS and alike >= 0.8 * len(lines) > 2 * prose:
            return True
    return False
