"""Token ids are those of BERT's own tokenizer, and those that stored vectors were made with."""

from __future__ import annotations

import hashlib
import json
import random
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib import resources
from pathlib import Path

import pytest

from assistant.errors import EmbedderUnavailable
from assistant.models import wordpiece
from assistant.models.wordpiece import CLS, SEP, UNKNOWN, WordPiece, vocabulary
from assistant.sample import SAMPLE_NAME

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
def tokenizer() -> WordPiece:
    return WordPiece()


@pytest.fixture(scope="module")
def reference() -> Callable[[str], list[int]]:
    """BERT's tokenizer as Hugging Face configures it."""
    from tokenizers import BertWordPieceTokenizer

    numbers = {word: number for number, word in enumerate(vocabulary())}
    tokenizer = BertWordPieceTokenizer(vocab=numbers, lowercase=True)
    return lambda text: list(tokenizer.encode(text, add_special_tokens=False).ids)


@pytest.fixture(scope="module")
def abstracts(shared_data: Path) -> list[str]:
    """The whole trending page and every fifth document of SciFact."""
    page = (shared_data / "trending_page.txt").read_text(encoding="utf-8").split("\n\n")
    lines = (shared_data / "scifact" / "corpus.jsonl").read_text(encoding="utf-8").splitlines()
    documents = [json.loads(line) for line in lines[::5]]
    return page + [f"{doc['title']}. {' '.join(doc['sentences'])}" for doc in documents]


def digest(ids: object) -> str:
    return hashlib.sha256(json.dumps(ids).encode()).hexdigest()


def test_the_vocabulary_is_that_of_bert_uncased() -> None:
    words = vocabulary()
    assert len(words) == len(set(words)) == 30522
    assert [words[n] for n in (0, UNKNOWN, CLS, SEP)] == ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
    assert words[1996] == "the"
    assert words[2075] == "##ing"


def test_ids_are_those_that_stored_vectors_were_made_with(tokenizer: WordPiece) -> None:
    """Recorded from blingfire 0.1.8, which tokenized for the first libraries."""
    page = (resources.files("assistant") / "samples" / SAMPLE_NAME).read_text(encoding="utf-8")
    ids = tokenizer.ids(page, 1_000_000)
    assert len(ids) == 4910
    assert digest(ids) == "4103410a2d3b56f9d212505a87ab3e3dc8100c739ad68d3718744ec29adbb282"


def test_ids_of_real_abstracts_are_those_that_stored_vectors_were_made_with(
    tokenizer: WordPiece, abstracts: list[str]
) -> None:
    """Recorded from blingfire 0.1.8 too."""
    ids = [tokenizer.ids(text, 10_000) for text in abstracts]
    assert sum(map(len, ids)) == 369_163
    assert digest(ids) == "d64552a1246a043c98bd8856de291d15f362520bb5dc0d5779b6f8388d819024"


def test_ids_are_those_of_the_reference(
    tokenizer: WordPiece, reference: Callable[[str], list[int]], abstracts: list[str]
) -> None:
    for text in abstracts:
        expected = reference(text)
        assert tokenizer.ids(text, 10_000) == expected
        assert tokenizer.count(text) == len(expected)


@pytest.mark.parametrize("text", [text for text in ODD_TEXTS if "\ud800" not in text])
def test_odd_texts_have_the_ids_of_the_reference(
    tokenizer: WordPiece, reference: Callable[[str], list[int]], text: str
) -> None:
    if text.startswith("[CLS]"):  # the reference makes special tokens of these, we must not
        text = text.replace("[", "(").replace("]", ")")
    assert tokenizer.ids(text, 10_000) == reference(text)


@pytest.mark.parametrize("text", ODD_TEXTS)
def test_no_text_gives_special_tokens(tokenizer: WordPiece, text: str) -> None:
    ids = tokenizer.ids(text, 10_000)
    assert tokenizer.count(text) == len(ids)
    assert not {0, CLS, SEP} & set(ids)


def test_unpaired_surrogates_are_dropped(tokenizer: WordPiece) -> None:
    assert tokenizer.ids("lone \ud800 surro\udfffgate", 9) == tokenizer.ids("lone surrogate", 9)


def test_words_of_more_than_100_characters_are_unknown(tokenizer: WordPiece) -> None:
    assert UNKNOWN not in tokenizer.ids("a" * 100, 1_000)
    assert tokenizer.ids("a" * 101, 1_000) == [UNKNOWN]


def test_random_characters_have_the_ids_of_the_reference(
    tokenizer: WordPiece, reference: Callable[[str], list[int]]
) -> None:
    common = [*range(0x7F0), *range(0x1E00, 0xA4D0), *range(0xAC00, 0xD800), *range(0xF900, 0xFE00)]
    for code in random.Random(1).sample(common, 3000):
        text = f"foo{chr(code)}bar {chr(code)} x"
        assert tokenizer.ids(text, 100) == reference(text), hex(code)


def test_the_first_ids_are_a_cut_of_all_ids(tokenizer: WordPiece) -> None:
    text = "Large language models hallucinate citations."
    whole = tokenizer.ids(text, 100)
    assert [tokenizer.ids(text, most) for most in (0, 1, 4)] == [[], whole[:1], whole[:4]]


@pytest.mark.parametrize("text", ["word " * 100_000, " " * 500_000, "x" * 500_000, "ab." * 100_000])
def test_very_long_texts_are_counted(tokenizer: WordPiece, text: str) -> None:
    expected = {"w": 100_000, " ": 0, "x": 1, "a": 200_000}[text[0]]
    assert tokenizer.count(text) == expected


def test_many_threads_get_the_same_ids(tokenizer: WordPiece) -> None:
    texts = [f"{text} {number}" for number in range(50) for text in ODD_TEXTS]
    expected = [tokenizer.ids(text, 64) for text in texts]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda text: tokenizer.ids(text, 64), texts)) == expected


def test_without_tokenizers_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    with pytest.raises(EmbedderUnavailable, match="--force-reinstall tokenizers"):
        WordPiece()


def test_a_missing_or_damaged_vocabulary_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(wordpiece, "VOCABULARY", tmp_path / "vocabulary.txt")
    with pytest.raises(EmbedderUnavailable, match=r"vocabulary\.txt: cannot be read"):
        WordPiece()
    (tmp_path / "vocabulary.txt").write_bytes(b"other")
    with pytest.raises(EmbedderUnavailable, match=r"vocabulary\.txt: wrong checksum"):
        WordPiece()
