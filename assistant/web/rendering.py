"""Text -> HTML that is safe to show.

Everything from papers, users and models goes through the templates of this package, which clean
and escape every value they are handed: it comes out as the text it was, never as markup, so it can
neither run nor fetch anything. The only links are those that the templates write: citations, and
files to keep that are whole in their links.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import jinja2
from markupsafe import Markup

from assistant.text.sanitizing import sanitized_lines
from assistant.web.formulas.in_text import formulas, marked_formulas

if TYPE_CHECKING:
    from assistant.reading import Failure

# More failures than these are counted, not listed.
MOST_FAILURES = 20
_BLANK = re.compile(r"\n[ \t]+(?=\n)")
# The end of a line that was only as long as somebody's window: no paragraph, no entry of a list and
# no part of a structured abstract (`METHODS: ...`) begins behind it.
_WRAPPED = re.compile(
    r"(?<!\n)[ \t]*\n(?!\s*\n|[ \t]{2}|[-*\u2022] |(?:[A-Z][A-Z ,/&]+|[A-Z][a-z]+):\s)[ \t]*"
)


def render_header(
    papers: int | None, model: str, notices: Sequence[str] = (), user: str = ""
) -> str:
    """The head of the page for `user`, "" where nobody logs in.

    `papers` is None while, or because, the library is not open.
    """
    count = None if papers is None else f"{papers:,}"
    return render("header.html", papers=count, model=model, notices=notices, user=user)


def render_job(
    text: str = "",
    *,
    running: bool = False,
    done: int = 0,
    total: int = 0,
    failures: Sequence[Failure] = (),
    error: str = "",
) -> str:
    """How far an import or a batch is: `done` of `total` (0: not known), then what came of it."""
    return render(
        "job.html",
        text=text,
        running=running,
        done=done,
        total=total,
        failures=failures[:MOST_FAILURES],
        failed=f"{len(failures):,}",
        error=error,
    )


def render_digest(**values: Any) -> str:
    """What is new, by topic; `values` are those of `digest.Digests`."""
    return render("digest.html", **values)


def render_about(**values: Any) -> str:
    """What is in use and how it is set; `values` are those of `about.About`."""
    return render("about.html", **values)


def flowing(text: str) -> str:
    """`text` without the line ends within its paragraphs, so that they fill any width."""
    return _WRAPPED.sub(" ", _BLANK.sub("\n", sanitized_lines(text)))


@cache
def _environment() -> jinja2.Environment:
    def cleaned(value: Any) -> Any:
        # Markup is only what `formulas` made of text that it had cleaned.
        is_text = isinstance(value, str) and not isinstance(value, Markup)
        return sanitized_lines(value) if is_text else value

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("assistant.web", "templates"),
        autoescape=True,
        finalize=cleaned,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters["flowing"] = flowing
    environment.filters["formulas"] = formulas
    environment.globals["marked_formulas"] = marked_formulas
    return environment


def render(template: str, **values: Any) -> str:
    """A template of this package with `values`, each cleaned and escaped."""
    return _environment().get_template(template).render(**values)
