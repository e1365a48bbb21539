"""A user's questions with what is expected, as JSON lines."""

from __future__ import annotations

import codecs
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assistant.errors import PaperNotFound, UsageError
from assistant.evaluating.key_facts import KeyFact
from assistant.evaluating.outcome import Expected, paper_name
from assistant.paper import normalised
from assistant.reading import identifiers
from assistant.reference import STATUSES

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.evaluating.outcome import Reply
    from assistant.library import Library, StoredPaper

_EXPECTATIONS = ("paper", "text", "answerable", "reply")
_KEYS = ("question", "history", *_EXPECTATIONS)
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# Characters of a paper's name and of a text.
_LONGEST = 1000
_EXAMPLE = '{"question": "Who needs no labels?", "paper": "arxiv:1706.03762"}'


@dataclass(frozen=True)
class EvaluationQuestion:
    """A question of the file's `line` (from 1), asked after those of `history`."""

    line: int
    question: str
    history: tuple[str, ...]
    expected: Expected


def read_questions(
    data: bytes, library: Library, on_problem: Callable[[int, str], None]
) -> list[EvaluationQuestion]:
    """The questions of JSON lines about papers of `library`; blank lines are skipped.

    `data` is UTF-8, or UTF-16 with a byte order mark. `on_problem` receives number and problem of
    each line that cannot be used.
    """
    if data.startswith(_UTF16):
        data = data.decode("utf-16", "replace").encode()
    questions = []
    for number, line in enumerate(data.removeprefix(codecs.BOM_UTF8).splitlines(), start=1):
        if not line.strip():
            continue
        try:
            questions.append(_parsed(number, _object(line), library))
        except (UsageError, PaperNotFound) as error:
            on_problem(number, str(error))
    return questions


def _object(line: bytes) -> dict[str, Any]:
    try:
        value = json.loads(line.decode())
    except UnicodeDecodeError as error:
        raise UsageError(f"This is not UTF-8 (byte {error.start + 1}).") from error
    except json.JSONDecodeError as error:
        raise UsageError(f"This is not JSON ({error.msg}, character {error.colno}).") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(
            "This is not JSON that can be read: it is too deep or too long."
        ) from error
    if not isinstance(value, dict):
        raise UsageError(f"This is not a JSON object. Write one such as {_EXAMPLE}")
    return {name: one for name, one in value.items() if one is not None}


def _parsed(number: int, given: dict[str, Any], library: Library) -> EvaluationQuestion:
    if unknown := [name for name in given if name not in _KEYS]:
        raise UsageError(f"The key {unknown[0][:100]!r} is unknown. Keys are {', '.join(_KEYS)}.")
    if "question" not in given:
        raise UsageError("The key question is missing. It is the question to ask.")
    if not any(name in given for name in _EXPECTATIONS):
        raise UsageError(f"Nothing is expected. Give at least one of {', '.join(_EXPECTATIONS)}.")
    if not isinstance(given.get("history", []), list):
        raise UsageError("history is not a list of the earlier questions.")
    return EvaluationQuestion(
        line=number,
        question=_text("question", given["question"]),
        history=tuple(_text("history", one) for one in given.get("history", [])),
        expected=_expected(given, library),
    )


def _expected(given: dict[str, Any], library: Library) -> Expected:
    answerable = given.get("answerable", True)
    if not isinstance(answerable, bool):
        raise UsageError("answerable is neither true nor false.")
    if not answerable and any(name in given for name in ("paper", "text", "reply")):
        raise UsageError("answerable is false: then paper, text and reply cannot be expected.")
    papers = [_paper(key, library) for key in _several("paper", given)]
    return Expected(
        papers={stored.number: paper_name(stored) for stored in papers},
        facts=tuple(KeyFact.parse(_short("text", one)) for one in _several("text", given)),
        answerable=answerable,
        reply=_reply(given.get("reply")),
    )


def _reply(value: Any) -> Reply | None:
    if value is None:
        return None
    match value.strip().lower() if isinstance(value, str) else value:
        case "yes":
            return "yes"
        case "no":
            return "no"
    raise UsageError('reply is neither "yes" nor "no".')


def _several(name: str, given: dict[str, Any]) -> list[Any]:
    """The values of a key that has one or a list."""
    value = given.get(name, ())
    if value == []:
        raise UsageError(f"{name} is an empty list. Give at least one, or omit the key.")
    return list(value) if isinstance(value, list | tuple) else [value]


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise UsageError(f"{name} has a value that is not a text, or an empty one.")
    return value.encode(errors="replace").decode()


def _short(name: str, value: Any) -> str:
    text = _text(name, value)
    if len(text) > _LONGEST:
        raise UsageError(f"{name} has a value of more than {_LONGEST:,} characters. Shorten it.")
    return text


def _paper(key: Any, library: Library) -> StoredPaper:
    """The paper with this id, number, identifier or title.

    Raises:
        UsageError: `key` is no text and no number, or several papers have this title.
        PaperNotFound: no paper has it.
    """
    if isinstance(key, int) and not isinstance(key, bool):
        return library.papers.get(f"#{key}")
    text = " ".join(_short("paper", key).split())
    try:
        return library.papers.get(text)
    except PaperNotFound:
        found = _titled(text, library)
        if len(found) == 1:
            return found[0]
        if found:
            ids = ", ".join(stored.id for stored in found)
            raise UsageError(f"Several papers have the title {text!r}. Give ids: {ids}.") from None
        for identifier in (identifiers.doi(text), identifiers.arxiv(text)):
            if identifier and identifier != text:
                return library.papers.get(identifier)
        raise


def _titled(title: str, library: Library) -> list[StoredPaper]:
    """The papers with this title, which may have the mark that a retracted one is shown with."""
    mark, colon, rest = title.partition(": ")
    searched = rest if colon and mark.lower() in STATUSES else title
    wanted = (normalised(title), normalised(searched))
    return [
        stored for stored in library.papers.matching(searched) if normalised(stored.title) in wanted
    ]
