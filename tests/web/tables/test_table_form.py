"""The form of new tables: columns, sets, papers, and what cannot be one."""

from __future__ import annotations

import pytest
from tabulating_support import FINDING_COLUMN, SAMPLE_COLUMN
from web_support import Tags

from assistant.session import Session
from assistant.web.tables import table_form
from assistant.web.tables.table_form import TableForm, Typed
from assistant.web.tables.table_work import TableWork

TYPED = f"{SAMPLE_COLUMN}\n\n {FINDING_COLUMN}\n"


def test_columns_of_sets_can_be_edited_and_saved(form: TableForm) -> None:
    names = [name for _, name in form.sets()]
    assert names == ["", "trial", "ml", "survey", "review"]
    assert form.columns_of("trial").splitlines()[1] == "sample = How many people took part?"
    assert form.columns_of("trails") == ""
    message, saved = form.save_set(" my  trials ", TYPED)
    assert "Saved 2 columns as the set “my trials”." in Tags(message).text
    assert saved == "my trials"
    assert form.is_saved("my trials")
    assert not form.is_saved("trial")
    assert form.columns_of("my trials") == (
        "sample = How many people took part?\nfinding = What was found?"
    )
    assert "Deleted" in form.delete_set("my trials")
    assert "No set" in Tags(form.delete_set("my trials")).text
    for name, columns in (("", TYPED), ("a/b", TYPED), ("x", ""), ("x", "no question")):
        message, saved = form.save_set(name, columns)
        assert 'role="alert"' in message
        assert saved == ""


def test_papers_are_counted(form: TableForm, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "4 papers" in Tags(form.count("", "")).text
    assert "2 papers" in Tags(form.count("tag:trial", "")).text
    assert "1 paper" in Tags(form.count("zinc", "")).text
    assert "0 papers" in Tags(form.count("nobody", "")).text
    assert "2 papers selected in the Library" in Tags(form.count("zinc", "1,3,99")).text
    assert 'role="alert"' in form.count("since:soon", "")
    assert "Select the papers" in form.count("similar:#1", "")
    monkeypatch.setattr(table_form, "MAX_PAPERS", 3)
    assert "The first 3 of 4 papers" in Tags(form.count("", "")).text


def test_a_table_begins_and_has_an_address(
    form: TableForm, work: TableWork, session: Session
) -> None:
    message, begun = form.begin("", Typed("trial", form.columns_of("trial"), "tag:trial"))
    assert begun
    assert 'data-address="/table/trial?q=tag%3Atrial"' in message
    state = work.state("")
    assert state
    assert state.saved.papers == (1, 2)
    # With other questions it is no longer this set.
    message, _ = form.begin("", Typed("trial", TYPED, "", "3"))
    assert 'data-address="/table"' in message
    state = work.state("")
    assert state
    assert (state.saved.papers, state.saved.set_name, state.saved.selected) == ((3,), "", True)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (Typed("", ""), "at least one column"),
        (Typed("", "sample"), "has no name"),
        (Typed("", "sample ="), "has no question"),
        (Typed("", f"{SAMPLE_COLUMN}\n{SAMPLE_COLUMN}"), "Choose another name"),
        (Typed("", SAMPLE_COLUMN, "nobody"), "No papers match"),
        (Typed("", SAMPLE_COLUMN, "since:soon"), "since:soon"),
        (Typed("", SAMPLE_COLUMN, "", "99"), "No papers match"),
    ],
)
def test_what_cannot_be_a_table_is_said(
    form: TableForm, work: TableWork, typed: Typed, told: str
) -> None:
    message, begun = form.begin("", typed)
    assert told in Tags(message).text
    assert not begun
    assert work.state("") is None
