"""Both tokenizers give the ids of BERT's own, for any text."""

from __future__ import annotations

import ctypes
import importlib.util
import json
import random
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from assistant.errors import EmbedderUnavailable
from assistant.models import wordpiece
from assistant.models.wordpiece import (
    CLS,
    SEP,
    UNKNOWN,
    WordPiece,
    native_encoder,
    open_wordpiece,
    portable_encoder,
    vocabulary,
    vocabulary_folder,
)

ODD_TEXTS = [
    "",
    " \t\n",
    "a\0b \x07 \x1b[31mred\x7f",
    "lone \ud800 surrogate \udfff",
    "zero\u200bwidth soft\u00adhyphen \ufeffBOM",
    "café cafe\u0301 ÅNGSTRÖM ı İ ß ﬁ",
    "한국어 中文 日本語 العربية ελληνικά",
    "x̂ = α·β ± 3.5% (p<0.05) — “quoted” … \U0001d538\U0001f600",
    "[CLS] [SEP] [UNK] [MASK] [PAD] <|im_end|>",
    "ACGT" * 100 + " then " + "a" * 100 + " snake_case_" * 30,
    "Unaffable\u2028pre-trained\u00a0models\u3000GPT-4o's",
]


@pytest.fixture(scope="module")
def portable() -> WordPiece:
    return WordPiece(portable_encoder(vocabulary_folder()))


@pytest.fixture(scope="module")
def native() -> WordPiece:
    try:
        return WordPiece(native_encoder(vocabulary_folder()))
    except EmbedderUnavailable as error:
        pytest.skip(f"blingfire has no native library here: {error}")


@pytest.fixture(scope="module")
def reference() -> Callable[[str], list[int]]:
    """BERT's tokenizer as Hugging Face sets it up, on text as it comes."""
    from tokenizers import BertWordPieceTokenizer

    words = vocabulary(vocabulary_folder())
    # The vocabulary here has the special words in lower case, this class wants them in upper case.
    special = {name: name.upper() for name in ("[unk]", "[cls]", "[sep]", "[mask]")}
    numbers = {special.get(word, word): number for number, word in enumerate(words)}
    tokenizer = BertWordPieceTokenizer(vocab=numbers, lowercase=True)
    return lambda text: list(tokenizer.encode(text, add_special_tokens=False).ids)


@pytest.fixture(scope="module")
def abstracts(shared_data: Path) -> list[str]:
    """The whole trending page and every fifth document of SciFact."""
    page = (shared_data / "trending_page.txt").read_text(encoding="utf-8").split("\n\n")
    lines = (shared_data / "scifact" / "corpus.jsonl").read_text(encoding="utf-8").splitlines()
    documents = [json.loads(line) for line in lines[::5]]
    return page + [f"{doc['title']}. {' '.join(doc['sentences'])}" for doc in documents]


def test_the_vocabulary_is_the_one_of_bert_uncased() -> None:
    words = vocabulary(vocabulary_folder())
    assert len(words) == len(set(words)) == 30522
    assert [words[0], words[UNKNOWN], words[CLS], words[SEP]] == [
        "[PAD]", "[unk]", "[cls]", "[sep]",
    ]  # fmt: skip
    assert words[1996] == "the"
    assert words[2075] == "##ing"


def test_both_agree_with_the_reference_on_real_abstracts(
    native: WordPiece,
    portable: WordPiece,
    reference: Callable[[str], list[int]],
    abstracts: list[str],
) -> None:
    for text in abstracts:
        expected = reference(text)
        assert native.ids(text, 10_000) == expected
        assert portable.ids(text, 10_000) == expected
        assert native.count(text) == len(expected)


@pytest.mark.parametrize("text", ODD_TEXTS)
def test_both_agree_on_odd_texts(native: WordPiece, portable: WordPiece, text: str) -> None:
    ids = native.ids(text, 10_000)
    assert ids == portable.ids(text, 10_000)
    assert native.count(text) == portable.count(text) == len(ids)
    assert not {0, CLS, SEP} & set(ids)


