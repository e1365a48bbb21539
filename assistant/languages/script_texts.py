"""The texts that the scripts of the page need, as JavaScript."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import TYPE_CHECKING

from assistant.languages.catalogue import read_catalogue
from assistant.languages.language import current_language

if TYPE_CHECKING:
    import polib

# The rule for plural forms in a catalogue's header: C that is also JavaScript.
_RULE = re.compile(r"plural=([n0-9 ()?:!=<>&|%+\-*/]+);?\s*$")


def script_texts() -> str:
    """A JavaScript object: the current language, its plural rule and the texts of the scripts."""
    language = current_language()
    rule, texts = _texts(language.code)
    values = {
        "tag": language.tag,
        "direction": language.direction,
        "thousands": language.thousands,
        "texts": texts,
    }
    # So that no text can end the script that contains it.
    shape = json.dumps(values, ensure_ascii=False).replace("<", "\\u003c")
    return f"{{...{shape}, plural: (n) => Number({rule})}}"


@cache
def _texts(code: str) -> tuple[str, dict[str, str | list[str]]]:
    """The plural rule, and the translations by their English text."""
    if code == "en":
        return "n != 1", {}
    catalogue = read_catalogue(code)
    rule = _RULE.search(catalogue.metadata["Plural-Forms"])
    if rule is None:
        raise ValueError(f"{code}.po has no valid rule for plural forms.")
    used = [entry for entry in catalogue.translated_entries() if _is_in_script(entry)]
    return rule[1].strip(), {
        entry.msgid: [entry.msgstr_plural[n] for n in sorted(entry.msgstr_plural)]
        if entry.msgid_plural
        else entry.msgstr
        for entry in used
    }


def _is_in_script(entry: polib.POEntry) -> bool:
    return any(file.endswith(".js") for file, _ in entry.occurrences)
