"""BERT's uncased WordPiece tokenizer, which the embedding model was trained with.

The vocabulary is `wordpiece_vocabulary.txt` next to this module: one word a line, whose id is its
line number from 0; inner pieces begin with `##`. It is byte for byte the `vocab.txt` of BERT base
uncased (https://github.com/google-research/bert, Apache-2.0), generated from `bert_base_tok.i2w` of
blingfire 0.1.8 (https://github.com/microsoft/BlingFire, MIT).
"""

from __future__ import annotations

from pathlib import Path

from assistant.errors import EmbedderUnavailable, ModelFileInvalid
from assistant.models.checksum import verify

UNKNOWN, CLS, SEP = 100, 101, 102
VOCABULARY = Path(__file__).with_name("wordpiece_vocabulary.txt")
VOCABULARY_SHA256 = "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"


class WordPiece:
    """Text to token ids. Thread-safe."""

    def __init__(self) -> None:
        """Load the vocabulary.

        Raises:
            EmbedderUnavailable: the vocabulary is missing or damaged, or `tokenizers` cannot be
                imported.
        """
        words = vocabulary()
        try:
            from tokenizers import Tokenizer, normalizers, pre_tokenizers
            from tokenizers.models import WordPiece as Model
        except (ImportError, OSError) as error:
            raise EmbedderUnavailable(
                f"The tokenizer cannot be loaded ({error}). "
                "Install it again with `pip install --force-reinstall tokenizers`."
            ) from error
        ids = {word: number for number, word in enumerate(words)}
        self._tokenizer = Tokenizer(Model(vocab=ids, unk_token=words[UNKNOWN]))
        self._tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
        self._tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()

    def ids(self, text: str, most: int) -> list[int]:
        """The first `most` token ids of `text`, without special tokens."""
        return self._all_ids(text)[:most]

    def count(self, text: str) -> int:
        """Number of tokens in `text`, without special tokens."""
        return len(self._all_ids(text))

    def _all_ids(self, text: str) -> list[int]:
        # An unpaired surrogate has no encoding; the tokenizer would drop it as a control character.
        encodable = text.encode("utf-8", "ignore").decode()
        ids: list[int] = self._tokenizer.encode(encodable, add_special_tokens=False).ids
        return ids


def vocabulary() -> list[str]:
    """The 30,522 words of the vocabulary by their ids.

    Raises:
        EmbedderUnavailable: the file is missing or damaged.
    """
    try:
        verify(VOCABULARY, VOCABULARY_SHA256)
    except ModelFileInvalid as error:
        raise EmbedderUnavailable(str(error)) from error
    return VOCABULARY.read_text(encoding="utf-8").splitlines()
