"""What of a reply comes out, and when."""

from __future__ import annotations

from collections.abc import Iterable

from assistant.models.stream import Detokenizer


def pieces_out(reply: Detokenizer, pieces: Iterable[bytes]) -> list[str]:
    """What each piece lets out, and what the end lets out."""
    return [*(reply.add(piece) for piece in pieces), reply.end()]


def test_plain_text_comes_out_as_it_comes_in() -> None:
    assert pieces_out(Detokenizer(), [b"One", b" two"]) == ["One", " two", ""]


def test_an_unfinished_character_waits_for_the_rest() -> None:
    assert pieces_out(Detokenizer(), ["é".encode()[:1], "é".encode()[1:]]) == ["", "é", ""]


def test_bytes_that_are_no_character_do_not_break_the_reply() -> None:
    assert "".join(pieces_out(Detokenizer(), [b"a\xff", b"b\xc3"])) == "a�b�"


def test_a_stop_string_over_two_pieces_ends_the_reply_before_it() -> None:
    reply = Detokenizer(["\n\n", "END"])
    assert pieces_out(reply, [b"text\n", b"\nmore"]) == ["text", "", ""]
    assert reply.stopped


def test_what_looked_like_a_stop_string_comes_out_when_it_is_none() -> None:
    assert pieces_out(Detokenizer(["END"]), [b"a E", b"N", b"x"]) == ["a ", "", "ENx", ""]


def test_held_back_text_comes_out_at_the_end() -> None:
    assert pieces_out(Detokenizer(["END"]), [b"a EN"]) == ["a ", "EN"]


def test_the_earliest_of_two_stop_strings_counts() -> None:
    assert pieces_out(Detokenizer(["two", "one"]), [b"zero one two"]) == ["zero ", ""]


def test_a_thought_never_comes_out() -> None:
    pieces = [b"\n<th", b"ink>secret <b", b"r> stuff</th", b"ink>\n\nThe answer"]
    assert "".join(pieces_out(Detokenizer(), pieces)) == "The answer"


def test_an_unfinished_thought_gives_an_empty_reply() -> None:
    assert "".join(pieces_out(Detokenizer(), [b"<think>", b"and so on"])) == ""


def test_a_tag_that_only_begins_like_a_thought_comes_out() -> None:
    assert "".join(pieces_out(Detokenizer(), [b"<th", b"eta> is 3"])) == "<theta> is 3"


def test_the_word_think_later_in_the_reply_is_text() -> None:
    assert "".join(pieces_out(Detokenizer(), [b"Use ", b"<think>", b" tags"])) == "Use <think> tags"


def test_a_thought_that_is_cut_leaves_no_trace() -> None:
    reply = Detokenizer()
    begun = []
    for piece in (b"\n<thi", b"nk>\n"):
        assert reply.add(piece) == ""
        begun.append(reply.thought_can_be_cut)
    assert begun == [False, True]
    reply.cut_thought()
    assert pieces_out(reply, [b"\n", b"\nThe", b" answer"]) == ["", "The", " answer", ""]


def test_a_second_thought_is_left_out_but_not_cut() -> None:
    reply = Detokenizer()
    reply.add(b"<think>")
    reply.cut_thought()
    assert reply.add(b"<think>again") == ""
    assert not reply.thought_can_be_cut
    assert pieces_out(reply, [b"</think>\nThe answer"]) == ["The answer", ""]
