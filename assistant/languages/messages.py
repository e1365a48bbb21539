"""Texts that know how to be said in another language."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from assistant.languages.catalogue import catalogue
from assistant.languages.language import current_language, format_number


class Spoken(str):
    """A string in the language that was current when it was made; `now` says it again."""

    def now(self) -> str:
        """The same text in the current language."""
        raise NotImplementedError

    # Gradio makes a string of the labels of buttons.
    def __str__(self) -> str:
        return self

    # Gradio copies its configuration, and strings do not change.
    def __copy__(self) -> Spoken:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Spoken:
        return self


class Later(Spoken):
    """The text that a function returns, which is called again for every language."""

    def __new__(cls, tell: Callable[[], str]) -> Later:
        """Call `tell` now and whenever the text is said again."""
        text = super().__new__(cls, tell())
        text._tell = tell
        return text

    _tell: Callable[[], str]

    def now(self) -> str:
        """What the function returns now."""
        return self._tell()


class Message(Spoken):
    """An English text, the values of its placeholders, and its translations."""

    _ids: tuple[str, str] | tuple[str]
    _count: int
    _values: Mapping[str, Any]

    def __new__(
        cls, ids: tuple[str, str] | tuple[str], count: int, values: Mapping[str, Any]
    ) -> Message:
        """Say the text in the current language; `ids` are the singular and perhaps the plural."""
        text = super().__new__(cls, _say(ids, count, values))
        text._ids, text._count, text._values = ids, count, values
        return text

    def now(self) -> str:
        """The text in the current language, with what it contains."""
        return _say(self._ids, self._count, self._values)

    def template(self) -> tuple[str, dict[str, Any]]:
        """The text in the current language with its placeholders, and their values."""
        text = _found(self._ids, self._count)
        return text, {name: _value(value) for name, value in self._values.items()}


def _(message: str, /, **values: Any) -> Message:
    """The English text `message` in the current language.

    `values` replace its placeholders: `_("Chat {number}", number="12")`. Whole numbers get the
    separators of the language, so years and identifiers are passed as strings.
    """
    return Message((message,), 1, values)


def ngettext(one: str, many: str, count: int, /, **values: Any) -> Message:
    """The form of a text for `count` things: `ngettext("{count} paper", "{count} papers", n)`.

    The placeholder `{count}` is the number itself.
    """
    return Message((one, many), count, {"count": count, **values})


def joined(parts: Iterable[str], separator: str = ", ") -> Later:
    """The texts `parts` in one, each of which can be said again."""
    texts = tuple(parts)
    return Later(lambda: separator.join(map(said, texts)))


def said(text: str) -> str:
    """`text` in the current language if it can be said again, else unchanged."""
    return text.now() if isinstance(text, Spoken) else text


def _say(ids: tuple[str, ...], count: int, values: Mapping[str, Any]) -> str:
    text = _found(ids, count)
    if not values:
        return text
    return text.format(**{name: _value(value) for name, value in values.items()})


def _found(ids: tuple[str, ...], count: int) -> str:
    texts = catalogue(current_language().code)
    return texts.gettext(ids[0]) if len(ids) == 1 else texts.ngettext(ids[0], ids[1], count)


def _value(value: Any) -> Any:
    if isinstance(value, Spoken):
        return value.now()
    is_count = isinstance(value, int) and not isinstance(value, bool)
    return format_number(value) if is_count else value
