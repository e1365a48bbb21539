"""Collects the texts of the page in its catalogues: `python tests/collect_texts.py`.

New texts are added without a translation, texts that are used no longer are removed, and the files
that use each text are noted. Prints what is still to be translated.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import polib
from babel.messages.extract import extract_javascript
from jinja2 import Environment
from jinja2.ext import extract_from_ast

from assistant.languages import LANGUAGES

ROOT = Path(__file__).resolve().parent.parent
CATALOGUES = ROOT / "assistant/languages"
FUNCTIONS = ("_", "ngettext")
# A text, or its singular and plural.
Ids = tuple[str, ...]


def collected() -> dict[Ids, set[str]]:
    """All marked texts of the source, and the files that use them."""
    texts: defaultdict[Ids, set[str]] = defaultdict(set)
    for file in sorted((ROOT / "assistant").rglob("*")):
        read = {".py": _in_python, ".html": _in_template, ".js": _in_script}.get(file.suffix)
        if read:
            for ids in read(file):
                texts[ids].add(file.relative_to(ROOT).as_posix())
    return texts


def catalogue_file(code: str) -> Path:
    """The catalogue of the language with this `code`."""
    return CATALOGUES / f"{code}.po"


def update(code: str, texts: dict[Ids, set[str]], to: Path | None = None) -> int:
    """Update a catalogue to `texts`, or write the new one `to` another file.

    Returns how many texts have no translation.
    """
    file = catalogue_file(code)
    before = polib.pofile(str(file), wrapwidth=100)
    known = {_ids(entry): entry for entry in before if not entry.obsolete}
    after = polib.POFile(wrapwidth=100)
    after.header, after.metadata = before.header, before.metadata
    for ids, files in sorted(texts.items(), key=lambda item: (min(item[1]), item[0])):
        entry = known.get(ids) or polib.POEntry(msgid=ids[0], msgid_plural="".join(ids[1:]))
        if entry.msgid_plural and not entry.msgstr_plural:
            forms = int(before.metadata["Plural-Forms"].split("nplurals=")[1].split(";")[0])
            entry.msgstr_plural = dict.fromkeys(range(forms), "")
        entry.occurrences = [(name, "") for name in sorted(files)]
        after.append(entry)
    (to or file).write_text(f"{after}\n", encoding="utf-8")
    return len(after.untranslated_entries())


def _ids(entry: polib.POEntry) -> Ids:
    return (entry.msgid, entry.msgid_plural) if entry.msgid_plural else (entry.msgid,)


def _in_python(file: Path) -> Iterator[Ids]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
            continue
        if node.func.id in FUNCTIONS:
            texts = node.args[: 1 + (node.func.id == "ngettext")]
            yield tuple(_constant(file, text) for text in texts)


def _constant(file: Path, node: ast.expr) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    raise ValueError(f"{file}:{node.lineno}: what is marked has to be a text, not an expression.")


def _in_template(file: Path) -> Iterator[Ids]:
    tree = Environment().parse(file.read_text(encoding="utf-8"))
    for line, function, texts in extract_from_ast(tree, FUNCTIONS):
        found = texts if isinstance(texts, tuple) else (texts,)
        yield _checked(found, function, f"{file}:{line}")


def _in_script(file: Path) -> Iterator[Ids]:
    keywords = dict.fromkeys(FUNCTIONS)
    with file.open("rb") as opened:
        found: Iterable[tuple[Any, ...]] = extract_javascript(opened, keywords, (), {})
        for line, function, texts, _ in found:
            texts = (texts,) if isinstance(texts, str) else tuple(texts)
            if any(texts):  # the definition of `_` itself has no text
                yield _checked(texts, function, f"{file}:{line}")


def _checked(found: tuple[object, ...], function: str, where: str) -> Ids:
    wanted = [text for text in found[: 1 + (function == "ngettext")] if isinstance(text, str)]
    if len(wanted) != 1 + (function == "ngettext"):
        raise ValueError(f"{where}: what is marked has to be a text, not an expression.")
    return tuple(str(text) for text in wanted)


if __name__ == "__main__":
    all_texts = collected()
    print(f"{len(all_texts)} texts")
    for language in LANGUAGES[1:]:
        print(f"{language.name}: {update(language.code, all_texts)} without a translation")
