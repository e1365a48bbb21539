from __future__ import annotations

from assistant.library import Library


def test_turns_come_back_in_order(library: Library) -> None:
    library.save_turn("a", "First?", '{"answer": "ä"}')
    library.save_turn("b", "Other?", "{}")
    library.save_turn("a", "Second?", "{}")
    assert [(turn.question, turn.answer_json) for turn in library.turns("a")] == [
        ("First?", '{"answer": "ä"}'),
        ("Second?", "{}"),
    ]
    assert library.turns("none") == []
    assert [(chat.chat_id, chat.first_question, chat.turns) for chat in library.chats()] == [
        ("a", "First?", 2),
        ("b", "Other?", 1),
    ]
    first = library.chats()[0]
    assert first.started_at <= first.last_at
    assert first.started_at.endswith("+00:00")


def test_bytes_that_are_no_text_do_not_break_the_history(library: Library) -> None:
    library.save_turn("c", "What is \udcff?", "{}")
    assert library.turns("c")[0].question == "What is ??"
