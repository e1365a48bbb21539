"""Which language a request gets, and its numbers."""

from __future__ import annotations

import pytest

from assistant.languages import ENGLISH, LANGUAGES, format_number, preferred_language, speaking

_, GERMAN, CHINESE = LANGUAGES


@pytest.mark.parametrize(
    ("accepted", "code"),
    [
        ("", "en"),
        ("de", "de"),
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("fr-FR,fr;q=0.9,de;q=0.8,en;q=0.7", "de"),
        ("en;q=0.5, zh-CN", "zh"),
        ("zh-Hant-TW", "zh"),
        ("de;q=0.5,zh;q=0.5", "de"),
        ("de;q=0,en", "en"),
        ("*", "en"),
        ("DE", "de"),
        ("fr", "en"),
    ],
)
def test_the_browser_decides(accepted: str, code: str) -> None:
    assert preferred_language(accepted).code == code


@pytest.mark.parametrize("accepted", [";;;", "de;q=", "de;q=nan", "de;q=-1", "de;q=7", "\0", "-"])
def test_headers_that_make_no_sense_are_english(accepted: str) -> None:
    assert preferred_language(accepted) is ENGLISH


def test_a_chosen_language_takes_precedence() -> None:
    assert preferred_language("de", "zh") is CHINESE
    assert preferred_language("de", "en") is ENGLISH
    assert preferred_language("de", "../../etc/passwd") is GERMAN


def test_numbers_follow_the_language() -> None:
    assert format_number(1234567) == "1,234,567"
    assert format_number(1234.56, 1) == "1,234.6"
    with speaking(GERMAN):
        assert format_number(1234.56, 1) == "1.234,6"
        assert format_number(12) == "12"
