"""Web of Science's tab-delimited tables: the columns are its tags, and nothing is quoted."""

from __future__ import annotations

import pytest

from assistant.paper import Paper
from assistant.reading import Failure, detect, read_bytes

TAGS = [
    "PT",
    "AU",
    "BE",
    "GP",
    "AF",
    "CA",
    "TI",
    "SO",
    "SE",
    "LA",
    "DT",
    "CT",
    "CY",
    "CL",
    "DE",
    "ID",
    "AB",
    "SN",
    "EI",
    "BN",
    "J9",
    "JI",
    "PD",
    "PY",
    "VL",
    "IS",
    "BP",
    "EP",
    "AR",
    "DI",
    "EA",
    "PG",
    "PM",
    "UT",
]
ARTICLE = {
    "PT": "J",
    "AU": "Lovelace, A; Turing, AM",
    "AF": "Lovelace, Ada; Turing, Alan M.",
    "CA": "Cat Sleep Group",
    "TI": '"Sleep" of cats',
    "SO": "JOURNAL OF CATS",
    "DT": "Article",
    "DE": "cats; sleep",
    "ID": "OWLS",
    "AB": "We look at cats.",
    "SN": "2049-3630",
    "JI": "J. Cats",
    "PD": "MAR 5",
    "PY": "2020",
    "VL": "12",
    "IS": "3",
    "BP": "45",
    "EP": "50",
    "DI": "10.1000/wos1",
    "PM": "12345678",
    "UT": "WOS:0001",
}
TALK = {
    "PT": "S",
    "AU": "Roe, J",
    "AF": "Roe, Jane",
    "BE": "Doe, J",
    "TI": "Dogs at night",
    "SO": "DOGS OF THE WORLD",
    "SE": "Lecture Notes in Dogs",
    "DT": "Proceedings Paper",
    "CT": "DogConf",
    "AB": "Dogs bark.",
    "PY": "2019",
    "BN": "978-3-16-148410-0",
}
HEADER = "\t".join(TAGS)
ROWS = ["\t".join(record.get(tag, "") for tag in TAGS) for record in (ARTICLE, TALK)]


def read(text: str, encoding: str = "utf-8") -> tuple[list[Paper], list[Failure]]:
    failures: list[Failure] = []
    return list(read_bytes(text.encode(encoding), "savedrecs.txt", failures.append)), failures


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("tail", ["", "\t"])
@pytest.mark.parametrize("header_tail", ["", "\t"])
def test_every_tag_is_read(encoding: str, tail: str, header_tail: str) -> None:
    text = "".join(f"{line}\r\n" for line in [HEADER + header_tail, *(r + tail for r in ROWS)])
    (article, talk), failures = read(text, encoding)
    assert failures == []
    assert article.title == '"Sleep" of cats'
    assert article.authors == ("Ada Lovelace", "Alan M. Turing", "Cat Sleep Group")
    assert article.published == "2020-03-05"
    assert (article.doi, article.pmid) == ("10.1000/wos1", "12345678")
    assert article.tags == ("cats", "sleep", "OWLS")
    assert article.reference["type"] == "article-journal"
    assert article.reference["container-title"] == "JOURNAL OF CATS"
    assert article.reference["container-title-short"] == "J. Cats"
    assert (article.reference["volume"], article.reference["page"]) == ("12", "45-50")
    assert talk.reference["type"] == "paper-conference"
    assert talk.reference["editor"] == [{"family": "Doe", "given": "J"}]
    assert talk.reference["event-title"] == "DogConf"


def test_quotes_of_other_programs_and_joined_files() -> None:
    quoted = ROWS[0].replace('"Sleep" of cats', '"""Sleep"" of cats"')
    papers, failures = read("\n".join([HEADER, quoted, "", f"\ufeff{HEADER}", ROWS[1]]))
    assert failures == []
    assert [paper.title for paper in papers] == ['"Sleep" of cats', "Dogs at night"]


def test_rows_of_another_length_are_reported() -> None:
    papers, failures = read("\n".join([HEADER, f"{ROWS[0]}\tmore", "J\tRoe, J", ROWS[1]]))
    assert [paper.title for paper in papers] == ["Dogs at night"]
    assert [(failure.where, failure.why) for failure in failures] == [
        ("savedrecs.txt:2", f"the row has {len(TAGS) + 1} fields, and its header {len(TAGS)}"),
        ("savedrecs.txt:3", f"the row is cut: it has 2 of {len(TAGS)} columns"),
    ]


def test_other_tables_with_short_names_are_tables() -> None:
    found = detect("TI\tAU\tPY\nCats\tRoe, J\t2020\n")
    assert found is not None
    assert found.name == "table"
