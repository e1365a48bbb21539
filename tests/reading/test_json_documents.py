"""A stream of records out of one JSON document; damage costs the record it is in."""

from __future__ import annotations

import json
import random
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest

from assistant.reading import json_documents
from assistant.reading.json_documents import outline, records
from assistant.reading.source import UNREADABLE

RECORDS = [{"id": number, "title": f"Title {number}", "in": [{"id": "x"}]} for number in range(5)]


def is_record(value: Any) -> bool:
    return isinstance(value, dict) and "title" in value


def cut(text: str, size: int) -> Iterator[str]:
    return (text[start : start + size] for start in range(0, len(text), size))


def read(text: str, size: int = 7) -> tuple[list[Any], list[tuple[int, str]]]:
    damages: list[tuple[int, str]] = []
    found = list(records(cut(text, size), is_record, lambda *what: damages.append(what)))
    numbers = [number for number, _ in found] + [number for number, _ in damages]
    assert sorted(numbers) == list(range(1, len(numbers) + 1))
    return [value for _, value in found], damages


DOCUMENTS = {
    "list": json.dumps(RECORDS),
    "indented list": json.dumps(RECORDS, indent=2),
    "results": json.dumps({"meta": {"count": 5, "x": ["y"]}, "results": RECORDS, "next": None}),
    "data": json.dumps({"total": 5, "data": RECORDS}),
    "message": json.dumps({"status": "ok", "message": {"facets": {}, "items": RECORDS, "n": 3}}),
    "lines": "\n".join(json.dumps(record) for record in RECORDS),
    "one after another": "".join(json.dumps(record, indent=1) for record in RECORDS),
    "two lists": json.dumps(RECORDS[:2]) + json.dumps(RECORDS[2:]),
    "no commas": json.dumps(RECORDS).replace("}, {", "} {"),
}


@pytest.mark.parametrize("size", [1, 2, 3, 50, 100_000])
@pytest.mark.parametrize("kind", DOCUMENTS)
def test_every_shape_however_it_is_cut(kind: str, size: int) -> None:
    assert read(DOCUMENTS[kind], size) == (RECORDS, [])


@pytest.mark.parametrize("size", [1, 4, 1000])
def test_values_cut_anywhere(size: int) -> None:
    values: list[Any] = [
        *(1234, -1.5e-7, True, None, "", 'caf\u00e9 \U0001f600 \\ " \n', {}, [], [[]]),
        *({"a\tb": {"c": "\ud83d"}}, 1),
    ]
    assert read(json.dumps(values), size) == (values, [])
    assert read(json.dumps(values, ensure_ascii=False), size) == (values, [])
    assert read('["tab\there", "line\nend"]', size)[0] == ["tab\there", "line\nend"]


def test_an_object_without_a_list_is_the_record() -> None:
    assert read(json.dumps(RECORDS[0])) == ([RECORDS[0]], [])
    assert read(json.dumps({"status": "ok", "message": RECORDS[0]})) == ([RECORDS[0]], [])
    assert read("") == ([], [])
    assert read("[]") == ([], [])


@pytest.mark.parametrize("kind", DOCUMENTS)
@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ('"title": "Title 2"', '"title": Title 2"'),
        ('"title": "Title 2"', '"title" "Title 2"'),
        ('"title": "Title 2"', '"title": "Title 2'),
        ('"title": "Title 2"', '"title": \\'),
        ('"title": "Title 2"', '"title": ' + "[" * 3000),
        ('"title": "Title 2"', '"title": ' + "9" * 5000),
        ('"title": "Title 2"', f'"title": "Title {UNREADABLE}"'),
    ],
)
def test_damage_costs_one_record(kind: str, good: str, bad: str) -> None:
    values, damages = read(DOCUMENTS[kind].replace(good, bad), 50)
    assert values == [record for record in RECORDS if record["id"] != 2]
    assert [number for number, _ in damages] == [3]
    assert "\n" not in damages[0][1]


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_cut_short_keeps_what_is_whole(kind: str) -> None:
    text = DOCUMENTS[kind]
    for end in range(1, len(text)):
        values, damages = read(text[:end], 60)
        whole = sum(text[:end].count(f'"Title {number}"') for number in range(5))
        assert values[: whole - 1] == RECORDS[: max(0, whole - 1)]
        assert len(values) <= 5
        assert len(damages) <= 1


def test_first_record_damaged() -> None:
    values, damages = read('[{"id": nonsense, "title": "x"}, {"id": 1, "title": "y"}]')
    assert values == [{"id": 1, "title": "y"}]
    assert len(damages) == 1


def test_too_long_a_record_is_given_up() -> None:
    text = json_documents._Text(cut('["' + "a" * 5000, 100))
    text.at = 1
    with pytest.raises(json_documents._Damaged, match="longer than 1,000 characters"):
        text.value(1000)


def test_nested_lists_of_lists_end() -> None:
    deep = '{"message": ' * 5000
    _, damages = read(deep, 1000)
    assert damages[0][1] == "not readable as JSON: nested too deep"
    _, damages = read('{"a": ' * 200_000, 10_000)
    assert len(damages) <= 2


def test_objects_without_end_are_given_up() -> None:
    endless = '{"a": ' * 900 + '"' + "x" * 1_500_000
    values, damages = read(f'[{{"title": "A"}}, {endless}', 100_000)
    assert values == [{"title": "A"}]
    assert [why for _, why in damages] == ["not readable as JSON: the file ends within it"]
    endless = '{"title": ' * 900 + '"' + "x" * 1_500_000
    values, damages = read(f'[{{"title": "A"}}, {endless}', 100_000)
    assert values == [{"title": "A"}]
    assert [number for number, _ in damages] == [2, 3]
    assert damages[1][1] == "too much of it is damaged: the rest is not read"


def test_memory_does_not_grow_with_the_document() -> None:
    record = json.dumps({"id": 1, "title": "word " * 200}) + ","
    chunks = (part for part in ["[", *[record * 50] * 400, "{}]"])
    tracemalloc.start()
    try:
        count = sum(1 for _ in records(chunks, is_record, lambda *what: None))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count == 20_001
    assert peak < 1_000_000


def test_outline_of_a_head() -> None:
    assert outline(DOCUMENTS["message"]) == RECORDS[0]
    assert outline("[null, null, " + json.dumps(RECORDS[0])) == RECORDS[0]
    assert outline('{"meta": {}, "results": [{"id": 1, "long": ["a", "b') == {"id": 1, "long": None}
    assert outline('{"id": 1, "tit') == {"id": 1}
    assert outline('{"data": ' * 7000) == {"data": None}
    assert outline("prose") == outline("") == outline("[3, 4]") == {}


@pytest.mark.parametrize("seed", range(300))
def test_any_mutation_ends(seed: int) -> None:
    choice = random.Random(seed)
    text = list(choice.choice(list(DOCUMENTS.values())))
    for _ in range(choice.randint(1, 6)):
        place = choice.randrange(len(text))
        text[place : place + choice.choice((0, 1, 1, 5))] = choice.choice('{}[]",:\\x1n \n')
    damaged = "".join(text)
    assert read(damaged, 1_000_000) == read(damaged, choice.randint(1, 40))
    outline(damaged)