@pytest.mark.parametrize("text", [text for text in ODD_TEXTS if "\ud800" not in text])
def test_cleaning_changes_nothing_for_the_reference(
    portable: WordPiece, reference: Callable[[str], list[int]], text: str
) -> None:
    if text.startswith("[CLS]"):  # the reference makes control tokens of these, we must not
        text = text.replace("[", "(").replace("]", ")")
    assert portable.ids(text, 10_000) == reference(text)


def test_both_agree_on_random_characters(
    native: WordPiece, portable: WordPiece, reference: Callable[[str], list[int]]
) -> None:
    # Left out: rare scripts, where the libraries follow different versions of Unicode.
    common = [*range(0x7F0), *range(0x1E00, 0xA4D0), *range(0xAC00, 0xD800), *range(0xF900, 0xFE00)]
    for code in random.Random(1).sample(common, 3000):
        text = f"foo{chr(code)}bar {chr(code)} x"
        expected = reference(text)
        assert portable.ids(text, 100) == expected, hex(code)
        assert native.ids(text, 100) == expected, hex(code)


def test_the_first_ids_are_a_cut_of_all_ids(native: WordPiece, portable: WordPiece) -> None:
    text = "Large language models hallucinate citations."
    for tokenizer in (native, portable):
        whole = tokenizer.ids(text, 100)
        assert [tokenizer.ids(text, most) for most in (0, 1, 4)] == [[], whole[:1], whole[:4]]


@pytest.mark.parametrize("text", ["word " * 100_000, " " * 500_000, "x" * 500_000, "ab." * 100_000])
def test_very_long_texts_are_counted(native: WordPiece, text: str) -> None:
    expected = {"w": 100_000, " ": 0, "x": 1, "a": 200_000}[text[0]]
    assert native.count(text) == expected


def test_many_threads_get_the_same_ids(native: WordPiece) -> None:
    texts = [f"{text} {number}" for number in range(50) for text in ODD_TEXTS]
    expected = [native.ids(text, 64) for text in texts]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda text: native.ids(text, 64), texts)) == expected


def test_the_native_one_is_taken_silently_where_it_works(native: WordPiece) -> None:
    notes: list[str] = []
    assert open_wordpiece(notes.append).ids("abstract", 5) == native.ids("abstract", 5)
    assert notes == []


def break_native(monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    if how == "no library":
        monkeypatch.delitem(sys.modules, "blingfire", raising=False)

        def refuse(path: str) -> None:
            raise OSError(f"{path}: cannot open shared object file")

        monkeypatch.setattr(ctypes.cdll, "LoadLibrary", refuse)
        return
    import blingfire

    if how == "no model":
        monkeypatch.setattr(blingfire, "load_model", lambda path: None)
    else:
        empty = type("Ids", (), {"tolist": lambda self: []})
        monkeypatch.setattr(blingfire, "text_to_ids", lambda *_: empty())


@pytest.mark.parametrize("how", ["no library", "no model", "other ids"])
def test_the_portable_one_takes_over(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    if how != "no library":
        request.getfixturevalue("native")
    break_native(monkeypatch, how)
    notes: list[str] = []
    assert open_wordpiece(notes.append).ids("unaffable", 5) == [14477, 20961, 3468]
    assert len(notes) == 1
    assert "A slower one with the same result is used." in notes[0]


def test_without_any_tokenizer_the_error_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    break_native(monkeypatch, "no library")
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    with pytest.raises(EmbedderUnavailable, match="pip install tokenizers"):
        open_wordpiece(lambda note: None)


def test_a_missing_or_other_vocabulary_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(wordpiece, "vocabulary_folder", lambda: tmp_path)
    with pytest.raises(EmbedderUnavailable, match="cannot be read"):
        open_wordpiece(lambda note: None)
    (tmp_path / wordpiece.VOCABULARY_FILE).write_bytes(b"other")
    with pytest.raises(EmbedderUnavailable, match="wrong checksum"):
        open_wordpiece(lambda note: None)
    monkeypatch.undo()

    def nothing(*_: Any) -> None:
        return None

    monkeypatch.setattr(importlib.util, "find_spec", nothing)
    with pytest.raises(EmbedderUnavailable, match="pip install blingfire"):
        open_wordpiece(lambda note: None)
