"""Questions and answers in other languages than English, translated by a capable model.

A question is translated before it is answered. Each sentence of the answer is verified in English
and then translated; a translation that changes a number or a name is not used.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.errors import ModelError
from assistant.models.protocols import GenerationRequest, Priority, is_capable
from assistant.models.stream import cancelled_on_stop
from assistant.prompt import Prompt
from assistant.text.languages import question_language
from assistant.text.names import mentions, names
from assistant.text.sanitizing import sanitized
from assistant.text.words import content_words

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.answering.answer import Claim
    from assistant.models.protocols import LanguageModel
    from assistant.progress import Progress

# Names in prompts, by ISO 639-1 code.
LANGUAGES = {
    "en": "English",
    "de": "German",
    "fr": "French",
    "es": "Spanish",
    "it": "Italian",
    "pt": "Portuguese",
    "zh": "Chinese",
    "ja": "Japanese",
    "ko": "Korean",
    "ru": "Russian",
    "ar": "Arabic",
}
_MAX_TOKENS = 300
# A translation is at most this many times as long as the text, and some characters.
_MAX_GROWTH, _MAX_MORE = 3, 40
_NUMBER = re.compile(r"\d+(?:[.,'’\s\u00a0\u202f]\d+)*")
# Digits between marks of thousands.
_GROUP = 3
# Names that stay as they are in any language: with a digit, or with capitals within.
_FIXED_NAME = re.compile(r"\d|[A-Za-z][A-Z]")


class Translator:
    """Translates with a capable model. Thread-safe, as the model is."""

    def __init__(self, model: LanguageModel, prompts: Path | None = None) -> None:
        """Load the prompt; `prompts` is the folder of the user's own version.

        Raises:
            PromptTemplateError: the prompt is invalid.
        """
        self._model = model
        self._prompt = Prompt.load("translate", prompts)

    @property
    def available(self) -> bool:
        """Whether the model is large enough to translate."""
        return is_capable(self._model)

    def question(self, question: str, progress: Progress) -> str | None:
        """`question` in English; None if the model does not translate it."""
        english = self._translated(question, "en", progress)
        if english is None or question_language(english) or not content_words(english):
            return None
        return english

    def claim(self, claim: Claim, language: str, progress: Progress) -> Claim:
        """`claim` in `language`, with the verified sentence as its `original`.

        Quotations stay as they are, and so does a claim whose translation has other numbers or
        names.
        """
        if claim.verdict != "supported":
            return claim
        text = self._translated(claim.text, language, progress)
        if text is None or not keeps_facts(claim.text, text):
            return claim
        return replace(claim, text=text, original=claim.text)

    def _translated(self, text: str, language: str, progress: Progress) -> str | None:
        if not self.available or progress.stop_requested:
            return None
        request = GenerationRequest(
            self._prompt.messages(language=LANGUAGES[language], text=text),
            max_tokens=min(_MAX_TOKENS, self._model.context_tokens // 2),
            priority=Priority.INTERACTIVE,
        )
        try:
            stream = self._model.generate(request)
            with cancelled_on_stop(progress, stream.cancel):
                reply = sanitized("".join(stream))
        except ModelError:
            return None  # writing the answer reports the error
        is_whole = stream.stats.finish == "stop"
        fits = len(reply) <= _MAX_GROWTH * len(text) + _MAX_MORE
        return reply if reply and is_whole and fits else None


def keeps_facts(text: str, translation: str) -> bool:
    """Whether `translation` has the numbers of `text`, and the names that no language changes."""
    kept = (name for name in names(text) if _FIXED_NAME.search(name))
    return _same_numbers(text, translation) and all(mentions(translation, name) for name in kept)


def _same_numbers(text: str, translation: str) -> bool:
    left = [_readings(number) for number in _NUMBER.findall(translation)]
    for number in _NUMBER.findall(text):
        # In English, the first reading is the right one.
        value = _readings(number)[0]
        match = next((readings for readings in left if value in readings), None)
        if match is None:
            return False
        left.remove(match)
    return not left


def _readings(number: str) -> list[tuple[str, str]]:
    """What `number` can be, as digits before and behind the decimal mark.

    Languages separate thousands and decimals differently: 1,234.5 is 1.234,5 in German.
    """
    plain = re.sub(r"['’\s]", "", number)
    readings = []
    for thousands, decimal in ((",", "."), (".", ",")):
        whole, _, fraction = plain.partition(decimal)
        first, *groups = whole.split(thousands)
        if (fraction.isdigit() or not fraction) and all(len(group) == _GROUP for group in groups):
            readings.append((first + "".join(groups), fraction))
    return readings or [(plain, "")]
