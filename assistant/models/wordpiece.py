"""The tokens of BERT (uncased WordPiece), with the vocabulary that Microsoft's `blingfire` carries.

blingfire's native library is several times faster than `tokenizers`, but its wheel has none for
Linux on ARM. Both get text cleaned the same way here, so both give the ids that the model's own
tokenizer gives (tests/models/test_wordpiece.py compares them).
"""

from __future__ import annotations

import importlib.util
import itertools
import re
import struct
import unicodedata
from collections.abc import Callable
from pathlib import Path

from assistant.errors import EmbedderUnavailable, ModelFileInvalid
from assistant.models.checksum import verify

CLS, SEP, UNKNOWN = 101, 102, 100
VOCABULARY_FILE = "bert_base_tok.i2w"
VOCABULARY_SHA256 = "1726bb621dcd08fb3cced286e8fd48b98f8e47ff967e8e7565116d0b5f15515c"

# (clean text, the most ids to give) -> ids, special ones not included
Encoder = Callable[[str, int], list[int]]

_AUTOMATON_FILE = "bert_base_tok.bin"
_PROBE = ("Unaffable café, 3 MB ☃ 中", [14477, 20961, 3468, 7668, 1010, 1017, 16914, 100, 1746])

# BERT's tokenizer makes a word of more than 100 characters one unknown token; blingfire has no
# such bound, and `tokenizers` would search long words in cubic time. No word has a snowman in it.
_ENDLESS_WORD = re.compile(r"(?<![^\W_])[^\W_]{101,}")
_UNKNOWN_WORD = " ☃ "

_INVISIBLE = frozenset({"Cc", "Cf", "Co", "Cs", "Mn"})


class _CleanedCharacters(dict[int, str]):
    """For `str.translate`: what BERT's tokenizer makes of each character before it splits words.

    White space becomes a space; control and other invisible characters, unpaired surrogates and
    accents that stand alone after decomposition disappear (`BasicTokenizer` in the original
    tokenization.py of google-research/bert). Characters that Unicode has not assigned stay, as in
    Hugging Face's tokenizer; so newer versions of Unicode change little.
    """

    def __missing__(self, code: int) -> str:
        character = chr(code)
        category = unicodedata.category(character)
        if character in "\t\n\r" or category.startswith("Z"):
            cleaned = " "
        elif category in _INVISIBLE or code == 0xFFFD:
            cleaned = ""
        else:
            cleaned = character
        self[code] = cleaned
        return cleaned


_CLEANED = _CleanedCharacters()


class WordPiece:
    """Text to token ids. Thread-safe."""

    def __init__(self, encoder: Encoder) -> None:
        """Tokenise with `encoder`, one of the two below."""
        self._encoder = encoder

    def ids(self, text: str, most: int) -> list[int]:
        """The first `most` token ids of `text`, special ones not included."""
        return self._encoder(_cleaned(text), most)

    def count(self, text: str) -> int:
        """How many tokens `text` has, special ones not included."""
        cleaned = _cleaned(text)
        # A character gives one token at most, but for Hangul, which is decomposed by now.
        return len(self._encoder(cleaned, len(cleaned)))


def open_wordpiece(notify: Callable[[str], None]) -> WordPiece:
    """The fastest tokenizer that works here; `notify` hears when it is the slower one.

    Raises:
        EmbedderUnavailable: the vocabulary is missing or another one, or neither library loads.
    """
    folder = vocabulary_folder()
    try:
        verify(folder / VOCABULARY_FILE, VOCABULARY_SHA256)
    except ModelFileInvalid as error:
        raise EmbedderUnavailable(str(error)) from error
    try:
        return WordPiece(native_encoder(folder))
    except EmbedderUnavailable as error:
        tokenizer = WordPiece(portable_encoder(folder))
        notify(f"{error} A slower one with the same result is used.")
        return tokenizer


def vocabulary_folder() -> Path:
    """The folder of the installed `blingfire`, without importing it.

    Raises:
        EmbedderUnavailable: it is not installed.
    """
    found = importlib.util.find_spec("blingfire")
    if found is None or found.origin is None:
        raise EmbedderUnavailable(
            "The embedder's vocabulary is missing. Install it with `pip install blingfire`."
        )
    return Path(found.origin).parent


def native_encoder(folder: Path) -> Encoder:
    """Tokenise with blingfire's native library.

    Raises:
        EmbedderUnavailable: there is none for this machine, or it does not do what it should.
    """
    try:
        import blingfire

        # On Windows a path that is not ASCII is not found: the handle is empty then.
        handle = blingfire.load_model(str(folder / _AUTOMATON_FILE))
    except (ImportError, OSError) as error:
        raise EmbedderUnavailable(f"The native tokenizer cannot be loaded ({error}).") from error

    def encode(text: str, most: int) -> list[int]:
        if not text or most < 1:
            return []
        ids: list[int] = blingfire.text_to_ids(handle, text, most, UNKNOWN, True).tolist()
        return ids

    text, expected = _PROBE
    if not handle or encode(text, 99) != expected:
        raise EmbedderUnavailable("The native tokenizer does not work here.")
    return encode


def portable_encoder(folder: Path) -> Encoder:
    """Tokenise with Hugging Face's `tokenizers`.

    Raises:
        EmbedderUnavailable: it is not installed, or has no build for this machine.
    """
    try:
        from tokenizers import Tokenizer, normalizers, pre_tokenizers
        from tokenizers.models import WordPiece as WordPieceModel
    except (ImportError, OSError) as error:
        raise EmbedderUnavailable(
            f"The tokenizer cannot be loaded ({error}). Install it with `pip install tokenizers`."
        ) from error
    words = vocabulary(folder)
    numbers = {word: number for number, word in enumerate(words)}
    tokenizer = Tokenizer(WordPieceModel(vocab=numbers, unk_token=words[UNKNOWN]))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()

    def encode(text: str, most: int) -> list[int]:
        ids: list[int] = tokenizer.encode(text, add_special_tokens=False).ids
        return ids[:most]

    return encode


def vocabulary(folder: Path) -> list[str]:
    """The words by their ids, inner pieces with `##` in front as in BERT's own vocabulary file.

    The file is blingfire's "LDB" container (FALDB.cpp, FAStringArray_pack.cpp): the number of its
    parts and where each begins; the second part is the number of strings, where each begins and
    ends, and their bytes. Words have a space in front, inner pieces have none. Of the special words
    only `[PAD]` is in upper case.
    """
    data = (folder / VOCABULARY_FILE).read_bytes()
    (start,) = struct.unpack_from("<I", data, 8)
    (count,) = struct.unpack_from("<I", data, start)
    edges = struct.unpack_from(f"<{count + 1}I", data, start + 4)
    first = start + 4 + 4 * (count + 1)
    strings = [
        data[first + begin : first + end].decode() for begin, end in itertools.pairwise(edges)
    ]
    return [
        string[1:] if string.startswith(" ") and len(string) > 1 else f"##{string}"
        for string in strings
    ]


def _cleaned(text: str) -> str:
    if not text.isascii():
        text = unicodedata.normalize("NFD", text)
    return _ENDLESS_WORD.sub(_UNKNOWN_WORD, text.translate(_CLEANED))
