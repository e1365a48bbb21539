from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from assistant.library import Library
from assistant.library.schema import APPLICATION_ID, MIGRATIONS


def answer(text: str) -> str:
    return json.dumps({"answer": text, "claims": []}, ensure_ascii=False)


def test_turns_come_back_in_order(library: Library) -> None:
    library.chats.save_turn("a", "First?", '{"answer": "ä"}')
    library.chats.save_turn("b", "Other?", "{}")
    library.chats.save_turn("a", "Second?", "{}")
    assert [(turn.question, turn.answer_json) for turn in library.chats.turns("a")] == [
        ("First?", '{"answer": "ä"}'),
        ("Second?", "{}"),
    ]
    assert library.chats.turns("none") == []
    assert [(chat.chat_id, chat.first_question, chat.turns) for chat in library.chats.all()] == [
        ("a", "First?", 2),
        ("b", "Other?", 1),
    ]
    first = library.chats.all()[0]
    assert first.started_at <= first.last_at
    assert first.started_at.endswith("+00:00")


def test_bytes_that_are_no_text_do_not_break_the_history(library: Library) -> None:
    library.chats.save_turn("c", "What is \udcff?", "{}")
    assert library.chats.turns("c")[0].question == "What is ??"


def test_a_chat_is_called_by_its_first_question_until_it_is_renamed(library: Library) -> None:
    library.chats.save_turn("a", "First?", "{}")
    assert library.chats.all()[0].title == "First?"
    assert library.chats.rename("a", "  Cats \udcff ")
    assert library.chats.rename("a", "Cats and owls")
    (chat,) = library.chats.all()
    assert (chat.title, chat.first_question) == ("Cats and owls", "First?")
    assert library.chats.rename("a", " ")
    assert library.chats.all()[0].title == "First?"


def test_titles_survive_a_restart(folder: Path) -> None:
    with Library.open(folder, None) as library:
        library.chats.save_turn("a", "First?", "{}")
        library.chats.rename("a", "Kept")
    with Library.open(folder, None) as library:
        assert [chat.title for chat in library.chats.all()] == ["Kept"]


def test_a_chat_that_is_not_there_is_neither_renamed_nor_deleted(library: Library) -> None:
    assert not library.chats.rename("none", "Title")
    assert not library.chats.delete("none")
    library.chats.save_turn("none", "First?", "{}")
    assert library.chats.all()[0].title == "First?"


def test_a_deleted_chat_is_gone_and_the_others_stay(library: Library) -> None:
    library.chats.save_turn("a", "First?", "{}")
    library.chats.save_turn("b", "Other?", "{}")
    library.chats.rename("a", "Title of a")
    assert library.chats.delete("a")
    assert library.chats.turns("a") == []
    assert [chat.chat_id for chat in library.chats.all()] == ["b"]
    library.chats.save_turn("a", "Again?", "{}")
    assert library.chats.all()[0].title == "Again?"


def test_nothing_of_a_deleted_chat_stays_in_any_file(library: Library, folder: Path) -> None:
    library.chats.save_turn("a", "Where is zanzibarquest?", answer("In zanzibarreply."))
    library.chats.rename("a", "The zanzibartitle")
    library.chats.delete("a")
    for path in folder.rglob("*"):
        if path.is_file():
            assert b"zanzibar" not in path.read_bytes(), path


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", ["c", "b", "a"]),
        ("owls", ["b"]),
        ("OWLS sleep", ["b"]),
        ("sleep", ["b", "a"]),
        ("zurich", ["c"]),
        ("machine-learning", ["c"]),
        ("cats machine", []),
        ("claims", []),
        ("%", []),
        ("' OR 1=1 --", []),
        ("favourite", ["a"]),
    ],
)
def test_chats_are_found_by_title_questions_and_answers(
    library: Library, words: str, found: list[str]
) -> None:
    library.chats.save_turn("a", "How long do cats sleep?", answer("Fourteen hours."))
    library.chats.rename("a", "A favourite")
    library.chats.save_turn("b", "And then?", answer("Owls nap."))
    library.chats.save_turn("b", "When do they sleep?", "no JSON")
    library.chats.save_turn("c", "Who is in Zürich?", answer("Machine learning."))
    assert [chat.chat_id for chat in library.chats.search(words)] == found


