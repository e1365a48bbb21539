"""CSL YAML and CITATION.cff: each field has its place, and hostile files cost nothing."""

from __future__ import annotations

import contextlib
import tracemalloc

import pytest

from assistant.errors import NoPapersFound, ReadingError
from assistant.paper import Paper
from assistant.reading import Failure, csl_yaml, read_bytes
from assistant.reading.detect import detect
from assistant.reading.format import NoPaper
from assistant.reading.yaml_values import yaml_value

GOOD = "- title: A good one\n  type: book\n"


def read(text: str) -> tuple[list[Paper], list[str]]:
    failures: list[Failure] = []
    papers = list(read_bytes(text.encode(), "x.yaml", failures.append))
    return papers, [failure.where for failure in failures]


def format_of(text: str) -> str:
    found = detect(text)
    return found.name if found else ""


@pytest.mark.parametrize(
    ("issued", "published"),
    [
        ("2021", "2021"),
        ("2021-03-14", "2021-03-14"),
        ('"2021-03"', "2021-03"),
        ("2020-05-01/2020-06-01", "2020-05-01"),
        ("{year: 2017, month: 6}", "2017-06"),
        ("\n  - year: 2017\n    month: 6\n    day: 2", "2017-06-02"),
        ("{date-parts: [[2020, 5], [2020, 6]]}", "2020-05"),
        ("~", None),
        ("soon", None),
    ],
)
def test_dates(issued: str, published: str | None) -> None:
    (paper,), _ = read(f"references:\n{GOOD}  issued: {issued}\n")
    assert paper.published == published


def test_a_markdown_text_with_references() -> None:
    text = (
        "---\ntitle: My text\nauthor: Me\nreferences:\n"
        "  # mine\n  - title: One\n    type: book\n"
        "    volume: 010\n    note: |\n      First.\n\n      Second.\n\n"
        "  - title: Two\n    id: two\n    type: chapter\n"
        "lang: en\n...\n\n- title: none\n  type: book\n"
    )
    papers, failures = read(text)
    assert (format_of(text), failures) == ("CSL YAML", [])
    assert [paper.title for paper in papers] == ["One", "Two"]
    assert papers[0].reference == {"type": "book", "volume": "010", "note": "First.\n\nSecond."}
    assert papers[1].reference["citation-key"] == "two"


def test_damage_costs_its_item() -> None:
    papers, failures = read(f"references:\n{GOOD}- title: [bad\n  type: book\n- x\n{GOOD * 2}")
    assert (len(papers), failures) == (3, ["x.yaml:4", "x.yaml:6"])


CFF = """cff-version: 1.2.0
message: Please cite it.
title: nestmaps
type: software
version: 2
authors:
  - {family-names: Koren, given-names: Osa, orcid: "https://orcid.org/0"}
  - name: Nest Group
identifiers:
  - {type: doi, value: 10.1000/nests}
references:
  - {type: book, title: A book, authors: [{name: X}]}
"""


def test_citation_cff() -> None:
    (paper,), failures = read(CFF)
    assert (format_of(CFF), failures) == ("CITATION.cff", [])
    assert (paper.title, paper.doi, paper.authors) == (
        "nestmaps",
        "10.1000/nests",
        ("Osa Koren", "Nest Group"),
    )
    reference = dict(paper.reference)
    custom = reference.pop("custom")["cff"]
    assert reference == {
        "type": "software",
        "version": "2",
        "author": [{"family": "Koren", "given": "Osa"}, {"literal": "Nest Group"}],
    }
    assert custom.keys() == {"message", "authors", "identifiers", "references", "entry-type"}


def test_the_preferred_citation_is_the_paper() -> None:
    preferred = (
        "preferred-citation:\n  type: conference-paper\n  title: Nests\n  authors: []\n"
        "  collection-title: Proc. Nests\n  start: 3\n  end: 9\n  year: 2019\n  month: 5\n"
        "  conference: {name: Nests 2019, city: Oslo, date-start: 2019-05-01}\n"
        "  publisher: {name: Nest Press}\n  editors: [{family-names: Sala, given-names: Yola}]\n"
    )
    (paper,), _ = read(CFF + preferred)
    assert (paper.title, paper.published) == ("Nests", "2019-05")
    reference = dict(paper.reference)
    assert reference.pop("custom")["cff-software"]["title"] == "nestmaps"
    assert reference == {
        "type": "paper-conference",
        "container-title": "Proc. Nests",
        "page": "3-9",
        "event-title": "Nests 2019",
        "event-place": "Oslo",
        "event-date": {"date-parts": [[2019, 5, 1]]},
        "publisher": "Nest Press",
        "editor": [{"family": "Sala", "given": "Yola"}],
    }


