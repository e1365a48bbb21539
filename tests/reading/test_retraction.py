"""Titles that say that a work is retracted, and titles that are only about that."""

from __future__ import annotations

import json

import pytest
from source_support import unexpected

from assistant.reading import read_bytes
from assistant.reading.record import paper_of
from assistant.reading.retraction import retraction_status, status_of_words


@pytest.mark.parametrize(
    ("title", "status"),
    [
        ("RETRACTED: Sleep of owls", "retracted"),
        ("Retracted: Sleep of owls", "retracted"),
        ("RETRACTED ARTICLE: Sleep of owls", "retracted"),
        ("Retracted Chapter: Sleep of owls", "retracted"),
        ("[Retracted] Sleep of owls", "retracted"),
        ("[RETRACTED ARTICLE] Sleep of owls", "retracted"),
        ("(Retracted) Sleep of owls", "retracted"),
        ("“RETRACTED: Sleep of owls”", "retracted"),
        ("Retracted – Sleep of owls", "retracted"),
        ("RETRACTED - Sleep of owls", "retracted"),
        ("WITHDRAWN: Sleep of owls", "retracted"),
        ("REMOVED: Sleep of owls", "retracted"),
        ("Sleep of owls (Retracted article. See vol. 7, pg. 12, 2010)", "retracted"),
        ("Sleep of owls (Retracted Article)", "retracted"),
        ("Sleep of owls [retracted].", "retracted"),
        ("RETRACTED: Sleep of owls (Corrected)", "retracted"),
        ("EXPRESSION OF CONCERN: Sleep of owls", "expression of concern"),
        ("TEMPORARY REMOVAL: Sleep of owls", "expression of concern"),
        ("Corrected: Sleep of owls", "corrected"),
        ("[Corrected and republished] Sleep of owls", "corrected"),
        ("Sleep of owls [corrected]", "corrected"),
        # Notices, and works about retractions.
        ("Retraction: Sleep of owls", ""),
        ("Retraction Note: Sleep of owls", ""),
        ("Correction to: Sleep of owls", ""),
        ("Expression of concern for Sleep of owls", ""),
        ("Retracted articles in surgery: a survey", ""),
        ("Retracted and withdrawn papers", ""),
        ("Corrected QT interval in owls", ""),
        ("Owls were removed: an experiment", ""),
        ("Temperature-corrected: a method", ""),
        ("A survey (retracted papers in surgery)", ""),
        ("Retracted-wing posture of owls", ""),
        ("RETRACTED:", ""),
        ("Sleep of owls", ""),
    ],
)
def test_titles(title: str, status: str) -> None:
    assert retraction_status(title) == status


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["correction", "retraction"], "retracted"),
        (["Erratum in"], "corrected"),
        (["expression_of_concern", "erratum"], "expression of concern"),
        (["Retracted Publication"], "retracted"),
        (["Comment in", "new_version"], ""),
        ([], ""),
    ],
)
def test_words_of_services(words: list[str], status: str) -> None:
    assert status_of_words(words) == status


def test_every_reader_keeps_what_a_title_says() -> None:
    paper = paper_of("x.bib", title="RETRACTED: Sleep of owls", abstract="")
    assert paper.reference == {"status": "retracted"}
    paper = paper_of("x", title="RETRACTED: Owls", abstract="", reference={"status": "published"})
    assert paper.reference == {"status": "retracted", "custom": {"csl": {"status": "published"}}}
    paper = paper_of("x", title="RETRACTED: Owls", abstract="", reference={"status": "corrected"})
    assert paper.reference == {"status": "retracted"}
    paper = paper_of("x", title="Corrected: Owls", abstract="", reference={"status": "retracted"})
    assert paper.reference == {"status": "retracted"}


@pytest.mark.parametrize(
    ("column", "value", "status"),
    [
        ("Retracted", "yes", "retracted"),
        ("Retracted", "TRUE", "retracted"),
        ("Retracted", "no", None),
        ("Retracted?", "1", "retracted"),
        ("Retraction", "Retraction", "retracted"),
        ("Status", "Retracted", "retracted"),
        ("status", "retracted article", "retracted"),
        ("Publication status", "Retracted (2020-01-02)", "retracted"),
        ("Publication Status", "Published; Retracted", "retracted"),
        ("Article status", "This article has been retracted", "retracted"),
        ("Publication Stage", "Withdrawn", "retracted"),
        ("CrossMark status", "Expression of Concern", "expression of concern"),
        ("publication_status", "Correction", "corrected"),
        ("Status", "published", None),
        ("Status", "Not retracted", None),
        ("Status", "1", None),
        ("Status", "removed", None),
    ],
)
def test_columns_and_keys(column: str, value: str, status: str | None) -> None:
    table = f"Title,Abstract,DOI,{column}\nSleep of owls,We look.,10.1000/owl,{value}\n"
    record = {"title": "Sleep of owls", "abstract": "We look.", column: value}
    for text in (table, json.dumps(record)):
        (paper,) = read_bytes(text.encode(), "x", unexpected)
        assert paper.reference.get("status") == status


def test_the_gravest_of_several_columns_counts() -> None:
    table = "Title,Abstract,Retracted,Status\nSleep of owls,We look.,no,Retracted\n"
    (paper,) = read_bytes(table.encode(), "x", unexpected)
    assert paper.reference["status"] == "retracted"