def test_chats_of_an_older_catalogue_are_there_and_belong_to_nobody(folder: Path) -> None:
    _make_older(folder, _before("CREATE TABLE chats"))
    with Library.open(folder, None) as library:
        assert [chat.title for chat in library.chats.all()] == ["First?"]
        assert library.chats.all("ann") == []
        assert library.chats.rename("a", "Title")


def test_titles_of_an_older_catalogue_belong_to_nobody(folder: Path) -> None:
    _make_older(
        folder, _before("ADD COLUMN owner"), "INSERT INTO chats VALUES ('a', 'The title before')"
    )
    with Library.open(folder, None) as library:
        assert [chat.title for chat in library.chats.all()] == ["The title before"]
        assert library.chats.search("before", "ann") == []
        assert library.chats.save_turn("b", "Second?", "{}", "ann")
        assert [chat.title for chat in library.chats.all("ann")] == ["Second?"]


@pytest.mark.parametrize(
    ("mine", "other"), [("ann", "ben"), ("ann", ""), ("", "ann"), ("ann", "ANN"), ("ann", "%")]
)
def test_a_chat_is_not_there_for_anybody_else(library: Library, mine: str, other: str) -> None:
    library.chats.save_turn("a", "First?", answer("Zebras."), mine)
    library.chats.rename("a", "Title", mine)
    assert library.chats.turns("a", other) == []
    assert library.chats.all(other) == []
    assert library.chats.search("zebras", other) == []
    assert not library.chats.rename("a", "Stolen", other)
    assert not library.chats.delete("a", other)
    assert not library.chats.save_turn("a", "Mine?", "{}", other, must_exist=True)
    (first,) = library.chats.turns("a", mine)
    assert not library.chats.save_turn("a", "Mine?", "{}", other, replaces=first.turn)
    assert not library.chats.rate(first.turn, -1, "Bad", other)
    assert library.chats.with_number(library.chats.all(mine)[0].number, other) is None
    assert [chat.title for chat in library.chats.all(mine)] == ["Title"]
    assert [turn.question for turn in library.chats.turns("a", mine)] == ["First?"]
    assert [chat.chat_id for chat in library.chats.search("zebras", mine)] == ["a"]


def test_two_owners_may_have_a_chat_of_the_same_id(library: Library) -> None:
    for owner in ("ann", "ben"):
        library.chats.save_turn("a", f"What does {owner} ask?", "{}", owner)
        library.chats.rename("a", f"Of {owner}", owner)
    assert library.chats.delete("a", "ann")
    (chat,) = library.chats.all("ben")
    assert (chat.title, chat.first_question, chat.turns) == ("Of ben", "What does ben ask?", 1)
    assert library.chats.all("ann") == []


def test_a_deleted_chat_does_not_come_back_with_its_next_turn(library: Library) -> None:
    assert library.chats.save_turn("a", "First?", "{}")
    assert library.chats.save_turn("a", "Second?", "{}", must_exist=True)
    library.chats.delete("a")
    assert not library.chats.save_turn("a", "Third?", "{}", must_exist=True)
    assert not library.chats.save_turn("a", "Third?", "{}", replaces=2)
    assert library.chats.all() == []


def test_a_turn_takes_the_place_of_the_last_one(library: Library) -> None:
    library.chats.save_turn("a", "First?", "{}")
    other = library.chats.save_turn("b", "Other?", "{}")
    second = library.chats.save_turn("a", "Secnd?", "{}")
    assert other and second
    library.chats.rename("a", "Title")
    assert library.chats.save_turn("a", "Second?", '{"n": 2}', replaces=second.turn)
    assert [(turn.question, turn.answer_json) for turn in library.chats.turns("a")] == [
        ("First?", "{}"),
        ("Second?", '{"n": 2}'),
    ]
    assert library.chats.save_turn("b", "Another?", "{}", replaces=other.turn)
    assert [(chat.title, chat.turns) for chat in library.chats.all()] == [
        ("Another?", 1),
        ("Title", 2),
    ]


def _before(statement: str) -> int:
    """The version of a catalogue that has not yet taken the step with `statement`."""
    return next(n for n, one in enumerate(MIGRATIONS) if statement in one[0])