BOMB = "b0: &b0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"b{n + 1}: &b{n + 1} [{', '.join([f'*b{n}'] * 10)}]\n" for n in range(9)
)


@pytest.mark.parametrize(
    "hostile",
    [
        BOMB,
        "a: &a [*a]\n",
        "a: &a x\nb: [" + "*a, " * 200 + "]\n",
        "a: *nowhere\n",
        "a: " + "[" * 50_000,
        "a: " + "{b: " * 5_000,
        "a: [" + "x, " * 200_000 + "]\n",
        "a: !!binary '!'\n\tb: x\n",
        "? [a, b]\n: - - - x\n  -\n",
        "a: '",
        "a: \x01\n",
        "a: x\n" * 400_000,
    ],
    ids=range(12),
)
def test_hostile_files_are_refused_or_read_in_bounds(hostile: str) -> None:
    tracemalloc.start()
    try:
        for text in (f"cff-version: 1\ntitle: x\n{hostile}", f"references:\n{GOOD}  {hostile}"):
            with contextlib.suppress(ReadingError):
                read(text)
        assert tracemalloc.get_traced_memory()[1] < 100e6
    finally:
        tracemalloc.stop()


def test_an_alias_bomb_is_refused() -> None:
    with pytest.raises(NoPapersFound, match="more than 100,000 values"):
        read(f"cff-version: 1\ntitle: x\n{BOMB}")


def test_tags_construct_nothing() -> None:
    assert yaml_value("a: !!python/object/apply:os.getcwd []\nb: !!timestamp 2020-01-01") == {
        "a": [],
        "b": "2020-01-01",
    }
    assert yaml_value("a: &x {b: ~}\nc: *x\nd: '~'") == {
        "a": {"b": None},
        "c": {"b": None},
        "d": "~",
    }
    with pytest.raises(NoPaper, match="line 2"):
        yaml_value("a: b\n\tc: d")


@pytest.mark.parametrize(
    "text",
    ["- name: A\n  type: x\n", "references:\n- see above\n", "title: x\n", "- a title: b\n- c\n"],
)
def test_other_yaml_is_none_of_these(text: str) -> None:
    assert format_of(text) not in ("CSL YAML", "CITATION.cff")


FLOW_ITEM = '{id: a, type: book, title: "Cats: a, b", author: [{family: Roe, given: J}]}'
FLOW_LISTS = {
    "items in braces": f"- {FLOW_ITEM}\n- {{id: b, type: book, title: O'Hara's dogs}}\n",
    "under a key": f"references:\n- {FLOW_ITEM}\n- {{id: b, type: book, title: O'Hara's dogs}}\n",
    "one line": f"references: [{FLOW_ITEM}, {{id: b, type: book, title: O'Hara's dogs}}]\n",
    "below the key": f"---\ntitle: My text\nreferences:\n  [\n    {FLOW_ITEM},  # a [comment, {{\n"
    "    {id: b, type: book,\n    title: O'Hara's dogs},\n  ]\n---\nText [1], {a}\n",
    "the whole file": f"[{FLOW_ITEM},\n{{id: b, type: book, title: O'Hara's dogs}}]\n",
    "over lines": f"[\n{FLOW_ITEM}\n,\n{{\nid: b,\ntype: 'book',\ntitle: O'Hara's dogs\n}}\n]\n",
}


@pytest.mark.parametrize("name", FLOW_LISTS)
def test_lists_in_brackets(name: str) -> None:
    failures: list[Failure] = []
    papers = list(read_bytes(FLOW_LISTS[name].encode(), "x.yaml", failures.append))
    assert failures == []
    assert [paper.title for paper in papers] == ["Cats: a, b", "O'Hara's dogs"]
    assert papers[0].authors == ("J Roe",)
    assert [paper.reference["type"] for paper in papers] == ["book", "book"]


def test_a_damaged_item_in_brackets_costs_only_itself() -> None:
    failures: list[Failure] = []
    text = f"references: [\n{FLOW_ITEM},\n{{id: [b: c}}, {{d}},\n{{id: e, title: Dogs}}]\n"
    text = text.replace("[b: c", "*b")
    papers = list(read_bytes(text.encode(), "x.yaml", failures.append))
    assert [paper.title for paper in papers] == ["Cats: a, b", "Dogs"]
    assert [failure.where for failure in failures] == ["x.yaml:3", "x.yaml:3"]


def test_other_lists_in_brackets_are_no_yaml() -> None:
    for head in ("[Re] Cats, title: x, type: y", '[{"title": "x", "type": "y"}]', "[a, b]\n"):
        assert csl_yaml.FORMAT.matches(head) is False
