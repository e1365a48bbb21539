"""Exported papers are read back unchanged, as far as the format can represent them."""

from __future__ import annotations

import io
import os
import re
from typing import Any

import pytest
from exporting.reference_strategies import references
from exporting.strategies import papers
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from assistant.exporting import FORMATS, ExportRecord, write
from assistant.exporting.escaping import _MATH_COMMANDS, escaped
from assistant.paper import Paper
from assistant.reading import Failure, latex, markup, read_bytes
from assistant.reference import NAMES, display_names
from assistant.sample import sample_papers

pytestmark = pytest.mark.slow

# More look further: EXPORT_EXAMPLES=5000 draws others than the usual ones, too.
_EXAMPLES = int(os.environ.get("EXPORT_EXAMPLES", "100"))
thorough = settings(
    max_examples=_EXAMPLES,
    deadline=None,
    database=None,
    derandomize=_EXAMPLES == 100,
    suppress_health_check=list(HealthCheck),
    phases=[p for p in Phase if p is not Phase.explain],
    report_multiple_bugs=False,
)
TLDRS = st.one_of(
    st.none(), st.sampled_from(["It works. PMID: 99", "ER  - {", "$x$ \\ 1706.03762"])
)


def written(found: list[Paper], form: str, tldr: str | None = None) -> str:
    out = io.StringIO()
    records = (ExportRecord.from_paper(it, it.id, tldr) for it in found)
    assert write(records, form, out) == len(found)
    return out.getvalue()


def read_back(text: str, form: str) -> list[Paper]:
    failures: list[Failure] = []
    found = list(read_bytes(text.encode(), f"x{FORMATS[form].ending}", failures.append))
    assert not [failure for failure in failures if not failure.imported]
    return found


def check(found: list[Paper], form: str, tldr: str | None) -> None:
    text = written(found, form, tldr)
    # The reference of what was read has at least its type and key, which these papers lack.
    back = [it.model_copy(update={"source": "", "reference": {}}) for it in read_back(text, form)]
    assert back == found, text


@thorough
@given(st.lists(papers(), min_size=1, max_size=3), TLDRS)
def test_json_lines_keep_everything(found: list[Paper], tldr: str | None) -> None:
    check(found, "jsonl", tldr)


@thorough
@given(st.lists(papers(), min_size=1, max_size=3), TLDRS)
def test_csl_json_keeps_everything(found: list[Paper], tldr: str | None) -> None:
    check(found, "csljson", tldr)


def one_tag(tag: str) -> bool:
    """Tags are parted by semicolons, so there is none in a tag, nor an entity to escape with."""
    return ";" not in tag and escaped(tag) == tag


def bibtex_holds(paper: Paper) -> bool:
    """Braces and backslashes are LaTeX in identifiers and addresses too; no escape is known."""
    return not re.search(r"[{}\\]", f"{paper.doi}{paper.url}")


def bibtex_tag(tag: str) -> bool:
    r"""The reader takes `\textasciitilde{}` for a space; its number has a semicolon."""
    return one_tag(tag) and "~" not in tag


@thorough
@given(st.lists(papers(bibtex_tag).filter(bibtex_holds), min_size=1, max_size=3), TLDRS)
def test_bibtex_keeps_everything_it_can_hold(found: list[Paper], tldr: str | None) -> None:
    check(found, "bibtex", tldr)


def ris_holds(paper: Paper) -> bool:
    """Addresses are parted by semicolons."""
    return not re.search(r";https?://|;$", paper.url or "")


@thorough
@given(st.lists(papers().filter(ris_holds), min_size=1, max_size=3), TLDRS)
def test_ris_keeps_everything_it_can_hold(found: list[Paper], tldr: str | None) -> None:
    check(found, "ris", tldr)


@pytest.mark.parametrize("form", ["ris", "csljson", "jsonl"])
def test_what_needs_no_escape_is_written_as_it_is(form: str) -> None:
    title = "Café R&D: a < b > c, <think> and {1, 2} at C++"
    abstract = "It’s é’s «so»; see http://x.org/~a--b?c=d&e=f, --do, 10~20 %, ~5 and $x_{i}^2$."
    text = written([Paper(title=title, abstract=abstract)], form)
    assert title in text
    assert abstract in text


ELEMENTS = sorted(markup._KNOWN)


@pytest.mark.parametrize("form", ["bibtex", "ris", "csljson", "jsonl"])
def test_every_element_that_the_reader_takes_out_comes_back(form: str) -> None:
    check([Paper(title=f"T <{it}>x</{it}>", abstract=f"A <{it} a>") for it in ELEMENTS], form, None)


@pytest.mark.parametrize("form", ["bibtex", "ris", "csljson", "jsonl"])
def test_every_command_that_the_reader_takes_out_comes_back(form: str) -> None:
    names = {*latex._SYMBOLS, *latex._SURE_SYMBOLS, *latex._FORMATS, *latex._ACCENTS}
    titles = [f"T \\{it}{{A}} \\{it} A {{\\{it} A}} \\{it}" for it in {*names, *_MATH_COMMANDS}]
    check([Paper(title=title, abstract="") for title in sorted(titles)], form, None)


@pytest.mark.parametrize("form", ["bibtex", "ris", "csljson", "jsonl"])
def test_the_sample_library_comes_back(form: str) -> None:
    found = [it.model_copy(update={"source": "", "reference": {}}) for it in sample_papers()]
    assert len(found) > 20
    check(found, form, "One line.")


@thorough
@given(st.lists(papers(bibtex_tag).filter(bibtex_holds), min_size=1, max_size=2), references())
def test_bibtex_keeps_the_reference(found: list[Paper], reference: dict[str, Any]) -> None:
    found = [it.model_copy(update={"reference": reference}) for it in found]
    text = written(found, "bibtex")
    back = read_back(text, "bibtex")
    for paper, read in zip(found, back, strict=True):
        assert read.title == paper.title, text
        for key, value in reference.items():
            got = read.reference.get(key)
            if key in NAMES:
                assert display_names(got or []) == display_names(value), (key, text)
            elif key not in ("citation-key", "custom"):
                assert got == value, (key, text)
    again = written(back, "bibtex")
    assert read_back(again, "bibtex") == back, again