def _make_older(folder: Path, version: int, *more: str) -> None:
    """A catalogue of `version` with one chat, `a`, in the library `folder`."""
    folder.mkdir(parents=True)
    connection = sqlite3.connect(folder / "catalog.sqlite")
    # Named in statements, but without papers there is nothing that they are called for.
    for name, arguments in (
        ("folded", 1),
        ("name_words", 1),
        ("title_key", 3),
        ("main_title_key", 3),
    ):
        connection.create_function(name, arguments, lambda *values: None)
    chat = "INSERT INTO turns (chat, question, answer, asked_at) VALUES ('a', 'First?', '{}', '')"
    for statement in (*(one for step in MIGRATIONS[:version] for one in step), chat, *more):
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {version}")
    connection.commit()
    connection.close()


def test_a_turn_of_another_window_stays_when_an_earlier_one_is_replaced(library: Library) -> None:
    mine = library.chats.save_turn("a", "Mine?", "{}")
    library.chats.save_turn("a", "Of the other window?", "{}", must_exist=True)
    assert mine is not None
    assert library.chats.save_turn("a", "Mine, again?", "{}", replaces=mine.turn)
    assert [turn.question for turn in library.chats.turns("a")] == [
        "Of the other window?",
        "Mine, again?",
    ]


def test_a_question_is_stored_before_its_answer(library: Library) -> None:
    started = library.chats.save_turn("a", "First?", "")
    assert started is not None
    assert [(turn.question, turn.answer_json) for turn in library.chats.turns("a")] == [
        ("First?", "")
    ]
    assert library.chats.search("first")[0].chat_id == "a"
    assert library.chats.finish_turn(started.turn, answer("Yes."))
    assert library.chats.turns("a")[0].answer_json == answer("Yes.")
    library.chats.delete("a")
    assert not library.chats.finish_turn(started.turn, answer("No."))
    assert library.chats.all() == []


def test_chats_have_numbers_that_are_never_reused(library: Library) -> None:
    first = library.chats.save_turn("a", "First?", "{}")
    again = library.chats.save_turn("a", "Second?", "{}")
    other = library.chats.save_turn("b", "Other?", "{}")
    assert first and again and other
    assert first.chat_number == again.chat_number != other.chat_number
    assert library.chats.with_number(other.chat_number) == "b"
    library.chats.delete("b")
    assert library.chats.with_number(other.chat_number) is None
    newer = library.chats.save_turn("b", "Again?", "{}")
    assert newer and newer.chat_number > other.chat_number
    assert [chat.number for chat in library.chats.all()] == [newer.chat_number, first.chat_number]


def test_a_deleted_chat_is_restored_with_everything(library: Library) -> None:
    started = library.chats.save_turn("a", "First?", answer("Yes."), "ann")
    assert started is not None
    library.chats.save_turn("a", "Second?", "{}", "ann")
    library.chats.rename("a", "Title", "ann")
    library.chats.rate(started.turn, 1, "Good", "ann")
    before = library.chats.all("ann"), library.chats.turns("a", "ann")
    deleted = library.chats.delete("a", "ann")
    assert deleted is not None
    assert library.chats.all("ann") == []
    assert library.chats.restore(deleted)
    assert (library.chats.all("ann"), library.chats.turns("a", "ann")) == before
    assert not library.chats.restore(deleted)


def test_what_the_user_says_about_an_answer_is_kept_with_its_question(library: Library) -> None:
    first = library.chats.save_turn("a", "First?", answer("Yes."))
    second = library.chats.save_turn("a", "And then?", answer("No."))
    theirs = library.chats.save_turn("b", "Theirs?", "{}", "ann")
    assert first and second and theirs
    assert library.chats.rate(first.turn, 1)
    assert library.chats.rate(second.turn, 1, "Nearly")
    assert library.chats.rate(second.turn, -1, " Wrong paper \udcff ")
    assert library.chats.rate(theirs.turn, -1, owner="ann")
    assert not library.chats.rate(1_000, 1)
    good, bad = library.chats.feedback("")
    assert (good.question, good.rating, good.earlier) == ("First?", 1, ())
    assert (bad.rating, bad.comment, bad.earlier) == (-1, "Wrong paper ?", ("First?",))
    assert bad.answer_json == answer("No.")
    assert len(library.chats.feedback()) == 3
    assert [turn.rating for turn in library.chats.turns("a")] == [1, -1]
    assert library.chats.rate(first.turn, 0)
    assert len(library.chats.feedback("")) == 1


def test_chats_of_an_older_catalogue_get_numbers(folder: Path) -> None:
    _make_older(folder, _before("CREATE TABLE chat_numbers"))
    with Library.open(folder, None) as library:
        (chat,) = library.chats.all()
        assert library.chats.with_number(chat.number) == "a"
