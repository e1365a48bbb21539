"""Text -> HTML that is safe to show.

All HTML comes from the templates of this package. They sanitize and escape every value, so texts
from papers, users and models appear as text and never as markup: they cannot run or load anything.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import jinja2
import markupsafe
from markupsafe import Markup

from assistant.html.formulas import formulas, found_formulas, marked_formulas
from assistant.languages import Message, format_number, said
from assistant.text.sanitizing import sanitized, sanitized_lines

_BLANK = re.compile(r"\n[ \t]+(?=\n)")
# A line break that only wraps a paragraph: what follows is not a paragraph, a list item or a part
# of a structured abstract (`METHODS: ...`).
_WRAPPED = re.compile(
    r"(?<!\n)[ \t]*\n(?!\s*\n|[ \t]{2}|[-*\u2022] |(?:[A-Z][A-Z ,/&]+|[A-Z][a-z]+):\s)[ \t]*"
)


def render(template: str, **values: Any) -> str:
    """The template file `template` of this package, filled with `values`.

    Raises:
        jinja2.UndefinedError: the template uses a value that is not given.
    """
    return _environment().get_template(template).render(**values)


def flowing(text: str) -> str:
    """`text` without the line breaks inside its paragraphs, so that it fills any width."""
    return _WRAPPED.sub(" ", _BLANK.sub("\n", sanitized_lines(text)))


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("assistant.html", "templates"),
        autoescape=True,
        finalize=_finalize,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters["flowing"] = lambda text: flowing(said(text))
    environment.filters["formulas"] = lambda text: formulas(said(text))
    environment.filters["one_line"] = lambda text: sanitized(said(text))
    environment.filters["found"] = found_formulas
    environment.globals["marked_formulas"] = marked_formulas
    environment.globals["_"] = _text
    environment.globals["ngettext"] = _counted
    environment.globals["number"] = format_number
    return environment


def _finalize(value: Any) -> Any:
    # The only Markup values are formulas, made from sanitized text.
    is_text = isinstance(value, str) and not isinstance(value, Markup)
    # Texts of background jobs are in another language than the reader's.
    return sanitized_lines(said(value)) if is_text else value


def _text(text: str, /, **values: Any) -> str:
    """`_` in templates."""
    return _filled(Message((text,), 1, values))


def _counted(one: str, many: str, count: int, /, **values: Any) -> str:
    """`ngettext` in templates."""
    return _filled(Message((one, many), count, {"count": count, **values}))


def _filled(message: Message) -> str:
    """A marked text of a template. Formulas in it stay formulas; all other values are text."""
    text, values = message.template()
    if not any(isinstance(value, Markup) for value in values.values()):
        return message
    return Markup(markupsafe.escape(text)).format(  # noqa: S704 - it is escaped
        **{name: _finalize(value) for name, value in values.items()}
    )
