"""The JSON of web services: each record comes out with what its service says of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from source_support import read_with, unexpected

from assistant.reading import detect, read_bytes, scholarly_json

# What each of them says of one paper: Ada Lovelace's "Cats", with the abstract "Text.", of 2020.
ANSWERS: dict[str, Any] = {
    "Europe PMC": {
        "hitCount": 1,
        "resultList": {
            "result": [
                {
                    "id": "123",
                    "pmid": "123",
                    "doi": "10.1000/it",
                    "title": "<i>Cats</i>",
                    "authorString": "Lovelace A.",
                    "authorList": {"author": [{"firstName": "Ada", "lastName": "Lovelace"}]},
                    "abstractText": "<p>Text.</p>",
                    "firstPublicationDate": "2020-05-14",
                    "keywordList": {"keyword": ["mice"]},
                }
            ]
        },
    },
    "INSPIRE": {
        "hits": {
            "hits": [
                {
                    "id": "1",
                    "metadata": {
                        "titles": [{"title": "Cats"}],
                        "abstracts": [{"value": "Text.", "source": "arXiv"}],
                        "authors": [{"full_name": "Lovelace, Ada"}],
                        "dois": [{"value": "10.1000/it"}],
                        "preprint_date": "2020-05-14",
                        "keywords": [{"value": "mice"}],
                    },
                }
            ]
        }
    },
    "OpenReview": [
        {
            "id": "a",
            "content": {
                "title": {"value": "Cats"},
                "authors": {"value": ["Ada Lovelace"]},
                "abstract": {"value": "Text."},
                "keywords": {"value": ["mice"]},
            },
            "pdate": 1589414400000,
            "doi": "10.1000/it",
        }
    ],
    "ADS": {
        "response": {
            "docs": [
                {
                    "bibcode": "2020Cats",
                    "title": ["Cats"],
                    "author": ["Lovelace, Ada"],
                    "abstract": "Text.",
                    "pubdate": "2020-05-14",
                    "year": "2020",
                    "doi": ["10.1000/it"],
                    "keyword": ["mice"],
                }
            ]
        }
    },
    "DataCite": {
        "data": [
            {
                "id": "10.1000/it",
                "attributes": {
                    "doi": "10.1000/it",
                    "titles": [{"title": "Cats"}],
                    "creators": [{"name": "Lovelace, Ada"}],
                    "descriptions": [{"description": "Text.", "descriptionType": "Abstract"}],
                    "publicationYear": 2020,
                    "dates": [{"date": "2020-05-14", "dateType": "Issued"}],
                    "subjects": [{"subject": "mice"}],
                },
            }
        ]
    },
    "bioRxiv": {
        "messages": [{"status": "ok"}],
        "collection": [
            {
                "doi": "10.1000/it",
                "title": "Cats",
                "authors": "Lovelace, Ada;",
                "author_corresponding": "A",
                "date": "2020-05-14",
                "abstract": "Text.",
                "keywords": ["mice"],
            }
        ],
    },
    "Zotero": [
        {
            "key": "K",
            "data": {
                "itemType": "journalArticle",
                "title": "Cats",
                "creators": [
                    {"creatorType": "author", "firstName": "Ada", "lastName": "Lovelace"},
                    {"creatorType": "editor", "name": "Somebody"},
                ],
                "abstractNote": "Text.",
                "date": "2020-05-14",
                "DOI": "10.1000/it",
                "tags": [{"tag": "mice"}],
            },
        },
        {"key": "L", "data": {"itemType": "attachment", "title": "Full Text PDF"}},
    ],
}


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("service", ANSWERS)
def test_what_the_services_say(service: str, indent: int | None) -> None:
    text = json.dumps(ANSWERS[service], indent=indent)
    found = detect(text)
    assert found is not None
    assert found.name == scholarly_json.SERVICE.name
    (paper,), failures = read_with(scholarly_json.SERVICE, text)
    assert not failures
    assert (paper.title, paper.abstract, paper.authors) == ("Cats", "Text.", ("Ada Lovelace",))
    assert (paper.published, paper.doi, paper.tags) == ("2020-05-14", "10.1000/it", ("mice",))


def test_dblp_numbers_people_of_one_name() -> None:
    info = {
        "authors": {"author": [{"@pid": "1", "text": "Ada Lovelace 0001"}]},
        "title": "Cats.",
        "year": "2020",
        "ee": "https://example.org/1",
    }
    answer = {"result": {"hits": {"hit": [{"@id": "1", "info": info}]}}}
    (paper,), _ = read_with(scholarly_json.SERVICE, json.dumps(answer))
    assert (paper.authors, paper.url) == (("Ada Lovelace",), "https://example.org/1")


def test_a_record_without_title_is_reported() -> None:
    answer = {"response": {"docs": [{"bibcode": "x", "title": ["Cats"]}, {"bibcode": "y"}]}}
    papers, failures = read_with(scholarly_json.SERVICE, json.dumps(answer))
    assert [paper.title for paper in papers] == ["Cats"]
    assert [(failure.where, failure.why) for failure in failures] == [("x:2", "it has no title")]


@pytest.mark.parametrize(
    "text",
    [
        '{"title": "x", "abstract": "y", "creators": []}\n{"title": "z", "abstract": "y"}',
        '{"name": "x", "version": "1", "creators": ["y"]}',
        '[{"title": "x", "body": "y"}]',
    ],
)
def test_other_json_is_none(text: str) -> None:
    assert not scholarly_json.SERVICE.matches(text)


def test_odd_values_do_no_harm() -> None:
    odd = {
        "title": [[["Cats"]]],
        "bibcode": {},
        "itemType": [1],
        "author": {"x": 1},
        "date": [None],
    }
    (paper,), failures = read_with(scholarly_json.SERVICE, json.dumps([odd]))
    assert not failures
    assert (paper.title, paper.authors, paper.published) == ("Cats", (), None)


def test_roles_of_inspire_are_kept() -> None:
    people = [
        {"full_name": "Lovelace, Ada", "inspire_roles": ["editor"]},
        {"full_name": "Turing, Alan"},
        {"full_name": "Hopper, Grace", "inspire_roles": ["author", "editor"]},
        {"full_name": "Noether, Emmy", "inspire_roles": ["supervisor"]},
    ]
    metadata = {
        "titles": [{"title": "Cats"}],
        "abstracts": [{"value": "Text."}],
        "authors": people,
        "texkeys": ["Lovelace:2020abc"],
    }
    only_editors = {**metadata, "titles": [{"title": "Dogs"}], "authors": people[:1]}
    hits = {"hits": {"hits": [{"metadata": metadata}, {"metadata": only_editors}]}}
    for text in (json.dumps(hits), json.dumps(metadata) + "\n" + json.dumps(only_editors)):
        paper, volume = read_bytes(text.encode(), "x.json", unexpected)
        assert paper.authors == ("Alan Turing", "Grace Hopper")
        assert [it["family"] for it in paper.reference["author"]] == ["Turing", "Hopper"]
        assert [it["family"] for it in paper.reference["editor"]] == ["Lovelace", "Hopper"]
        assert [it["family"] for it in paper.reference["contributor"]] == ["Noether"]
        assert volume.authors == ()
        assert "author" not in volume.reference
        assert [it["family"] for it in volume.reference["editor"]] == ["Lovelace"]
