from __future__ import annotations

import pytest

from assistant.text.abbreviations import abbreviations_in, language_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("", "en"),
        ("Snow fell on the hill and we measured it.", "en"),
        ("Snow: 3 cm; TNF-α and IL-6 in vivo.", "en"),
        ("Wir messen den Schnee auf der Alm und im Tal.", "de"),
        ("Nous mesurons la neige sur les montagnes et dans la vallée.", "fr"),
        ("Medimos la nieve en los montes y en el valle.", "es"),
        ("Misuriamo la neve sui monti e nella valle con gli strumenti.", "it"),
        ("Medimos a neve nos montes e no vale com os instrumentos.", "pt"),
        ("Czy śnieg jest na górze i w dolinie?", "pl"),
        ("Мы измеряем снег.", "other"),
        ("我们测量了雪。", "other"),
    ],
)
def test_guesses_the_language(text: str, language: str) -> None:
    assert language_of(text) == language
    assert abbreviations_in(language).language == language
