"""The languages of the page: texts are written in English and said in the language of the reader.

`_("{count} of {all} papers", ...)` marks an English text, which is also its id in the catalogues
`de.po` and `zh.po` of this folder. The result is a string in the current language that can be said
again in another one: templates say every text in the language of whoever reads the page, also texts
of background jobs. The command line speaks English.
"""

from assistant.languages.dates import format_date
from assistant.languages.language import (
    ENGLISH,
    LANGUAGES,
    Language,
    current_language,
    format_number,
    preferred_language,
    speaking,
)
from assistant.languages.messages import Later, Message, Spoken, _, joined, ngettext, said
from assistant.languages.script_texts import script_texts

__all__ = [
    "ENGLISH",
    "LANGUAGES",
    "Language",
    "Later",
    "Message",
    "Spoken",
    "_",
    "current_language",
    "format_date",
    "format_number",
    "joined",
    "ngettext",
    "preferred_language",
    "said",
    "script_texts",
    "speaking",
]
